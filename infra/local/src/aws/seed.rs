//! What the double begins with. Ids are plain strings here: the double must not trust the types that it is
//! there to test.

mod receipts;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use tendlc_core::clock::SharedClock;

pub use receipts::{Carrier, Receipts, Status, Step, Subscription};

/// Everything that exists when the double starts.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Tells every service the time.
    pub clock: SharedClock,
    /// The one Region; requests signed for another are refused.
    pub region: String,
    /// The account that holds the numbers: only it, and sessions of its roles, reach `sms`.
    pub account: String,
    /// Roles that can be assumed. A session of one may do what is listed there and nothing else; a session of a
    /// role that is not listed (an execution role's) may use the queues, buses and tables of its own account.
    pub roles: Vec<Role>,
    /// What the account has in End User Messaging SMS.
    pub sms: SmsAccount,
    /// Queues, in any account.
    pub queues: Vec<Queue>,
    /// Event buses, in any account; `default` exists everywhere.
    pub buses: Vec<Bus>,
    /// Tables, in any account.
    pub tables: Vec<Table>,
    /// Accept receipt handles that no queue gave out: those of played events.
    pub lenient_handles: bool,
    /// Let in access keys that the double never issued and that are no account's id; `None`: refuse them, as AWS does.
    pub strangers: Option<Strangers>,
}

/// Whose root a caller with an unknown access key is: of the queue's owner where it names a queue, of one of these where
/// it puts events, and otherwise of the account that holds the numbers.
#[derive(Clone, Debug)]
pub struct Strangers {
    /// The account that puts on a bus named without its account.
    pub putter: String,
    /// By a bus's ARN, the account that puts there; where none is listed it is the bus's owner.
    pub putters: BTreeMap<String, String>,
}

impl Seed {
    /// An account without anything in it.
    pub fn new(clock: SharedClock, region: &str, account: &str) -> Self {
        Self {
            clock,
            region: region.to_owned(),
            account: account.to_owned(),
            roles: Vec::new(),
            sms: SmsAccount::default(),
            queues: Vec::new(),
            buses: Vec::new(),
            tables: Vec::new(),
            lenient_handles: false,
            strangers: None,
        }
    }
}

/// A role, its trust policy and its permissions.
#[derive(Clone, Debug, Default)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// What `sts:ExternalId` must equal, when set.
    pub external_id: Option<String>,
    /// The account whose principals may assume it.
    pub trusted_account: String,
    /// The exact `aws:PrincipalArn`s: role ARNs, or `arn:aws:iam::ACCOUNT:root`.
    pub trusted_principals: Vec<String>,
    /// What `sts:RoleSessionName` must match; `*` and `?` are wildcards. Empty: any.
    pub session_name_pattern: String,
    /// The role's `MaxSessionDuration`; 3600 when 0.
    pub max_session_seconds: u32,
    /// The grant that it belongs to; only for people who look at it.
    pub grant: String,
    /// The ARNs that `sms-voice:SendTextMessage` is allowed on, wildcards allowed. The number or pool and, when a
    /// request names one, the configuration set must both be covered.
    pub send_resources: Vec<String>,
    /// The ARNs that the reading operations of `sms-voice` are allowed on, wildcards allowed; those that name nothing
    /// want `*`.
    pub read_resources: Vec<String>,
    /// Whether `sns:Publish` to phone numbers is allowed; SNS cannot limit it to an origination number.
    pub sns_publish: bool,
    /// What is allowed on the tables, by `dynamodb:LeadingKeys`. Empty: nothing.
    pub table_leading_keys: Vec<LeadingKeys>,
    /// Sessions issued before this moment are denied everything, as `aws:TokenIssueTime` does it.
    pub revoked_before: Option<Timestamp>,
}

/// DynamoDB actions on items whose partition key matches.
#[derive(Clone, Debug)]
pub struct LeadingKeys {
    /// Actions without their prefix: `GetItem`, `UpdateItem`; `*` is all.
    pub actions: Vec<String>,
    /// What the partition key must match; `*` and `?` are wildcards.
    pub keys: String,
}

/// What an account has in End User Messaging SMS.
#[derive(Clone)]
pub struct SmsAccount {
    /// Its numbers.
    pub numbers: Vec<Number>,
    /// Its configuration sets.
    pub configuration_sets: Vec<ConfigurationSet>,
    /// Its registrations.
    pub registrations: Vec<Registration>,
    /// Segments per second by registration, shared by all of its numbers. A registration that is not here has
    /// no limit.
    pub segments_per_second: BTreeMap<String, u32>,
    /// `PRODUCTION` or `SANDBOX`.
    pub tier: String,
    /// Whether AWS has stopped all of its sending.
    pub stopped: bool,
    /// In the sandbox only these can be sent to.
    pub verified_destinations: BTreeSet<String>,
    /// Recipients on the account's opt-out list.
    pub opted_out: BTreeSet<String>,
    /// The enforced monthly spend limit for texts.
    pub spend_limit_usd: u64,
    /// What a segment costs, carrier fee included, in millionths of a dollar.
    pub price_per_segment_micros: u64,
    /// AWS's quota for `SendTextMessage`; 0: none.
    pub send_requests_per_second: u32,
    /// AWS's quota for each reading operation; 0: none.
    pub read_requests_per_second: u32,
    /// Enforce the three rates above. What would have been throttled is counted either way.
    pub strict_rates: bool,
    /// Refuse a second text to one recipient within a second, as AWS does and nobody can have raised.
    pub one_per_second_to_a_recipient: bool,
    /// What is told of texts that were taken, and to whom.
    pub receipts: Receipts,
}

/// Recipients are not shown.
impl fmt::Debug for SmsAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsAccount")
            .field("numbers", &self.numbers.iter().map(|number| &number.arn).collect::<Vec<_>>())
            .field("registrations", &self.registrations)
            .field("tier", &self.tier)
            .finish_non_exhaustive()
    }
}

impl Default for SmsAccount {
    fn default() -> Self {
        Self {
            numbers: Vec::new(),
            configuration_sets: Vec::new(),
            registrations: Vec::new(),
            segments_per_second: BTreeMap::new(),
            tier: "PRODUCTION".to_owned(),
            stopped: false,
            verified_destinations: BTreeSet::new(),
            opted_out: BTreeSet::new(),
            spend_limit_usd: 100_000,
            price_per_segment_micros: 8_830,
            send_requests_per_second: 1,
            read_requests_per_second: 1,
            strict_rates: true,
            one_per_second_to_a_recipient: false,
            receipts: Receipts::default(),
        }
    }
}

/// A 10DLC number, or a simulator.
#[derive(Clone, Default)]
pub struct Number {
    /// Whether it is a simulator: it belongs to no registration, and sends to AWS's simulated phones alone.
    pub simulator: bool,
    /// Its ARN; its id is what follows the last slash.
    pub arn: String,
    /// The number itself, E.164.
    pub phone_number: String,
    /// `ACTIVE`, `PENDING`, `ASSOCIATING`, `DISASSOCIATING` or `DELETED`.
    pub status: String,
    /// `TRANSACTIONAL` or `PROMOTIONAL`.
    pub message_type: String,
    /// The campaign's registration.
    pub registration_id: String,
    /// The ARN of the pool that it is in.
    pub pool: Option<String>,
    /// Its resource policy.
    pub policy: Option<String>,
    /// `MessagingLimits.RateLimits`.
    pub rate_limits: BTreeMap<String, i64>,
    /// `MessagingLimits.DailyMessageCaps`.
    pub daily_caps: BTreeMap<String, i64>,
}

/// A configuration set.
#[derive(Clone, Debug, Default)]
pub struct ConfigurationSet {
    /// Its name.
    pub name: String,
    /// The SNS topic that its text events go to, when it has an event destination.
    pub topic_arn: Option<String>,
    /// Whether somebody has disabled that destination.
    pub disabled: bool,
}

/// A brand's or campaign's registration.
#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// Its id, such as `registration-0123…`.
    pub id: String,
    /// Its type, such as `US_TEN_DLC_CAMPAIGN_REGISTRATION`.
    pub kind: String,
    /// Its status, such as `COMPLETE`.
    pub status: String,
    /// Version numbers and their statuses, such as `APPROVED`, oldest first.
    pub versions: Vec<(u32, String)>,
}

/// A queue; FIFO when its name ends in `.fifo`.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The account that owns it.
    pub account: String,
    /// Its name.
    pub name: String,
    /// How long a received message stays hidden.
    pub visibility_timeout_seconds: u32,
    /// How long a new message stays hidden.
    pub delay_seconds: u32,
    /// How long a message is kept.
    pub retention_seconds: u32,
    /// The dead-letter queue's ARN and `maxReceiveCount`.
    pub dead_letter: Option<(String, u32)>,
    /// FIFO only: the deduplication id is the body's hash when there is none.
    pub content_based_deduplication: bool,
    /// Other accounts that the queue's policy lets send.
    pub senders: Vec<String>,
}

impl Queue {
    /// A queue with AWS's defaults.
    pub fn new(account: &str, name: &str) -> Self {
        Self {
            account: account.to_owned(),
            name: name.to_owned(),
            visibility_timeout_seconds: 30,
            delay_seconds: 0,
            retention_seconds: 345_600,
            dead_letter: None,
            content_based_deduplication: false,
            senders: Vec::new(),
        }
    }

    /// Whether it is a FIFO queue.
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }
}

/// An event bus.
#[derive(Clone, Debug)]
pub struct Bus {
    /// The account that owns it.
    pub account: String,
    /// Its name.
    pub name: String,
    /// Other accounts that the bus's policy lets put events.
    pub putters: Vec<String>,
}

/// A table with a partition key of type string and no sort key.
#[derive(Clone, Debug)]
pub struct Table {
    /// The account that owns it.
    pub account: String,
    /// Its name.
    pub name: String,
    /// The partition key's attribute.
    pub key: String,
    /// The TTL attribute.
    pub ttl: Option<String>,
    /// Its global secondary indexes.
    pub indexes: Vec<Index>,
}

impl Table {
    /// The table of tendlc, as `deploy` and `sync --create-table` make it.
    pub fn of_tendlc(account: &str, name: &str) -> Self {
        use tendlc_core::table::{BY_MESSAGE, KEY, TTL, WAITING};
        let index = |name: &str| Index { name: name.to_owned(), hash: name.to_owned(), range: None };
        Self {
            account: account.to_owned(),
            name: name.to_owned(),
            key: KEY.to_owned(),
            ttl: Some(TTL.to_owned()),
            indexes: [BY_MESSAGE, WAITING].map(index).into(),
        }
    }

    /// The table in which a spoke's probe keeps what it found, as the spoke's stack makes it.
    pub fn of_health(account: &str, name: &str) -> Self {
        let key = tendlc_core::table::KEY.to_owned();
        Self { account: account.to_owned(), name: name.to_owned(), key, ttl: None, indexes: Vec::new() }
    }
}

/// A global secondary index with keys of type string, which holds the keys of the table's items and nothing else
/// (`KEYS_ONLY`). An item that lacks one of the index's attributes is not in it.
#[derive(Clone, Debug)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// The partition key's attribute.
    pub hash: String,
    /// The sort key's attribute.
    pub range: Option<String>,
}
