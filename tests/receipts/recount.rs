//! The recount: what it finds, what it calls it, and what it mends.

use serde_json::json;
use tendlc_core::recount::{Cause, State};
use tendlc_core::table::{Key, read_number, text as text_of};
use tendlc_local::aws::{Action, Fault};

use super::office::{LATER, Office, RESERVED, Sent, but, by_t_mobile, delivered};
use super::primary::{NOON, grant_name};
use super::terms::{Terms, pool};
use super::tomorrow::{
    budget, count, count_at_once, count_of, deliver, item, next_morning, send, send_on, tamper, told,
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
