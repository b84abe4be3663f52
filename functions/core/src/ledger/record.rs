//! What a ledger record says.

use jiff::Timestamp;

use crate::fingerprint::Fingerprint;
use crate::name::CampaignName;
use crate::quota::Charge;
use crate::reason::Reason;
use crate::table::{Item, TableError, read_number, read_text};

/// The state of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A function is at it, until its lease ends.
    Claimed,
    /// It waits; claimed again when it comes back.
    Deferred,
    /// It was not sent; claimed again and judged afresh if it comes back.
    Rejected,
    /// AWS has it; never claimed again.
    Accepted,
    /// AWS may have it.
    Unknown,
}

impl State {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Deferred => "deferred",
            Self::Rejected => "rejected",
            Self::Accepted => "accepted",
            Self::Unknown => "unknown",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Claimed, Self::Deferred, Self::Rejected, Self::Accepted, Self::Unknown]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// A record as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The state.
    pub state: State,
    /// Who claimed it last.
    pub owner: String,
    /// When the claim ends, in milliseconds since 1970.
    pub lease: Option<Timestamp>,
    /// Of the content.
    pub fingerprint: Fingerprint,
    /// When the request was first seen; absent after a rejection.
    pub first: Option<Timestamp>,
    /// Since when the result is unknown.
    pub unknown_since: Option<Timestamp>,
    /// Why it waits or was rejected.
    pub reason: Option<Reason>,
    /// AWS's id of the accepted text.
    pub message_id: Option<String>,
    /// What it was sent on.
    pub campaign: Option<CampaignName>,
    /// What was taken for it, where it was sent or may have been.
    pub charge: Charge,
    /// Its segments.
    pub segments: Option<i64>,
    /// Who had claimed it when its result was unknown, where it was sent a second time after that.
    pub resent_from: Option<String>,
}

impl Record {
    /// Reads an item.
    ///
    /// # Errors
    /// When it is not of the form that the ledger writes. Nothing is sent then.
    pub fn read(item: &Item) -> Result<Self, TableError> {
        let malformed = |what: &str| TableError::Malformed {
            key: "of a ledger record".to_owned(),
            what: format!("no valid {what}"),
        };
        let moment = |name: &str| read_number(item, name).and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Ok(Self {
            state: read_text(item, "state").and_then(State::of).ok_or_else(|| malformed("state"))?,
            owner: read_text(item, "owner").unwrap_or_default().to_owned(),
            lease: moment("lease"),
            fingerprint: read_text(item, "fingerprint").ok_or_else(|| malformed("fingerprint"))?.to_owned().into(),
            first: moment("first"),
            unknown_since: moment("unknown_since"),
            reason: read_text(item, "reason")
                .and_then(|word| serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()),
            message_id: read_text(item, "message_id").map(str::to_owned),
            campaign: read_text(item, "campaign").and_then(|name| name.parse().ok()),
            // What cannot be read is not given back.
            charge: item
                .get("charge")
                .and_then(|charge| serde_dynamo::from_attribute_value(charge.clone()).ok())
                .unwrap_or_default(),
            segments: read_number(item, "segments"),
            resent_from: read_text(item, "resent_from").map(str::to_owned),
        })
    }
}
