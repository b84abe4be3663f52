//! The event that EventBridge makes of an entry of PutEvents.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tendlc_core::account::AccountId;

/// An entry as PutEvents takes it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutEntry {
    /// Who says it.
    pub source: String,
    /// What kind of event it is.
    pub detail_type: String,
    /// A JSON object, in a string.
    pub detail: String,
    /// The ARNs that it is about.
    #[serde(default)]
    pub resources: Vec<String>,
    /// When it happened, in seconds since 1970; now, if it does not say so.
    pub time: Option<f64>,
}

/// PutEvents answers an entry like this with the code `MalformedDetail`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Detail is malformed.")]
pub struct MalformedDetail;

/// The event that a target of the bus is handed. `account` is the account that put it: AWS vouches for that one.
///
/// # Errors
/// [`MalformedDetail`] when the detail is not a JSON object.
pub fn delivered(
    entry: &PutEntry,
    account: &AccountId,
    region: &str,
    now: Timestamp,
) -> Result<Value, MalformedDetail> {
    let detail: Value = serde_json::from_str(&entry.detail).map_err(|_| MalformedDetail)?;
    if !detail.is_object() {
        return Err(MalformedDetail);
    }
    // Whole seconds are all that EventBridge keeps.
    let second = entry.time.map_or(now.as_second(), |time| time as i64);
    let time = Timestamp::from_second(second).unwrap_or(now);
    Ok(json!({
        "version": "0",
        "id": uuid::Uuid::new_v4().to_string(),
        "detail-type": entry.detail_type,
        "source": entry.source,
        "account": account.as_str(),
        "time": time.to_string(),
        "region": region,
        "resources": entry.resources,
        "detail": detail,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(detail: &str, time: Option<f64>) -> PutEntry {
        let entry =
            json!({"Source": "acme.checkout", "DetailType": "SMS Send Requested", "Detail": detail, "Time": time});
        serde_json::from_value(entry).unwrap()
    }

    fn deliver(entry: &PutEntry) -> Result<Value, MalformedDetail> {
        let now = "2026-11-20T17:00:00.25Z".parse().unwrap();
        delivered(entry, &"222222222222".parse().unwrap(), "us-east-1", now)
    }

    #[test]
    fn an_event_names_the_account_that_put_it_and_carries_the_detail_as_json() {
        let mut event = deliver(&entry(r#"{"account":"999999999999"}"#, None)).unwrap();
        assert_eq!(event["id"].take().as_str().unwrap().len(), 36);
        let expected = json!({
            "version": "0",
            "id": null,
            "detail-type": "SMS Send Requested",
            "source": "acme.checkout",
            "account": "222222222222",
            "time": "2026-11-20T17:00:00Z",
            "region": "us-east-1",
            "resources": [],
            "detail": {"account": "999999999999"},
        });
        assert_eq!(event, expected);
    }

    #[test]
    fn an_entry_may_say_when_it_happened() {
        let event = deliver(&entry("{}", Some(1_790_000_000.9))).unwrap();
        assert_eq!(event["time"], "2026-09-21T14:13:20Z");
    }

    #[test]
    fn a_detail_is_a_json_object() {
        for detail in ["", "[]", "\"text\"", "{"] {
            assert_eq!(deliver(&entry(detail, None)), Err(MalformedDetail), "{detail}");
        }
    }
}
