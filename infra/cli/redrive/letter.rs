//! A dead letter: where it comes from, why it is there, and the request that it was.
//!
//! There are four kinds. tendlc's own say a reason; SQS's are messages that no function ever finished with; Lambda's and
//! EventBridge's hold an event that was not taken.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// No function has said why.
const UNHANDLED: &str = "UNHANDLED";

/// A dead letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Why it is dead.
    pub reason: String,
    /// More of that; neither number nor body is in it.
    pub detail: String,
    /// The request's idempotency key.
    pub id: Option<String>,
    /// The account that an event came from.
    pub account: Option<String>,
    /// The request to put back, with its id; none where it is no request.
    request: Option<Map<String, Value>>,
}

impl Letter {
    /// Reads one, as it lies on a queue.
    pub fn of(message_id: &str, body: &str, attributes: &BTreeMap<String, String>) -> Self {
        let value: Value = serde_json::from_str(body).unwrap_or_default();
        let attribute = |name: &str| attributes.get(name).cloned();
        // Lambda's on-failure destination wraps the event, EventBridge sends it as it is.
        let (event, by) = match &value["requestPayload"] {
            Value::Object(_) => (Some(&value["requestPayload"]), Source::Lambda),
            _ if value["detail-type"] == "SMS Send Requested" => (Some(&value), Source::EventBridge),
            _ => (None, Source::Queue),
        };
        let (request, default_id) = match event {
            Some(event) => (&event["detail"], event["id"].as_str().unwrap_or_default()),
            None => (&value, message_id),
        };
        let was_cut = attributes.contains_key("cut_from_bytes");
        let mut request = request.as_object().filter(|_| !was_cut).cloned();
        if let Some(request) = &mut request {
            // The key that it had: a queue's message id is another one after a replay.
            request.entry("id").or_insert_with(|| Value::from(default_id));
        }
        let id = attribute("id").or_else(|| Some(request.as_ref()?.get("id")?.as_str()?.to_owned()));
        Self {
            reason: attribute("reason").unwrap_or_else(|| UNHANDLED.to_owned()),
            detail: attribute("detail").unwrap_or_else(|| by.said(&value, attributes)),
            id,
            account: event.and_then(|event| event["account"].as_str()).map(str::to_owned),
            request,
        }
    }

    /// Whether it is a request that can be put back.
    pub fn can_be_replayed(&self) -> bool {
        self.request.is_some()
    }

    /// It belongs to no grant that is known.
    pub fn of_nobody(mut self) -> Self {
        self.request = None;
        "it is of an account that has no grant".clone_into(&mut self.detail);
        self
    }

    /// The body to put back.
    pub fn body(&self) -> Option<String> {
        serde_json::to_string(self.request.as_ref()?).ok()
    }

    /// Whether its lane is the promotional one, as the request says; `None`: it does not say.
    pub fn is_promotional(&self) -> Option<bool> {
        let kind = self.request.as_ref()?.get("kind")?.as_str()?;
        Some(kind == "promotional")
    }
}

enum Source {
    Queue,
    Lambda,
    EventBridge,
}

impl Source {
    /// What there is to say where nobody of ours has said anything. Only what AWS itself writes: an error's text may quote
    /// the event.
    fn said(&self, value: &Value, attributes: &BTreeMap<String, String>) -> String {
        match self {
            Self::Queue => {
                "no function finished with it: look for a function that does not start (its log, the probe)".to_owned()
            }
            Self::Lambda => {
                let condition =
                    value.pointer("/requestContext/condition").and_then(Value::as_str).unwrap_or("no condition");
                let kind =
                    value.pointer("/responsePayload/errorType").and_then(Value::as_str).unwrap_or("no error type");
                format!("send-event did not take it: {condition}, {kind}")
            }
            Self::EventBridge => {
                let code = attributes.get("ERROR_CODE").map_or("no code", String::as_str);
                format!("EventBridge could not start send-event: {code}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attributes(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    const REQUEST: &str = r#"{"to":"+12065550100","body":"b","id":"order-1"}"#;

    #[test]
    fn a_letter_of_ours_says_why_and_is_the_request() {
        let said = attributes(&[("reason", "NOT_GRANTED"), ("detail", "no such campaign"), ("id", "order-1")]);
        let letter = Letter::of("m-1", REQUEST, &said);
        assert_eq!((letter.reason.as_str(), letter.id.as_deref()), ("NOT_GRANTED", Some("order-1")));
        assert_eq!(serde_json::from_str::<Value>(&letter.body().unwrap()).unwrap()["id"], "order-1");
    }

    #[test]
    fn a_letter_of_sqs_keeps_the_message_id_as_its_key() {
        let letter = Letter::of("m-1", r#"{"to":"+12065550100","body":"b"}"#, &attributes(&[]));
        assert_eq!((letter.reason.as_str(), letter.id.as_deref()), (UNHANDLED, Some("m-1")));
        assert!(letter.body().unwrap().contains("\"id\":\"m-1\""));
    }

    #[test]
    fn an_event_that_was_not_taken_is_its_detail_under_the_events_id() {
        let event = json!({ "id": "e-1", "account": "333333333333", "detail-type": "SMS Send Requested",
            "detail": { "to": "+12065550100", "body": "b", "kind": "promotional" } });
        let by_lambda = json!({ "requestContext": { "condition": "RetriesExhausted" }, "requestPayload": event,
            "responsePayload": { "errorType": "NoQueue", "errorMessage": "+12065550100" } });
        for (body, said) in [(event.to_string(), "EventBridge could not start"), (by_lambda.to_string(), "NoQueue")] {
            let letter = Letter::of("m-1", &body, &attributes(&[]));
            assert_eq!((letter.id.as_deref(), letter.account.as_deref()), (Some("e-1"), Some("333333333333")));
            assert_eq!(letter.is_promotional(), Some(true));
            assert!(letter.detail.contains(said) && !letter.detail.contains("2065550100"), "{}", letter.detail);
        }
    }

    #[test]
    fn what_is_no_request_or_was_cut_stays() {
        assert!(!Letter::of("m-1", "not json", &attributes(&[])).can_be_replayed());
        assert!(!Letter::of("m-1", REQUEST, &attributes(&[("cut_from_bytes", "9")])).can_be_replayed());
    }
}
