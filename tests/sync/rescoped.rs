//! What a cap counts over, and in what, is changed in the middle of a day; a brand goes and comes back. What was used
//! stays used.

use std::collections::BTreeMap;

use tendlc_core::grant::{CapUnit, Pool};
use tendlc_core::sync::{Change, Wanted};

use super::desk::{Desk, admitted, text};
use super::primary::{NOON, Primary};
use super::terms::{Terms, pool};

const AFTER_MIDNIGHT: &str = "2026-11-21T08:00:03Z";

pub fn ten() -> Terms {
    Terms::cap(10).grant("a", 4, 10)
}

fn of_campaign() -> Pool {
    Pool::of_campaign(&"acme".parse().unwrap(), &"order-updates".parse().unwrap())
}

/// The same, with a cap of each campaign's own.
pub fn by_campaign(mut wanted: Wanted) -> Wanted {
    fn moved<T>(pools: &mut BTreeMap<Pool, T>) {
        *pools = std::mem::take(pools).into_values().map(|value| (of_campaign(), value)).collect();
    }
    for campaign in &mut wanted.campaigns {
        campaign.counted.iter_mut().for_each(|counted| counted.value.pool = of_campaign());
    }
    wanted.brands.iter_mut().for_each(|brand| moved(&mut brand.pools));
    wanted.grants.iter_mut().for_each(|grant| moved(&mut grant.budgets));
    wanted
}

async fn takes(primary: &Primary, texts: usize, segments: u32) -> i64 {
    admitted(&Desk::open(primary, "a").ask_for_all(vec![text(segments); texts], 1).await)
}

#[tokio::test]
async fn a_cap_by_campaign_begins_with_the_next_day_and_the_old_one_is_not_handed_out_twice() {
    let primary = Primary::start(NOON, &ten()).await;
    assert_eq!(takes(&primary, 7, 1).await, 7);
    let wanted = by_campaign(ten().wanted(primary.today()));
    primary.run(&wanted).await.unwrap();
    assert_eq!(takes(&primary, 7, 1).await, 3, "the brand's cap of ten holds until midnight");
    assert_eq!(primary.run(&wanted).await.unwrap(), [], "the second run finds nothing to do");
    primary.clock.set(AFTER_MIDNIGHT.parse().unwrap());
    assert_eq!(takes(&primary, 12, 1).await, 10);
    assert_eq!(primary.counters(primary.today()).await.used(), 0, "none of them is the old cap's");
    primary.run(&by_campaign(ten().wanted(primary.today()))).await.unwrap();
    assert_eq!(takes(&primary, 1, 1).await, 0);
}

#[tokio::test]
async fn a_cap_that_counted_by_campaign_is_the_brands_from_the_next_day_on() {
    let primary = Primary::empty(NOON, &ten().grants).await;
    primary.run(&by_campaign(ten().wanted(primary.today()))).await.unwrap();
    assert_eq!(takes(&primary, 6, 1).await, 6);
    primary.sync(&ten()).await;
    assert_eq!(takes(&primary, 12, 1).await, 4);
    primary.clock.set(AFTER_MIDNIGHT.parse().unwrap());
    assert_eq!(takes(&primary, 12, 1).await, 10);
}

#[tokio::test]
async fn a_cap_counts_in_its_old_unit_until_the_day_ends() {
    let terms = Terms { unit: CapUnit::Messages, ..ten() };
    let primary = Primary::start(NOON, &terms).await;
    assert_eq!(takes(&primary, 9, 3).await, 27, "nine texts of ten");
    primary.sync(&ten()).await;
    assert_eq!(takes(&primary, 5, 3).await, 3, "one text of ten is left, not a cap of ten segments");
    primary.clock.set(AFTER_MIDNIGHT.parse().unwrap());
    assert_eq!(takes(&primary, 5, 3).await, 9, "three texts of three segments fit into ten");
}

#[tokio::test]
async fn a_brand_that_goes_and_comes_back_has_used_what_it_used() {
    let primary = Primary::start(NOON, &ten()).await;
    assert_eq!(takes(&primary, 6, 1).await, 6);
    primary.run(&Wanted::default()).await.unwrap();
    let back = Terms::cap(8).grant("a", 0, 100);
    let changes = primary.sync(&back).await;
    assert!(changes.contains(&Change::Cap { pool: pool(), before: None, now: 8 }), "{changes:?}");
    assert_eq!(takes(&primary, 6, 1).await, 2);
    primary.clock.set(AFTER_MIDNIGHT.parse().unwrap());
    assert_eq!(takes(&primary, 12, 1).await, 8);
}
