//! An invocation that must not begin: in another account, with another service's event, with too little time.

use jiff::SignedDuration;
use serde_json::Value;

use super::books::good;
use super::function::{Function, Invoked, drain};
use super::wire::Wire;
use super::world::{DEAD, QUEUE, World, event};

#[tokio::test]
async fn a_function_that_runs_in_another_account_sends_nothing_and_the_batch_stays() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let messages = world.receive(QUEUE).await;
    let function = Function::start(&world, Wire::sound()).in_account("333333333333");
    let Invoked::Failed(error) = function.invoke(&world, event(QUEUE, &messages)).await else { panic!("it was taken") };
    assert!(error.contains("222222222222") && error.contains("333333333333"), "{error}");
    assert_eq!((world.sent_of("a"), world.on(QUEUE), world.state("a").await), (0, 1, None));
}

#[tokio::test]
async fn a_function_that_runs_in_another_account_puts_no_bad_request_away_either() {
    let world = World::start().await;
    world.put_on(QUEUE, None, "not a request").await;
    let messages = world.receive(QUEUE).await;
    let function = Function::start(&world, Wire::sound()).in_account("333333333333");
    let Invoked::Failed(error) = function.invoke(&world, event(QUEUE, &messages)).await else { panic!("it was taken") };
    assert!(error.contains("333333333333"), "{error}");
    assert_eq!((world.on(QUEUE), world.on(DEAD), world.outcomes().len()), (1, 0, 0));
}

#[tokio::test]
async fn a_record_that_is_none_ends_alone_and_records_of_two_queues_are_no_batch() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let messages = world.receive(QUEUE).await;
    let function = Function::start(&world, Wire::sound());
    let mut mixed = event(QUEUE, &messages);
    let mut other = mixed["Records"][0].clone();
    other["eventSourceARN"] = Value::from("arn:aws:sqs:us-east-1:222222222222:another");
    mixed["Records"].as_array_mut().unwrap().push(other);
    let Invoked::Failed(error) = function.invoke(&world, mixed).await else { panic!("it was taken") };
    assert!(error.contains("several queues") && world.sent_of("a") == 0, "{error}");

    let mut broken = event(QUEUE, &messages);
    broken["Records"].as_array_mut().unwrap().push(Value::Null);
    let invoked = function.invoke(&world, broken).await;
    assert!(matches!(&invoked, Invoked::Answered(stay) if stay.is_empty()));
    let rejected = world.outcomes().into_iter().filter(|event| event.detail_type == "SMS Rejected").count();
    assert_eq!((world.sent_of("a"), rejected), (1, 1));
}

#[tokio::test]
async fn an_event_of_another_service_is_not_taken_for_a_batch() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let messages = world.receive(QUEUE).await;
    let mut sns = event(QUEUE, &messages);
    sns["Records"][0]["eventSource"] = Value::from("aws:sns");
    let function = Function::start(&world, Wire::sound());
    let Invoked::Failed(error) = function.invoke(&world, sns).await else { panic!("it was taken") };
    assert!(error.contains("aws:sns"), "{error}");
    assert_eq!((world.sent_of("a"), world.on(QUEUE)), (0, 1));
}

#[tokio::test]
async fn with_too_little_time_left_nothing_is_begun() {
    let world = World::start().await;
    world.put(&good("a")).await;
    let messages = world.receive(QUEUE).await;
    let function = Function::start(&world, Wire::sound());
    let invoked = function.invoke_for(&world, event(QUEUE, &messages), SignedDuration::from_millis(900)).await;
    assert!(matches!(invoked, Invoked::Answered(stay) if stay.len() == 1));
    assert_eq!((world.state("a").await, world.charged().await.ceiling), (None, 0));
    assert!(drain(&world, 1).await);
    assert_eq!(world.sent_of("a"), 1);
}
