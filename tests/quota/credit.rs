//! What is known not to have been sent is given back: where it came from, on its own day, exactly once.

use futures::future::join_all;
use tendlc_core::pipeline::Ending;
use tendlc_core::reason::Reason;
use tendlc_local::aws::{Action, Fault};

use super::books::Books;
use super::desk::{Desk, admitted, text};
use super::function::{Function, Wish};
use super::primary::{NOON, Primary};
use super::terms::{Granted, Terms};
use super::wire::{Fate, Wire};

/// A grant whose texts come partly off its guarantee, partly off the pool, and count against two ceilings.
fn terms() -> Terms {
    Terms::cap(200).granted(Granted { name: "a".to_owned(), guaranteed: 7, ceiling: 100, daily: Some(90) })
}

fn fault(primary: &Primary, fault: Fault) {
    primary.aws.fault(fault).unwrap();
}

#[tokio::test]
async fn what_the_channel_refuses_goes_back_where_it_came_from_and_what_it_may_have_sent_does_not() {
    for (action, back) in [
        (Action::OptOut, true),
        (Action::Throttle, true),
        (Action::SpendLimit, true),
        (Action::Deny, true),
        (Action::Error, false),
        (Action::FailAfterAccept, false),
    ] {
        let primary = Primary::start(NOON, &terms()).await;
        let before = primary.counters(primary.today()).await;
        fault(&primary, Fault::always("SendTextMessage", action));
        let function = Function::start(&primary, "a");
        function.run(&Wish::many(5, |_| 2)).await;
        let after = primary.counters(primary.today()).await;
        let used = if back { 0 } else { 10 };
        assert_eq!(after.used(), used, "{action:?}");
        assert_eq!(after == before, back, "{action:?}: {after:?}");
        assert_eq!(after.of("a").ceiling, 100 - used, "{action:?}");
        assert_eq!(after.of("a").all, Some(90 - used), "{action:?}");
    }
}

#[tokio::test]
async fn in_the_last_five_minutes_both_days_get_theirs_back() {
    let primary = Primary::start("2026-03-09T06:57:00Z", &terms()).await;
    let (today, tomorrow) = (primary.today(), primary.today().next());
    let before = (primary.counters(today).await, primary.counters(tomorrow).await);
    let function = Function::start(&primary, "a");
    fault(&primary, Fault { times: Some(3), ..Fault::always("SendTextMessage", Action::OptOut) });
    function.run(&Wish::many(3, |_| 4)).await;
    assert_eq!((primary.counters(today).await, primary.counters(tomorrow).await), before);
    function.run(&Wish::many(3, |_| 4)).await;
    assert_eq!((primary.counters(today).await.used(), primary.counters(tomorrow).await.used()), (12, 12));

    // Given back after midnight, it still goes to the days that it came from.
    primary.aws.clear_faults();
    fault(&primary, Fault::always("SendTextMessage", Action::Throttle));
    primary.clock.set("2026-03-09T06:59:50Z".parse().unwrap());
    let clock = primary.clock.clone();
    let wire = Wire::new(move |call| {
        if call.operation == "SendTextMessage" {
            clock.set("2026-03-09T07:00:01Z".parse().unwrap());
        }
        Fate::Through
    });
    Function::with(&primary, "a", primary.clock.clone(), wire).run(&Wish::many(3, |_| 4)).await;
    assert_eq!(primary.today(), tomorrow);
    assert_eq!((primary.counters(today).await.used(), primary.counters(tomorrow).await.used()), (12, 12));
}

#[tokio::test]
async fn a_lost_answer_of_the_transaction_gives_back_once() {
    // The first transaction claims, the second gives back; each as often as the SDK tries, and once more.
    for nth in 1..=6 {
        for (action, times) in [
            (Action::FailAfterAccept, 1),
            (Action::FailAfterAccept, 2),
            (Action::FailAfterAccept, 3),
            (Action::Drop, 1),
            (Action::Drop, 3),
            (Action::Error, 3),
        ] {
            let primary = Primary::start(NOON, &terms()).await;
            fault(&primary, Fault::always("SendTextMessage", Action::OptOut));
            for more in 0..times {
                fault(&primary, Fault::nth("TransactWriteItems", nth + more, action));
            }
            let wishes = Wish::many(4, |place| place as u32 + 1);
            let function = Function::start(&primary, "a");
            function.run(&wishes).await;
            let books = Books::read(&primary).await;
            let used = primary.counters(primary.today()).await.used();
            assert_eq!(used, books.may_be_sent() + books.never_claimed(&wishes), "{nth} {action:?} {times}: {books:?}");
            if nth > 2 {
                assert_eq!(used, 0);
            }
        }
    }
}

#[tokio::test]
async fn a_broken_connection_gives_back_once() {
    for broken in 0..2 {
        for fates in [
            [Fate::AnswerLost, Fate::Through, Fate::Through],
            [Fate::AnswerLost, Fate::AnswerLost, Fate::Lost],
            [Fate::Lost, Fate::AnswerLost, Fate::AnswerLost],
            [Fate::Lost; 3],
        ] {
            let primary = Primary::start(NOON, &terms()).await;
            fault(&primary, Fault::always("SendTextMessage", Action::OptOut));
            let mut seen = 0;
            let wire = Wire::new(move |call| {
                if call.operation != "TransactWriteItems" {
                    return Fate::Through;
                }
                seen += 1;
                fates.get((seen as usize).wrapping_sub(1 + broken)).copied().unwrap_or(Fate::Through)
            });
            let wishes = Wish::many(4, |place| place as u32 + 1);
            Function::with(&primary, "a", primary.clock.clone(), wire).run(&wishes).await;
            let books = Books::read(&primary).await;
            let used = primary.counters(primary.today()).await.used();
            assert_eq!(used, books.may_be_sent() + books.never_claimed(&wishes), "{broken} {fates:?}: {books:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_functions_give_back_to_one_pool_and_nothing_is_lost() {
    let primary = Primary::start(NOON, &Terms::cap(900).grant("a", 10, 900).grant("b", 10, 900)).await;
    let before = primary.counters(primary.today()).await;
    fault(&primary, Fault::always("SendTextMessage", Action::OptOut));
    let functions: Vec<_> = (0..64).map(|place| Function::start(&primary, ["a", "b"][place % 2])).collect();
    let wishes = Wish::many(5, |_| 2);
    join_all(functions.iter().map(|function| {
        let wishes: Vec<Wish> =
            wishes.iter().map(|wish| Wish { id: uuid::Uuid::new_v4().to_string(), ..wish.clone() }).collect();
        async move { function.run(&wishes).await }
    }))
    .await;
    assert_eq!(primary.counters(primary.today()).await, before);
    assert!(primary.aws.sent().is_empty());
}

#[tokio::test]
async fn a_counter_that_a_transaction_is_at_is_asked_again() {
    let primary = Primary::start(NOON, &terms()).await;
    let mut met = 0;
    let wire = Wire::new(move |call| {
        let counter = call.is_update_of("B#") || call.is_update_of("C#");
        met += usize::from(counter);
        if counter && met <= 4 { Fate::Conflict } else { Fate::Through }
    });
    let desk = Desk::with(&primary, "a", primary.clock.clone(), wire);
    let told = desk.ask(&[text(1); 10]).await;
    assert_eq!(admitted(&told), 10, "{told:?}");
    assert_eq!(primary.counters(primary.today()).await.used(), 10, "charged once");

    let wire = Wire::new(|call| if call.is_update_of("B#") { Fate::Conflict } else { Fate::Through });
    let function = Function::with(&primary, "a", primary.clock.clone(), wire);
    let ends = function.run(&Wish::many(2, |_| 1)).await;
    let closed = ends.iter().all(|end| end.outcome.reason == Some(Reason::QuotaUnavailable));
    assert!(closed && ends.iter().all(|end| matches!(end.ending, Ending::Wait { .. })), "{ends:?}");
    assert_eq!(primary.counters(primary.today()).await.used(), 10);
}
