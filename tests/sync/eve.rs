//! Changes in the last minutes of a Pacific day, when tomorrow's counters may be there already.

use tendlc_core::grant::on_day;

use super::change::{budget, two, uses};
use super::consistent::{assert_balanced, assert_promised_once};
use super::desk::{Desk, admitted, text};
use super::primary::Primary;
use super::terms::{Terms, pool};

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
        assert!(changes.contains(&budget("a", Some((30, 80)), (40, 80), "2026-11-20")), "{changes:?}");
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
    assert_eq!(changes, [budget("b", Some((20, 50)), (60, 60), "2026-11-21")]);
    let (today, tomorrow) = (primary.today(), primary.today().next());
    assert_eq!(primary.counters(today).await.of("b").guaranteed, 20);
    assert_eq!(primary.counters(tomorrow).await.of("b").guaranteed, 60);
    assert_balanced(&primary, today, 50, "eve").await;
    assert_balanced(&primary, tomorrow, 0, "eve").await;
    // A raise that was put off to tomorrow is not undone by another one that does not fit either.
    let changes = primary.sync(&two().grant("b", 65, 65)).await;
    assert_eq!(changes, [budget("b", Some((60, 60)), (65, 65), "2026-11-21")]);
    assert_eq!(primary.counters(tomorrow).await.of("b").guaranteed, 65);
    assert_eq!(on_day(&primary.grant("b").await.unwrap().budgets[&pool()], today).unwrap().guaranteed, 20);
    assert_promised_once(&primary, "eve").await;
}
