use serde_json::json;

use super::*;
use crate::usage::fixtures::{Shop, grant, report};

const PLACE: &str = "the account 111111111111 (us-east-1), table tendlc";

const BUSY: &str = "\
Use of the account 111111111111 (us-east-1), table tendlc, as of 2026-11-21 20:00 UTC.

Today, the Pacific day 2026-11-21:
 grant       account       texts  segments  waiting  duplicates  unknown
 checkout    222222222222      2         2        7           1        1
     rejected: 1 EXPIRED, 2 OPTED_OUT; daily_segments: 2 of 60000 (0.0%)
 newsletter  333333333333      4         5        -           0        0
 refunds     222222222222      0         0        -           0        0

T-Mobile's caps, in segments, and what each grant used of its share:
 grant       cap of        guaranteed used           ceiling used  of the cap
 checkout    acme         2 of 5000 (0.0%)      2 of 20000 (0.0%)        0.0%
 newsletter  acme    1000 of 1000 (100.0%)  1500 of 10000 (15.0%)        3.7%
No share of T-Mobile's cap today: refunds.

# used of its ceiling, | its guarantee
checkout    #.............|.............................................   0.0%
newsletter  #####|###...................................................  15.0%

The cap of acme: 1502 of 40000 (3.7%) used, 4998 promised and not used yet, 33500 left for all.

The month 2026-11 (UTC), in US dollars; texts and segments as counted from 2026-11-01 to 2026-11-21:
 grant       texts  segments   settled  set aside  budget  used
 checkout        4         6  0.044051   0.022000  400.00  0.0%
     rejected: 1 EXPIRED, 2 OPTED_OUT; duplicates stopped: 1; unknown: 1
 newsletter      4         5  0.008810   0.000000       -     -
     on SNS, without receipts: estimated $0.044
 refunds         0         0  0.017620   0.000000       -     -

# settled, = set aside: of the month's budget
checkout  #...........................................................  $0.066051 of $400.00 (0.0%)

By receipts of 2026-11, in US dollars and billed segments:
 grant       campaign       texts  segments     price  carrier fee      cost  sent today
 checkout    order-updates      3         5  0.029051     0.015000  0.044051           2
     a segment is taken to cost $0.011 until its receipt tells; delivered by carrier: 2 T-Mobile
 newsletter  alerts             0         0  0.000000     0.000000  0.000000           4
     on SNS, without receipts: 4 segments, estimated $0.044
 newsletter  order-updates      1         1  0.005810     0.003000  0.008810           1
 refunds     order-updates      2         2  0.011620     0.006000  0.017620           0
     delivered by carrier: 1 AT&T; undelivered: 1 UNREACHABLE
All receipts: 8 texts, 10 segments, $0.082102.

Strange in the receipts of 2026-11:
unmetered: 2 texts that no request accounts for, for $0.011621. Somebody sends past the functions,
  or the ledger lost them. The log of settle-receipt names each (alarm `unmetered`); see who may
  send in the primary besides the grants' roles.
malformed: 1. Messages on the queue of receipts that are none. See who else may put messages on it;
  nothing was lost.
";

fn ascii(shop: &Shop) -> String {
    text(&report(shop), PLACE, Style::ascii(100))
}

#[test]
fn a_busy_month_reads_like_this() {
    assert_eq!(ascii(&Shop::busy()), BUSY);
    assert!(BUSY.lines().all(|line| line.chars().count() <= 100), "it fits");
}

#[test]
fn another_month_says_nothing_of_today() {
    let text = ascii(&Shop { now: "2026-12-20T12:00:00Z", ..Shop::busy() });
    assert!(!text.contains("oday") && text.contains("from 2026-11-10 to 2026-11-30\nonly"), "{text}");
    assert!(text.contains("All receipts: 8 texts, 10 segments, $0.082102."), "{text}");
    let text = ascii(&Shop { now: "2027-03-20T12:00:00Z", ..Shop::busy() });
    assert!(text.contains("no longer kept"), "{text}");
}

#[test]
fn a_month_that_has_begun_in_utc_alone_has_the_day_before_as_today() {
    let text = ascii(&Shop { now: "2026-12-01T03:00:00Z", month: "2026-12", ..Shop::busy() });
    assert!(text.contains("Today, the Pacific day 2026-11-30:"), "{text}");
    assert!(text.contains("no Pacific day of it has begun"), "{text}");
}

#[test]
fn an_empty_table_and_a_month_without_anything_have_words() {
    let text = ascii(&Shop::default());
    assert!(text.starts_with("There is no grant in the account 111111111111") && text.contains("`tendlc sync`"));
    assert_eq!(text.lines().count(), 2, "{text}");
    let text = ascii(&Shop { grants: Shop::busy().grants, ..Shop::default() });
    assert!(text.contains("All receipts: 0 texts, 0 segments, $0.00."), "{text}");
    assert!(!text.contains("Strange"), "{text}");
}

#[test]
fn a_grant_without_budgets_is_said_to_have_none() {
    let text = ascii(&Shop { grants: vec![grant("plain", "444444444444", &json!({}))], ..Shop::default() });
    assert!(text.contains("No share of T-Mobile's cap today: plain."), "{text}");
    assert!(!text.contains("its guarantee") && !text.contains("month's budget"), "no chart of nothing: {text}");
}

#[test]
fn twelve_digits_and_the_longest_names_stay_whole() {
    let (name, most) = ("n".repeat(40), 999_999_999_999_i64);
    let budget = json!({ "acme": [{ "from": "2026-11-01", "guaranteed": most, "ceiling": most }] });
    let more = json!({ "budgets": budget, "monthly_spend": "999999.999999" });
    let numbers = vec![("texts:order-updates", most), ("segments:order-updates", most)];
    let money = vec![("spent", most), ("price:order-updates", most), ("texts:order-updates", most)];
    let text = ascii(&Shop {
        grants: vec![grant(&name, "444444444444", &more)],
        items: vec![(format!("C#{name}#2026-11-21"), numbers), (format!("C#{name}#2026-11"), money)],
        ..Shop::default()
    });
    assert!(text.contains(&format!(" {name}  444444444444  {most}  {most} ")), "{text}");
    assert!(text.contains(&format!("0 of {most} (0.0%)")) && text.contains(" 999999.999999 "), "{text}");
    assert!(text.contains("$999999.999999 of $999999.999999 (100.0%)"), "{text}");
}

#[test]
fn a_cap_in_debt_says_how_much_too_many() {
    let mut shop = Shop::busy();
    shop.items.iter_mut().find(|(key, _)| key.starts_with("B#")).unwrap().1 = vec![("left", -5_000)];
    assert!(ascii(&shop).contains("5000 too many are used"), "{}", ascii(&shop));
}

#[test]
fn every_sign_of_the_terminal_has_its_like_in_ascii() {
    let report = report(&Shop::busy());
    let blocks = text(&report, PLACE, Style::blocks(100));
    let plain = blocks.replace('█', "#").replace('▒', "=").replace('░', ".").replace('┃', "|");
    assert_eq!(plain, text(&report, PLACE, Style::ascii(100)));
    assert!(!blocks.contains('\u{1b}'), "no colour carries a meaning");
}

#[test]
fn where_there_is_no_terminal_there_are_no_bars_and_all_figures() {
    let report = report(&Shop::busy());
    let (none, ascii) = (text(&report, PLACE, Style::none()), text(&report, PLACE, Style::ascii(100)));
    assert!(!none.contains("....") && ascii.contains("...."), "{none}");
    let is_of_a_chart = |line: &&str| line.starts_with('#') || line.contains("....");
    let rest: Vec<&str> = ascii.lines().filter(|line| !is_of_a_chart(line) && !line.is_empty()).collect();
    assert_eq!(none.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>(), rest);
}
