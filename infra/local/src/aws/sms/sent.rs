//! The texts that were accepted: the one place that shows numbers and bodies.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

/// A text that was accepted.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// What was answered.
    pub message_id: String,
    /// `sms-voice` or `sns`.
    pub channel: &'static str,
    /// The recipient.
    pub to: String,
    /// The text.
    pub body: String,
    /// Its billed segments.
    pub segments: u32,
    /// `GSM` or `UNICODE`.
    pub encoding: &'static str,
    /// The origination identity as the request gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origination_identity: Option<String>,
    /// The number that it goes out from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origination_number: Option<String>,
    /// The account whose credentials were used.
    pub account: String,
    /// The role of the session that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// The name of the session that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_session: Option<String>,
    /// The request's context.
    pub context: BTreeMap<String, String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_live: Option<i64>,
    /// As the request wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_price: Option<String>,
    /// `TRANSACTIONAL` or `PROMOTIONAL`.
    pub message_type: String,
    /// As the request wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration_set: Option<String>,
    /// When it was accepted, by the double's clock.
    pub at: Timestamp,
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent")
            .field("message_id", &self.message_id)
            .field("segments", &self.segments)
            .field("role_session", &self.role_session)
            .finish_non_exhaustive()
    }
}
