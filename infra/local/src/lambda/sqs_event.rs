//! The event that Lambda makes of SQS messages.

use aws_sdk_sqs::types::{Message, MessageAttributeValue};
use serde_json::{Map, Value, json};
use tendlc_core::arn::QueueArn;

/// A message that a function can be handed and that can be deleted afterwards.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) id: String,
    pub(super) receipt_handle: String,
    record: Value,
}

impl Received {
    /// `None` for a message without an id or a receipt handle, which SQS never sends: an empty id in the
    /// function's response would fail the whole batch.
    pub(super) fn new(message: Message, queue: &QueueArn) -> Option<Self> {
        let id = message.message_id.filter(|id| !id.is_empty())?;
        let receipt_handle = message.receipt_handle?;
        let system: Map<String, Value> = message
            .attributes
            .unwrap_or_default()
            .iter()
            .map(|(name, value)| (name.to_string(), json!(value)))
            .collect();
        let own: Map<String, Value> = message
            .message_attributes
            .unwrap_or_default()
            .iter()
            .map(|(name, value)| (name.clone(), attribute(value)))
            .collect();
        let mut record = json!({
            "messageId": id,
            "receiptHandle": receipt_handle,
            "body": message.body.unwrap_or_default(),
            "attributes": system,
            "messageAttributes": own,
            "md5OfBody": message.md5_of_body.unwrap_or_default(),
            "eventSource": "aws:sqs",
            "eventSourceARN": queue.as_str(),
            "awsRegion": queue.region(),
        });
        if let Some(md5) = message.md5_of_message_attributes {
            record["md5OfMessageAttributes"] = json!(md5);
        }
        Some(Self { id, receipt_handle, record })
    }
}

/// A whole batch.
pub(super) fn event(batch: &[Received]) -> Value {
    let records: Vec<&Value> = batch.iter().map(|message| &message.record).collect();
    json!({ "Records": records })
}

/// The two lists are always there and always empty: SQS has reserved them and never filled them.
fn attribute(attribute: &MessageAttributeValue) -> Value {
    let mut value = json!({
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": attribute.data_type(),
    });
    if let Some(text) = attribute.string_value() {
        value["stringValue"] = json!(text);
    }
    if let Some(bytes) = attribute.binary_value() {
        value["binaryValue"] = json!(aws_smithy_types::base64::encode(bytes));
    }
    value
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::primitives::Blob;
    use aws_sdk_sqs::types::MessageSystemAttributeName as Name;

    use super::*;

    fn queue() -> QueueArn {
        "arn:aws:sqs:us-east-1:222222222222:tendlc-send.fifo".parse().unwrap()
    }

    #[test]
    fn a_record_has_the_names_that_aws_gives_it() {
        let text = MessageAttributeValue::builder().data_type("String").string_value("orders").build().unwrap();
        let bytes =
            MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new("1100")).build().unwrap();
        let message = Message::builder()
            .message_id("059f36b4-87a3-44ab-83d2-661975830a7d")
            .receipt_handle("AQEBwJnKyrHigUMZj6rYigCg==")
            .body("{not a json body")
            .md5_of_body("0d7f")
            .md5_of_message_attributes("582c")
            .attributes(Name::ApproximateReceiveCount, "2")
            .attributes(Name::SequenceNumber, "18849496460467696128")
            .attributes(Name::MessageGroupId, "order-1")
            .message_attributes("team", text)
            .message_attributes("raw", bytes)
            .build();
        let received = Received::new(message, &queue()).unwrap();
        let expected = json!({"Records": [{
            "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCg==",
            "body": "{not a json body",
            "attributes": {
                "ApproximateReceiveCount": "2",
                "SequenceNumber": "18849496460467696128",
                "MessageGroupId": "order-1",
            },
            "messageAttributes": {
                "team": {"stringValue": "orders", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
                "raw": {"binaryValue": "MTEwMA==", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"},
            },
            "md5OfMessageAttributes": "582c",
            "md5OfBody": "0d7f",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:222222222222:tendlc-send.fifo",
            "awsRegion": "us-east-1",
        }]});
        assert_eq!(event(&[received]), expected);
    }

    #[test]
    fn a_message_without_an_id_is_no_record() {
        let nameless = Message::builder().receipt_handle("AQEB").build();
        let empty = Message::builder().message_id("").receipt_handle("AQEB").build();
        assert!(Received::new(nameless, &queue()).is_none());
        assert!(Received::new(empty, &queue()).is_none());
    }
}
