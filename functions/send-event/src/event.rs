//! The EventBridge envelope, and the request in it.

use jiff::Timestamp;
use serde_json::Value;
use tendlc_core::account::AccountId;
use tendlc_core::pipeline::Incoming;
use tendlc_core::request::{Entrance, RequestId};
use tendlc_core::trace::TraceHeader;

/// What a workload's event is called.
const DETAIL_TYPE: &str = "SMS Send Requested";

/// A request as EventBridge delivers it.
pub struct Requested {
    /// The account that put it, which EventBridge vouches for.
    pub account: Option<AccountId>,
    /// What it asks for.
    pub incoming: Incoming,
}

/// The event is not a request on a bus.
#[derive(Debug, thiserror::Error)]
pub enum NotARequest {
    /// It is an SQS batch or another service's records.
    #[error("this function takes EventBridge events; this one has records, of {0}. send-queue takes those of aws:sqs")]
    Records(String),
    /// It is no EventBridge event.
    #[error("this function takes EventBridge events with detail-type \"{DETAIL_TYPE}\"; this is none")]
    Shape,
    /// It cannot be told from its own repetition.
    #[error("this event has no id, and the request in it names none; EventBridge gives one to every event")]
    NoId,
    /// It is another event.
    #[error("this function takes the detail-type \"{DETAIL_TYPE}\"; this event is \"{0}\". Correct the rule's pattern")]
    DetailType(String),
}

impl Requested {
    /// Takes the envelope apart.
    ///
    /// # Errors
    /// When the event is none of ours. A bad request in a good envelope is refused later, with its reason.
    pub fn read(event: &Value, trace: Option<TraceHeader>, now: Timestamp) -> Result<Self, NotARequest> {
        if let Some(records) = event.get("Records").and_then(Value::as_array) {
            let source = |record: &Value| {
                record
                    .get("eventSource")
                    .or_else(|| record.get("EventSource"))
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            };
            let named = records.first().and_then(source).unwrap_or_else(|| "no service".to_owned());
            return Err(NotARequest::Records(named));
        }
        let text = |name: &str| event.get(name).and_then(Value::as_str);
        let kind = text("detail-type").ok_or(NotARequest::Shape)?;
        if kind != DETAIL_TYPE {
            return Err(NotARequest::DetailType(kind.to_owned()));
        }
        // Field by field: one that is not as it should be must not take the request with it.
        let detail = event.get("detail").unwrap_or(&Value::Null);
        let id = text("id").and_then(|id| id.parse::<RequestId>().ok());
        // Without any id a second try of Lambda's would be a second text.
        let own = detail.get("id").and_then(Value::as_str).and_then(|id| id.parse::<RequestId>().ok());
        let message_id = id.or(own).ok_or(NotARequest::NoId)?;
        Ok(Self {
            account: text("account").and_then(|account| account.parse().ok()),
            incoming: Incoming {
                text: detail.to_string(),
                message_id,
                entrance: Entrance::Bus,
                first_seen: now,
                trace,
            },
        })
    }
}
