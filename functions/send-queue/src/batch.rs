//! An SQS event, record by record: one that is not as it should be concerns itself alone.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tendlc_core::arn::QueueArn;
use tendlc_core::pipeline::Incoming;
use tendlc_core::request::{Entrance, RequestId};
use tendlc_core::trace::TraceHeader;

/// A record of the batch.
pub struct Record {
    /// How the answer names it; `None`: it came without, and must not be named.
    pub message_id: Option<String>,
    /// How its visibility is changed.
    pub receipt_handle: Option<String>,
    /// A FIFO queue's message group.
    pub group: Option<String>,
    /// What it asks for.
    pub incoming: Incoming,
}

/// The records of one queue.
pub struct Batch {
    /// The queue that AWS says they came from.
    pub queue: QueueArn,
    /// In their order.
    pub records: Vec<Record>,
}

/// The event is not from SQS. An SNS event parses as one without complaint, and its texts would be lost.
#[derive(Debug, thiserror::Error)]
pub enum NotSqs {
    /// It has no records.
    #[error("this function takes SQS events, {{\"Records\":[…]}} with eventSource aws:sqs; this event is {0}")]
    Shape(String),
    /// Its records are another service's.
    #[error("this function takes SQS events; this one is of {0}. Point {0} at a queue, and the queue at this function")]
    Source(String),
    /// Nobody says what its records are.
    #[error(
        "this function takes SQS events; no record of this one has an eventSource. Invoke it with a queue's records"
    )]
    NoSource,
    /// It was put together by hand; AWS takes a batch from one queue.
    #[error(
        "the records of this event are of several queues, and each queue has a grant of its own; invoke it for each"
    )]
    Queues,
    /// SQS does not say which queue.
    #[error("an SQS record has no valid eventSourceARN, so nobody vouches for where it came from")]
    Queue,
}

impl Batch {
    /// Takes an event apart; an empty batch is none.
    ///
    /// # Errors
    /// When it is not of SQS.
    pub fn read(event: Value, now: Timestamp) -> Result<Option<Self>, NotSqs> {
        let records = match event {
            Value::Object(mut fields) => match fields.remove("Records") {
                Some(Value::Array(records)) => records,
                _ => return Err(NotSqs::Shape(named(&Value::Object(fields)))),
            },
            other => return Err(NotSqs::Shape(named(&other))),
        };
        if records.is_empty() {
            return Ok(None);
        }
        if let Some(other) = records.iter().filter_map(source).find(|source| *source != "aws:sqs") {
            return Err(NotSqs::Source(other.to_owned()));
        }
        // One that says nothing among others that do is a broken record of theirs.
        if records.iter().all(|record| source(record).is_none()) {
            return Err(NotSqs::NoSource);
        }
        let mut queues = records.iter().filter_map(queue);
        let queue = queues.next().ok_or(NotSqs::Queue)?;
        if queues.any(|other| other != queue) {
            return Err(NotSqs::Queues);
        }
        let entrance = Entrance::of_queue(queue.resource());
        let records = records.iter().map(|record| Record::read(record, &entrance, now)).collect();
        Ok(Some(Self { queue, records }))
    }

    /// Whether the queue keeps an order.
    pub fn is_fifo(&self) -> bool {
        self.queue.resource().ends_with(".fifo")
    }
}

impl Record {
    /// Field by field: one that is not as it should be must not take the body with it.
    fn read(record: &Value, entrance: &Entrance, now: Timestamp) -> Self {
        let text =
            |name: &str| record.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let message_id = text("messageId").filter(|id| id.parse::<RequestId>().is_ok());
        let id = message_id.as_deref().and_then(|id| id.parse().ok());
        Self {
            incoming: Incoming {
                text: text("body").unwrap_or_default(),
                message_id: id.unwrap_or_else(RequestId::random),
                entrance: entrance.clone(),
                first_seen: first_seen(record, now).unwrap_or(now),
                trace: trace(record),
            },
            group: attribute(record, "MessageGroupId"),
            message_id,
            receipt_handle: text("receiptHandle"),
        }
    }
}

/// An attribute of SQS, which are strings, though hand-made events have numbers.
fn attribute(record: &Value, name: &str) -> Option<String> {
    match record.get("attributes")?.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// As X-Ray has it, else as OpenTelemetry's own propagator puts it among the message's attributes.
fn trace(record: &Value) -> Option<TraceHeader> {
    let header = attribute(record, "AWSTraceHeader").and_then(|trace| trace.parse().ok());
    header.or_else(|| {
        let parent = record.pointer("/messageAttributes/traceparent/stringValue")?.as_str()?;
        TraceHeader::of_traceparent(parent)
    })
}

/// SQS keeps a message for 14 days, so an older moment is none.
const OLDEST: SignedDuration = SignedDuration::from_hours(14 * 24);

/// When a message that comes again was received first; one that comes for the first time is new, however long it was
/// on its way here.
fn first_seen(record: &Value, now: Timestamp) -> Option<Timestamp> {
    let number = |name: &str| attribute(record, name)?.parse::<i64>().ok();
    let again = number("ApproximateReceiveCount")? > 1;
    let first = Timestamp::from_millisecond(number("ApproximateFirstReceiveTimestamp")?).ok()?;
    (again && first <= now && now.duration_since(first) <= OLDEST).then_some(first)
}

/// The service that a record says it is of; SNS spells the field with a capital letter.
fn source(record: &Value) -> Option<&str> {
    record.get("eventSource").or_else(|| record.get("EventSource")).and_then(Value::as_str)
}

/// The queue that SQS says a record came from.
fn queue(record: &Value) -> Option<QueueArn> {
    record.get("eventSourceARN").and_then(Value::as_str).and_then(|arn| arn.parse().ok())
}

/// What the event looks like instead.
fn named(event: &Value) -> String {
    let field = |name: &str| event.get(name).and_then(Value::as_str);
    match (field("source"), field("detail-type")) {
        (Some(source), Some(kind)) => format!("an EventBridge event, {kind} of {source}; send-event takes those"),
        _ if event.get("to").is_some() && event.get("body").is_some() => {
            "a bare request; put it on a queue, or into the body of a record".to_owned()
        }
        _ if event.is_object() => "an object without records".to_owned(),
        _ => "no object".to_owned(),
    }
}
