//! `tendlc.toml` without mistakes: every default filled in, every name that tendlc gives made.

use std::collections::BTreeMap;

use tendlc_core::account::AccountId;
use tendlc_core::arn::{QueueArn, RoleArn, TableArn};
use tendlc_core::grant::{CapUnit, ChannelKind, MaxWait, MessageType, Pool, Topology, UnknownResult};
use tendlc_core::money::MicroUsd;
use tendlc_core::name::{BrandName, CampaignName, GrantName, PrimaryName};
use tendlc_core::number::E164;
use tendlc_core::quiet::QuietHours;

use crate::text::{
    ConfigurationSetName, EventBusArn, ExternalId, OrganizationId, OriginationIdentity, Profile, Region,
    RegistrationId, TopicArn,
};
use crate::values::SegmentRate;

/// What an operator configured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The accounts that hold registrations and numbers; at least one.
    pub primaries: BTreeMap<PrimaryName, Primary>,
    /// The registered brands.
    pub brands: BTreeMap<BrandName, Brand>,
    /// The registered campaigns; brand and primary are among the above.
    pub campaigns: BTreeMap<CampaignName, Campaign>,
    /// The grants; primary and campaigns are among the above.
    pub grants: BTreeMap<GrantName, Grant>,
}

/// A limit as configured, or as AWS says at the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit<T> {
    /// This much.
    Fixed(T),
    /// What the numbers' MessagingLimits say.
    Live,
}

impl<T: Copy> Limit<T> {
    /// The limit, unless it is read from AWS.
    pub fn fixed(self) -> Option<T> {
        match self {
            Self::Fixed(limit) => Some(limit),
            Self::Live => None,
        }
    }

    /// The same limit in another unit.
    pub fn map<U>(self, unit: impl FnOnce(T) -> U) -> Limit<U> {
        match self {
            Self::Fixed(limit) => Limit::Fixed(unit(limit)),
            Self::Live => Limit::Live,
        }
    }
}

/// What T-Mobile's daily cap counts over; sources disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CapScope {
    /// All campaigns of the brand together: the safe reading.
    #[default]
    Brand,
    /// Each campaign by itself.
    Campaign,
}

/// Who is let onto the hub's bus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HubSenders {
    /// The account of each grant of the hub.
    #[default]
    Accounts,
    /// All accounts of the organization.
    Organization,
}

/// The processor that functions run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Architecture {
    /// Lambda's cheaper one.
    #[default]
    Arm64,
    /// The other.
    X86,
}

impl Architecture {
    /// As Lambda and cargo-lambda have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86 => "x86_64",
        }
    }
}

/// A `[primaries.NAME]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Primary {
    /// The account.
    pub account: AccountId,
    /// The Region of its numbers, its table and the grants' queues.
    pub region: Region,
    /// Pins trust to this organization.
    pub organization: Option<OrganizationId>,
    /// Who is let onto the hub's bus.
    pub hub_senders: HubSenders,
    /// AWS's quota for SendTextMessage, in requests per second.
    pub send_requests_per_second: u32,
    /// The table.
    pub table: TableArn,
    /// The AWS profile to reach the account by.
    pub profile: Option<Profile>,
    /// A role there that deploys.
    pub deploy_role: Option<RoleArn>,
    /// What the functions of its grants are built for.
    pub architecture: Architecture,
    /// Where alarms go.
    pub alarm_topic_arn: Option<TopicArn>,
    /// What the probe sends texts from that reach nobody.
    pub simulator: Option<Simulator>,
}

/// A number that sends to AWS's simulated phones and to nobody else.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulator {
    /// Its ARN.
    pub identity: OriginationIdentity,
    /// The number itself.
    pub phone_number: E164,
}

/// A `[brands.NAME]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Brand {
    /// T-Mobile's cap, in the cap's unit per Pacific day.
    pub t_mobile_daily_segments: Limit<i64>,
    /// What the cap counts over.
    pub t_mobile_cap_scope: CapScope,
    /// What the cap counts.
    pub t_mobile_cap_unit: CapUnit,
}

/// A `[campaigns.NAME]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    /// Its brand.
    pub brand: BrandName,
    /// The primary that holds it.
    pub primary: PrimaryName,
    /// The number or pool that it sends from.
    pub origination_identity: OriginationIdentity,
    /// The number itself; always there for the SNS channel.
    pub phone_number: Option<E164>,
    /// Its registration.
    pub registration: Option<RegistrationId>,
    /// AWS's rate over all of its numbers.
    pub segments_per_second: Limit<SegmentRate>,
    /// AT&T's rate, in segments per minute; `None`: not counted.
    pub att_segments_per_minute: Option<u32>,
    /// The API to send through.
    pub channel: ChannelKind,
    /// AWS's MessageType of the number.
    pub message_type: MessageType,
    /// Where receipts go.
    pub configuration_set: Option<ConfigurationSetName>,
    /// When promotional texts wait; `None`: never.
    pub quiet_hours: Option<QuietHours>,
    /// What a segment is taken to cost before the first receipt tells.
    pub segment_price: MicroUsd,
}

/// A `[grants.NAME]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// The secondary.
    pub account: AccountId,
    /// The primary of all of its campaigns.
    pub primary: PrimaryName,
    /// Where its functions run.
    pub topology: Topology,
    /// The campaigns that it may send on, in the file's order; at least one.
    pub campaigns: Vec<CampaignName>,
    /// The roles that may assume the grant's role; at least one.
    pub principals: Vec<RoleArn>,
    /// Its part of T-Mobile's daily cap; of each cap, if its campaigns count against several.
    pub t_mobile_daily_segments: Budget,
    /// The most segments on a Pacific day.
    pub daily_segments: Option<i64>,
    /// The most that its texts may cost in a UTC month.
    pub monthly_spend: Option<MicroUsd>,
    /// How long a request may wait.
    pub max_wait: MaxWait,
    /// What becomes of a request that may have been sent.
    pub unknown_result: UnknownResult,
    /// What a caller of the role must know; deploying needs one.
    pub external_id: Option<ExternalId>,
    /// The role in the primary.
    pub role_arn: RoleArn,
    /// Whether tendlc makes the role, or it was made by hand.
    pub makes_role: bool,
    /// The bus that outcomes go to; `None`: they go nowhere.
    pub outcome_bus: Option<EventBusArn>,
    /// The AWS profile to reach the secondary by.
    pub profile: Option<Profile>,
    /// Where a spoke's alarms go.
    pub alarm_topic_arn: Option<TopicArn>,
    /// A role in the secondary that deploys.
    pub deploy_role: Option<RoleArn>,
    /// Its queues: in the secondary, in the hub topology in the primary.
    pub queues: Queues,
}

/// A grant's part of a cap, in the cap's unit per Pacific day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// There whatever others do.
    pub guaranteed: i64,
    /// At most this, the guaranteed part included; live where the cap is live and no ceiling is written.
    pub ceiling: Limit<i64>,
}

/// A grant's queues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queues {
    /// The lane of transactional requests.
    pub transactional: QueueArn,
    /// The lane of promotional requests.
    pub promotional: QueueArn,
    /// Where requests end that cannot be sent.
    pub dead_letter: QueueArn,
}

impl Config {
    /// The cap that a campaign's texts count against; `None` when there is no such campaign.
    pub fn pool(&self, campaign: &CampaignName) -> Option<Pool> {
        let brand = &self.campaigns.get(campaign)?.brand;
        Some(pool(self.brands.get(brand)?.t_mobile_cap_scope, brand, campaign))
    }

    /// How much of a cap is promised: the sum of the guarantees of all grants that count against it.
    pub fn guaranteed(&self, pool: &Pool) -> i64 {
        let counts = |grant: &&Grant| grant.campaigns.iter().any(|name| self.pool(name).as_ref() == Some(pool));
        self.grants.values().filter(counts).map(|grant| grant.t_mobile_daily_segments.guaranteed).sum()
    }
}

pub(crate) fn pool(scope: CapScope, brand: &BrandName, campaign: &CampaignName) -> Pool {
    match scope {
        CapScope::Brand => Pool::of_brand(brand),
        CapScope::Campaign => Pool::of_campaign(brand, campaign),
    }
}
