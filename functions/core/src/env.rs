//! What a function is told by its environment, read once at its start; all that is wrong is named in one message.

mod probe;
mod receipts;
mod recount;
mod refresh;

pub use probe::{Pacing, ProbeSettings, Simulator};
pub use receipts::ReceiptSettings;
pub use recount::RecountSettings;
pub use refresh::RefreshSettings;

use crate::account::AccountId;
use crate::arn::{RoleArn, TableArn};
use crate::fingerprint::FingerprintKey;
use crate::name::GrantName;
use crate::request::Kind;

/// Looks up a variable. Tests pass a map.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Everything that is wrong with the environment.
#[derive(Debug, thiserror::Error)]
#[error("the function's environment is not complete:\n{}", .0.join("\n"))]
pub struct EnvError(Vec<String>);

/// What a spoke's function is told besides.
#[derive(Clone, Debug)]
pub struct Spoke {
    /// `TENDLC_GRANT`.
    pub grant: GrantName,
    /// `TENDLC_ROLE_ARN`.
    pub role_arn: RoleArn,
    /// `TENDLC_EXTERNAL_ID`.
    pub external_id: String,
    /// `TENDLC_DEAD_LETTER_QUEUE_URL`.
    pub dead_letter_queue_url: String,
    /// `TENDLC_OUTCOME_BUS`: a name or an ARN; none: outcomes are only logged.
    pub outcome_bus: Option<String>,
}

/// What a function is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `TENDLC_TABLE_ARN`.
    pub table: TableArn,
    /// `TENDLC_FINGERPRINT_KEY`.
    pub key: FingerprintKey,
    /// `TENDLC_QUEUE_URL` and `TENDLC_PROMOTIONAL_QUEUE_URL`: where `send-event` hands what must wait.
    pub lanes: Option<Lanes>,
    /// In the spoke; `None` in the hub.
    pub spoke: Option<Spoke>,
}

/// The queues of both lanes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// For transactional texts.
    pub transactional: String,
    /// For promotional texts.
    pub promotional: String,
}

/// Whether a function hands requests to the lanes' queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandsOver {
    /// `send-event`: both queues are needed.
    Yes,
    /// The others.
    No,
}

struct Reader<'a> {
    lookup: Lookup<'a>,
    wrong: Vec<String>,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    fn required(&mut self, name: &str, what: &str) -> Option<String> {
        let value = self.text(name);
        if value.is_none() {
            self.wrong.push(format!("  {name} is missing: {what}"));
        }
        value
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self, name: &str, what: &str) -> Option<T> {
        let value = self.required(name, what)?;
        match value.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.wrong.push(format!("  {name}: {error}"));
                None
            }
        }
    }

    /// An ARN, say, would be found out by the first message that is to be put there.
    fn queue_url(&mut self, name: &str, value: String) -> Option<String> {
        if name_in(&value).is_some() {
            return Some(value);
        }
        self.wrong.push(format!("  {name} is not the URL of a queue, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"));
        None
    }

    /// A FIFO queue takes no delay for one message, so nothing could be handed over to it; and a request of the other lane
    /// would be refused on it.
    fn lane(&mut self, name: &str, kind: Kind, hands_over: HandsOver) -> Option<String> {
        let value = match hands_over {
            HandsOver::Yes => self.required(name, "the URL of the queue where what must wait is handed"),
            HandsOver::No => self.text(name),
        }?;
        let value = self.queue_url(name, value)?;
        let lane = value.strip_suffix(".fifo");
        if lane.is_some() && hands_over == HandsOver::Yes {
            self.wrong
                .push(format!("  {name} is a FIFO queue, which takes no delay for one message; use a standard queue"));
        }
        if lane.unwrap_or(&value).ends_with("-promotional") != (kind == Kind::Promotional) {
            self.wrong
                .push(format!("  {name} is the other lane's queue: only a promotional queue ends in -promotional"));
        }
        Some(value)
    }

    /// What only a spoke is told, as `TENDLC_TOPOLOGY` says; in the hub none of it may be set.
    fn spoke(&mut self) -> Option<Spoke> {
        let topology = self.required("TENDLC_TOPOLOGY", "\"spoke\" or \"hub\"");
        if topology.as_deref() == Some("hub") {
            for name in SPOKE_ONLY.into_iter().filter(|name| self.text(name).is_some()).collect::<Vec<_>>() {
                let found = format!("  {name} is set in the hub, where it comes from the grant's record; take it away");
                self.wrong.push(found);
            }
            return None;
        }
        if topology.is_some_and(|topology| topology != "spoke") {
            self.wrong.push("  TENDLC_TOPOLOGY is neither \"spoke\" nor \"hub\"".to_owned());
        }
        // Most functions are a spoke's: one that does not say what it is hears of the rest, too.
        let grant = self.parsed("TENDLC_GRANT", "the name of the grant that is charged");
        let role_arn = self.parsed("TENDLC_ROLE_ARN", "the ARN of the grant's role in the primary");
        let external_id = self.required("TENDLC_EXTERNAL_ID", "the grant's external id");
        if external_id.as_deref().is_some_and(|id| !is_external_id(id)) {
            self.wrong.push(format!("  TENDLC_EXTERNAL_ID is none: STS takes {EXTERNAL_ID}"));
        }
        let name = "TENDLC_DEAD_LETTER_QUEUE_URL";
        let dead_letter = self.required(name, "the URL of the dead-letter queue");
        let dead_letter = dead_letter.and_then(|value| self.queue_url(name, value));
        let outcome_bus = self.text("TENDLC_OUTCOME_BUS");
        if outcome_bus.as_deref().is_some_and(|bus| !is_bus(bus)) {
            self.wrong.push("  TENDLC_OUTCOME_BUS is neither the name nor the ARN of an event bus".to_owned());
        }
        let (dead_letter_queue_url, external_id) = (dead_letter?, external_id?);
        Some(Spoke { grant: grant?, role_arn: role_arn?, external_id, dead_letter_queue_url, outcome_bus })
    }
}

/// What an external id is (STS AssumeRole, ExternalId).
const EXTERNAL_ID: &str = "2 to 1224 letters, digits and _+=,.@:/-";

fn is_external_id(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@:/-".contains(letter);
    (2..=1224).contains(&text.len()) && text.chars().all(fits)
}

/// The name or the ARN of an event bus (EventBridge PutEvents, EventBusName).
fn is_bus(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let name = match parts[..] {
        ["arn", _, "events", _, _, resource] => resource.strip_prefix("event-bus/").unwrap_or_default(),
        _ => text,
    };
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
    (1..=256).contains(&name.len()) && name.chars().all(fits)
}

/// The queue's name, of `http(s)://HOST/ACCOUNT/NAME`.
fn name_in(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let mut parts = rest.split('/');
    let (host, account, name) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && !host.is_empty() && account.parse::<AccountId>().is_ok();
    Some(name).filter(|name| whole && !name.is_empty())
}

const SPOKE_ONLY: [&str; 5] =
    ["TENDLC_GRANT", "TENDLC_ROLE_ARN", "TENDLC_EXTERNAL_ID", "TENDLC_DEAD_LETTER_QUEUE_URL", "TENDLC_OUTCOME_BUS"];

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// With everything that is missing or wrong.
    pub fn read(lookup: Lookup<'_>, hands_over: HandsOver) -> Result<Self, EnvError> {
        let mut reader = Reader { lookup, wrong: Vec::new() };
        let table = reader.parsed("TENDLC_TABLE_ARN", "the ARN of the table in the primary");
        let key = reader.parsed("TENDLC_FINGERPRINT_KEY", "32 random bytes in hex, the same at every deploy");
        let transactional = reader.lane("TENDLC_QUEUE_URL", Kind::Transactional, hands_over);
        let promotional = reader.lane("TENDLC_PROMOTIONAL_QUEUE_URL", Kind::Promotional, hands_over);
        let spoke = reader.spoke();
        match (table, key) {
            (Some(table), Some(key)) if reader.wrong.is_empty() => {
                let lanes = transactional
                    .zip(promotional)
                    .map(|(transactional, promotional)| Lanes { transactional, promotional });
                Ok(Self { table, key, lanes, spoke })
            }
            _ => Err(EnvError(reader.wrong)),
        }
    }
}

#[cfg(test)]
mod tests;
