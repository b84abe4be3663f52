//! `tendlc.toml` as it is written: every table and key, with what it means. The schema is made of the same words.

use tendlc_core::account::AccountId;
use tendlc_core::grant::{CapUnit, ChannelKind, MessageType, Topology, UnknownResult};
use tendlc_core::name::{BrandName, CampaignName, GrantName, PrimaryName};
use tendlc_core::number::E164;
use tendlc_core::quiet::QuietHours;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::{Architecture, CapScope, HubSenders, Limit};
use crate::entry::{Entry, List, Node, Whole};
use crate::mistake::Report;
use crate::read::Damage;
use crate::table::{Field, Named, tables};
use crate::text::{
    Bus, ConfigurationSetName, ExternalId, GivenRole, OrganizationId, OriginationIdentity, Principal, Profile,
    QueueName, Region, RegistrationId, TableName, TopicArn,
};
use crate::values::{SegmentRate, Spend, Wait};

/// Segments or messages a day: a thousand times T-Mobile's largest cap still fits.
pub(crate) type PerDay = Whole<1, 1_000_000_000>;
/// The same where none at all makes sense.
pub(crate) type PerDayOrNone = Whole<0, 1_000_000_000>;
/// AT&T's limits are at most 9,000 a minute.
pub(crate) type PerMinute = Whole<1, 1_000_000>;
/// AWS raises quotas by support case; SNS's publish quota is the largest, 30,000.
pub(crate) type PerSecond = Whole<1, 100_000>;

tables! {
    /// tendlc.toml: which accounts send through which 10DLC campaigns, and how much.
    RawConfig like "[primaries.NAME]" {
        /// The accounts that hold 10DLC registrations and numbers, each under a name of your choice.
        primaries: Named<PrimaryName, RawPrimary>, required "[primaries.main]";
        /// The registered brands.
        brands: Named<BrandName, RawBrand>;
        /// The registered campaigns.
        campaigns: Named<CampaignName, RawCampaign>;
        /// Who may send on which campaigns, and how much: one role in the primary for each.
        grants: Named<GrantName, RawGrant>;
    }

    /// An account that holds 10DLC registrations and numbers, the grants' roles and the table.
    RawPrimary like "a table with account and region" {
        /// The account's id, 12 digits in quotes.
        account: AccountId, required "account = \"111111111111\"";
        /// The AWS Region of its numbers and of the table.
        region: Region, required "region = \"us-east-1\"";
        /// Pins the roles' trust to members of this AWS organization. Default: not pinned.
        organization: OrganizationId;
        /// Who may put requests on the hub's bus: "accounts" (each grant's own, which a bus has room for some 30 of) or
        /// "organization" (all of its accounts; who has no grant is refused). Default: accounts.
        hub_senders: HubSenders;
        /// AWS's quota for SendTextMessage, in requests per second. Default: 1, which is what AWS gives until it
        /// is raised.
        send_requests_per_second: PerSecond;
        /// The name of the DynamoDB table. Default: tendlc.
        table: TableName;
        /// The AWS profile by which tendlc reaches this account. Default: the environment's credentials.
        profile: Profile;
        /// A role in this account that the command assumes to deploy. Default: none, the credentials act themselves.
        deploy_role_arn: GivenRole;
        /// The processor that functions are built for: arm64 or x86_64. Default: arm64.
        architecture: Architecture;
        /// The SNS topic that alarms go to, in the primary's Region. Default: alarms without a destination.
        alarm_topic_arn: TopicArn;
        /// A simulator number of the account, from which the probe sends two texts an hour to AWS's simulated phones, which
        /// are charged as any other. Default: none are sent.
        simulator_identity: OriginationIdentity;
        /// The same number, E.164: by it the receipts of those texts are known.
        simulator_phone_number: E164;
    }

    /// A registered brand, and T-Mobile's daily cap on it.
    RawBrand like "a table with t_mobile_daily_segments" {
        /// T-Mobile's daily cap: a number for a Pacific day, or "live": read from the numbers' MessagingLimits
        /// (the least of its campaigns).
        t_mobile_daily_segments: Limit<PerDay>, required "t_mobile_daily_segments = 2000";
        /// Whether the cap counts over the whole brand or for each campaign by itself. Default: brand, the safe
        /// reading.
        t_mobile_cap_scope: CapScope;
        /// Whether the cap counts segments or messages. Default: segments, the safe reading.
        t_mobile_cap_unit: CapUnit;
    }

    /// A registered campaign and what sends for it.
    RawCampaign like "a table with brand, origination_identity and segments_per_second" {
        /// The brand that it is registered for: a name under `[brands]`.
        brand: BrandName, required "brand = \"NAME\"";
        /// The primary that holds it: a name under `[primaries]`. Default: the only one.
        primary: PrimaryName;
        /// The ARN of its phone number or pool, in the primary's account and Region.
        origination_identity: OriginationIdentity, required "origination_identity = \"arn:aws:sms-voice:…\"";
        /// The number itself, +1 and ten digits; needed by the sns channel only.
        phone_number: E164;
        /// The id of its registration, which the health probe watches and whose numbers tell live limits.
        registration: RegistrationId;
        /// AWS's rate for the campaign over all of its numbers, in segments per second (0.2 is possible), or
        /// "live": read from the numbers' MessagingLimits.
        segments_per_second: Limit<SegmentRate>, required "segments_per_second = 1";
        /// AT&T's rate for the campaign, in segments per minute. Default: not counted.
        att_segments_per_minute: PerMinute;
        /// The API to send through. Default: sms-voice.
        channel: ChannelKind;
        /// AWS's MessageType of the number. Default: TRANSACTIONAL.
        message_type: MessageType;
        /// The configuration set whose SNS destination brings the receipts. Default: none.
        configuration_set: ConfigurationSetName;
        /// What a segment is taken to cost before the first receipts tell, carrier fee included, in US dollars and in
        /// quotes; receipts go on from there. Default: 0.011.
        segment_price_usd: Spend;
        /// When promotional texts wait, as HH:MM-HH:MM in the recipient's time. Default: never.
        quiet_hours: QuietHours;
    }

    /// The permission of one account to send on some campaigns, with its budget.
    RawGrant like "a table with account and campaigns" {
        /// The account that may send, 12 digits in quotes.
        account: AccountId, required "account = \"222222222222\"";
        /// Where its functions run: spoke (in its own account) or hub (in the primary). Default: spoke.
        topology: Topology;
        /// The campaigns that it may send on: names under `[campaigns]`, all of one primary.
        campaigns: List<CampaignName>, required "campaigns = [\"NAME\"]";
        /// The roles that may assume the grant's role, each as role/NAME or an ARN. Default: role/tendlc-send,
        /// which the functions that tendlc deploys run as.
        principals: List<Principal>;
        /// What it may use of T-Mobile's daily cap. Default: nothing guaranteed, up to the whole cap.
        t_mobile_daily_segments: RawBudget;
        /// The most segments on a Pacific day, to all carriers. Default: no such ceiling.
        daily_segments: PerDay;
        /// The most that its texts may cost in a UTC month, as AWS bills, in US dollars and in quotes. Default:
        /// no such ceiling.
        monthly_spend_usd: Spend;
        /// How long a request may wait before it is rejected.
        max_wait: RawMaxWait;
        /// What becomes of a request that may have been sent: dead-letter (at most one text) or resend (at least
        /// one). Default: dead-letter.
        unknown_result: UnknownResult;
        /// What a caller of the role must know, 2 to 1224 characters: something random, such as a UUID.
        external_id: ExternalId;
        /// A role in the primary that was made by hand. Default: `tendlc-grant-<grant>`, made by tendlc.
        role_arn: GivenRole;
        /// The bus that outcomes go to: a name in the grant's account, or an ARN; "" for none. Default: the
        /// grant's account's default bus.
        outcome_bus: Bus;
        /// The AWS profile by which tendlc reaches the grant's account. Default: the environment's credentials.
        profile: Profile;
        /// The SNS topic in the grant's account that a spoke's alarms go to. Default: alarms without a destination.
        alarm_topic_arn: TopicArn;
        /// A role in the grant's account that the command assumes to deploy. Default: none, the credentials act
        /// themselves.
        deploy_role_arn: GivenRole;
        /// The queue of transactional requests. Default: tendlc-send, in the hub `tendlc-<grant>`.
        queue: QueueName;
        /// The queue of promotional requests; ends in -promotional. Default: tendlc-send-promotional, in the hub
        /// `tendlc-<grant>-promotional`.
        promotional_queue: QueueName;
        /// Where requests end that cannot be sent. Default: tendlc-dead-letter, in the hub
        /// `tendlc-<grant>-dead-letter`.
        dead_letter_queue: QueueName;
    }

    /// A grant's part of T-Mobile's daily cap, in the cap's unit for a Pacific day.
    RawBudget like "{ guaranteed = 5000, ceiling = 20000 }" {
        /// There for this grant whatever the others do. Default: 0.
        guaranteed: PerDayOrNone;
        /// The most that it may use, the guaranteed part included. Default: the cap.
        ceiling: PerDay;
    }

    /// How long requests may wait: a number with s, m, h or d; at most 14 days.
    RawMaxWait like "{ transactional = \"15m\", promotional = \"24h\" }" {
        /// For transactional requests. Default: 15m.
        transactional: Wait;
        /// For promotional requests. Default: 24h.
        promotional: Wait;
    }
}

impl RawConfig {
    /// Reads the whole document.
    pub(crate) fn of_document(document: &Spanned<DeTable<'_>>, damage: &Damage, report: &mut Report) -> Self {
        let root = Spanned::new(0..0, DeValue::Table(document.get_ref().clone()));
        let node = Node { path: String::new(), key: 0, value: &root, damage };
        let nothing =
            || Self { primaries: Field::Wrong, brands: Field::Wrong, campaigns: Field::Wrong, grants: Field::Wrong };
        Self::read(&node, report).unwrap_or_else(nothing)
    }

    /// By name, as they stand in the file.
    pub(crate) fn primaries(&self) -> Vec<(&PrimaryName, &Spanned<RawPrimary>)> {
        self.primaries.value().map(Named::in_order).unwrap_or_default()
    }

    /// By name, as they stand in the file.
    pub(crate) fn brands(&self) -> Vec<(&BrandName, &Spanned<RawBrand>)> {
        self.brands.value().map(Named::in_order).unwrap_or_default()
    }

    /// By name, as they stand in the file.
    pub(crate) fn campaigns(&self) -> Vec<(&CampaignName, &Spanned<RawCampaign>)> {
        self.campaigns.value().map(Named::in_order).unwrap_or_default()
    }

    /// By name, as they stand in the file.
    pub(crate) fn grants(&self) -> Vec<(&GrantName, &Spanned<RawGrant>)> {
        self.grants.value().map(Named::in_order).unwrap_or_default()
    }
}

impl RawConfig {
    pub(crate) fn primary(&self, name: &PrimaryName) -> Option<&RawPrimary> {
        self.primaries.value()?.get(name)
    }

    pub(crate) fn brand(&self, name: &BrandName) -> Option<&RawBrand> {
        self.brands.value()?.get(name)
    }

    pub(crate) fn campaign(&self, name: &CampaignName) -> Option<&RawCampaign> {
        self.campaigns.value()?.get(name)
    }
}

impl RawGrant {
    /// The campaigns as far as they can be read, each with where it is named.
    pub(crate) fn campaigns(&self) -> &[Spanned<CampaignName>] {
        self.campaigns.value().map(|list| list.0.as_slice()).unwrap_or_default()
    }

    /// Where its functions run; `None` where that cannot be read.
    pub(crate) fn topology(&self) -> Option<Topology> {
        self.topology.or(Topology::Spoke)
    }
}

/// Where a key belongs that can stand in only one kind of table.
pub(crate) fn home_of(key: &str) -> Option<&'static str> {
    let homes = [
        ("[primaries.NAME]", RawPrimary::KEYS),
        ("[brands.NAME]", RawBrand::KEYS),
        ("[campaigns.NAME]", RawCampaign::KEYS),
        ("[grants.NAME]", RawGrant::KEYS),
        ("t_mobile_daily_segments of a grant", RawBudget::KEYS),
        ("max_wait of a grant", RawMaxWait::KEYS),
    ];
    let mut found = homes.iter().filter(|(_, keys)| keys.contains(&key)).map(|(home, _)| *home);
    match (found.next(), found.next()) {
        (Some(home), None) => Some(home),
        _ => None,
    }
}
