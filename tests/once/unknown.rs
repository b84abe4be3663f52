//! What each answer of AWS means for a second try, and what no answer means.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::books::{OPTED_OUT, check, good};
use super::function::{Function, Invoked, drain};
use super::wire::{Fate, Wire};
use super::world::{QUEUE, VISIBILITY, World, event};

fn on_send(fate: Fate) -> Wire {
    Wire::new(move |call| if call.operation == "SendTextMessage" { fate } else { Fate::Through })
}

/// Sends one text on a wire or with a fault, and then lets sound functions do the rest.
async fn one_text(wire: Wire, action: Option<&str>) -> World {
    let world = World::start().await;
    if let Some(action) = action {
        world.fault(json!({ "operation": "SendTextMessage", "action": action }));
    }
    world.put(&good("a")).await;
    Function::start(&world, wire).poll(&world, QUEUE).await;
    world
}

#[tokio::test]
async fn a_5xx_after_aws_accepted_is_unknown_and_never_sent_again() {
    let world = one_text(Wire::sound(), Some("fail_after_accept")).await;
    assert_eq!((world.sent_of("a"), world.state("a").await.as_deref()), (1, Some("unknown")));
    assert_eq!(world.said("a"), ["SMS Unknown"]);
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await), (1, vec!["UNKNOWN_RESULT".to_owned()]));
    assert_eq!(world.charged().await.ceiling, 1, "what may have been sent stays charged");
    check(&world, "5xx").await;
}

#[tokio::test]
async fn a_200_that_cannot_be_read_is_unknown_and_never_sent_again() {
    let world = one_text(on_send(Fate::Garbled), None).await;
    assert_eq!((world.sent_of("a"), world.state("a").await.as_deref()), (1, Some("unknown")));
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await), (1, vec!["UNKNOWN_RESULT".to_owned()]));
    check(&world, "garbled").await;
}

#[tokio::test]
async fn a_5xx_is_unknown_even_when_aws_did_nothing() {
    let world = one_text(Wire::sound(), Some("error")).await;
    assert_eq!(world.state("a").await.as_deref(), Some("unknown"));
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.dead_reasons("a").await), (0, vec!["UNKNOWN_RESULT".to_owned()]));
}

#[tokio::test]
async fn a_connection_that_breaks_is_unknown() {
    for (action, fate, sent) in [(Some("drop"), Fate::Through, 0), (None, Fate::AnswerLost, 1)] {
        let world = one_text(on_send(fate), action).await;
        assert_eq!(world.state("a").await.as_deref(), Some("unknown"), "{action:?}");
        assert!(drain(&world, 1).await);
        assert_eq!(world.sent_of("a"), sent);
        assert_eq!(world.dead_reasons("a").await, ["UNKNOWN_RESULT"]);
        check(&world, "broken").await;
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_the_functions_time_is_unknown() {
    let world = World::start().await;
    world.put(&good("a")).await;
    world.put(&good("b")).await;
    let mut sends = 0;
    let clock = world.clock.clone();
    // Most of the function's time is gone when it comes to send, so that nobody waits long here.
    let wire = Wire::new(move |call| match call.operation.as_str() {
        "TransactWriteItems" if sends == 0 => {
            clock.advance(SignedDuration::from_millis(27_400));
            Fate::Through
        }
        "SendTextMessage" => {
            sends += 1;
            if sends == 1 { Fate::Hangs } else { Fate::Through }
        }
        _ => Fate::Through,
    });
    Function::start(&world, wire).poll(&world, QUEUE).await;
    let states = [world.state("a").await.unwrap(), world.state("b").await.unwrap()];
    assert!(states.contains(&"unknown".to_owned()) && states.contains(&"accepted".to_owned()), "{states:?}");
    assert!(drain(&world, 1).await);
    assert_eq!(world.dead().await.len(), 1);
    check(&world, "no answer").await;
}

#[tokio::test]
async fn a_refused_connection_is_not_unknown_and_the_text_is_sent_later() {
    let world = one_text(on_send(Fate::Refused), None).await;
    assert_eq!(world.state("a").await.as_deref(), Some("deferred"));
    assert_eq!(world.outcomes_of("a")[0].1["reason"], json!("THROTTLED"));
    assert_eq!(world.charged().await.ceiling, 0, "it was surely not sent, so it is given back");
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.charged().await.ceiling), (1, 1));
    check(&world, "refused").await;
}

#[tokio::test]
async fn a_throttled_text_waits_and_is_sent_later() {
    let world = one_text(Wire::sound(), Some("throttle")).await;
    let (said, detail) = world.outcomes_of("a").pop().unwrap();
    assert_eq!((said.as_str(), &detail["reason"]), ("SMS Deferred", &json!("THROTTLED")));
    assert_eq!((world.charged().await.ceiling, world.on(QUEUE)), (0, 1));
    let retry_at: jiff::Timestamp = detail["retry_at"].as_str().unwrap().parse().unwrap();
    assert!(retry_at > world.now() && retry_at <= world.now() + SignedDuration::from_secs(11));
    assert!(drain(&world, 1).await);
    assert_eq!(world.said("a"), ["SMS Deferred", "SMS Accepted"]);
    assert!(world.dead().await.is_empty());
    check(&world, "throttled").await;
}

#[tokio::test]
async fn a_recipient_who_opted_out_is_rejected_and_the_segments_are_given_back() {
    let world = World::start().await;
    let mut request = good("a");
    request["to"] = Value::from(OPTED_OUT);
    world.put(&request).await;
    assert!(drain(&world, 1).await);
    assert_eq!(world.said("a"), ["SMS Rejected"]);
    assert_eq!(world.dead_reasons("a").await, ["OPTED_OUT"]);
    assert_eq!(world.charged().await, super::books::Charged::default());
    // Once they said START again it may be redriven: a rejected request is judged afresh.
    world.aws.change_sms(|sms| sms.opted_out.clear());
    let letter = world.dead().await.remove(0);
    world.put_on(QUEUE, None, &letter.body).await;
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.state("a").await.as_deref()), (1, Some("accepted")));
    check(&world, "opted out").await;
}

#[tokio::test]
async fn an_answer_that_comes_after_the_lease_still_counts() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let messages = world.receive(QUEUE).await;
    // AWS has the text; while its answer is under way the lease ends, and another function notices.
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    let mut sender = Some(sender);
    let slow = Wire::new(move |call| {
        if call.operation == "SendTextMessage" {
            sender.take().map(|sender| sender.send(()));
        }
        Fate::Through
    });
    world.aws.set_latency("SendTextMessage", std::time::Duration::from_millis(300));
    let (slow, other) = (Function::start(&world, slow), Function::start(&world, Wire::sound()));
    let (first, second) = futures::join!(slow.invoke(&world, event(QUEUE, &messages)), async {
        receiver.await.unwrap();
        world.advance(VISIBILITY + 1);
        other.invoke(&world, event(QUEUE, &messages)).await
    });
    assert!(matches!(second, Invoked::Answered(stay) if stay.len() == 1));
    assert!(matches!(first, Invoked::Failed(_)), "its time is up: {first:?}");
    assert_eq!((world.sent_of("a"), world.state("a").await.as_deref()), (1, Some("accepted")));
    // So the message stays, and what became of it is said when it comes again.
    assert!(drain(&world, 1).await);
    assert_eq!(world.said("a"), ["SMS Unknown", "SMS Accepted"]);
    assert_eq!(world.dead().await, []);
    check(&world, "late answer").await;
}

#[tokio::test]
async fn an_invocation_without_time_to_tell_anybody_fails_and_it_is_told_when_the_batch_comes_again() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let messages = world.receive(QUEUE).await;
    let clock = world.clock.clone();
    // Sent with time to spare, and recorded a moment before the end.
    let wire = Wire::new(move |call| {
        if call.operation == "SendTextMessage" {
            clock.advance(SignedDuration::from_millis(29_800));
        }
        Fate::Through
    });
    let Invoked::Failed(error) = Function::start(&world, wire).invoke(&world, event(QUEUE, &messages)).await else {
        panic!("the message would be deleted, and nobody would have been told")
    };
    assert!(error.contains("outcomes"), "{error}");
    assert_eq!((world.state("a").await.as_deref(), world.said("a").len()), (Some("accepted"), 0));
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("a"), world.said("a")), (1, vec!["SMS Accepted".to_owned()]));
}
