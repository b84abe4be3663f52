//! The recount: what it finds, what it calls it, and what it mends.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;
use tendlc_core::clock::SharedClock;
use tendlc_core::recount::{Cause, Recount, RecountError, State};
use tendlc_core::table::{Item, Key, number, read_number, text as text_of};
use tendlc_local::aws::{Action, Fault};

use super::desk::text;
use super::office::{LATER, Office, RESERVED, Sent, but, by_t_mobile, delivered};
use super::primary::{NOON, grant_name};
use super::terms::{Terms, pool};
use super::tomorrow::{
    SETTLED, budget, count, count_at_once, count_of, deliver, item, next_morning, price, send, send_on, taken, tamper,
    told,
};
use super::wire::{Fate, Wire};

const COST: i64 = 5_810 + 3_500;

#[tokio::test]
async fn an_honest_day_has_no_difference() {
    let terms = Terms { monthly_spend: Some("5.00".parse().unwrap()), ..Terms::cap(1_000) };
    let office = Office::with(NOON, &terms.grant("a", 10, 30)).await;
    let sent = send(&office, &[1, 2, 3, 9]).await;
    // To AT&T, whose segments go back; to T-Mobile; and one of which nothing is heard.
    office.post(&[delivered(&sent[0]), by_t_mobile(delivered(&sent[1]))]).await;
    // Over the ceiling it waits.
    assert_eq!(send(&office, &[10, 10]).await.len(), 1);
    office.primary.aws.fault(Fault::nth("SendTextMessage", 1, Action::OptOut)).unwrap();
    assert_eq!(send(&office, &[1]).await.len(), 0);
    office.primary.aws.fault(Fault::nth("SendTextMessage", 1, Action::FailAfterAccept)).unwrap();
    assert_eq!(send(&office, &[2]).await.len(), 1, "AWS has it, and nobody knows");
    let day = office.primary.today();
    next_morning(&office).await;
    let report = count(&office).await;
    assert_eq!((told(&report), report.status), (vec![], State::Agrees));
    let grant = &report.grants[0];
    let campaign = grant.campaigns[&"orders".parse().unwrap()];
    assert_eq!((campaign.texts, campaign.segments), (6, 1 + 2 + 3 + 9 + 10 + 2));
    assert_eq!(grant.charged["ceiling:acme"], 2 + 3 + 9 + 10 + 2, "without AT&T's");
    let counters = office.primary.counters(day).await;
    assert_eq!(grant.charged["ceiling:acme"], 30 - counters.of("a").ceiling);
    let spent = grant.spent_usd.values().next().unwrap();
    assert_eq!(*spent, format!("{:.6}", office.primary.spent("a").await as f64 / 1e6).trim_end_matches('0'));
}

#[tokio::test]
async fn what_a_dead_function_took_is_known_and_left_alone_and_its_texts_are_counted() {
    let office = Office::open().await;
    send(&office, &[1]).await;
    let mut transactions = 0;
    // The second one is that of the records.
    let wire = Wire::new(move |call| {
        transactions += usize::from(call.operation == "TransactWriteItems");
        if transactions == 2 { Fate::DiesBefore } else { Fate::Through }
    });
    assert_eq!(send_on(&office, &[2, 3], &wire).await.len(), 2);
    let day = office.primary.today();
    let before = office.primary.counters(day).await;
    next_morning(&office).await;
    let report = count(&office).await;
    let found = told(&report);
    assert!(found.contains(&(Cause::ShowsMore, "acme left", 6, 1, false)), "{found:?}");
    assert!(found.contains(&(Cause::ShowsMore, "ceiling:acme", 6, 1, false)), "{found:?}");
    assert!(found.contains(&(Cause::ShowsMore, "spent", 6 * RESERVED, RESERVED, false)), "{found:?}");
    assert_eq!(report.differences.iter().map(|one| one.uncharged).max(), Some(2), "{:?}", report.differences);
    assert!(!found.iter().any(|one| one.0 == Cause::ShowsLess), "{found:?}");
    assert_eq!(office.primary.counters(day).await, before);
    assert_eq!(office.primary.spent("a").await, 6 * RESERVED);
    // Both may have been sent.
    let day = item(&office, &budget(day)).await;
    assert_eq!((read_number(&day, "texts:orders"), read_number(&day, "segments:orders")), (Some(3), Some(6)));
}

#[tokio::test]
async fn a_counter_that_shows_less_used_is_mended_for_yesterday_and_not_for_today() {
    for (key, attribute, what, by) in [
        ("a", "ceiling:acme", "ceiling:acme", 50),
        ("a", "guaranteed:acme", "guaranteed:acme", 5),
        ("pool", "left", "acme left", 7),
    ] {
        let office = Office::open().await;
        deliver(&office, &send(&office, &[1]).await).await;
        let sent = send(&office, &[10; 10]).await;
        send(&office, &[10]).await;
        let day = office.primary.today();
        let key = if key == "pool" { Key::pool(&pool(), day) } else { budget(day) };
        let was = read_number(&item(&office, &key).await, attribute).unwrap();
        tamper(&office, &key, attribute, by).await;
        let today = count_of(&office, Some(day)).await;
        let found = told(&today);
        let [(Cause::ShowsLess, of, shown, counted, false)] = found[..] else { panic!("{found:?}") };
        assert_eq!((of, counted - shown, today.status), (what, by, State::Alarm));
        assert_eq!(read_number(&item(&office, &key).await, attribute), Some(was + by), "today it moves");
        next_morning(&office).await;
        let report = count(&office).await;
        let found = told(&report);
        assert!(matches!(found[..], [(Cause::ShowsLess, of, _, _, true)] if of == what), "{found:?}");
        assert_eq!(read_number(&item(&office, &key).await, attribute), Some(was));
        assert_eq!(told(&count(&office).await), [], "the second finds nothing to mend");
        deliver(&office, &sent[..1]).await;
        assert_eq!(told(&count(&office).await), [], "a receipt of yesterday's is nothing strange");
    }
}

#[tokio::test]
async fn a_grant_that_takes_charges_out_of_its_own_ledger_is_found_by_its_receipts() {
    let office = Office::open().await;
    let sent = send(&office, &[3, 4]).await;
    office.post(&sent.iter().map(|sent| by_t_mobile(delivered(sent))).collect::<Vec<_>>()).await;
    let day = office.primary.today();
    let table = &office.primary.table;
    for sent in &sent {
        let key = Key::ledger(&grant_name("a"), &sent.id.parse().unwrap());
        let update = table.client.update_item().table_name(&table.name).key("pk", key.value());
        update.update_expression("REMOVE charge").send().await.unwrap();
    }
    for (attribute, by) in [("ceiling:acme", 7), ("guaranteed:acme", 7)] {
        tamper(&office, &budget(day), attribute, by).await;
    }
    next_morning(&office).await;
    let report = count(&office).await;
    let found = told(&report);
    assert!(found.contains(&(Cause::ShowsLess, "ceiling:acme", 0, 7, true)), "{found:?}");
    assert_eq!(report.status, State::Alarm);
}

#[tokio::test]
async fn a_months_spend_that_was_lowered_is_raised_to_what_the_ledger_says() {
    let office = Office::open().await;
    let sent = send(&office, &[1, 2, 3]).await;
    deliver(&office, &sent[..1]).await;
    let month = Key::month(&grant_name("a"), tendlc_core::month::UtcMonth::of(office.primary.now()));
    let day = office.primary.today();
    tamper(&office, &month, "spent", -30_000).await;
    let spent = COST + 5 * RESERVED;
    let expected = |mended| vec![(Cause::ShowsLess, "spent", spent - 30_000, spent, mended)];
    assert_eq!(told(&count_of(&office, Some(day)).await), expected(false));
    assert_eq!(office.primary.spent("a").await, spent - 30_000);
    next_morning(&office).await;
    assert_eq!(told(&count(&office).await), expected(true));
    assert_eq!(office.primary.spent("a").await, spent);
    assert_eq!(told(&count(&office).await), []);
}

#[tokio::test]
async fn who_empties_a_pool_that_others_need_is_worth_a_look() {
    for (by, status) in [(-100, State::Agrees), (-101, State::Differs)] {
        let office = Office::open().await;
        send(&office, &[10; 10]).await;
        send(&office, &[10]).await;
        let key = Key::pool(&pool(), office.primary.today());
        tamper(&office, &key, "left", by).await;
        next_morning(&office).await;
        let report = count(&office).await;
        assert_eq!(told(&report), [(Cause::ShowsMore, "acme left", 110 - by, 110, false)]);
        assert_eq!(report.status, status);
    }
}

#[tokio::test]
async fn two_recounts_at_once_mend_once_and_beside_texts_that_go_on() {
    let office = Office::open().await;
    send(&office, &[1, 2, 3]).await;
    let key = budget(office.primary.today());
    let month = Key::month(&grant_name("a"), tendlc_core::month::UtcMonth::of(office.primary.now()));
    let was = read_number(&item(&office, &key).await, "ceiling:acme");
    tamper(&office, &month, "spent", -30_000).await;
    tamper(&office, &key, "ceiling:acme", 4).await;
    tamper(&office, &key, "texts:orders", -2).await;
    next_morning(&office).await;
    let (one, other, sent) =
        futures::join!(count_at_once(&office, None), count_at_once(&office, None), send(&office, &[1, 1]));
    assert_eq!((one.status, other.status, sent.len()), (State::Alarm, State::Alarm, 2));
    assert_eq!(office.primary.spent("a").await, 8 * RESERVED);
    let day = item(&office, &key).await;
    assert_eq!((read_number(&day, "ceiling:acme"), read_number(&day, "texts:orders")), (was, Some(3)));
    assert_eq!(told(&count(&office).await), []);
}

#[tokio::test]
async fn a_months_totals_that_are_not_the_sum_of_its_messages_are_an_alarm() {
    let office = Office::open().await;
    let sent = send(&office, &[1, 2]).await;
    deliver(&office, &sent).await;
    let month = Key::month(&grant_name("a"), tendlc_core::month::UtcMonth::of(office.primary.now()));
    tamper(&office, &month, "price:orders", -1_000).await;
    tamper(&office, &month, "delivered:orders:Verizon", 4).await;
    next_morning(&office).await;
    let report = count(&office).await;
    let price = (Cause::TotalsDiffer, "price:orders", 3 * 5_810 - 1_000, 3 * 5_810, false);
    assert_eq!(told(&report), [(Cause::TotalsDiffer, "delivered:orders:Verizon", 4, 0, false), price]);
    assert_eq!(report.status, State::Alarm);
}

#[tokio::test]
async fn a_tally_that_is_short_is_raised_and_one_that_is_long_is_left() {
    let office = Office::open().await;
    send(&office, &[1, 2]).await;
    let key = budget(office.primary.today());
    tamper(&office, &key, "texts:orders", 1).await;
    tamper(&office, &key, "segments:orders", -3).await;
    next_morning(&office).await;
    assert_eq!(told(&count(&office).await), [(Cause::TallyShort, "segments:orders", 0, 3, true)]);
    let day = item(&office, &key).await;
    assert_eq!((read_number(&day, "texts:orders"), read_number(&day, "segments:orders")), (Some(3), Some(3)));
    assert_eq!(told(&count(&office).await), []);
}

#[tokio::test]
async fn texts_that_the_ledger_does_not_have_are_named_with_their_segments() {
    let office = Office::open().await;
    let at = office.primary.now().as_millisecond();
    office.primary.clock.advance(LATER);
    let stranger = Sent { id: "nobodys".to_owned(), message_id: "m-nobodys".to_owned(), segments: 2, at, claim: None };
    deliver(&office, &[stranger]).await;
    next_morning(&office).await;
    let report = count(&office).await;
    assert_eq!(told(&report), [(Cause::Unmetered, "texts", 1, 0, false), (Cause::Unmetered, "segments", 2, 0, false)]);
    assert_eq!(report.status, State::Alarm);
}

#[tokio::test]
async fn texts_of_which_nothing_is_heard_in_three_days_are_named_once() {
    let office = Office::open().await;
    let sent = send(&office, &[1, 1, 1]).await;
    deliver(&office, &sent[..1]).await;
    let mut days = Vec::new();
    for _ in 0..6 {
        next_morning(&office).await;
        let report = count(&office).await;
        days.extend(told(&report).into_iter().map(|one| (report.day.to_string(), one.0, one.3)));
    }
    assert_eq!(days, [("2026-11-23".to_owned(), Cause::NoReceipt, 2)]);
}

#[tokio::test]
async fn texts_of_the_sns_channel_have_no_receipts_by_nature() {
    let office = Office::open().await;
    send(&office, &[1, 1]).await;
    let table = &office.primary.table;
    let key = Key::campaign(&"orders".parse().unwrap());
    let update = table.client.update_item().table_name(&table.name).key("pk", key.value());
    let update = update.update_expression("SET channel = :sns").expression_attribute_values(":sns", text_of("sns"));
    update.send().await.unwrap();
    for _ in 0..5 {
        next_morning(&office).await;
        assert_eq!(told(&count(&office).await), []);
    }
}

#[tokio::test]
async fn segments_that_aws_counts_otherwise_are_named() {
    let office = Office::open().await;
    let sent = send(&office, &[2]).await;
    office.post(&[but(delivered(&sent[0]), json!({ "totalMessageParts": 3 }))]).await;
    next_morning(&office).await;
    assert_eq!(told(&count(&office).await), [(Cause::OtherSegments, "texts", 1, 0, false)]);
}

#[tokio::test]
async fn a_price_is_lowered_to_the_dearest_of_enough_texts_and_never_below() {
    for (texts, dearest, expected) in [(19, 9_310, RESERVED), (20, 9_310, 9_310), (20, 10_500, 10_500)] {
        let office = Office::open().await;
        let mut receipts: Vec<_> = Vec::new();
        for _ in 0..2 {
            receipts.extend(send(&office, &vec![1; texts / 2]).await.iter().map(delivered));
        }
        if texts % 2 == 1 {
            receipts.extend(send(&office, &[1]).await.iter().map(delivered));
        }
        let price_of_one = (dearest - 3_500) as f64 / 1e6;
        receipts[3] = but(receipts[3].clone(), json!({ "totalMessagePrice": price_of_one }));
        office.post(&receipts).await;
        assert_eq!(price(&office).await, RESERVED);
        let report = count_of(&office, Some(office.primary.today())).await;
        assert_eq!(price(&office).await, RESERVED, "today nothing is mended");
        assert!(report.prices.iter().all(|price| !price.lowered));
        next_morning(&office).await;
        let report = count(&office).await;
        assert_eq!(price(&office).await, expected, "{texts} texts");
        assert_eq!(report.prices.iter().filter(|price| price.lowered).count(), usize::from(texts == 20));
        assert_eq!(count(&office).await.prices, []);
    }
}

#[tokio::test]
async fn one_odd_receipt_binds_no_budget_for_ever() {
    let office = Office::open().await;
    let odd = send(&office, &[1]).await;
    office.post(&[but(delivered(&odd[0]), json!({ "totalMessagePrice": 0.1 }))]).await;
    assert_eq!(price(&office).await, 103_500);
    for _ in 0..4 {
        next_morning(&office).await;
        let sent = [send(&office, &[1; 10]).await, send(&office, &[1; 10]).await].concat();
        deliver(&office, &sent).await;
        count(&office).await;
    }
    assert_eq!(price(&office).await, COST);
}

#[tokio::test]
async fn a_recount_that_is_cut_short_says_how_far_it_came_and_mends_nothing() {
    let office = Office::open().await;
    send(&office, &[1, 2]).await;
    let key = budget(office.primary.today());
    tamper(&office, &key, "ceiling:acme", 50).await;
    tamper(&office, &key, "texts:orders", -1).await;
    next_morning(&office).await;
    let before = item(&office, &key).await;
    let clock: SharedClock = Arc::clone(&office.primary.clock) as SharedClock;
    let deadline = office.primary.now() + SignedDuration::from_secs(20);
    let report = Recount::new(office.primary.table.clone(), clock).run(None, deadline).await.unwrap();
    assert_eq!((report.status, report.read.pages, report.differences), (State::CutShort, 0, vec![]));
    assert_eq!(item(&office, &key).await, before);
    assert_eq!(count(&office).await.status, State::Alarm);
    assert_ne!(item(&office, &key).await, before);
}

#[tokio::test]
async fn a_table_of_many_pages_is_read_to_its_end_at_a_pace_that_leaves_others_room() {
    let office = Office::open().await;
    let table = &office.primary.table;
    for place in 0..5 {
        let mut item = Item::from([("pk".to_owned(), text_of(&format!("L#b#{place}")))]);
        item.insert("padding".to_owned(), text_of(&"x".repeat(390_000)));
        item.insert("at".to_owned(), number(office.primary.now().as_millisecond()));
        table.client.put_item().table_name(&table.name).set_item(Some(item)).send().await.unwrap();
    }
    send(&office, &[1, 2]).await;
    next_morning(&office).await;
    let begun = office.primary.now();
    let report = count(&office).await;
    assert!(report.read.pages >= 2, "{:?}", report.read);
    assert_eq!((report.read.items, report.read.malformed), (2 + 5, 5), "what is no record counts for nothing");
    let paced = SETTLED + SignedDuration::from_millis(200) * (report.read.pages - 1) as i32;
    assert!(office.primary.now().duration_since(begun) >= paced);
    // The time ends between two pages.
    let clock: SharedClock = Arc::clone(&office.primary.clock) as SharedClock;
    let deadline = office.primary.now() + SignedDuration::from_millis(20_100);
    let report = Recount::new(table.clone(), clock).run(None, deadline).await.unwrap();
    assert_eq!((report.status, report.read.pages), (State::CutShort, 1));
}

#[tokio::test]
async fn a_day_that_cannot_be_counted_is_refused() {
    let office = Office::open().await;
    let clock: SharedClock = Arc::clone(&office.primary.clock) as SharedClock;
    let recount = Recount::new(office.primary.table.clone(), clock);
    let deadline = office.primary.now() + SignedDuration::from_mins(15);
    let tomorrow = recount.run(Some(office.primary.today().next()), deadline).await;
    assert!(matches!(tomorrow, Err(RecountError::ToCome(_))), "{tomorrow:?}");
    let old = recount.run(Some("2026-10-17".parse().unwrap()), deadline).await;
    assert!(matches!(old, Err(RecountError::TooOld { .. })), "{old:?}");
    recount.run(Some("2026-10-18".parse().unwrap()), deadline).await.unwrap();
}

#[tokio::test]
async fn limits_that_change_while_a_day_goes_on_are_no_alarm() {
    let terms = Terms::cap(300).grant("b", 50, 100);
    let office = Office::with(NOON, &terms.clone().grant("a", 100, 200)).await;
    send(&office, &[10; 8]).await;
    // Lower than what is used of it; then higher; then a cap that guarantees shrink for; then a grant less.
    for (cap, guaranteed, ceiling) in [(300, 40, 150), (300, 120, 250), (160, 60, 160)] {
        let terms = Terms { cap, ..terms.clone() };
        office.primary.sync(&terms.grant("a", guaranteed, ceiling)).await;
        office.primary.clock.advance(SignedDuration::from_mins(2));
        send(&office, &[1, 2]).await;
    }
    office.primary.sync(&Terms { cap: 160, ..terms.clone() }.grant("a", 60, 160).without("b")).await;
    send(&office, &[5]).await;
    let day = office.primary.today();
    for counted in [Some(day), None] {
        let report = count_of(&office, counted).await;
        assert!(report.differences.iter().all(|one| one.cause == Cause::Shifted), "{:?}", told(&report));
        assert_eq!(report.status, State::Agrees);
        next_morning(&office).await;
    }
    // Once the records say what holds today, yesterday's limits are no longer known.
    office.primary.sync(&Terms::cap(500).grant("a", 60, 160)).await;
    let report = count_of(&office, Some(day)).await;
    assert!(report.differences.iter().any(|one| one.cause == Cause::LimitsGone), "{:?}", told(&report));
    assert_eq!(report.status, State::Agrees);
}

#[tokio::test]
async fn at_midnight_and_at_a_months_end_all_of_both_is_counted() {
    for now in [
        "2026-11-21T07:57:00Z",
        "2026-11-21T07:59:59.9Z",
        "2026-11-21T08:00:01Z",
        "2026-11-30T23:59:40Z",
        "2026-12-01T07:58:00Z",
    ] {
        let terms = Terms { monthly_spend: Some("5.00".parse().unwrap()), ..Terms::cap(1_000) };
        let office = Office::with(now, &terms.grant("a", 3, 1_000)).await;
        let sent = send(&office, &[2, 2, 2]).await;
        office.post(&[delivered(&sent[0]), by_t_mobile(delivered(&sent[1]))]).await;
        for _ in 0..2 {
            next_morning(&office).await;
            let report = count(&office).await;
            assert_eq!((told(&report), report.status), (vec![], State::Agrees), "{now} {}", report.day);
        }
    }
}

#[tokio::test]
async fn a_desk_that_tells_nobody_of_its_texts_is_only_short_of_a_tally() {
    let office = Office::open().await;
    office.desk.ask(&[text(1), text(2)]).await;
    assert_eq!(taken(&office).len(), 0);
    next_morning(&office).await;
    let found = count(&office).await;
    assert!(found.differences.iter().all(|one| one.cause == Cause::TallyShort && one.mended), "{:?}", told(&found));
    assert_eq!(found.differences.len(), 2);
}
