//! A delivery receipt of AWS End User Messaging, as it comes on a queue: bare, in an SNS envelope or in an EventBridge
//! one (facts, section 8). What is missing or cannot be is left out and said; only a receipt of nobody's text is none.

mod carrier;
mod price;
mod status;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use carrier::{Carrier, Network};
pub use price::{Cost, NotAPrice};
pub use status::{Ending, Status};

use crate::fingerprint::{Fingerprint, FingerprintKey};
use crate::money::MicroUsd;
use crate::name::GrantName;
use crate::number::E164;
use crate::request::RequestId;
use crate::segments::Encoding;

/// The primary's queue of receipts, as `infra/templates/primary.yaml` makes it.
pub const QUEUE: &str = "tendlc_receipts";
/// The queue of those that nobody could take.
pub const DEAD_LETTER_QUEUE: &str = "tendlc_receipts_dead_letter";

/// What a text's context names its grant and its idempotency key by.
pub const CONTEXT_GRANT: &str = "tendlc-grant";
/// See [`CONTEXT_GRANT`].
pub const CONTEXT_ID: &str = "tendlc-id";

/// What a text's context proves them by: who claimed it, which nobody else knows.
pub const CONTEXT_CLAIM: &str = "tendlc-claim";
/// What the probe's dry runs carry instead.
pub const CONTEXT_PROBE: &str = "tendlc-probe";

/// AWS's id of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(String);

impl MessageId {
    /// 1 to 100 letters, digits, `-` and `_`; AWS's are UUIDs.
    pub fn of(text: &str) -> Option<Self> {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        ((1..=100).contains(&text.len()) && text.chars().all(fits)).then(|| Self(text.to_owned()))
    }

    /// As AWS writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Something about a receipt that is not as AWS documents it. Each is counted and explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Oddity {
    /// No text's: not JSON, or without a message id.
    Malformed,
    /// Of a picture, a call, a registration: not what this is about.
    NotAText,
    /// A status that this release does not know.
    UnknownStatus,
    /// A price below zero, above a dollar, or no number: AWS's documents and samples differ in its unit.
    ImpossiblePrice,
    /// A carrier that is neither T-Mobile's network nor surely another: its segments stay charged.
    UnknownCarrier,
    /// A text that no request accounts for.
    Unmetered,
    /// AWS counted other segments than tendlc.
    OtherSegments,
}

impl Oddity {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Malformed,
        Self::NotAText,
        Self::UnknownStatus,
        Self::ImpossiblePrice,
        Self::UnknownCarrier,
        Self::Unmetered,
        Self::OtherSegments,
    ];

    /// The word in logs, counters and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotAText => "not_a_text",
            Self::UnknownStatus => "unknown_status",
            Self::ImpossiblePrice => "impossible_price",
            Self::UnknownCarrier => "unknown_carrier",
            Self::Unmetered => "unmetered",
            Self::OtherSegments => "other_segments",
        }
    }
}

/// What a receipt says of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which text.
    pub message_id: MessageId,
    /// When it was so. 1970, where nobody says: then every other receipt is newer.
    pub at: Timestamp,
    /// When AWS took the text.
    pub requested_at: Option<Timestamp>,
    /// How far the text has come.
    pub status: Status,
    /// AWS's own word for it.
    pub status_word: String,
    /// Whether AWS takes it for the last one. Another may follow all the same.
    pub is_final: bool,
    /// Billed parts.
    pub parts: Option<u32>,
    /// What it cost.
    pub cost: Option<Cost>,
    /// Who delivers it.
    pub carrier: Option<Carrier>,
    /// As AWS sent it.
    pub encoding: Option<Encoding>,
    /// The request, as the text's context names it; nobody vouches for that.
    pub named: Option<(GrantName, RequestId)>,
    /// Who claimed it, as the text's context says: whoever sent it past the functions cannot know.
    pub claim: Option<String>,
    /// Whether it is the probe's: of a dry run, which sends nothing, or from the simulator's number.
    pub is_probe: bool,
    /// Whether it is the probe's if it is nobody else's: it is from the simulator's number, and has no context.
    pub may_be_probe: bool,
    /// Tells whether two texts went to the same number, and not to which.
    pub recipient: Option<Fingerprint>,
    /// Tells whether it was sent from a certain number, and not from which.
    sender: Option<Fingerprint>,
    /// Whether it came with a context; what comes by EventBridge has none.
    pub has_context: bool,
    /// The caller's own context.
    pub context: BTreeMap<String, String>,
    /// What is strange about it.
    pub oddities: Vec<Oddity>,
}

impl Receipt {
    /// When AWS took the text, as well as that is known.
    pub fn taken(&self) -> Timestamp {
        self.requested_at.unwrap_or(self.at)
    }

    /// Notes whether it is of a text from the simulator's `number`, which reaches nobody whatever it costs; `key` is the one
    /// that it was read with. What has a context is the probe's if that says so; of what has none the books may still know
    /// better. So a number that is another by mistake takes no request's receipts away.
    ///
    /// Returns whether it says so itself, as what comes by a configuration set does.
    pub fn note_simulator(&mut self, number: &E164, key: &FingerprintKey) -> bool {
        if self.sender != Some(Fingerprint::of(key, &[digits(number.as_str())])) {
            return false;
        }
        let says_so = self.context.contains_key(CONTEXT_PROBE);
        self.is_probe |= says_so;
        self.may_be_probe = !self.has_context;
        says_so
    }

    /// Reads the body of a queue's message.
    ///
    /// # Errors
    /// When it is no receipt of a text.
    pub fn read(body: &str, key: &FingerprintKey) -> Result<Self, Oddity> {
        let value: Value = serde_json::from_str(body).map_err(|_| Oddity::Malformed)?;
        let Value::Object(fields) = value else { return Err(Oddity::Malformed) };
        Self::unwrap(fields, key, 2)
    }

    /// Out of its envelopes, at most two.
    fn unwrap(mut fields: Map<String, Value>, key: &FingerprintKey, envelopes: u8) -> Result<Self, Oddity> {
        if envelopes > 0 {
            match (fields.remove("detail"), fields.remove("Message")) {
                (Some(Value::Object(detail)), _) => {
                    let time = fields.get("time").and_then(Value::as_str).and_then(|time| time.parse().ok());
                    let receipt = Self::unwrap(detail, key, envelopes - 1)?;
                    let at = if receipt.at == Timestamp::UNIX_EPOCH { time } else { None };
                    return Ok(Self { at: at.unwrap_or(receipt.at), ..receipt });
                }
                (_, Some(Value::String(message))) => {
                    let Ok(Value::Object(inner)) = serde_json::from_str(&message) else {
                        return Err(Oddity::Malformed);
                    };
                    return Self::unwrap(inner, key, envelopes - 1);
                }
                _ => {}
            }
        }
        Self::of(&fields, key)
    }

    fn of(fields: &Map<String, Value>, key: &FingerprintKey) -> Result<Self, Oddity> {
        let text = |name: &str| fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let event = text("eventType").unwrap_or_default();
        let is_text = event.starts_with("TEXT_") || (event.is_empty() && text("messageStatus").is_some());
        let message_id = text("messageId").and_then(MessageId::of);
        match (&message_id, is_text) {
            (_, false) if !event.is_empty() || fields.contains_key("registrationDetails") => {
                return Err(Oddity::NotAText);
            }
            (None, _) | (_, false) => return Err(Oddity::Malformed),
            _ => {}
        }
        let message_id = message_id.ok_or(Oddity::Malformed)?;
        let moment = |name: &str| Timestamp::from_millisecond(fields.get(name)?.as_i64()?).ok();
        let requested_at = moment("messageRequestTimestamp");
        let mut oddities = Vec::new();
        let word = text("messageStatus").or_else(|| event.strip_prefix("TEXT_")).unwrap_or_default();
        let status = Status::of(word);
        if status == Status::Other {
            oddities.push(Oddity::UnknownStatus);
        }
        let carrier = Carrier::of(text("carrierName"), text("mcc"), text("mnc"));
        if carrier.as_ref().is_some_and(|carrier| carrier.network == Network::Unknown) {
            oddities.push(Oddity::UnknownCarrier);
        }
        let cost = Cost::of(fields.get("totalMessagePrice"), fields.get("totalCarrierFee")).unwrap_or_else(|_| {
            oddities.push(Oddity::ImpossiblePrice);
            None
        });
        let (named, claim, context) = context(fields.get("context"));
        Ok(Self {
            message_id,
            at: moment("eventTimestamp").or(requested_at).unwrap_or(Timestamp::UNIX_EPOCH),
            requested_at,
            status,
            status_word: shown(word),
            is_final: fields.get("isFinal").and_then(Value::as_bool).unwrap_or(false),
            parts: fields
                .get("totalMessageParts")
                .and_then(Value::as_u64)
                .and_then(|parts| u32::try_from(parts).ok())
                .filter(|parts| (1..=100).contains(parts)),
            cost,
            carrier,
            encoding: match text("messageEncoding") {
                Some("GSM") => Some(Encoding::Gsm),
                Some("UNICODE" | "Unicode" | "UCS2" | "UCS-2") => Some(Encoding::Unicode),
                _ => None,
            },
            named,
            claim,
            // What costs something was sent, whatever it calls itself.
            is_probe: context.contains_key(CONTEXT_PROBE)
                && cost.is_none_or(|cost| cost.total() == MicroUsd::default()),
            may_be_probe: false,
            recipient: text("destinationPhoneNumber").map(|to| Fingerprint::of(key, &[to])),
            sender: text("originationPhoneNumber").map(|from| Fingerprint::of(key, &[digits(from)])),
            has_context: fields.contains_key("context"),
            context,
            oddities,
        })
    }
}

/// AWS writes some numbers with their sign and some without.
fn digits(number: &str) -> &str {
    number.trim_start_matches('+')
}

/// A status that goes into outcomes and logs: AWS's words are capitals, and a number must not come with one.
fn shown(word: &str) -> String {
    word.chars().filter(|letter| letter.is_ascii_uppercase() || *letter == '_').take(40).collect()
}

type Context = (Option<(GrantName, RequestId)>, Option<String>, BTreeMap<String, String>);

fn context(value: Option<&Value>) -> Context {
    let pairs = value.and_then(Value::as_object).into_iter().flatten();
    let mut pairs: BTreeMap<String, String> =
        pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    let grant = pairs.remove(CONTEXT_GRANT).and_then(|name| name.parse().ok());
    let id = pairs.remove(CONTEXT_ID).and_then(|id| id.parse().ok());
    let claim = pairs.remove(CONTEXT_CLAIM);
    (grant.zip(id), claim, pairs)
}

#[cfg(test)]
mod tests;
