//! What becomes of texts that were taken, and who is told.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What AWS tells of texts. Without subscriptions and rules nobody is told anything.
#[derive(Clone)]
pub struct Receipts {
    /// The queues that are subscribed to topics of configuration sets.
    pub subscriptions: Vec<Subscription>,
    /// The ARNs of the queues that rules of the account's default bus send the events of `aws.sms-voice` to.
    pub rule_targets: Vec<String>,
    /// What becomes of a text.
    pub plan: Vec<Step>,
    /// What becomes of a text to one of these numbers instead.
    pub plans: BTreeMap<String, Vec<Step>>,
    /// Whose customer a number is; `None`: AWS does not say. Numbers that are not here go by turns to T-Mobile, AT&T
    /// and Verizon: the remainder of a number's division by three is 0, 1 or 2.
    pub carriers: BTreeMap<String, Option<Carrier>>,
    /// What AWS takes for a part, in millionths of a dollar.
    pub price_per_part_micros: u32,
}

/// A queue that is subscribed to a topic.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// The topic's ARN.
    pub topic_arn: String,
    /// The queue's ARN.
    pub queue_arn: String,
    /// `RawMessageDelivery`: the message alone, without SNS's envelope.
    pub raw: bool,
}

/// A carrier as receipts name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carrier {
    /// Mobile country code.
    pub mcc: String,
    /// Mobile network code.
    pub mnc: String,
    /// `carrierName`.
    pub name: String,
    /// What it takes for a part, in millionths of a dollar.
    pub fee_per_part_micros: u32,
}

/// A receipt that a text will have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// How long after AWS took the text.
    pub after: Duration,
    /// What it says.
    pub status: Status,
    /// `isFinal`.
    pub is_final: bool,
    /// Whether it names price and fee; else both are 0.
    pub charged: bool,
}

/// `messageStatus`; the `eventType` is `TEXT_` and this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words are AWS's")]
pub enum Status {
    Queued,
    Pending,
    Successful,
    Delivered,
    Invalid,
    InvalidMessage,
    Unreachable,
    CarrierUnreachable,
    Blocked,
    CarrierBlocked,
    ProtectBlocked,
    Spam,
    TtlExpired,
    Unknown,
}

impl Receipts {
    /// What becomes of a text to `number`.
    pub(crate) fn steps(&self, number: &str) -> &[Step] {
        self.plans.get(number).unwrap_or(&self.plan)
    }

    /// Whose customer `number` is.
    pub(crate) fn carrier(&self, number: &str) -> Option<Carrier> {
        if let Some(carrier) = self.carriers.get(number) {
            return carrier.clone();
        }
        // A number and the sum of its digits leave the same remainder.
        let digits = number.bytes().filter(u8::is_ascii_digit);
        Some(match digits.map(|digit| u32::from(digit - b'0')).sum::<u32>() % 3 {
            0 => Carrier::t_mobile(),
            1 => Carrier::att(),
            _ => Carrier::verizon(),
        })
    }
}

impl Default for Receipts {
    /// A text is pending after a fifth of a second and delivered after two; the two numbers that AWS has for trying out
    /// do as they are documented.
    fn default() -> Self {
        let then = |last: Status| {
            let pending = Step::new(Duration::from_millis(200), Status::Pending);
            vec![pending, Step::new(Duration::from_secs(2), last)]
        };
        let simulators = [("+14254147755", Status::Delivered), ("+14254147167", Status::CarrierUnreachable)];
        Self {
            subscriptions: Vec::new(),
            rule_targets: Vec::new(),
            plan: then(Status::Delivered),
            plans: simulators.map(|(number, last)| (number.to_owned(), then(last))).into(),
            carriers: BTreeMap::new(),
            price_per_part_micros: 5_810,
        }
    }
}

/// Recipients are not shown.
impl fmt::Debug for Receipts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipts")
            .field("subscriptions", &self.subscriptions)
            .field("rule_targets", &self.rule_targets)
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

impl Carrier {
    /// T-Mobile.
    pub fn t_mobile() -> Self {
        Self::new("310", "260", "T-Mobile USA", 4_500)
    }

    /// AT&T.
    pub fn att() -> Self {
        Self::new("310", "410", "AT&T Wireless", 3_500)
    }

    /// Verizon.
    pub fn verizon() -> Self {
        Self::new("311", "480", "Verizon Wireless", 4_500)
    }

    fn new(mcc: &str, mnc: &str, name: &str, fee_per_part_micros: u32) -> Self {
        Self { mcc: mcc.to_owned(), mnc: mnc.to_owned(), name: name.to_owned(), fee_per_part_micros }
    }
}

impl Step {
    /// Final and charged as `status` is as a rule.
    pub fn new(after: Duration, status: Status) -> Self {
        use Status::{CarrierBlocked, CarrierUnreachable, Delivered, Pending, Queued, Spam, Successful};
        let is_final = !matches!(status, Queued | Pending);
        // What a carrier was given is paid for, whatever the carrier did with it.
        let charged = matches!(status, Successful | Delivered | CarrierUnreachable | CarrierBlocked | Spam);
        Self { after, status, is_final, charged }
    }
}

impl Status {
    /// As AWS writes it.
    pub fn as_str(self) -> &'static str {
        self.texts().0
    }

    /// `messageStatusDescription`.
    pub fn description(self) -> &'static str {
        self.texts().1
    }

    /// Whether AWS itself stopped the text, so that no number of the account sent it.
    pub fn never_left(self) -> bool {
        matches!(self, Self::Blocked | Self::ProtectBlocked)
    }

    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Queued => ("QUEUED", "Message is queued for delivery"),
            Self::Pending => ("PENDING", "Message is pending delivery"),
            Self::Successful => ("SUCCESSFUL", "Message has been accepted by phone carrier"),
            Self::Delivered => ("DELIVERED", "Message has been accepted by phone"),
            Self::Invalid => ("INVALID", "Destination phone number is not valid"),
            Self::InvalidMessage => ("INVALID_MESSAGE", "Message body is not valid"),
            Self::Unreachable => ("UNREACHABLE", "Phone is unreachable"),
            Self::CarrierUnreachable => ("CARRIER_UNREACHABLE", "Phone carrier is unreachable"),
            Self::Blocked => ("BLOCKED", "Phone has blocked SMS"),
            Self::CarrierBlocked => ("CARRIER_BLOCKED", "Phone carrier has blocked the message"),
            Self::ProtectBlocked => ("PROTECT_BLOCKED", "Message blocked by protect configuration"),
            Self::Spam => ("SPAM", "Phone carrier has taken the message for spam"),
            Self::TtlExpired => ("TTL_EXPIRED", "Message was not delivered within its time to live"),
            Self::Unknown => ("UNKNOWN", "Message delivery is unknown"),
        }
    }
}
