//! Calls that were done and whose answers were lost, one time or for good.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::books::{OPTED_OUT, check, check_ended, good};
use super::function::{Function, drain};
use super::wire::{Call, Fate, Wire};
use super::world::{QUEUE, World};

/// Loses the answers of the first `times` calls that `which` is true of. What counts are calls on the wire: the SDK
/// makes up to three of one.
fn loses(times: usize, mut which: impl FnMut(&Call) -> bool + Send + 'static) -> (Wire, Arc<AtomicUsize>) {
    let lost = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&lost);
    let wire = Wire::new(move |call| {
        if which(call) && counted.load(Ordering::SeqCst) < times {
            counted.fetch_add(1, Ordering::SeqCst);
            return Fate::AnswerLost;
        }
        Fate::Through
    });
    (wire, lost)
}

/// The claim is the first write to the ledger of a batch.
fn claims() -> impl FnMut(&Call) -> bool + Send + 'static {
    let mut sent = false;
    move |call| {
        sent |= call.operation == "SendTextMessage";
        call.ledger && !sent
    }
}

/// What is written to the ledger after something was sent.
fn records() -> impl FnMut(&Call) -> bool + Send + 'static {
    let mut claims = claims();
    move |call| !claims(call) && call.ledger
}

async fn put_two(world: &World) {
    world.put(&good("a")).await;
    let mut stop = good("stop");
    stop["to"] = Value::from(OPTED_OUT);
    world.put(&stop).await;
}

#[tokio::test]
async fn a_lost_answer_of_a_claim_sends_once_and_at_once() {
    for (batch, times) in [(1, 1), (1, 2), (3, 1), (3, 2)] {
        let world = World::start().await;
        for place in 0..batch {
            world.put(&good(&format!("a{place}"))).await;
        }
        let (wire, lost) = loses(times, claims());
        Function::start(&world, wire).poll(&world, QUEUE).await;
        assert_eq!(lost.load(Ordering::SeqCst), times);
        let what = format!("{times} of {batch}");
        assert_eq!(world.aws.sent().len(), batch, "{what}: the second try finds its own claim");
        assert_eq!(world.on(QUEUE), 0);
        check(&world, &what).await;
    }
}

#[tokio::test]
async fn a_claim_whose_answers_are_all_lost_sends_nothing_and_the_text_is_sent_later() {
    for batch in [1, 3] {
        let world = World::start().await;
        for place in 0..batch {
            world.put(&good(&format!("a{place}"))).await;
        }
        let (wire, lost) = loses(3, claims());
        Function::start(&world, wire).poll(&world, QUEUE).await;
        assert_eq!((lost.load(Ordering::SeqCst), world.aws.sent().len()), (3, 0));
        assert_eq!(world.outcomes()[0].detail["reason"], json!("QUOTA_UNAVAILABLE"));
        assert!(drain(&world, 2).await);
        check(&world, "no answer").await;
        assert_eq!(world.dead().await, [], "it was surely not sent, so nothing is unknown about it");
        assert_eq!(world.aws.sent().len(), batch);
        let sent = world.segments_sent();
        assert_eq!(world.charged().await.ceiling, sent, "what was taken for the claims is given back, once");
    }
}

#[tokio::test]
async fn a_lost_answer_of_the_record_does_not_send_twice_and_gives_a_credit_once() {
    for times in 1..=3 {
        let world = World::start().await;
        put_two(&world).await;
        let (wire, lost) = loses(times, records());
        Function::start(&world, wire).poll(&world, QUEUE).await;
        assert_eq!(lost.load(Ordering::SeqCst), times);
        assert!(drain(&world, 2).await);
        check(&world, "record").await;
        check_ended(&world, &["a", "stop"], "record").await;
        assert_eq!((world.sent_of("a"), world.state("a").await.as_deref()), (1, Some("accepted")));
        assert_eq!(world.charged().await.ceiling, 1, "{times}: the segment of the one that opted out, once");
    }
}

#[tokio::test]
async fn a_record_that_is_never_written_leaves_an_unknown_request_and_no_second_text() {
    let world = World::start().await;
    put_two(&world).await;
    let mut records = records();
    let wire = Wire::new(move |call| if records(call) { Fate::Refused } else { Fate::Through });
    Function::start(&world, wire).poll(&world, QUEUE).await;
    // The function knows that AWS took it, and says so; the message is done with.
    assert_eq!(world.said("a"), ["SMS Accepted"]);
    assert_eq!((world.state("a").await.as_deref(), world.on(QUEUE)), (Some("claimed"), 0));
    world.put(&good("a")).await;
    assert!(drain(&world, 2).await);
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await), (1, vec!["UNKNOWN_RESULT".to_owned()]));
    check(&world, "no record").await;
}

#[tokio::test]
async fn a_lost_answer_of_what_gives_back_for_a_repeated_request_gives_back_once() {
    for times in 1..=3 {
        let world = World::start().await;
        world.put(&good("a")).await;
        assert!(drain(&world, 1).await);
        let before = world.charged().await;
        world.put(&good("a")).await;
        let (wire, lost) = loses(times, |call| call.operation == "TransactWriteItems");
        Function::start(&world, wire).poll(&world, QUEUE).await;
        assert_eq!(
            lost.load(Ordering::SeqCst),
            times,
            "a repeat is claimed by an update, and given back for in a transaction"
        );
        assert!(drain(&world, 1).await);
        assert_eq!(world.charged().await, before, "{times}");
        assert_eq!(world.said("a"), ["SMS Accepted", "SMS Accepted"]);
    }
}

#[tokio::test]
async fn a_lost_answer_of_an_admission_charges_too_much_and_never_too_little() {
    for which in 0..6 {
        let world = World::start().await;
        put_two(&world).await;
        let mut calls = 0;
        let (wire, _) = loses(1, move |call| {
            let budget = call.operation == "UpdateItem" && !call.ledger;
            calls += usize::from(budget);
            budget && calls > which
        });
        Function::start(&world, wire).poll(&world, QUEUE).await;
        assert!(drain(&world, 2).await);
        check(&world, "admission").await;
        check_ended(&world, &["a", "stop"], "admission").await;
        assert_eq!(world.sent_of("a"), 1);
        assert!((1..=3).contains(&world.charged().await.ceiling), "{:?}", world.charged().await);
    }
}

#[tokio::test]
async fn an_outcome_whose_answer_is_lost_is_said_again_and_the_text_is_not_sent_again() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let (wire, lost) = loses(1, |call| call.operation == "PutEvents");
    Function::start(&world, wire).poll(&world, QUEUE).await;
    assert_eq!((lost.load(Ordering::SeqCst), world.sent_of("a"), world.on(QUEUE)), (1, 1, 0));
    assert_eq!(world.said("a"), ["SMS Accepted"; 2], "at least once");
}
