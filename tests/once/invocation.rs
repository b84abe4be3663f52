//! An invocation that must not begin: in another account, with another service's event, with too little time.

use jiff::SignedDuration;
use serde_json::Value;

use super::books::good;
use super::function::{Function, Invoked, drain};
use super::wire::Wire;
use super::world::{QUEUE, World, event};

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
