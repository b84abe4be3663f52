//! Limits that are changed: at once where there is room, else from the next Pacific day on.

use tendlc_core::grant::on_day;
use tendlc_core::sync::Change;

use super::consistent::{assert_balanced, assert_promised_once};
use super::desk::{Desk, admitted, text};
use super::primary::{Granted, NOON, Primary, Terms, day, pool};

fn two() -> Terms {
    Terms::cap(100).grant("a", 30, 80).grant("b", 20, 50)
}

async fn uses(primary: &Primary, grant: &str, segments: usize) {
    let told = Desk::open(primary, grant).ask_for_all(vec![text(1); segments], 1).await;
    assert_eq!(admitted(&told), segments as i64, "{grant} uses {segments}");
}

fn budget(grant: &str, guaranteed: i64, ceiling: i64, from: &str) -> Change {
    Change::Budget { grant: grant.parse().unwrap(), pool: pool(), guaranteed, ceiling, from: day(from) }
}

#[tokio::test]
async fn the_second_run_finds_nothing_to_do() {
    let terms = two().granted(Granted { name: "c".to_owned(), guaranteed: 0, ceiling: 10, daily: Some(5) });
    let primary = Primary::empty(NOON, &terms.grants).await;
    let first = primary.sync(&terms).await;
    assert_eq!(first.len(), 9, "a brand and its cap, a campaign, three grants and their budgets: {first:?}");
    let before = primary.counters(primary.today()).await;
    primary.aws.clear_calls();
    assert_eq!(primary.sync(&terms).await, []);
    assert!(!primary.aws.counts().keys().any(|call| *call != "GetItem"), "{:?}", primary.aws.counts());
    uses(&primary, "a", 40).await;
    assert_eq!(primary.sync(&terms).await, [], "also after it was used");
    primary.clock.set("2026-11-25T20:00:00Z".parse().unwrap());
    assert_eq!(primary.sync(&terms).await, [], "also days later");
    assert_eq!(primary.counters(primary.today()).await, before);
}

#[tokio::test]
async fn a_raised_guarantee_is_taken_out_of_the_pool_if_it_is_there() {
    let primary = Primary::start(NOON, &two()).await;
    uses(&primary, "a", 45).await;
    assert_eq!(primary.sync(&two().grant("b", 55, 60)).await, [budget("b", 55, 60, "2026-11-20")]);
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
    assert_eq!(primary.sync(&wanted).await, [budget("b", 55, 60, "2026-11-21")]);
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.of("b").guaranteed), (34, 20));
    assert_eq!(counters.of("b").ceiling, 60, "a ceiling needs no room");
    assert_eq!(primary.sync(&wanted).await, [], "it is put off already");
    assert_promised_once(&primary, "put off").await;
    primary.clock.set("2026-11-21T20:00:00Z".parse().unwrap());
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.of("b").guaranteed), (15, 55));
    assert_eq!(primary.sync(&wanted).await, []);
    assert_eq!(primary.sync(&two()).await, [budget("b", 20, 50, "2026-11-21")]);
}

#[tokio::test]
async fn one_that_was_put_off_is_had_as_soon_as_there_is_room() {
    let primary = Primary::start(NOON, &two()).await;
    uses(&primary, "a", 50).await;
    assert_eq!(primary.sync(&two().grant("b", 60, 60)).await, [budget("b", 60, 60, "2026-11-21")]);
    let more = Terms { cap: 200, ..two().grant("b", 60, 60) };
    let changes = primary.sync(&more).await;
    assert!(changes.contains(&budget("b", 60, 60, "2026-11-20")), "{changes:?}");
    assert_balanced(&primary, primary.today(), 50, "room").await;
}

#[tokio::test]
async fn a_new_grant_at_noon_has_its_guarantee_at_once_or_tomorrow_and_may_use_the_pool_meanwhile() {
    for (used, from) in [(30, "2026-11-20"), (75, "2026-11-21")] {
        let primary = Primary::start(NOON, &two()).await;
        uses(&primary, "a", used).await;
        let wanted = two().grant("new", 20, 40);
        let changes = primary.sync(&wanted).await;
        assert!(changes.contains(&budget("new", 20, 40, from)), "{changes:?}");
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
        assert_eq!(primary.sync(&two().grant("a", 10, 60)).await, [budget("a", 10, 60, "2026-11-20")]);
        let counters = primary.counters(primary.today()).await;
        assert_eq!((counters.shared, counters.of("a").guaranteed), (shared, left), "{used} used");
        assert_eq!(counters.of("a").ceiling, 60 - used as i64);
        assert_balanced(&primary, primary.today(), used as i64, "lowered").await;
        assert_balanced(&primary, primary.today().next(), 0, "lowered").await;
        assert_promised_once(&primary, "lowered").await;
    }
}

#[tokio::test]
async fn a_ceiling_that_is_lowered_below_what_is_used_lets_nothing_more_through() {
    let primary = Primary::start(NOON, &two()).await;
    uses(&primary, "a", 40).await;
    primary.sync(&two().grant("a", 30, 35)).await;
    assert_eq!(primary.counters(primary.today()).await.of("a").ceiling, -5);
    assert_eq!(admitted(&Desk::open(&primary, "a").ask(&[text(1)]).await), 0);
    primary.sync(&two().grant("a", 30, 45)).await;
    assert_eq!(admitted(&Desk::open(&primary, "a").ask(&[text(1); 9]).await), 5);
}

#[tokio::test]
async fn a_removed_grant_is_gone_and_what_it_had_not_used_is_anybodys() {
    let primary = Primary::start(NOON, &two()).await;
    uses(&primary, "b", 5).await;
    let changes = primary.sync(&two().without("b")).await;
    assert_eq!(changes, [Change::Removed { what: "grant b".to_owned() }]);
    assert!(primary.grant("b").await.is_none());
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.unused_guarantees()), (65, 30));
    assert_eq!(primary.sync(&two().without("b")).await, []);
    assert_promised_once(&primary, "removed").await;
    // And back again, on the same day.
    primary.sync(&two()).await;
    assert_balanced(&primary, primary.today(), 5, "back").await;
    assert_promised_once(&primary, "back").await;
}

#[tokio::test]
async fn campaigns_and_brands_that_are_no_longer_wanted_are_gone() {
    let mut terms = two();
    terms.campaigns.push(("codes", 1_000));
    let primary = Primary::start(NOON, &terms).await;
    assert_eq!(primary.sync(&two()).await.len(), 3, "the campaign, and the grants that had it");
    let nothing = tendlc_core::sync::Wanted::default();
    let clock: tendlc_core::clock::SharedClock = primary.clock.clone();
    let sync = tendlc_core::sync::Sync::new(primary.table.clone(), clock);
    assert_eq!(sync.run(&nothing).await.unwrap().len(), 4, "two grants, a campaign, a brand");
    assert_eq!(sync.index().await.unwrap(), tendlc_core::sync::Index::default());
    assert_eq!(sync.run(&nothing).await.unwrap(), []);
}

#[tokio::test]
async fn a_cap_is_changed_whenever_it_was_written_first() {
    for now in [NOON, "2026-11-21T20:00:00Z", "2026-12-25T20:00:00Z"] {
        for cap in [60, 300] {
            let primary = Primary::start(NOON, &two()).await;
            primary.clock.set(now.parse().unwrap());
            uses(&primary, "a", 10).await;
            let changes = primary.sync(&Terms { cap, ..two() }).await;
            assert_eq!(changes, [Change::Cap { pool: pool(), before: Some(100), now: cap }], "at {now}");
            assert_eq!(primary.counters(primary.today()).await.cap, cap);
            assert_balanced(&primary, primary.today(), 10, now).await;
            assert_balanced(&primary, primary.today().next(), 0, now).await;
            assert_eq!(primary.sync(&Terms { cap, ..two() }).await, []);
        }
    }
}

#[tokio::test]
async fn a_lowered_cap_shrinks_unused_guarantees_in_proportion_and_says_so() {
    let primary =
        Primary::start(NOON, &Terms::cap(200).grant("a", 60, 200).grant("b", 30, 200).grant("c", 0, 200)).await;
    uses(&primary, "c", 110).await;
    uses(&primary, "a", 20).await;
    // 130 are used and 70 promised. 30 are missing, and those that have 40 and 30 left give them.
    let lowered = Terms::cap(170).grant("a", 60, 200).grant("b", 30, 200).grant("c", 0, 200);
    let changes = primary.sync(&lowered).await;
    let shrunk = Change::Shrunk { pool: pool(), day: primary.today(), by: 30, over: 0 };
    assert_eq!(changes, [Change::Cap { pool: pool(), before: Some(200), now: 170 }, shrunk.clone()]);
    assert!(shrunk.to_string().contains("WARNING"), "{shrunk}");
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.of("a").guaranteed, counters.of("b").guaranteed), (0, 22, 18));
    assert_balanced(&primary, primary.today(), 130, "shrunk").await;
    assert_eq!(primary.sync(&lowered).await, [], "it is said once");
    let counters = primary.counters(primary.today().next()).await;
    assert_eq!((counters.shared, counters.unused_guarantees()), (80, 90), "tomorrow all of it is there");
}

#[tokio::test]
async fn a_cap_below_what_is_used_leaves_nothing_and_a_pool_below_zero() {
    let primary = Primary::start(NOON, &two()).await;
    uses(&primary, "a", 70).await;
    let lowered = Terms { cap: 60, ..two() };
    let changes = primary.sync(&lowered).await;
    assert!(changes.contains(&Change::Shrunk { pool: pool(), day: primary.today(), by: 20, over: 10 }), "{changes:?}");
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.unused_guarantees()), (-10, 0));
    for grant in ["a", "b"] {
        assert_eq!(admitted(&Desk::open(&primary, grant).ask(&[text(1); 3]).await), 0);
    }
    assert_eq!(primary.sync(&lowered).await, []);
    // Raised again, the pool has what is beyond what was used; the guarantees are there again tomorrow.
    primary.sync(&two()).await;
    assert_balanced(&primary, primary.today(), 70, "raised again").await;
    assert_eq!(primary.counters(primary.today()).await.shared, 30);
}

#[tokio::test]
async fn more_is_never_guaranteed_than_there_is() {
    // As when a cap that is read from AWS falls below what the file promises.
    let primary = Primary::start(NOON, &two()).await;
    let fallen = Terms { cap: 25, ..two() };
    let changes = primary.sync(&fallen).await;
    assert_eq!(changes[0], Change::Overpromised { pool: pool(), cap: 25, guaranteed: 50 });
    assert!(changes[0].to_string().contains("WARNING"));
    for day in [primary.today(), primary.today().next()] {
        let counters = primary.counters(day).await;
        assert_eq!((counters.of("a").guaranteed, counters.of("b").guaranteed, counters.shared), (15, 10, 0), "{day}");
    }
    assert_eq!(primary.sync(&fallen).await, [changes[0].clone()], "it is said as long as it is so");
    assert_promised_once(&primary, "fallen").await;
    primary.sync(&two()).await;
    assert_eq!(primary.counters(primary.today()).await.of("a").guaranteed, 30);
}

#[tokio::test]
async fn in_the_last_ten_minutes_of_a_day_tomorrows_counters_move_too() {
    for before_midnight in ["2026-11-21T07:50:00Z", "2026-11-21T07:57:00Z", "2026-11-21T07:59:59Z"] {
        let primary = Primary::start(before_midnight, &two()).await;
        let tomorrow = primary.today().next();
        let late = before_midnight > "2026-11-21T07:55:00Z";
        uses(&primary, "a", 46).await;
        let charged = if late { 46 } else { 0 };
        assert_balanced(&primary, tomorrow, charged, before_midnight).await;
        // Whoever has the old limits in mind may make tomorrow's counters any moment now.
        let stale = Desk::open(&primary, "b");
        stale.warm().await;
        let changes = primary.sync(&Terms { cap: 120, ..two().grant("a", 40, 80).grant("b", 10, 50) }).await;
        assert!(changes.contains(&budget("a", 40, 80, "2026-11-20")), "{changes:?}");
        assert_eq!(admitted(&stale.ask(&[text(1); 5]).await), 5);
        assert_balanced(&primary, primary.today(), 51, before_midnight).await;
        assert_balanced(&primary, tomorrow, if late { 51 } else { 0 }, before_midnight).await;
        assert_promised_once(&primary, before_midnight).await;
        primary.clock.set("2026-11-21T08:00:01Z".parse().unwrap());
        assert_eq!(admitted(&stale.ask(&[text(1); 5]).await), 5);
        assert_balanced(&primary, tomorrow, if late { 56 } else { 5 }, before_midnight).await;
    }
}

#[tokio::test]
async fn what_today_has_not_got_tomorrow_may_have_even_in_its_eve() {
    let primary = Primary::start("2026-11-21T07:51:00Z", &two()).await;
    uses(&primary, "a", 50).await;
    let changes = primary.sync(&two().grant("b", 60, 60)).await;
    assert_eq!(changes, [budget("b", 60, 60, "2026-11-21")]);
    let (today, tomorrow) = (primary.today(), primary.today().next());
    assert_eq!(primary.counters(today).await.of("b").guaranteed, 20);
    assert_eq!(primary.counters(tomorrow).await.of("b").guaranteed, 60);
    assert_balanced(&primary, today, 50, "eve").await;
    assert_balanced(&primary, tomorrow, 0, "eve").await;
    // A raise that was put off to tomorrow is not undone by another one that does not fit either.
    primary.sync(&two().grant("b", 65, 65)).await;
    assert_eq!(primary.counters(tomorrow).await.of("b").guaranteed, 65);
    assert_eq!(on_day(&primary.grant("b").await.unwrap().budgets[&pool()], today).unwrap().guaranteed, 20);
    assert_promised_once(&primary, "eve").await;
}

#[tokio::test]
async fn the_ceiling_on_all_texts_moves_where_it_is_counted_and_else_begins_tomorrow() {
    let daily = |daily| two().granted(Granted { name: "a".to_owned(), guaranteed: 30, ceiling: 80, daily });
    let primary = Primary::start(NOON, &daily(Some(20))).await;
    uses(&primary, "a", 15).await;
    primary.sync(&daily(Some(18))).await;
    assert_eq!(primary.counters(primary.today()).await.of("a").all, Some(3));
    primary.sync(&daily(None)).await;
    uses(&primary, "a", 10).await;
    primary.sync(&daily(Some(20))).await;
    assert_eq!(primary.sync(&daily(Some(20))).await, []);
    let (today, tomorrow) = (primary.today(), primary.today().next());
    assert_eq!(primary.counters(today).await.of("a").all, None, "nobody has counted since");
    assert_eq!(primary.counters(tomorrow).await.of("a").all, Some(20));
}

#[tokio::test]
async fn a_grant_that_is_back_on_the_same_day_has_used_what_it_had_used() {
    let daily =
        |daily| two().granted(Granted { name: "a".to_owned(), guaranteed: 30, ceiling: 50, daily: Some(daily) });
    let primary = Primary::start(NOON, &daily(40)).await;
    uses(&primary, "a", 15).await;
    primary.sync(&two().without("a")).await;
    primary.sync(&daily(25)).await;
    let left = primary.counters(primary.today()).await.of("a");
    assert_eq!((left.all, left.ceiling), (Some(10), 35));
    assert_balanced(&primary, primary.today(), 15, "back").await;
    let told = Desk::open(&primary, "a").ask(&[text(4); 5]).await;
    assert_eq!(admitted(&told), 8, "ten are left of twenty-five");
}
