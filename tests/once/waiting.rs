//! Waiting for a quota: it is no failed try, and it ends.

use jiff::SignedDuration;
use serde_json::Value;

use super::books::{check, good};
use super::function::{Function, drain};
use super::wire::Wire;
use super::world::{DEAD, EXTERNAL_ID, QUEUE, Settings, World};

/// Lets one function after another work on a queue for some time, a step at a time.
pub async fn work(world: &World, queue: &str, external_id: &str, seconds: i64) {
    let until = world.now() + SignedDuration::from_secs(seconds);
    let mut function = Function::with(world, Wire::sound(), external_id);
    let mut began = world.now();
    while world.now() < until && world.on(queue) > 0 {
        if world.now().duration_since(began) > SignedDuration::from_hours(6) {
            (function, began) = (Function::with(world, Wire::sound(), external_id), world.now());
        }
        if world.visible_on(queue) == 0 {
            world.advance(10);
        } else {
            function.poll(world, queue).await;
        }
    }
}

#[tokio::test]
async fn what_waits_for_its_quota_dozens_of_times_is_sent_in_the_end_and_is_never_a_dead_letter() {
    // Eleven hours before the Pacific day ends; whoever waits for its budget looks every five minutes, later seldomer.
    let start = "2026-11-20T20:30:00Z";
    let world =
        World::with(Settings { guaranteed: 1, ceiling: 2, max_wait: "72h", start, ..Settings::default() }).await;
    for place in 0..4 {
        world.put(&good(&format!("a{place}"))).await;
    }
    let end_of_day = tendlc_core::day::PacificDay::of(world.now()).end();
    work(&world, QUEUE, EXTERNAL_ID, end_of_day.duration_since(world.now()).as_secs() - 1).await;
    assert_eq!((world.aws.sent().len(), world.on(QUEUE)), (2, 2), "a ceiling of two a day");
    let waiting = (0..4).map(|place| world.said(&format!("a{place}"))).find(|said| said.len() > 2).unwrap();
    assert!(
        (40..=100).contains(&waiting.len()) && waiting.iter().all(|said| said == "SMS Deferred"),
        "{}",
        waiting.len()
    );
    let reasons = world.outcomes().into_iter().filter_map(|event| event.detail.get("reason").cloned());
    assert!(reasons.into_iter().all(|reason| reason == "GRANT_DAILY_BUDGET"));

    work(&world, QUEUE, EXTERNAL_ID, 60 * 60).await;
    assert_eq!((world.aws.sent().len(), world.on(QUEUE), world.on(DEAD)), (4, 0, 0), "the next day has room");
    assert!(world.sent().values().all(|times| *times == 1));
}

#[tokio::test]
async fn what_waited_as_long_as_it_may_is_a_dead_letter_and_says_why() {
    let settings = Settings { guaranteed: 1, ceiling: 1, max_wait: "15m", ..Settings::default() };
    let world = World::with(settings).await;
    world.put(&good("first")).await;
    assert!(drain(&world, 1).await);
    world.put(&good("late")).await;
    let came = world.now();
    assert!(drain(&world, 1).await);
    let waited = world.now().duration_since(came);
    assert!((15..=16).contains(&waited.as_mins()), "{waited}");
    assert_eq!((world.sent_of("late"), world.dead_reasons("late").await), (0, vec!["WAITED_TOO_LONG".to_owned()]));
    assert_eq!(world.charged().await.ceiling, 1, "waiting costs nothing");
    check(&world, "too long").await;
}

#[tokio::test]
async fn an_expired_text_is_not_sent_and_what_was_sent_before_it_expired_is_said_again() {
    let world = World::start().await;
    let at = |world: &World, seconds| (world.now() + SignedDuration::from_secs(seconds)).to_string();
    let mut old = good("old");
    old["expires_at"] = Value::from(at(&world, -60));
    let mut soon = good("soon");
    soon["expires_at"] = Value::from(at(&world, 300));
    world.put(&old).await;
    world.put(&soon).await;
    assert!(drain(&world, 1).await);
    assert_eq!((world.sent_of("old"), world.dead_reasons("old").await), (0, vec!["EXPIRED".to_owned()]));
    assert_eq!((world.sent_of("soon"), world.said("soon")), (1, vec!["SMS Accepted".to_owned()]));
    let time_to_live = world.aws.sent()[0].time_to_live.unwrap();
    assert!((290..=300).contains(&time_to_live), "AWS may not hold it longer: {time_to_live}");
    world.advance(600);
    world.put(&soon).await;
    assert!(drain(&world, 1).await);
    assert_eq!(world.said("soon"), ["SMS Accepted"; 2]);
    assert_eq!(world.dead_reasons("soon").await, [""; 0]);
}

#[tokio::test]
async fn a_text_that_expires_while_it_waits_is_a_dead_letter() {
    let world = World::with(Settings { guaranteed: 1, ceiling: 1, ..Settings::default() }).await;
    world.put(&good("first")).await;
    assert!(drain(&world, 1).await);
    let mut request = good("soon");
    request["expires_at"] = Value::from((world.now() + SignedDuration::from_secs(200)).to_string());
    world.put(&request).await;
    let came = world.now();
    assert!(drain(&world, 1).await);
    assert_eq!(world.dead_reasons("soon").await, ["EXPIRED"]);
    assert!(world.now().duration_since(came) < SignedDuration::from_secs(240));
}
