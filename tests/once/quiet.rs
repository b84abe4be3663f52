//! Quiet hours: a promotional text waits while it is quiet where its recipient is, and nothing else does.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::books::{Charged, check};
use super::function::{Function, Invoked, drain_queue};
use super::wire::{Fate, Wire};
use super::world::{DEAD, PROMOTIONAL, QUEUE, Settings, World};

/// Half past nine on a Friday evening in New York, half past six in Los Angeles.
const EVENING: &str = "2026-11-21T02:30:00Z";
/// Eight in New York, in Chicago and in Los Angeles on the next morning.
const NEW_YORK: &str = "2026-11-21T13:00:00Z";
const CHICAGO: &str = "2026-11-21T14:00:00Z";

async fn at(start: &'static str) -> World {
    World::with(Settings { quiet_hours: "21:00-08:00", max_wait: "24h", start, ..Settings::default() }).await
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn news(id: &str, code: u16) -> Value {
    json!({ "to": format!("+1{code}5550111"), "body": "Lamps are cheap until Sunday. Reply STOP to opt out.", "id": id })
}

impl World {
    async fn put_news(&self, request: &Value) {
        self.put_on(PROMOTIONAL, None, &request.to_string()).await;
    }

    /// Takes the promotional lane through one invocation of a new function.
    async fn poll_news(&self) {
        let invoked = Function::start(self, Wire::sound()).poll(self, PROMOTIONAL).await;
        assert!(matches!(invoked, Some(Invoked::Answered(_))), "{invoked:?}");
    }

    /// What was said of it last: the detail-type, the reason, and when it is back.
    fn last(&self, id: &str) -> (String, Option<String>, Option<Timestamp>) {
        let (said, detail) = self.outcomes_of(id).pop().expect("something was said of it");
        let text = |name: &str| detail.get(name).and_then(Value::as_str).map(str::to_owned);
        (said, text("reason"), text("retry_at").map(|at| moment(&at)))
    }

    /// It waits for the end of the quiet hours: no shorter, and hardly longer.
    fn assert_waits_until(&self, id: &str, end: &str) {
        let (said, reason, until) = self.last(id);
        assert_eq!((said.as_str(), reason.as_deref()), ("SMS Deferred", Some("QUIET_HOURS")), "{id}");
        let over = until.expect("it is back some time").duration_since(moment(end));
        assert!(!over.is_negative() && over <= SignedDuration::from_secs(61), "{id}: {over} after {end}");
        assert_eq!(self.sent_of(id), 0, "{id}");
    }
}

#[tokio::test]
async fn a_promotional_text_at_half_past_nine_in_new_york_waits_until_eight_there_and_goes_out_then() {
    let world = at(EVENING).await;
    world.put_news(&news("late", 212)).await;
    world.poll_news().await;
    world.assert_waits_until("late", NEW_YORK);
    assert_eq!(world.charged().await, Charged::default(), "what waits for the morning costs nothing");
    assert_eq!(world.state("late").await.as_deref(), Some("deferred"));

    assert!(drain_queue(&world, PROMOTIONAL, 12).await);
    let sent = world.aws.sent();
    let over = sent[0].at.duration_since(moment(NEW_YORK));
    assert!(!over.is_negative() && over <= SignedDuration::from_secs(90), "{over}");
    assert_eq!(world.said("late"), ["SMS Deferred", "SMS Accepted"], "nobody looked at it all night");
    check(&world, "a night").await;
}

#[tokio::test]
async fn the_same_text_to_los_angeles_is_sent() {
    let world = at(EVENING).await;
    world.put_news(&news("early", 213)).await;
    world.poll_news().await;
    assert_eq!(world.said("early"), ["SMS Accepted"]);
}

#[tokio::test]
async fn a_code_with_two_zones_waits_for_both() {
    let world = at(EVENING).await;
    world.put_news(&news("evening", 850)).await;
    world.poll_news().await;
    world.assert_waits_until("evening", CHICAGO);

    let world = at("2026-11-21T13:30:00Z").await;
    for (id, code) in [("both", 850), ("east", 212), ("centre", 312)] {
        world.put_news(&news(id, code)).await;
    }
    world.poll_news().await;
    world.assert_waits_until("both", CHICAGO);
    world.assert_waits_until("centre", CHICAGO);
    assert_eq!(world.said("east"), ["SMS Accepted"]);
}

#[tokio::test]
async fn a_transactional_text_is_sent_at_night_and_so_is_a_promotional_one_of_a_campaign_without_quiet_hours() {
    let world = at(EVENING).await;
    world.put(&news("password", 212)).await;
    assert!(drain_queue(&world, QUEUE, 1).await);
    assert_eq!(world.said("password"), ["SMS Accepted"]);
    let lives = world.aws.sent()[0].time_to_live.unwrap();
    assert!(lives > 5 * 60 * 60, "the night does not end its life: {lives}");

    let world = World::with(Settings { start: EVENING, ..Settings::default() }).await;
    world.put_news(&news("at-any-hour", 212)).await;
    world.poll_news().await;
    assert_eq!(world.said("at-any-hour"), ["SMS Accepted"]);
}

#[tokio::test]
async fn who_asks_not_to_wait_is_told_so_at_once_and_may_send_it_again_by_day() {
    let world = at(EVENING).await;
    let mut request = news("now", 212);
    request["on_quota"] = Value::from("reject");
    world.put_news(&request).await;
    world.poll_news().await;
    assert_eq!(world.last("now"), ("SMS Rejected".to_owned(), Some("QUIET_HOURS".to_owned()), None));
    assert_eq!((world.on(PROMOTIONAL), world.state("now").await.as_deref()), (0, Some("rejected")));
    assert_eq!(world.charged().await, Charged::default());
    let letter = world.receive(DEAD).await.remove(0);
    let attributes = letter.message_attributes.clone().unwrap();
    let attribute = |name: &str| attributes[name].string_value.as_deref().unwrap();
    assert_eq!(attribute("reason"), "QUIET_HOURS");
    assert_eq!(attribute("detail"), "it is quiet where the recipient is, and the request asks not to wait");

    world.clock.set(moment(NEW_YORK));
    world.put_on(PROMOTIONAL, None, &letter.body.unwrap()).await;
    world.poll_news().await;
    assert_eq!((world.said("now").pop().as_deref(), world.sent_of("now")), (Some("SMS Accepted"), 1));
}

#[tokio::test]
async fn a_text_lives_no_longer_than_the_recipients_day() {
    for (start, code, ends) in [
        ("2026-11-21T01:00:00Z", 212, "2026-11-21T02:00:00Z"),
        // Half an hour before nine in Chicago it is nine in New York, and the code may be in either.
        ("2026-11-21T01:30:00Z", 850, "2026-11-21T02:00:00Z"),
        ("2026-11-21T01:59:44Z", 212, "2026-11-21T02:00:00Z"),
        // Long before nine in Los Angeles, where the Pacific day ends first.
        ("2026-11-20T20:00:00Z", 213, "2026-11-21T05:00:00Z"),
    ] {
        let world = at(start).await;
        world.put_news(&news("day", code)).await;
        world.poll_news().await;
        let sent = world.aws.sent();
        let lives = SignedDuration::from_secs(sent[0].time_to_live.unwrap());
        // AWS may take ten seconds to answer, and counts from when it takes the text.
        let gone = sent[0].at + SignedDuration::from_secs(10) + lives;
        assert!(gone <= moment(ends), "{start}: {lives:?}");
        assert!(gone >= moment(ends) - SignedDuration::from_secs(2), "{start}: {lives:?}");
    }
}

#[tokio::test]
async fn a_text_that_cannot_come_before_they_begin_is_not_claimed_in_vain() {
    let world = at("2026-11-21T01:59:45Z").await;
    world.put_news(&news("late", 212)).await;
    let function = Function::start(&world, Wire::sound());
    function.poll(&world, PROMOTIONAL).await;
    world.assert_waits_until("late", NEW_YORK);
    let writes = function.wire.calls().into_iter().filter(|call| {
        let reads = ["AssumeRole", "GetItem", "PutEvents", "ChangeMessageVisibilityBatch"];
        !reads.contains(&call.operation.as_str())
    });
    let writes: Vec<bool> = writes.map(|call| call.ledger).collect();
    assert_eq!(writes, [true], "its record says that it waits, and no counter was asked");
}

#[tokio::test]
async fn a_text_that_meets_them_on_its_way_is_not_sent_and_costs_nothing() {
    for on_quota in ["defer", "reject"] {
        let world = at("2026-11-21T01:59:40Z").await;
        let mut request = news("slow", 212);
        request["on_quota"] = Value::from(on_quota);
        world.put_news(&request).await;
        // Its record takes ten seconds to open.
        let (clock, mut opened) = (world.clock.clone(), false);
        let wire = Wire::new(move |call| {
            if call.ledger && !std::mem::replace(&mut opened, true) {
                clock.advance(SignedDuration::from_secs(10));
            }
            Fate::Through
        });
        Function::start(&world, wire).poll(&world, PROMOTIONAL).await;
        if on_quota == "defer" {
            world.assert_waits_until("slow", NEW_YORK);
        } else {
            assert_eq!(world.last("slow"), ("SMS Rejected".to_owned(), Some("QUIET_HOURS".to_owned()), None));
        }
        assert_eq!((world.sent_of("slow"), world.charged().await), (0, Charged::default()), "{on_quota}");
    }
}

#[tokio::test]
async fn what_expires_before_the_morning_is_told_so_when_it_does() {
    let world = at(EVENING).await;
    let mut request = news("tonight", 212);
    request["expires_at"] = Value::from("2026-11-21T04:00:00Z");
    world.put_news(&request).await;
    world.poll_news().await;
    assert_eq!(world.last("tonight").2, Some(moment("2026-11-21T04:00:00Z")));
    assert!(drain_queue(&world, PROMOTIONAL, 2).await);
    assert_eq!((world.sent_of("tonight"), world.dead_reasons("tonight").await), (0, vec!["EXPIRED".to_owned()]));
}

#[tokio::test]
async fn what_may_not_wait_as_long_as_a_night_is_told_so_when_it_has_waited() {
    let settings = Settings { quiet_hours: "21:00-08:00", max_wait: "2h", start: EVENING, ..Settings::default() };
    let world = World::with(settings).await;
    world.put_news(&news("short", 212)).await;
    world.poll_news().await;
    assert_eq!(world.last("short").2, Some(moment("2026-11-21T04:30:00Z")));
    assert!(drain_queue(&world, PROMOTIONAL, 3).await);
    assert_eq!((world.sent_of("short"), world.dead_reasons("short").await), (0, vec!["WAITED_TOO_LONG".to_owned()]));
}

#[tokio::test]
async fn what_was_sent_by_day_is_said_again_at_night_and_not_sent_again() {
    let world = at("2026-11-21T01:00:00Z").await;
    world.put_news(&news("once", 212)).await;
    world.poll_news().await;
    world.advance(2 * 60 * 60);
    world.put_news(&news("once", 212)).await;
    world.poll_news().await;
    assert_eq!((world.said("once"), world.sent_of("once")), (vec!["SMS Accepted".to_owned(); 2], 1));
}

#[tokio::test]
async fn what_is_said_of_one_that_waits_names_no_place() {
    let world = at(EVENING).await;
    world.put_news(&news("late", 850)).await;
    world.poll_news().await;
    let (_, detail) = world.outcomes_of("late").remove(0);
    let names: Vec<&str> = detail.as_object().unwrap().keys().map(String::as_str).collect();
    let known = ["account", "campaign", "encoding", "grant", "id", "reason", "retry_at", "segments", "version"];
    assert_eq!(names, known, "when it is back, and nothing of where");
}
