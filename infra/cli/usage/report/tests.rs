use serde_json::{Value, json};

use crate::usage::fixtures::{Shop, grant, report};

fn json(shop: &Shop) -> Value {
    serde_json::to_value(report(shop)).unwrap()
}

#[test]
fn the_object_for_programs_has_this_form() {
    let report = json(&Shop::busy());
    assert_eq!(
        (&report["month"], &report["today"], &report["at"]),
        (&json!("2026-11"), &json!("2026-11-21"), &json!("2026-11-21T20:00:00Z"))
    );
    assert_eq!(report["days"], json!({ "from": "2026-11-01", "to": "2026-11-21", "complete": true }));
    let cap = json!({
        "pool": "acme", "unit": "segments", "cap": 40_000, "used": 1_502, "used_per_mille": 37, "promised_left": 4_998,
        "shared_left": 33_500,
    });
    assert_eq!(report["caps"], json!([cap]));
    let checkout = json!({
        "grant": "checkout", "account": "222222222222", "taken_away": false, "waiting": 7,
        "today": {
            "texts": 2, "segments": 2, "unknown": 1, "duplicates": 1, "rejected": { "EXPIRED": 1, "OPTED_OUT": 2 },
            "shares": [{
                "pool": "acme", "unit": "segments", "guaranteed": 5_000, "guaranteed_used": 2,
                "guaranteed_used_per_mille": 0, "ceiling": 20_000, "ceiling_used": 2, "ceiling_used_per_mille": 0,
                "cap": 40_000, "cap_used_per_mille": 0,
            }],
            "daily_segments": { "most": 60_000, "used": 2, "used_per_mille": 0 },
        },
        "month": {
            "counts": {
                "texts": 4, "segments": 6, "unknown": 1, "duplicates": 1, "rejected": { "EXPIRED": 1, "OPTED_OUT": 2 },
            },
            "settled_usd": "0.044051", "set_aside_usd": "0.022", "spent_usd": "0.066051", "budget_usd": "400.00",
            "spent_per_mille": 0, "estimated_usd": null,
        },
        "campaigns": [{
            "campaign": "order-updates", "channel": "sms-voice", "today": { "texts": 2, "segments": 2 },
            "sent": { "texts": 4, "segments": 6 },
            "segment_price_usd": "0.011",
            "receipts": {
                "texts": 3, "segments": 5, "price_usd": "0.029051", "carrier_fee_usd": "0.015", "cost_usd": "0.044051",
            },
            "delivered": { "T-Mobile": 2 }, "undelivered": {}, "estimate": null,
        }],
    });
    assert_eq!(report["grants"][0], checkout);
    let unmetered = json!({
        "texts": 2, "segments": 2, "price_usd": "0.01162", "carrier_fee_usd": "0.000001", "cost_usd": "0.011621",
    });
    assert_eq!((&report["unmetered"], &report["strange"]), (&unmetered, &json!({ "malformed": 1 })));
    assert_eq!(report["total"]["cost_usd"], json!("0.082102"));
    assert_eq!(report["total"]["texts"], json!(8));
}

#[test]
fn texts_on_sns_are_estimated_apart_from_all_receipts() {
    let report = json(&Shop::busy());
    let newsletter = &report["grants"][1];
    assert_eq!(newsletter["campaigns"][0]["campaign"], json!("alerts"));
    assert_eq!(newsletter["campaigns"][0]["estimate"], json!({ "segments": 4, "usd": "0.044" }));
    assert_eq!(newsletter["campaigns"][0]["receipts"]["cost_usd"], json!("0.00"));
    assert_eq!(newsletter["month"]["estimated_usd"], json!("0.044"));
    assert_eq!(newsletter["month"]["settled_usd"], json!("0.00881"));
}

#[test]
fn a_guarantee_that_is_used_up_leaves_the_rest_to_the_pool() {
    let report = json(&Shop::busy());
    let share = &report["grants"][1]["today"]["shares"][0];
    assert_eq!((&share["guaranteed_used"], &share["ceiling_used"]), (&json!(1_000), &json!(1_500)));
    assert_eq!((&share["guaranteed_used_per_mille"], &share["ceiling_used_per_mille"]), (&json!(1_000), &json!(150)));
}

#[test]
fn nobody_has_touched_the_day_and_all_is_left() {
    let grants = Shop::busy().grants;
    let report = json(&Shop { grants, ..Shop::default() });
    let cap = &report["caps"][0];
    assert_eq!((&cap["used"], &cap["promised_left"], &cap["shared_left"]), (&json!(0), &json!(6_000), &json!(34_000)));
    assert_eq!(report["grants"][0]["today"]["shares"][0]["ceiling_used"], json!(0));
    assert_eq!(report["grants"][0]["month"]["spent_usd"], json!("0.00"));
}

#[test]
fn another_month_has_no_today() {
    let report = json(&Shop { now: "2026-12-05T12:00:00Z", ..Shop::busy() });
    assert_eq!((&report["today"], &report["caps"]), (&Value::Null, &json!([])));
    assert_eq!(
        (&report["grants"][0]["today"], &report["grants"][0]["campaigns"][0]["today"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(report["days"], json!({ "from": "2026-11-01", "to": "2026-11-30", "complete": true }));
    assert_eq!(report["grants"][0]["month"]["counts"]["segments"], json!(6));
}

#[test]
fn a_month_whose_days_are_gone_has_its_receipts_all_the_same() {
    let report = json(&Shop { now: "2027-03-05T12:00:00Z", ..Shop::busy() });
    assert_eq!((&report["days"], &report["grants"][0]["month"]["counts"]), (&Value::Null, &Value::Null));
    assert_eq!(report["grants"][1]["month"]["estimated_usd"], Value::Null);
    assert_eq!(report["total"]["cost_usd"], json!("0.082102"));
}

#[test]
fn a_grant_that_was_taken_away_owes_what_it_used() {
    let mut shop = Shop { gone: vec![("checkout", "222222222222")], ..Shop::busy() };
    shop.grants.remove(0);
    let report = json(&shop);
    let checkout = &report["grants"][0];
    assert_eq!((&checkout["account"], &checkout["taken_away"]), (&json!("222222222222"), &json!(true)));
    assert_eq!(checkout["campaigns"][0]["receipts"]["cost_usd"], json!("0.044051"));
    assert_eq!(report["total"]["cost_usd"], json!("0.082102"));
    assert_eq!((&checkout["today"]["segments"], &checkout["today"]["shares"]), (&json!(2), &json!([])));
}

#[test]
fn one_grant_alone_is_asked_about_and_caps_are_everybodys() {
    let mut shop = Shop { asked: vec!["checkout"], ..Shop::busy() };
    shop.grants.remove(0);
    let report = json(&shop);
    assert_eq!(report["grants"].as_array().unwrap().len(), 1);
    assert_eq!(report["grants"][0]["account"], Value::Null, "it was taken away before anybody kept whose it was");
    assert_eq!((&report["unmetered"], &report["strange"]), (&Value::Null, &Value::Null));
    assert_eq!(report["caps"][0]["cap"], json!(40_000));
}

#[test]
fn a_grant_without_budgets_has_no_shares() {
    let shop = Shop { grants: vec![grant("plain", "444444444444", &json!({}))], ..Shop::default() };
    let report = json(&shop);
    assert_eq!(report["grants"][0]["today"]["shares"], json!([]));
    assert_eq!(report["grants"][0]["today"]["daily_segments"], Value::Null);
    assert_eq!(report["grants"][0]["month"]["budget_usd"], Value::Null);
    assert_eq!(
        report["grants"][0]["campaigns"][0]["receipts"]["texts"],
        json!(0),
        "its campaign is there all the same"
    );
}

#[test]
fn a_cap_that_was_lowered_below_what_is_used_shows_the_debt() {
    let mut shop = Shop::busy();
    shop.items.iter_mut().find(|(key, _)| key.starts_with("B#")).unwrap().1 = vec![("left", -5_000)];
    let report = json(&shop);
    assert_eq!((&report["caps"][0]["used"], &report["caps"][0]["shared_left"]), (&json!(40_002), &json!(-5_000)));
}
