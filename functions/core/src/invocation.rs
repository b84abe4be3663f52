//! What Lambda says of an invocation.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::account::AccountId;
use crate::arn::FunctionArn;

/// Where nobody says when an invocation ends: the shortest time limit that the functions are deployed with.
const SHORT: SignedDuration = SignedDuration::from_secs(30);

/// How long an invocation has, and where it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// When it is cut off.
    pub deadline: Timestamp,
    /// The account that the function is deployed in; `None`: its ARN does not say.
    pub runs_in: Option<AccountId>,
}

impl Invocation {
    /// From what the Runtime API gives: the deadline in milliseconds since 1970, and the invoked function's ARN.
    pub fn of(deadline: u64, function_arn: &str, now: Timestamp) -> Self {
        let deadline = i64::try_from(deadline).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
        let arn = function_arn.parse::<FunctionArn>().ok();
        Self { deadline: deadline.unwrap_or(now + SHORT), runs_in: arn.map(|arn| arn.account().clone()) }
    }
}

/// An event that holds requests, for a function that only a schedule is to invoke: they would be lost there, since
/// whoever sent them takes any answer for a yes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATrigger {
    /// From a queue or a topic.
    #[error("this event has records, of {0}. send-queue takes those of aws:sqs")]
    Records(String),
    /// From a bus.
    #[error("this event is a request, \"{0}\". Point its rule at send-event")]
    Request(String),
}

/// What the event of a schedule says does not matter, as long as it holds no requests.
///
/// # Errors
/// When it does.
pub fn only_a_trigger(event: &Value) -> Result<(), NotATrigger> {
    if let Some(records) = event.get("Records").and_then(Value::as_array) {
        let source = |record: &Value| {
            // SNS spells it with a capital letter.
            let field = record.get("eventSource").or_else(|| record.get("EventSource"));
            field.and_then(Value::as_str).map(str::to_owned)
        };
        let named = records.first().and_then(source).unwrap_or_else(|| "no service that they name".to_owned());
        return Err(NotATrigger::Records(named));
    }
    match event.get("detail-type").and_then(Value::as_str) {
        Some(request @ "SMS Send Requested") => Err(NotATrigger::Request(request.to_owned())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn any_event_is_a_trigger_but_one_that_holds_requests() {
        for event in [json!({}), json!(null), json!("now"), json!({"source": "aws.scheduler", "detail": "{}"})] {
            assert!(only_a_trigger(&event).is_ok(), "{event}");
        }
        for (event, named) in [
            (json!({"Records": [{"eventSource": "aws:sqs"}]}), "aws:sqs"),
            (json!({"Records": [{"EventSource": "aws:sns"}]}), "aws:sns"),
            (json!({"Records": []}), "no service"),
            (json!({"detail-type": "SMS Send Requested"}), "SMS Send Requested"),
        ] {
            let told = only_a_trigger(&event).unwrap_err().to_string();
            assert!(told.contains(named), "{told}");
        }
    }

    #[test]
    fn an_alias_is_in_its_functions_account_and_what_is_no_arn_is_in_none() {
        let now = Timestamp::UNIX_EPOCH;
        let arn = "arn:aws:lambda:us-east-1:222222222222:function:tendlc-send-queue:live";
        let invocation = Invocation::of(1_500, arn, now);
        assert_eq!(invocation.deadline.as_millisecond(), 1_500);
        assert_eq!(invocation.runs_in.map(|account| account.to_string()), Some("222222222222".to_owned()));
        assert_eq!(Invocation::of(u64::MAX, "", now), Invocation { deadline: now + SHORT, runs_in: None });
    }
}
