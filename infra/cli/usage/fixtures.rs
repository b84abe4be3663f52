//! A table's content for tests.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tendlc_core::grant::Grant;
use tendlc_core::name::GrantName;
use tendlc_core::table::{Item, Key, number};

use super::read::{Found, Scope};
use super::report::Report;

/// What is in the table, and what is asked.
#[derive(Clone)]
pub struct Shop {
    pub now: &'static str,
    pub month: &'static str,
    pub asked: Vec<&'static str>,
    pub grants: Vec<Value>,
    /// Grants that are no more, and their accounts.
    pub gone: Vec<(&'static str, &'static str)>,
    pub items: Vec<(String, Vec<(&'static str, i64)>)>,
    pub waiting: Vec<(&'static str, i64)>,
}

impl Default for Shop {
    fn default() -> Self {
        let (asked, grants, gone, items, waiting) = Default::default();
        Self { now: "2026-11-21T20:00:00Z", month: "2026-11", asked, grants, gone, items, waiting }
    }
}

/// A grant's record, with these fields besides or instead.
pub fn grant(name: &str, account: &str, more: &Value) -> Value {
    let mut grant = json!({
        "name": name, "account": account, "topology": "spoke", "campaigns": ["order-updates"],
        "role_arn": format!("arn:aws:iam::111111111111:role/tendlc-grant-{name}"),
        "max_wait": { "transactional": 900, "promotional": 86400 }, "budgets": {}, "daily_segments": [],
    });
    for (name, value) in more.as_object().unwrap() {
        grant[name] = value.clone();
    }
    grant
}

fn budget(guaranteed: i64, ceiling: i64) -> Value {
    json!({ "acme": [{ "from": "2026-11-01", "guaranteed": guaranteed, "ceiling": ceiling }] })
}

impl Shop {
    /// Two accounts, three grants, a campaign on SNS and texts of nobody.
    pub fn busy() -> Self {
        let of = |key: &str, numbers: &[(&'static str, i64)]| (key.to_owned(), numbers.to_vec());
        let checkout = json!({
            "budgets": budget(5_000, 20_000), "monthly_spend": "400.00",
            "daily_segments": [{ "from": "2026-11-01", "segments": 60_000 }],
        });
        let newsletter = json!({ "budgets": budget(1_000, 10_000), "campaigns": ["order-updates", "alerts"] });
        Self {
            grants: vec![
                grant("checkout", "222222222222", &checkout),
                grant("refunds", "222222222222", &json!({})),
                grant("newsletter", "333333333333", &newsletter),
            ],
            items: vec![
                of("C#checkout#2026-11-20", &[("texts:order-updates", 2), ("segments:order-updates", 4)]),
                of(
                    "C#checkout#2026-11-21",
                    &[
                        ("texts:order-updates", 2),
                        ("segments:order-updates", 2),
                        ("rejected:EXPIRED", 1),
                        ("rejected:OPTED_OUT", 2),
                        ("duplicates", 1),
                        ("unknown", 1),
                        ("guaranteed:acme", 4_998),
                        ("ceiling:acme", 19_998),
                        ("all", 59_998),
                    ],
                ),
                of(
                    "C#newsletter#2026-11-21",
                    &[
                        ("texts:alerts", 3),
                        ("segments:alerts", 4),
                        ("texts:order-updates", 1),
                        ("segments:order-updates", 1),
                        ("guaranteed:acme", 0),
                        ("ceiling:acme", 8_500),
                    ],
                ),
                of("B#acme#2026-11-21", &[("left", 33_500)]),
                of(
                    "C#checkout#2026-11",
                    &[
                        ("spent", 66_051),
                        ("texts:order-updates", 3),
                        ("parts:order-updates", 5),
                        ("price:order-updates", 29_051),
                        ("fee:order-updates", 15_000),
                        ("delivered:order-updates:T-Mobile", 2),
                    ],
                ),
                of(
                    "C#refunds#2026-11",
                    &[
                        ("spent", 17_620),
                        ("texts:order-updates", 2),
                        ("parts:order-updates", 2),
                        ("price:order-updates", 11_620),
                        ("fee:order-updates", 6_000),
                        ("delivered:order-updates:AT&T", 1),
                        ("undelivered:order-updates:UNREACHABLE", 1),
                    ],
                ),
                of(
                    "C#newsletter#2026-11",
                    &[
                        ("spent", 8_810),
                        ("texts:order-updates", 1),
                        ("parts:order-updates", 1),
                        ("price:order-updates", 5_810),
                        ("fee:order-updates", 3_000),
                    ],
                ),
                of(
                    "O#2026-11",
                    &[
                        ("ttl", 1_830_000_000),
                        ("unmetered", 2),
                        ("unmetered_parts", 2),
                        ("unmetered_price", 11_620),
                        ("unmetered_fee", 1),
                        ("malformed", 1),
                    ],
                ),
            ],
            waiting: vec![("checkout", 7)],
            ..Self::default()
        }
    }

    fn scope(&self) -> Scope {
        let now = self.now.parse().unwrap();
        let month = self.month.parse().unwrap();
        let is_present = tendlc_core::month::UtcMonth::of(now) == month;
        Scope { now, month, is_present, grants: self.asked.iter().map(|name| name.parse().unwrap()).collect() }
    }

    fn found(&self) -> Found {
        let record = |value: &Value| serde_json::from_value::<Grant>(value.clone()).unwrap();
        let everybody: BTreeMap<GrantName, Grant> =
            self.grants.iter().map(record).map(|grant| (grant.name.clone(), grant)).collect();
        let names: BTreeSet<GrantName> = match self.asked.as_slice() {
            [] => everybody.keys().cloned().chain(self.gone.iter().map(|(name, _)| name.parse().unwrap())).collect(),
            asked => asked.iter().map(|name| name.parse().unwrap()).collect(),
        };
        let campaigns = [("order-updates", "sms-voice"), ("alerts", "sns")].map(|(name, channel)| {
            let campaign = serde_json::from_value(json!({
                "name": name, "brand": "acme", "primary": "main", "region": "us-east-1", "channel": channel,
                "counted": [{ "from": "2026-11-01", "pool": "acme" }], "message_type": "TRANSACTIONAL",
                "origination_identity": "an ARN", "milli_segments_per_second": 40_000, "send_requests_per_second": 20,
            }));
            (name.parse().unwrap(), campaign.unwrap())
        });
        let brand = json!({
            "name": "acme", "pools": { "acme": [{ "from": "2026-11-01", "cap": 40_000, "guaranteed": 6_000 }] },
        });
        let keys = self.items.iter().map(|(key, numbers)| {
            let item: Item = numbers.iter().map(|(name, value)| ((*name).to_owned(), number(*value))).collect();
            (key_of(key), item)
        });
        Found {
            grants: names.into_iter().map(|name| (name.clone(), everybody.get(&name).cloned())).collect(),
            everybody,
            former: self.gone.iter().map(|(name, account)| (name.parse().unwrap(), account.parse().unwrap())).collect(),
            campaigns: campaigns.into(),
            brands: [("acme".parse().unwrap(), serde_json::from_value(brand).unwrap())].into(),
            items: keys.collect(),
            waiting: self.waiting.iter().map(|(name, many)| (name.parse().unwrap(), *many)).collect(),
        }
    }
}

fn key_of(text: &str) -> Key {
    let parts: Vec<&str> = text.split('#').collect();
    match parts.as_slice() {
        ["C", grant, month] if month.len() == 7 => Key::month(&grant.parse().unwrap(), month.parse().unwrap()),
        ["C", grant, day] => Key::budget(&grant.parse().unwrap(), day.parse().unwrap()),
        ["B", brand, day] => {
            let pool = tendlc_core::grant::Pool::of_brand(&brand.parse().unwrap());
            Key::pool(&pool, day.parse().unwrap())
        }
        ["O", month] => Key::oddities(month.parse().unwrap()),
        _ => panic!("no key of a counter: {text}"),
    }
}

/// What is reported of it.
pub fn report(shop: &Shop) -> Report {
    Report::of(&shop.found(), &shop.scope())
}
