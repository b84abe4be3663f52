//! What the table says about a grant, its campaigns and their brands: the records that `tendlc sync` writes and
//! the functions read.

mod live;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub use live::{Asked, Live, Reading};

use crate::account::AccountId;
use crate::arn::{QueueArn, RoleArn};
use crate::day::PacificDay;
use crate::money::MicroUsd;
use crate::name::{BrandName, CampaignName, GrantName, PrimaryName};
use crate::quiet::QuietHours;
use crate::request::Kind;

/// Where a grant's functions run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Topology {
    /// In the secondary, with the grant's role also for the table.
    Spoke,
    /// In the primary (or a tooling account), on queues of the grant's own.
    Hub,
}

/// What becomes of a request whose result stayed unknown for 15 minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownResult {
    /// It goes to the dead-letter queue: at most one text.
    #[default]
    DeadLetter,
    /// It is sent again: at least one text, perhaps two.
    Resend,
}

/// The API that a campaign's texts go through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelKind {
    /// `SendTextMessage` of AWS End User Messaging.
    #[default]
    SmsVoice,
    /// `Publish` of SNS to a phone number.
    Sns,
}

/// AWS's MessageType of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessageType {
    /// One-time passwords, notices.
    Transactional,
    /// Marketing.
    Promotional,
}

/// What T-Mobile's daily cap counts; sources disagree (facts, section 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapUnit {
    /// The safe reading.
    #[default]
    Segments,
    /// The reading of AWS's documents.
    Messages,
}

/// A value from a Pacific day on. Counters are made from the value of their own day, so a change never
/// touches the start of a day that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since<T> {
    /// The first day that the value holds for.
    pub from: PacificDay,
    /// The value.
    #[serde(flatten)]
    pub value: T,
}

/// The value that holds on `day`: the newest that has begun.
pub fn on_day<T: Clone>(values: &[Since<T>], day: PacificDay) -> Option<T> {
    values.iter().filter(|entry| entry.from <= day).max_by_key(|entry| entry.from).map(|entry| entry.value.clone())
}

/// What one grant may use of a pool on a day, in the cap's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// There whatever others do.
    pub guaranteed: i64,
    /// At most this, guaranteed part included.
    pub ceiling: i64,
}

/// A cap and how much of it is promised, in the cap's unit per Pacific day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// T-Mobile's daily cap.
    pub cap: i64,
    /// The sum of all grants' guarantees.
    pub guaranteed: i64,
}

impl Cap {
    /// What no guarantee holds.
    pub fn shared(self) -> i64 {
        self.cap - self.guaranteed
    }
}

/// A ceiling on all texts of a grant on a day, in segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailySegments {
    /// `None`: no such ceiling.
    pub segments: Option<i64>,
}

/// How long a request may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaxWait {
    /// In seconds, for transactional texts.
    pub transactional: i64,
    /// In seconds, for promotional texts.
    pub promotional: i64,
}

impl MaxWait {
    /// For texts of this kind.
    pub fn of(self, kind: Kind) -> SignedDuration {
        SignedDuration::from_secs(match kind {
            Kind::Transactional => self.transactional,
            Kind::Promotional => self.promotional,
        })
    }
}

/// The queues of a hub grant's two lanes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneQueues {
    /// For transactional texts.
    pub transactional: QueueArn,
    /// For promotional texts.
    pub promotional: QueueArn,
}

/// A grant as the table has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Its name.
    pub name: GrantName,
    /// The secondary.
    pub account: AccountId,
    /// Where its functions run.
    pub topology: Topology,
    /// The campaigns it may send on.
    pub campaigns: Vec<CampaignName>,
    /// The role in the primary.
    pub role_arn: RoleArn,
    /// What a caller of the role must know; used by the hub only, a spoke has it in its environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Where outcomes go: a bus's name or ARN; `None`: nowhere. A spoke's functions have it in their environment; the hub's,
    /// and what its receipts say, go by this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome_bus: Option<String>,
    /// Used by the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter_queue: Option<QueueArn>,
    /// The hub's own queues of this grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queues: Option<LaneQueues>,
    /// Stopped by an operator: everything waits.
    #[serde(default)]
    pub paused: bool,
    /// How long a request may wait.
    pub max_wait: MaxWait,
    /// What becomes of an unknown result.
    #[serde(default)]
    pub unknown_result: UnknownResult,
    /// By pool: the share of each cap.
    pub budgets: BTreeMap<Pool, Vec<Since<Budget>>>,
    /// By pool whose cap is live: what the share is made from, whatever the cap.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub asked: BTreeMap<Pool, Asked>,
    /// The ceiling on all texts.
    pub daily_segments: Vec<Since<DailySegments>>,
    /// The most that its texts may cost in a UTC month; `None`: no such ceiling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_spend: Option<MicroUsd>,
}

/// What a campaign's texts count against, and in what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The cap.
    pub pool: Pool,
    /// What it counts.
    #[serde(default)]
    pub unit: CapUnit,
}

/// A campaign as the table has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// Its name.
    pub name: CampaignName,
    /// Its brand.
    pub brand: BrandName,
    /// What its texts count against: by the day, since a day that began under one cap must end under it, or that day's
    /// cap would be there twice.
    pub counted: Vec<Since<Counted>>,
    /// The primary that holds it.
    pub primary: PrimaryName,
    /// The Region of its numbers.
    pub region: String,
    /// The number or pool that it sends from: an ARN.
    pub origination_identity: String,
    /// The sender's own number, needed by the SNS channel alone and kept only for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origination_number: Option<String>,
    /// Its registration, for the probe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<String>,
    /// The API.
    #[serde(default)]
    pub channel: ChannelKind,
    /// AWS's MessageType.
    pub message_type: MessageType,
    /// Where receipts go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration_set: Option<String>,
    /// When promotional texts wait, by the recipient's clock; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    /// In thousandths of a segment per second, shared by all of its numbers.
    pub milli_segments_per_second: u64,
    /// Which of its limits are AWS's own, and what it told of them last.
    #[serde(default, skip_serializing_if = "Live::is_none")]
    pub live: Live,
    /// AWS's quota for the whole primary, in requests per second.
    pub send_requests_per_second: u32,
    /// What a segment is taken to cost until its receipt tells, carrier fee included: learned from receipts.
    #[serde(default = "first_price", with = "crate::money::as_micros")]
    pub segment_price: MicroUsd,
    /// `pause --all`.
    #[serde(default)]
    pub paused: bool,
}

/// Before a campaign's first receipt: AWS's price of its sample receipt and the highest carrier fee of 2026 (facts,
/// sections 6.2 and 8: 0.00581 and 0.0045), rounded up.
pub const FIRST_PRICE: MicroUsd = MicroUsd::from_micros(11_000);

fn first_price() -> MicroUsd {
    FIRST_PRICE
}

/// A brand as the table has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Brand {
    /// Its name.
    pub name: BrandName,
    /// By pool: the cap and what is promised of it.
    pub pools: BTreeMap<Pool, Vec<Since<Cap>>>,
    /// Whether each cap is the least that the numbers of its campaigns tell.
    #[serde(default)]
    pub live: bool,
}

/// What a cap counts over: a brand, or one campaign of it where `t_mobile_cap_scope` says so.
/// Written `brand` or `brand#campaign`, as it stands in table keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pool(String);

impl Pool {
    /// The whole brand.
    pub fn of_brand(brand: &BrandName) -> Self {
        Self(brand.to_string())
    }

    /// One campaign.
    pub fn of_campaign(brand: &BrandName, campaign: &CampaignName) -> Self {
        Self(format!("{brand}#{campaign}"))
    }

    /// As in table keys.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The brand whose cap it is.
    pub fn brand(&self) -> Option<BrandName> {
        self.0.split('#').next()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_days_value_is_the_newest_that_has_begun() {
        let day = |text: &str| text.parse::<PacificDay>().unwrap();
        let cap = |from: &str, cap| Since { from: day(from), value: Cap { cap, guaranteed: 0 } };
        let values = [cap("2026-11-21", 20), cap("2026-11-01", 10)];
        assert_eq!(on_day(&values, day("2026-11-20")).map(|c| c.cap), Some(10));
        assert_eq!(on_day(&values, day("2026-11-21")).map(|c| c.cap), Some(20));
        assert_eq!(on_day(&values, day("2026-10-31")), None);
    }
}
