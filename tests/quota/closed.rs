//! G8: when quotas cannot be read, nothing is sent and nothing is lost.

use std::time::Duration;

use tendlc_core::pipeline::{Ended, Ending};
use tendlc_core::reason::Reason;
use tendlc_local::aws::{Action, Fault};

use super::function::{Function, Wish};
use super::primary::{NOON, Primary};
use super::terms::Terms;
use super::wire::{Fate, Wire};

fn all_wait(ends: &[Ended]) -> bool {
    ends.iter()
        .all(|end| matches!(end.ending, Ending::Wait { .. }) && end.outcome.reason == Some(Reason::QuotaUnavailable))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_no_counter_answers_nothing_is_sent_and_afterwards_everything_is() {
    for operation in ["UpdateItem", "TransactWriteItems", "GetItem"] {
        for action in [Action::Throttle, Action::Error, Action::Drop, Action::Hang, Action::Deny] {
            let primary = Primary::start(NOON, &Terms::cap(100).grant("a", 5, 100)).await;
            let function = Function::impatient(&primary, "a", Duration::from_millis(60));
            primary.aws.fault(Fault::always(operation, action)).unwrap();
            let wishes = Wish::many(10, |_| 1);
            let ends = function.run(&wishes).await;
            assert!(all_wait(&ends), "{operation} {action:?}: {ends:?}");
            assert!(primary.aws.sent().is_empty(), "{operation} {action:?}");

            primary.aws.clear_faults();
            // Where the claims may have been written, nobody knows; they are looked at when their lease has ended.
            if operation != "TransactWriteItems" {
                let got = Function::start(&primary, "a").send_all(wishes, 3).await;
                assert_eq!((got.accepted, primary.aws.sent().len()), (10, 10), "{operation} {action:?}");
                assert_eq!(primary.counters(primary.today()).await.used(), 10, "{operation} {action:?}");
            }
        }
    }
}

#[tokio::test]
async fn one_counter_that_does_not_answer_closes_what_needs_it_and_costs_nothing() {
    for (prefix, sent) in [("C#", 0), ("B#", 5), ("R#campaign", 0), ("R#primary", 0)] {
        let primary = Primary::start(NOON, &Terms::cap(100).grant("a", 5, 100)).await;
        let wire = Wire::new(move |call| if call.is_update_of(prefix) { Fate::Lost } else { Fate::Through });
        let function = Function::with(&primary, "a", primary.clock.clone(), wire);
        let ends = function.run(&Wish::many(10, |_| 1)).await;
        // Without the pool, what the guarantee covers is sent all the same.
        assert_eq!(primary.aws.sent().len(), sent, "{prefix}");
        assert!(all_wait(&ends[sent..]), "{prefix}: {ends:?}");
        assert_eq!(primary.counters(primary.today()).await.used(), sent as i64, "{prefix}");
    }
}

#[tokio::test]
async fn a_grant_or_a_day_without_limits_is_closed() {
    let primary = Primary::start(NOON, &Terms::cap(100).grant("a", 5, 100)).await;
    let function = Function::start(&primary, "a");
    // A clock that is days behind meets a day that no limit holds for.
    let behind = Function::skewed(&primary, "a", jiff::SignedDuration::from_hours(-48));
    assert!(all_wait(&behind.run(&Wish::many(2, |_| 1)).await));
    primary.sync(&Terms::cap(100).grant("b", 5, 100)).await;
    let ends = function.run(&Wish::many(2, |_| 1)).await;
    assert!(ends.iter().all(|end| end.outcome.reason == Some(Reason::NotGranted)), "{ends:?}");
    assert!(primary.aws.sent().is_empty());
}
