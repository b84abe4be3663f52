//! `ReceiveMessage`, and what is done with a receipt handle.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::refusal::Refusal;
use super::super::server::{Answer, Request};
use super::super::shape::Members;
use super::super::state::{State, lock};
use super::attributes::md5;
use super::queue::{LONGEST_HIDDEN, Message};
use super::{Id, batch, bounded, by_arn, invalid, no_queue, required};

/// How often a long poll looks for messages that time alone has made visible.
const LOOK: Duration = Duration::from_millis(25);

/// The names that `AttributeNames` and `MessageSystemAttributeNames` know.
const SYSTEM: [&str; 10] = [
    "All",
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
];

pub(super) async fn receive(state: &State, id: &Id, input: Members<'_>) -> Result<Answer, Refusal> {
    let most = bounded(input, "MaxNumberOfMessages", 1, 10)?.unwrap_or(1);
    let wait = bounded(input, "WaitTimeSeconds", 0, 20)?.unwrap_or(0);
    let hide = bounded(input, "VisibilityTimeout", 0, LONGEST_HIDDEN)?;
    let mut system = input.texts("AttributeNames")?;
    system.extend(input.texts("MessageSystemAttributeNames")?);
    if let Some(unknown) = system.iter().find(|name| !SYSTEM.contains(name)) {
        return Err(Refusal::modelled(400, "InvalidAttributeName", format!("Unknown Attribute {unknown}.")));
    }
    let own = input.texts("MessageAttributeNames")?;
    // Real time: a clock that stands still must not make a poll wait for ever, nor one that jumps end it early.
    let give_up = Instant::now() + Duration::from_secs(wait.unsigned_abs());
    let most = usize::try_from(most).unwrap_or(1);
    loop {
        let arrival = state.queues.arrived.notified();
        let messages = take(state, id, most, hide)?;
        if !messages.is_empty() {
            let messages: Vec<Value> = messages.iter().map(|message| describe(message, &system, &own)).collect();
            return Ok(Answer::Json(json!({ "Messages": messages })));
        }
        let left = give_up.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Answer::Json(json!({})));
        }
        // Both outcomes mean the same: look again.
        drop(tokio::time::timeout(left.min(LOOK), arrival).await);
    }
}

/// Takes messages, and moves those that were received too often to the dead-letter queue.
fn take(state: &State, id: &Id, most: usize, hide: Option<i64>) -> Result<Vec<Message>, Refusal> {
    let now = state.now();
    let mut queues = lock(&state.queues.queues);
    let queue = queues.get_mut(id).ok_or_else(no_queue)?;
    queue.expire(now);
    let hide = hide.unwrap_or(queue.settings.visibility_timeout_seconds.into());
    let (received, dead) = queue.receive(most, SignedDuration::from_secs(hide), now);
    if let Some((target, _)) = queue.settings.dead_letter.clone().filter(|_| !dead.is_empty()) {
        let source = format!("arn:aws:sqs:{}:{}:{}", state.region, id.0, id.1);
        if let Some(target) = by_arn(&mut queues, &target).and_then(|target| queues.get_mut(&target)) {
            dead.into_iter().for_each(|message| target.bury(message, source.clone()));
            state.queues.arrived.notify_waiters();
        }
    }
    Ok(received)
}

fn describe(message: &Message, system: &[&str], own: &[&str]) -> Value {
    let mut item = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.handle,
        "MD5OfBody": md5(message.body.as_bytes()),
        "Body": message.body,
    });
    let millis = |moment: jiff::Timestamp| moment.as_millisecond().to_string();
    let mut attributes = BTreeMap::from([
        ("SenderId", message.sender.clone()),
        ("SentTimestamp", millis(message.sent)),
        ("ApproximateReceiveCount", message.receives.to_string()),
        ("ApproximateFirstReceiveTimestamp", millis(message.first_received.unwrap_or(message.sent))),
    ]);
    for (name, value) in [
        ("SequenceNumber", message.sequence.as_deref()),
        ("MessageDeduplicationId", message.deduplication.as_deref()),
        ("MessageGroupId", message.group.as_deref()),
        ("AWSTraceHeader", message.system.text("AWSTraceHeader")),
        ("DeadLetterQueueSourceArn", message.dead_letter_source.as_deref()),
    ] {
        attributes.extend(value.map(|value| (name, value.to_owned())));
    }
    attributes.retain(|name, _| system.contains(&"All") || system.contains(name));
    if !attributes.is_empty() {
        item["Attributes"] = json!(attributes);
    }
    let own = message.attributes.only(own);
    if let Some(attributes) = own.json() {
        item["MessageAttributes"] = attributes;
        item["MD5OfMessageAttributes"] = json!(own.md5());
    }
    item
}

pub(super) fn delete(state: &State, id: &Id, handle: &str) -> Result<(), Refusal> {
    let now = state.now();
    state.queues.with(id, now, |queue| queue.delete(handle, state.queues.lenient_handles, now))
}

pub(super) fn delete_batch(state: &State, request: &Request, id: &Id, input: Members<'_>) -> Result<Answer, Refusal> {
    state.queues.with(id, state.now(), |_| Ok(()))?;
    batch::answer(request, batch::entries(input)?, |entry| {
        delete(state, id, required(entry, "ReceiptHandle")?).map(|()| json!({}))
    })
}

pub(super) fn change(state: &State, id: &Id, input: Members<'_>) -> Result<(), Refusal> {
    let handle = required(input, "ReceiptHandle")?;
    let seconds = bounded(input, "VisibilityTimeout", 0, LONGEST_HIDDEN)?.ok_or_else(|| {
        Refusal::common(400, "MissingParameter", "The request must contain the parameter VisibilityTimeout.")
    })?;
    let now = state.now();
    state.queues.with(id, now, |queue| queue.change(handle, seconds, state.queues.lenient_handles, now))?;
    if seconds == 0 {
        state.queues.arrived.notify_waiters();
    }
    Ok(())
}

pub(super) fn change_batch(state: &State, request: &Request, id: &Id, input: Members<'_>) -> Result<Answer, Refusal> {
    state.queues.with(id, state.now(), |_| Ok(()))?;
    batch::answer(request, batch::entries(input)?, |entry| {
        // In a batch the member may be missing: the queue's own timeout is then not applied, AWS refuses it.
        if entry.get("VisibilityTimeout").is_none() {
            return Err(invalid("VisibilityTimeout is required for each entry."));
        }
        change(state, id, entry).map(|()| json!({}))
    })
}
