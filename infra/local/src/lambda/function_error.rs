//! What an invocation that went wrong replies with.

use serde::{Deserialize, Serialize};

/// The error of an invocation, with the keys and texts that AWS gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{error_type}: {error_message}")]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    /// The function's own name for it, or AWS's, such as `Runtime.ExitError`.
    pub error_type: String,
    /// The text for people.
    pub error_message: String,
}

impl FunctionError {
    pub(super) fn new(error_type: impl Into<String>, error_message: impl Into<String>) -> Self {
        Self { error_type: error_type.into(), error_message: error_message.into() }
    }

    /// The error that a runtime posted. AWS takes any body, so a bad one still has to say something.
    pub(super) fn posted(body: &[u8], type_header: Option<&str>) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Posted {
            error_type: Option<String>,
            error_message: Option<String>,
        }
        let posted = serde_json::from_slice(body).unwrap_or(Posted { error_type: None, error_message: None });
        let error_type = posted.error_type.or_else(|| type_header.map(str::to_owned));
        Self::new(error_type.unwrap_or_else(|| "Unhandled".to_owned()), posted.error_message.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_of_an_error_goes_before_its_header() {
        let body = br#"{"errorType":"Mine","errorMessage":"what happened","stackTrace":[]}"#;
        assert_eq!(FunctionError::posted(body, Some("unhandled")), FunctionError::new("Mine", "what happened"));
        assert_eq!(FunctionError::posted(b"not JSON", Some("unhandled")), FunctionError::new("unhandled", ""));
        assert_eq!(FunctionError::posted(b"", None), FunctionError::new("Unhandled", ""));
    }

    #[test]
    fn an_error_is_written_with_the_keys_of_aws() {
        let written = serde_json::to_value(FunctionError::new("A", "b")).unwrap();
        assert_eq!(written, serde_json::json!({"errorType": "A", "errorMessage": "b"}));
    }
}
