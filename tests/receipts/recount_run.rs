//! How a recount goes: cut short, page by page, on which days, and over limits and days that change.

use std::sync::Arc;

use jiff::SignedDuration;
use tendlc_core::clock::SharedClock;
use tendlc_core::recount::{Cause, Recount, RecountError, State};
use tendlc_core::table::{Item, number, text as text_of};

use super::desk::text;
use super::office::{Office, by_t_mobile, delivered};
use super::primary::NOON;
use super::terms::Terms;
use super::tomorrow::{SETTLED, budget, count, count_of, item, next_morning, send, taken, tamper, told};

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
