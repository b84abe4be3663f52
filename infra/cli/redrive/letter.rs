//! A dead letter: where it comes from, why it is there, and the request that it was.
//!
//! There are four kinds. tendlc's own say a reason; SQS's are messages that no function ever finished with; Lambda's and
//! EventBridge's hold an event that was not taken.

use std::collections::BTreeMap;

use serde_json::Value;

/// No function has said why.
const UNHANDLED: &str = "UNHANDLED";

/// A dead letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Why it is dead.
    pub reason: String,
    /// More of that; neither number nor body is in it.
    pub detail: String,
    /// The request's idempotency key as a function has accepted it; else the message's own id, since what nobody has looked
    /// at may hold anything.
    pub id: String,
    /// The account that an event came from.
    pub account: Option<String>,
    /// What it says of its kind.
    kind: Option<String>,
    /// The text to put back; none where it is no request.
    body: Option<String>,
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
        let reason = attribute("reason").unwrap_or_else(|| UNHANDLED.to_owned());
        // What was refused for its form is refused again, and what was cut is not whole.
        let is_whole = !attributes.contains_key("cut_from_bytes") && reason != "INVALID_REQUEST";
        let request = event.map_or(&value, |event| &event["detail"]);
        let text = match event {
            None => with_id(body, request, message_id),
            Some(event) => with_id(&request.to_string(), request, event["id"].as_str().unwrap_or(message_id)),
        };
        Self {
            detail: attribute("detail").unwrap_or_else(|| by.said(&value, attributes)),
            reason,
            id: attribute("id").unwrap_or_else(|| message_id.to_owned()),
            account: event.and_then(|event| event["account"].as_str()).map(str::to_owned),
            kind: request["kind"].as_str().map(str::to_owned),
            body: text.filter(|_| is_whole),
        }
    }

    /// It belongs to no grant that is known.
    pub fn of_nobody(mut self) -> Self {
        self.body = None;
        "it is of an account that has no grant".clone_into(&mut self.detail);
        self
    }

    /// The text to put back; none where it is no request, or would be refused again.
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    /// Whether its lane is the promotional one, as the request says; `None`: it does not say.
    pub fn is_promotional(&self) -> Option<bool> {
        self.kind.as_deref().map(|kind| kind == "promotional")
    }
}

/// The text as it is, with the key that it had where it names none: a message's id is another one after a replay. Nothing
/// else of it is written anew: readers differ in what they make of a key that is there twice, and a function refuses it.
fn with_id(text: &str, request: &Value, id: &str) -> Option<String> {
    let fields = request.as_object()?;
    if fields.contains_key("id") {
        return Some(text.to_owned());
    }
    let (before, after) = text.split_once('{')?;
    let comma = if fields.is_empty() { "" } else { "," };
    Some(format!("{before}{{\"id\":{}{comma}{after}", Value::from(id)))
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

    fn body(letter: &Letter) -> Value {
        serde_json::from_str(letter.body().unwrap()).unwrap()
    }

    #[test]
    fn a_letter_of_ours_says_why_and_is_put_back_as_it_is() {
        let said = attributes(&[("reason", "NOT_GRANTED"), ("detail", "no such campaign"), ("id", "order-1")]);
        let letter = Letter::of("m-1", REQUEST, &said);
        assert_eq!(
            (letter.reason.as_str(), letter.id.as_str(), letter.body()),
            ("NOT_GRANTED", "order-1", Some(REQUEST))
        );
    }

    #[test]
    fn a_letter_of_sqs_keeps_the_message_id_as_its_key() {
        let letter = Letter::of("m-1", r#" {"to":"+12065550100","body":"b"}"#, &attributes(&[]));
        assert_eq!((letter.reason.as_str(), letter.id.as_str()), (UNHANDLED, "m-1"));
        assert_eq!(letter.body(), Some(r#" {"id":"m-1","to":"+12065550100","body":"b"}"#));
        assert_eq!(Letter::of("m-1", "{}", &attributes(&[])).body(), Some(r#"{"id":"m-1"}"#));
    }

    #[test]
    fn an_id_that_no_function_has_accepted_is_not_shown() {
        let letter = Letter::of("m-1", r#"{"to":"+12065550100","body":"b","id":"otp-12065550100"}"#, &attributes(&[]));
        assert_eq!(letter.id, "m-1");
        assert_eq!(body(&letter)["id"], "otp-12065550100", "it is put back as it is, to be refused");
    }

    #[test]
    fn what_says_a_thing_twice_is_not_made_to_say_it_once() {
        let twice = r#"{"to":"+12065550100","to":"+12065550101","body":"b","id":"order-1"}"#;
        assert_eq!(Letter::of("m-1", twice, &attributes(&[])).body(), Some(twice));
        let refused = attributes(&[("reason", "INVALID_REQUEST"), ("id", "m-1")]);
        assert_eq!(Letter::of("m-1", twice, &refused).body(), None);
    }

    #[test]
    fn an_event_that_was_not_taken_is_its_detail_under_the_events_id() {
        let event = json!({ "id": "e-1", "account": "333333333333", "detail-type": "SMS Send Requested",
            "detail": { "to": "+12065550100", "body": "b", "kind": "promotional" } });
        let by_lambda = json!({ "requestContext": { "condition": "RetriesExhausted" }, "requestPayload": event,
            "responsePayload": { "errorType": "NoQueue", "errorMessage": "+12065550100" } });
        for (text, said) in [(event.to_string(), "EventBridge could not start"), (by_lambda.to_string(), "NoQueue")] {
            let letter = Letter::of("m-1", &text, &attributes(&[]));
            assert_eq!(body(&letter)["id"], "e-1");
            assert_eq!((letter.account.as_deref(), letter.is_promotional()), (Some("333333333333"), Some(true)));
            assert!(letter.detail.contains(said) && !letter.detail.contains("2065550100"), "{}", letter.detail);
        }
    }

    #[test]
    fn what_is_no_request_or_was_cut_stays() {
        assert_eq!(Letter::of("m-1", "not json", &attributes(&[])).body(), None);
        assert_eq!(Letter::of("m-1", REQUEST, &attributes(&[("cut_from_bytes", "9")])).body(), None);
    }
}
