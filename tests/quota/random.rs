//! The books balance: after anything that can happen, `cap = used + pool + unused guarantees`, and what is used is what
//! was accepted.

use futures::future::join_all;
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tendlc_core::ledger::State;
use tendlc_local::aws::{Action, Fault};

use super::books::Books;
use super::function::{Function, Wish};
use super::primary::{NOON, Primary};
use super::seed::rng;
use super::terms::{Granted, Terms};

/// Terms with little of everything, so that each limit is met.
fn terms(rng: &mut StdRng) -> Terms {
    let cap = rng.random_range(20..120);
    let mut terms = Terms::cap(cap);
    let mut left = cap;
    for name in ["a", "b", "c"] {
        let guaranteed = rng.random_range(0..=left / 2);
        left -= guaranteed;
        let ceiling = rng.random_range(guaranteed.max(1)..=cap);
        let daily = rng.random_bool(0.3).then(|| rng.random_range(1..=cap));
        terms = terms.granted(Granted { name: name.to_owned(), guaranteed, ceiling, daily });
    }
    terms
}

/// Faults whose outcome every caller gets to know in the end.
fn known_faults(primary: &Primary, rng: &mut StdRng) {
    for _ in 0..rng.random_range(0..6) {
        let (operation, action) = match rng.random_range(0..6) {
            0 => ("SendTextMessage", Action::OptOut),
            1 => ("SendTextMessage", Action::Throttle),
            2 => ("SendTextMessage", Action::Error),
            3 => ("TransactWriteItems", Action::FailAfterAccept),
            4 => ("UpdateItem", Action::Throttle),
            _ => ("UpdateItem", Action::Drop),
        };
        let nth = rng.random_range(1..20);
        primary.aws.fault(Fault::nth(operation, nth, action)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_what_is_charged_is_what_may_have_been_sent() {
    let mut rng = rng("books");
    for round in 0..8 {
        let terms = terms(&mut rng);
        let primary = Primary::start(NOON, &terms).await;
        known_faults(&primary, &mut rng);
        let functions: Vec<_> = (0..6)
            .map(|place| {
                let skew = SignedDuration::from_millis(rng.random_range(0..2_000));
                Function::skewed(&primary, ["a", "b", "c"][place % 3], skew)
            })
            .collect();
        join_all(functions.iter().map(|function| {
            let mut rng = StdRng::seed_from_u64(rng.random());
            async move {
                for _ in 0..2 {
                    let wishes = Wish::many(rng.random_range(1..=10), |_| 1);
                    let wishes =
                        wishes.into_iter().map(|wish| Wish { segments: rng.random_range(1..=4), ..wish }).collect();
                    function.send_all(wishes, 1).await;
                }
            }
        }))
        .await;
        let (books, counters) = (Books::read(&primary).await, primary.counters(primary.today()).await);
        let sent: i64 = primary.aws.sent().iter().map(|sent| i64::from(sent.segments)).sum();
        assert_eq!(books.segments(State::Claimed), 0, "{round}: {books:?}");
        assert_eq!(counters.used(), books.may_be_sent(), "{round}: {terms:?} {counters:?} {books:?}");
        assert!(sent <= counters.used() && counters.used() <= terms.cap, "{round}: {sent} {counters:?}");
        for granted in &terms.grants {
            let left = counters.of(&granted.name);
            assert!(
                left.guaranteed >= 0 && left.ceiling >= 0 && left.all.is_none_or(|all| all >= 0),
                "{round}: {counters:?}"
            );
            assert!(counters.shared >= 0, "{round}: {counters:?}");
        }
    }
}
