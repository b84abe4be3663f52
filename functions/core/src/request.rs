//! A workload's request: JSON that is taken apart once, here, into values that cannot be wrong.

mod twice;

use std::collections::BTreeMap;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::fingerprint::{Fingerprint, FingerprintKey};
use crate::money::MicroUsd;
use crate::name::CampaignName;
use crate::number::E164;
use crate::reason::Reason;
use crate::segments::{BodyError, Measure, measure};
pub(crate) use twice::has_a_key_twice;

pub use crate::request_id::RequestId;

/// A lane of its own each, so that a newsletter never stands before a one-time password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody waits for it.
    Transactional,
    /// Nobody does.
    Promotional,
}

impl Kind {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transactional => "transactional",
            Self::Promotional => "promotional",
        }
    }
}

/// What the caller wants when a quota is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnQuota {
    /// Wait for it.
    Defer,
    /// Say so at once.
    Reject,
}

/// Where a request came in: it decides which kinds are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// A queue of the transactional lane; promotional requests belong on the queue named here.
    TransactionalQueue {
        /// The name of the promotional lane's queue.
        promotional: String,
    },
    /// A queue of the promotional lane.
    PromotionalQueue,
    /// An event bus, which takes both.
    Bus,
}

impl Entrance {
    /// The entrance that a queue is, by its name: `-promotional` before an optional `.fifo`.
    pub fn of_queue(name: &str) -> Self {
        let (base, fifo) = name.strip_suffix(".fifo").map_or((name, ""), |base| (base, ".fifo"));
        if base.ends_with("-promotional") {
            Self::PromotionalQueue
        } else {
            Self::TransactionalQueue { promotional: format!("{base}-promotional{fifo}") }
        }
    }

    fn default_kind(&self) -> Kind {
        match self {
            Self::PromotionalQueue => Kind::Promotional,
            Self::TransactionalQueue { .. } | Self::Bus => Kind::Transactional,
        }
    }
}

/// A valid request.
#[derive(Clone)]
pub struct Request {
    /// The idempotency key.
    pub id: RequestId,
    /// The recipient.
    pub to: E164,
    /// The text.
    pub body: String,
    /// The text's encoding and segments.
    pub measure: Measure,
    /// The campaign, where named.
    pub campaign: Option<CampaignName>,
    /// The lane.
    pub kind: Kind,
    /// The moment after which the text is of no use.
    pub expires_at: Option<Timestamp>,
    /// What to do when a quota is used up.
    pub on_quota: OnQuota,
    /// The most that one text may cost.
    pub max_price: Option<MicroUsd>,
    /// Handed through to outcomes and receipts.
    pub context: BTreeMap<String, String>,
}

/// A request that cannot be taken, with a text that holds nothing private.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The request's own id where it has a valid one, else the message's.
    pub id: RequestId,
    /// Why.
    pub reason: Reason,
    /// What is wrong and how to mend it.
    pub detail: String,
}

/// `media` is reserved, and refused with a word of its own.
const FIELDS: [&str; 9] =
    ["to", "body", "id", "campaign", "kind", "expires_at", "on_quota", "max_price_usd", "context"];

struct Wrong(Reason, String);

fn invalid(detail: impl Into<String>) -> Wrong {
    Wrong(Reason::InvalidRequest, detail.into())
}

impl Request {
    /// Takes a request apart. `message_id` is its id unless it names one.
    ///
    /// # Errors
    /// A [`Refusal`] with the reason, for this request alone.
    pub fn parse(text: &str, message_id: &RequestId, entrance: &Entrance) -> Result<Self, Refusal> {
        let refuse = |id: &RequestId, Wrong(reason, detail): Wrong| Refusal { id: id.clone(), reason, detail };
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            refuse(message_id, invalid(format!("the request is not JSON ({place}); send one JSON object")))
        })?;
        let Value::Object(fields) = value else {
            return Err(refuse(
                message_id,
                invalid("the request is JSON but not an object; send {\"to\":…,\"body\":…}"),
            ));
        };
        let id = match own_id(&fields, message_id) {
            Ok(id) => id,
            Err(wrong) => return Err(refuse(message_id, wrong)),
        };
        if has_a_key_twice(text) {
            let wrong = "the request has a field twice, and readers differ in which of them they take; send it once";
            // Under the message's own id: the request's was compared with one of its numbers only.
            return Err(refuse(message_id, invalid(wrong)));
        }
        Self::from_fields(&fields, id.clone(), entrance).map_err(|wrong| refuse(&id, wrong))
    }

    fn from_fields(fields: &Map<String, Value>, id: RequestId, entrance: &Entrance) -> Result<Self, Wrong> {
        if fields.contains_key("media") {
            return Err(invalid("`media` is reserved for MMS, which tendlc does not send yet; leave it out"));
        }
        if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            return Err(invalid(format!(
                "{} is not a field of a request; known are {}",
                shown(unknown),
                FIELDS.join(", ")
            )));
        }
        let to = string(fields, "to")?.ok_or_else(|| invalid("`to` is missing: the recipient in E.164"))?;
        let to: E164 = to.parse().map_err(|error| Wrong(Reason::InvalidDestination, format!("`to`: {error}")))?;
        let body = string(fields, "body")?.ok_or_else(|| invalid("`body` is missing: the text to send"))?;
        let measure = measure(body).map_err(|error| {
            let reason = match error {
                BodyError::Blank => Reason::InvalidRequest,
                BodyError::TooLong { .. } => Reason::BodyTooLong,
            };
            Wrong(reason, format!("`body`: {error}"))
        })?;
        let campaign = string(fields, "campaign")?
            .map(|name| name.parse().map_err(|_| invalid("`campaign` is not the name of a campaign")))
            .transpose()?;
        let kind = kind(fields, entrance)?;
        let expires_at = string(fields, "expires_at")?
            .map(|text| {
                moment(text).ok_or_else(|| invalid("`expires_at` is not RFC 3339, such as 2026-11-20T17:00:00Z"))
            })
            .transpose()?;
        let on_quota = match string(fields, "on_quota")? {
            None | Some("defer") => OnQuota::Defer,
            Some("reject") => OnQuota::Reject,
            Some(_) => return Err(invalid("`on_quota` is \"defer\" or \"reject\"")),
        };
        let max_price = string(fields, "max_price_usd")?.map(price).transpose()?;
        let context = context(fields, &to)?;
        Ok(Self { id, to, body: body.to_owned(), measure, campaign, kind, expires_at, on_quota, max_price, context })
    }

    /// The fingerprint of what is sent to whom. How it is sent (`expires_at`, `on_quota`, `max_price_usd`,
    /// `context`) may differ when a caller repeats itself.
    pub fn fingerprint(&self, key: &FingerprintKey, campaign: &CampaignName) -> Fingerprint {
        Fingerprint::of(key, &[self.to.as_str(), &self.body, campaign.as_str(), self.kind.as_str()])
    }
}

fn string<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Wrong> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(format!("`{name}` is not a string; put it in quotes, or leave it out"))),
    }
}

/// The id that the request names. It goes into logs and outcomes, so one that holds the number is not used,
/// whether or not the number is a valid one.
fn own_id(fields: &Map<String, Value>, message_id: &RequestId) -> Result<RequestId, Wrong> {
    let Some(text) = string(fields, "id")? else { return Ok(message_id.clone()) };
    let id: RequestId = text.parse().map_err(|_| invalid("`id` is not 1 to 128 visible ASCII characters"))?;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    // Whatever its type: a number that is not in quotes is one all the same.
    let to = fields.get("to").map(|to| digits(&to.to_string())).unwrap_or_default();
    let national = &to[to.len().saturating_sub(10)..];
    if national.len() >= 7 && digits(text).contains(national) {
        return Err(invalid("`id` holds the digits of `to` and would be logged; use a key without the number"));
    }
    Ok(id)
}

fn kind(fields: &Map<String, Value>, entrance: &Entrance) -> Result<Kind, Wrong> {
    let kind = match string(fields, "kind")? {
        None => entrance.default_kind(),
        Some("transactional") => Kind::Transactional,
        Some("promotional") => Kind::Promotional,
        Some(_) => return Err(invalid("`kind` is \"transactional\" or \"promotional\"")),
    };
    match entrance {
        Entrance::TransactionalQueue { promotional } if kind == Kind::Promotional => Err(invalid(format!(
            "promotional requests do not go on this queue, where they would stand before one-time passwords; use \
             the queue {promotional}"
        ))),
        _ => Ok(kind),
    }
}

/// RFC 3339 as AWS's SDK reads it, which is strict; a moment in the far future is the last that we know.
fn moment(text: &str) -> Option<Timestamp> {
    let moment = DateTime::from_str(text, Format::DateTimeWithOffset).ok()?;
    let nanos = i32::try_from(moment.subsec_nanos()).ok()?;
    Some(Timestamp::new(moment.secs(), nanos).unwrap_or(Timestamp::MAX))
}

/// AWS takes a MaxPrice below 100 dollars with at most five decimals (`[0-9]{0,2}\.[0-9]{1,5}`).
fn price(text: &str) -> Result<MicroUsd, Wrong> {
    let price: MicroUsd = text.parse().map_err(|_| invalid("`max_price_usd` is not an amount such as \"0.05\""))?;
    if price.micros() == 0 || price.micros() >= 100_000_000 || !price.micros().is_multiple_of(10) {
        return Err(invalid("`max_price_usd` is above 0, below 100 and has at most five decimals"));
    }
    Ok(price)
}

/// AWS takes five pairs (keys of 1-100, values of 1-800 characters); tendlc uses three of them.
fn context(fields: &Map<String, Value>, to: &E164) -> Result<BTreeMap<String, String>, Wrong> {
    let pairs = match fields.get("context") {
        None => return Ok(BTreeMap::new()),
        Some(Value::Object(pairs)) => pairs,
        Some(_) => return Err(invalid("`context` is not an object of strings")),
    };
    if pairs.len() > 2 {
        return Err(invalid("`context` has more than two pairs; AWS allows five and tendlc uses the rest"));
    }
    let mut context = BTreeMap::new();
    for (key, value) in pairs {
        let Value::String(value) = value else { return Err(invalid("a value of `context` is not a string")) };
        let key_fits = (1..=100).contains(&key.chars().count()) && !key.contains(char::is_whitespace);
        let value_fits = (1..=800).contains(&value.chars().count()) && value.trim() == value;
        if !key_fits || !value_fits || key.starts_with("tendlc") {
            return Err(invalid(
                "`context` has keys of 1-100 characters without white space that do not begin with tendlc, and values \
                 of 1-800 without outer white space",
            ));
        }
        if to.appears_in(key) || to.appears_in(value) {
            return Err(invalid(
                "`context` holds the digits of `to` and would be logged; use a key without the number",
            ));
        }
        context.insert(key.clone(), value.clone());
    }
    Ok(context)
}

/// A field's name as it may be shown: one that looks like a number or a text may be one.
fn shown(name: &str) -> String {
    let plain = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    if plain && digits < 7 { format!("`{name}`") } else { "a field whose name is not shown here".to_owned() }
}

#[cfg(test)]
mod tests;
