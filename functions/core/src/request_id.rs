//! The idempotency key of a request.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A caller's idempotency key: 1 to 128 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(String);

/// The text cannot be an idempotency key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("an id is 1 to 128 visible ASCII characters")]
pub struct NotAnId;

impl RequestId {
    /// The key as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A key nobody has used, for a message that came without any.
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }
}

impl FromStr for RequestId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let visible = text.bytes().all(|b| (0x21..=0x7e).contains(&b));
        if visible && (1..=128).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(NotAnId) }
    }
}

impl TryFrom<String> for RequestId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        text.parse()
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
