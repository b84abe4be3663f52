//! The records of an SQS event: one that is not as it should be concerns itself alone.

use lambda_runtime::Diagnostic;
use serde_json::Value;
use tendlc_core::arn::QueueArn;

/// A message of the queue.
pub struct Record {
    /// How the answer names it; `None`: it came without, and must not be named.
    pub message_id: Option<String>,
    /// How its visibility is changed.
    pub receipt_handle: Option<String>,
    /// The receipt, perhaps in an envelope.
    pub body: String,
}

/// The event is no queue's.
#[derive(Debug, thiserror::Error)]
pub enum NotReceipts {
    /// It has no records of SQS.
    #[error(
        "this function takes SQS events, {{\"Records\":[…]}} with eventSource aws:sqs. Point the SNS topic of the \
         configuration set, and the rule for aws.sms-voice, at a queue, and the queue at this function"
    )]
    Event,
}

impl From<NotReceipts> for Diagnostic {
    fn from(refusal: NotReceipts) -> Self {
        Self { error_type: "NotAnSqsEvent".to_owned(), error_message: refusal.to_string() }
    }
}

/// Takes an event apart.
///
/// # Errors
/// When it is not of SQS.
pub fn read(event: &Value) -> Result<(Option<QueueArn>, Vec<Record>), NotReceipts> {
    let records = event.get("Records").and_then(Value::as_array).ok_or(NotReceipts::Event)?;
    if records.iter().any(|record| text(record, "eventSource").as_deref() != Some("aws:sqs")) {
        return Err(NotReceipts::Event);
    }
    let queue = records.iter().find_map(|record| text(record, "eventSourceARN")?.parse().ok());
    let read = |record: &Value| Record {
        message_id: text(record, "messageId"),
        receipt_handle: text(record, "receiptHandle"),
        body: text(record, "body").unwrap_or_default(),
    };
    Ok((queue, records.iter().map(read).collect()))
}

fn text(record: &Value, name: &str) -> Option<String> {
    record.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}
