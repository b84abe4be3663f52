//! Sixty-four functions, a hundred grants, one campaign, one brand.

use futures::future::join_all;
use jiff::SignedDuration;
use tendlc_core::reason::Reason;

use super::desk::{Desk, Told, admitted, text};
use super::primary::{NOON, Primary};
use super::terms::Terms;

const CAP: i64 = 4_000;
const GRANTS: usize = 100;
const GUARANTEED: i64 = 20;

/// Clocks two seconds apart at worst.
fn skew(place: usize) -> SignedDuration {
    SignedDuration::from_millis(place as i64 * 37 % 2_000)
}

fn name(place: usize) -> String {
    format!("grant-{place:02}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_floods_leaves_ninety_nine_others_their_guarantees_and_the_cap_is_used_and_not_passed() {
    let terms = (0..GRANTS).fold(Terms::cap(CAP), |terms, place| terms.grant(&name(place), GUARANTEED, CAP));
    let primary = Primary::start(NOON, &terms).await;
    // One grant has nearly all functions to itself, and asks for more than the whole cap; the others come late.
    let flood: Vec<Desk> = (0..48).map(|place| Desk::skewed(&primary, &name(0), skew(place))).collect();
    let flooding = join_all(flood.iter().map(|desk| desk.ask_for_all(vec![text(1); 100], 2)));
    let rest: Vec<Desk> = (1..GRANTS).map(|place| Desk::skewed(&primary, &name(place), skew(place))).collect();
    let others = async {
        let mut got = Vec::new();
        // Sixteen functions, each with several grants.
        for some in rest.chunks(16) {
            got.extend(join_all(some.iter().map(|desk| desk.ask_for_all(vec![text(1); 25], 2))).await);
        }
        got
    };
    let (flooded, others) = futures::join!(flooding, others);
    let (flooded, got): (Vec<Told>, Vec<i64>) = (flooded.concat(), others.iter().map(|told| admitted(told)).collect());
    let counters = primary.counters(primary.today()).await;
    let (flooded, total) = (admitted(&flooded), got.iter().sum::<i64>());
    println!(
        "one grant got {flooded} of {CAP}, the others {} to {} each",
        got.iter().min().unwrap(),
        got.iter().max().unwrap()
    );
    assert!(got.iter().all(|got| *got >= GUARANTEED), "{got:?}");
    assert_eq!(counters.used(), flooded + total, "nothing has leaked");
    assert!(flooded + total <= CAP);
    let usable = CAP - counters.unused_guarantees();
    assert!((flooded + total) * 100 >= usable * 99, "{} of {usable}", flooded + total);
    let refused = flood[0].ask(&[text(1)]).await;
    assert_eq!(refused[0].reason(), Some(Reason::BrandDailyCap));
}
