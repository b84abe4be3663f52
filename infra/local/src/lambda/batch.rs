//! What becomes of a batch: AWS's rules for `ReportBatchItemFailures`.

use std::collections::BTreeSet;

use serde_json::Value;

/// A response from which AWS cannot tell what failed, so that it takes the whole batch for failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadResponse {
    /// Not an object.
    #[error("the response is not an object")]
    NotAnObject,
    /// The list is something else.
    #[error("`batchItemFailures` is not a list")]
    NotAList,
    /// An entry without the key, or with null, an empty string or something else in it.
    #[error("an entry of `batchItemFailures` has no `itemIdentifier`")]
    NoIdentifier,
    /// An entry that names no message of the batch.
    #[error("an `itemIdentifier` is not in the batch")]
    UnknownIdentifier,
}

/// The message ids of `batch` that the function's response reports as failed: none when the response or the
/// list is empty or null.
///
/// # Errors
/// [`BadResponse`] when the whole batch failed.
pub fn failed<'a>(response: &'a Value, batch: &BTreeSet<&str>) -> Result<BTreeSet<&'a str>, BadResponse> {
    let list = match response {
        Value::Null => return Ok(BTreeSet::new()),
        Value::Object(fields) => fields.get("batchItemFailures"),
        _ => return Err(BadResponse::NotAnObject),
    };
    let entries = match list {
        None | Some(Value::Null) => return Ok(BTreeSet::new()),
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(BadResponse::NotAList),
    };
    let identifier = |entry: &'a Value| match entry.get("itemIdentifier").and_then(Value::as_str) {
        None | Some("") => Err(BadResponse::NoIdentifier),
        Some(id) if batch.contains(id) => Ok(id),
        Some(_) => Err(BadResponse::UnknownIdentifier),
    };
    entries.iter().map(identifier).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(response: &Value) -> Result<Vec<&str>, BadResponse> {
        failed(response, &BTreeSet::from(["a", "b", "c"])).map(|ids| ids.into_iter().collect())
    }

    #[test]
    fn an_empty_response_or_list_means_that_all_succeeded() {
        let responses = [
            json!(null),
            json!({}),
            json!({"batchItemFailures": []}),
            json!({"batchItemFailures": null}),
            json!({"statusCode": 200}),
        ];
        for response in responses {
            assert_eq!(outcome(&response), Ok(vec![]), "{response}");
        }
    }

    #[test]
    fn only_the_messages_that_are_listed_failed() {
        let response = json!({"batchItemFailures": [{"itemIdentifier": "c"}, {"itemIdentifier": "a"}]});
        assert_eq!(outcome(&response), Ok(vec!["a", "c"]));
        let twice = json!({"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "b"}]});
        assert_eq!(outcome(&twice), Ok(vec!["b"]));
    }

    #[test]
    fn an_entry_that_names_no_message_fails_the_whole_batch() {
        let good = json!({"itemIdentifier": "a"});
        for bad in [json!({"itemIdentifier": ""}), json!({"itemIdentifier": null}), json!({"foo": "a"}), json!("a")] {
            let response = json!({"batchItemFailures": [good, bad]});
            assert_eq!(outcome(&response), Err(BadResponse::NoIdentifier), "{response}");
        }
        let response = json!({"batchItemFailures": [good, {"itemIdentifier": "d"}]});
        assert_eq!(outcome(&response), Err(BadResponse::UnknownIdentifier));
    }

    #[test]
    fn a_response_of_another_shape_fails_the_whole_batch() {
        assert_eq!(outcome(&json!("done")), Err(BadResponse::NotAnObject));
        assert_eq!(outcome(&json!([])), Err(BadResponse::NotAnObject));
        assert_eq!(outcome(&json!({"batchItemFailures": "a"})), Err(BadResponse::NotAList));
        assert_eq!(outcome(&json!({"batchItemFailures": {"itemIdentifier": "a"}})), Err(BadResponse::NotAList));
    }
}
