//! Ceilings that are changed: they need no room, and what was used counts.

use tendlc_core::sync::Change;

use super::change::{two, uses};
use super::desk::{Desk, admitted, text};
use super::primary::{NOON, Primary};
use super::terms::Granted;

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
async fn the_ceiling_on_all_texts_moves_where_it_is_counted_and_else_begins_tomorrow() {
    let daily = |daily| two().granted(Granted { name: "a".to_owned(), guaranteed: 30, ceiling: 80, daily });
    let primary = Primary::start(NOON, &daily(Some(20))).await;
    uses(&primary, "a", 15).await;
    let told = |before, segments, from| Change::DailySegments { grant: "a".parse().unwrap(), before, segments, from };
    let (today, tomorrow) = (primary.today(), primary.today().next());
    assert!(primary.sync(&daily(Some(18))).await == [told(Some(20), Some(18), today)]);
    assert_eq!(primary.counters(primary.today()).await.of("a").all, Some(3));
    assert!(primary.sync(&daily(None)).await == [told(Some(18), None, today)]);
    uses(&primary, "a", 10).await;
    // Who pulls this brake in the night must know that it holds from tomorrow on.
    assert!(primary.sync(&daily(Some(20))).await == [told(None, Some(20), tomorrow)]);
    assert_eq!(primary.sync(&daily(Some(20))).await, []);
    assert_eq!(primary.counters(today).await.of("a").all, None, "nobody has counted since");
    assert_eq!(primary.counters(tomorrow).await.of("a").all, Some(20));
}
