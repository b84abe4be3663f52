//! Guarantees that are changed: at once where there is room, else from the next Pacific day on.

use super::change::{budget, two, uses};
use super::consistent::{assert_balanced, assert_promised_once};
use super::desk::{Desk, admitted, text};
use super::primary::{NOON, Primary};
use super::terms::Terms;

#[tokio::test]
async fn a_raised_guarantee_is_taken_out_of_the_pool_if_it_is_there() {
    let primary = Primary::start(NOON, &two()).await;
    uses(&primary, "a", 45).await;
    assert_eq!(primary.sync(&two().grant("b", 55, 60)).await, [budget("b", Some((20, 50)), (55, 60), "2026-11-20")]);
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.of("b").guaranteed, counters.of("b").ceiling), (0, 55, 60));
    assert_balanced(&primary, primary.today(), 45, "raised").await;
    assert_balanced(&primary, primary.today().next(), 0, "raised").await;
    assert_promised_once(&primary, "raised").await;
    uses(&primary, "b", 55).await;
    assert_eq!(admitted(&Desk::open(&primary, "a").ask(&[text(1)]).await), 0);
}

#[tokio::test]
async fn one_that_the_pool_has_not_got_begins_with_the_next_pacific_day() {
    let primary = Primary::start(NOON, &two()).await;
    uses(&primary, "a", 46).await;
    let wanted = two().grant("b", 55, 60);
    assert_eq!(primary.sync(&wanted).await, [budget("b", Some((20, 50)), (55, 60), "2026-11-21")]);
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.of("b").guaranteed), (34, 20));
    assert_eq!(counters.of("b").ceiling, 60, "a ceiling needs no room");
    assert_eq!(primary.sync(&wanted).await, [], "it is put off already");
    let back = primary.sync(&two()).await;
    assert_eq!(back, [budget("b", Some((55, 60)), (20, 50), "2026-11-20")], "a ceiling is lower today");
    primary.sync(&wanted).await;
    assert_promised_once(&primary, "put off").await;
    primary.clock.set("2026-11-21T20:00:00Z".parse().unwrap());
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.of("b").guaranteed), (15, 55));
    assert_eq!(primary.sync(&wanted).await, []);
    assert_eq!(primary.sync(&two()).await, [budget("b", Some((55, 60)), (20, 50), "2026-11-21")]);
}

#[tokio::test]
async fn one_that_was_put_off_is_had_as_soon_as_there_is_room() {
    let primary = Primary::start(NOON, &two()).await;
    uses(&primary, "a", 50).await;
    assert_eq!(primary.sync(&two().grant("b", 60, 60)).await, [budget("b", Some((20, 50)), (60, 60), "2026-11-21")]);
    let more = Terms { cap: 200, ..two().grant("b", 60, 60) };
    let changes = primary.sync(&more).await;
    assert!(changes.contains(&budget("b", Some((20, 60)), (60, 60), "2026-11-20")), "{changes:?}");
    assert_balanced(&primary, primary.today(), 50, "room").await;
}

#[tokio::test]
async fn a_new_grant_at_noon_has_its_guarantee_at_once_or_tomorrow_and_may_use_the_pool_meanwhile() {
    for (used, from) in [(30, "2026-11-20"), (75, "2026-11-21")] {
        let primary = Primary::start(NOON, &two()).await;
        uses(&primary, "a", used).await;
        let wanted = two().grant("new", 20, 40);
        let changes = primary.sync(&wanted).await;
        assert!(changes.contains(&budget("new", None, (20, 40), from)), "{changes:?}");
        assert_eq!(primary.sync(&wanted).await, []);
        let counters = primary.counters(primary.today()).await;
        assert_eq!(counters.of("new").guaranteed, if used == 30 { 20 } else { 0 });
        assert_balanced(&primary, primary.today(), used as i64, "new").await;
        uses(&primary, "new", 5).await;
    }
}

#[tokio::test]
async fn lowering_a_guarantee_gives_back_what_is_unused_of_it() {
    for (used, shared, left) in [(0, 70, 10), (15, 65, 0), (25, 55, 0), (30, 50, 0)] {
        let primary = Primary::start(NOON, &two()).await;
        uses(&primary, "a", used).await;
        assert_eq!(
            primary.sync(&two().grant("a", 10, 60)).await,
            [budget("a", Some((30, 80)), (10, 60), "2026-11-20")]
        );
        let counters = primary.counters(primary.today()).await;
        assert_eq!((counters.shared, counters.of("a").guaranteed), (shared, left), "{used} used");
        assert_eq!(counters.of("a").ceiling, 60 - used as i64);
        assert_balanced(&primary, primary.today(), used as i64, "lowered").await;
        assert_balanced(&primary, primary.today().next(), 0, "lowered").await;
        assert_promised_once(&primary, "lowered").await;
    }
}
