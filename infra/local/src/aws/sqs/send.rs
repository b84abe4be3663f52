//! `SendMessage` and `SendMessageBatch`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::refusal::Refusal;
use super::super::seed::Queue;
use super::super::server::{Answer, Request};
use super::super::shape::Members;
use super::super::state::State;
use super::attributes::{Attributes, md5};
use super::queue::Message;
use super::{Id, batch, invalid, out_of_range, required};

/// The largest message, and the largest batch, attributes included.
const LARGEST: usize = 1_048_576;

pub(super) fn one(state: &State, request: &Request, id: &Id, input: Members<'_>) -> Result<Answer, Refusal> {
    enqueue(state, request, id, input).map(Answer::Json)
}

pub(super) fn batch(state: &State, request: &Request, id: &Id, input: Members<'_>) -> Result<Answer, Refusal> {
    let entries = batch::entries(input)?;
    let mut total = 0;
    for (_, entry) in &entries {
        let body = entry.text("MessageBody")?.unwrap_or_default();
        // A wrong attribute is that entry's failure, not the batch's.
        total += body.len() + Attributes::read(*entry).map_or(0, |attributes| attributes.size());
    }
    if total > LARGEST {
        let message = format!("Batch requests cannot be longer than {LARGEST} bytes. You have sent {total} bytes.");
        return Err(Refusal::modelled(400, "BatchRequestTooLong", message));
    }
    batch::answer(request, entries, |entry| enqueue(state, request, id, entry))
}

fn enqueue(state: &State, request: &Request, id: &Id, input: Members<'_>) -> Result<Value, Refusal> {
    let now = state.now();
    let body = required(input, "MessageBody")?;
    let allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if !body.chars().all(allowed) {
        let message = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | \
                       #xE000 to #xFFFD | #x10000 to #x10FFFF";
        return Err(Refusal::modelled(400, "InvalidMessageContents", message));
    }
    let (attributes, system) = (Attributes::read(input)?, Attributes::read_system(input)?);
    if body.len() + attributes.size() > LARGEST {
        let reason = format!("Reason: Message must be shorter than {LARGEST} bytes.");
        return Err(invalid(format!("One or more parameters are invalid. {reason}")));
    }
    let message = Message {
        group: token(input, "MessageGroupId")?,
        deduplication: token(input, "MessageDeduplicationId")?,
        attributes,
        system,
        ..Message::new(body, request.caller.user_id(), now)
    };
    let mut answer = json!({ "MD5OfMessageBody": md5(body.as_bytes()) });
    for (name, digest) in
        [("MD5OfMessageAttributes", message.attributes.md5()), ("MD5OfMessageSystemAttributes", message.system.md5())]
    {
        if let Some(digest) = digest {
            answer[name] = json!(digest);
        }
    }
    let (message_id, sequence) = state.queues.with(id, now, |queue| {
        let message = settle(&queue.settings, input, message)?;
        Ok(queue.enqueue(message))
    })?;
    state.queues.arrived.notify_waiters();
    answer["MessageId"] = json!(message_id);
    if let Some(sequence) = sequence {
        answer["SequenceNumber"] = json!(sequence);
    }
    Ok(answer)
}

/// What the kind of queue asks of a message, and its delay.
fn settle(queue: &Queue, input: Members<'_>, mut message: Message) -> Result<Message, Refusal> {
    let delay = input.whole("DelaySeconds")?;
    let wrong_kind = |name: &str, value: &str| {
        let reason = "Reason: The request include parameter that is not valid for this queue type.";
        invalid(format!("Value {value} for parameter {name} is invalid. {reason}"))
    };
    if let Some(delay) = delay.filter(|delay| !(0..=900).contains(delay)) {
        return Err(out_of_range(delay, "DelaySeconds", 0, 900));
    }
    if queue.is_fifo() {
        if message.group.is_none() {
            let text = "The request must contain the parameter MessageGroupId.";
            return Err(Refusal::common(400, "MissingParameter", text));
        }
        if let Some(delay) = delay {
            return Err(wrong_kind("DelaySeconds", &delay.to_string()));
        }
        if message.deduplication.is_none() {
            if !queue.content_based_deduplication {
                let text = "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId \
                            provided explicitly";
                return Err(invalid(text));
            }
            let digest = Sha256::digest(message.body.as_bytes());
            message.deduplication = Some(digest.iter().map(|byte| format!("{byte:02x}")).collect());
        }
    } else if let Some(deduplication) = &message.deduplication {
        return Err(wrong_kind("MessageDeduplicationId", deduplication));
    }
    let delay = delay.unwrap_or(queue.delay_seconds.into());
    message.visible = message.sent.checked_add(SignedDuration::from_secs(delay)).unwrap_or(message.sent);
    Ok(message)
}

/// A group or deduplication id.
fn token(input: Members<'_>, name: &str) -> Result<Option<String>, Refusal> {
    let Some(text) = input.text(name)? else { return Ok(None) };
    if !(1..=128).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let reason =
            format!("Reason: {name} can only include alphanumeric and punctuation characters. 1 to 128 in length.");
        return Err(invalid(format!("Value {text} for parameter {name} is invalid. {reason}")));
    }
    Ok(Some(text.to_owned()))
}
