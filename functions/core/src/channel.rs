//! The ways a text can go out: one narrow trait in our own words, and a table of what each answer means.

mod classify;
mod sms_voice;
mod sns;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;

pub use classify::{Meaning, meaning};
pub use sms_voice::SmsVoice;
pub use sns::Sns;

use crate::grant::Campaign;
use crate::money::MicroUsd;
use crate::number::E164;
use crate::reason::Reason;

/// A text that is to go out now.
#[derive(Clone)]
pub struct Text<'a> {
    /// The recipient.
    pub to: &'a E164,
    /// What it says.
    pub body: &'a str,
    /// What it is sent on.
    pub campaign: &'a Campaign,
    /// How long AWS may hold it back; AWS takes 5 s to 72 h.
    pub time_to_live: Duration,
    /// The most it may cost.
    pub max_price: Option<MicroUsd>,
    /// What its receipts carry.
    pub context: BTreeMap<String, String>,
    /// Judge it, but send nothing.
    pub dry_run: bool,
}

/// Neither the number nor the body.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("campaign", &self.campaign.name).finish_non_exhaustive()
    }
}

/// Why a text was not, or perhaps not, taken.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}: {code}{} ({request_id})", .detail.as_deref().map(|d| format!(".{d}")).unwrap_or_default())]
pub struct SendError {
    /// What it means for the request.
    pub reason: Reason,
    /// AWS's error code, or how the call ended.
    pub code: String,
    /// AWS's `Reason` member.
    pub detail: Option<String>,
    /// AWS's request id.
    pub request_id: String,
}

/// Sends texts. An implementation calls its API once per text, without retries: no send API has an idempotency token.
pub trait Channel: Send + Sync {
    /// Sends one text and returns AWS's message id.
    ///
    /// # Errors
    /// [`Reason::UnknownResult`] when AWS may have taken the text, any other reason when it has not.
    fn send<'a>(&'a self, text: &'a Text<'a>) -> BoxFuture<'a, Result<String, SendError>>;

    /// Opens the connection that one text needs, and sends nothing.
    fn connect(&self) -> BoxFuture<'_, ()>;
}
