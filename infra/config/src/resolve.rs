//! From the tables as written to the configuration: defaults, and the names that tendlc gives.
//!
//! Whatever is wrong is left out; it has been reported, and then nobody gets to see the configuration.

use tendlc_core::arn::{QueueArn, RoleArn};
use tendlc_core::grant::{CapUnit, ChannelKind, FIRST_PRICE, MaxWait, MessageType, Topology, UnknownResult};
use tendlc_core::name::{CampaignName, GrantName, PrimaryName};

use crate::config::{
    Architecture, Brand, Budget, Campaign, CapScope, Config, Grant, HubSenders, Limit, Primary, Queues, Simulator,
};
use crate::entry::Whole;
use crate::links::{Links, pools_of};
use crate::raw::{PerDay, RawBrand, RawCampaign, RawConfig, RawGrant, RawPrimary};
use crate::table::Field;
use crate::text::{EventBusArn, GivenRole, QueueName};
use crate::values::Wait;

/// Quarter of an hour: a one-time password that comes later helps nobody.
const TRANSACTIONAL_WAIT: i64 = 15 * 60;
/// A day: long enough for the next Pacific day's cap.
const PROMOTIONAL_WAIT: i64 = 24 * 60 * 60;
/// The role that the functions run as, and so the only one that may assume a grant's role.
const FUNCTIONS_ROLE: &str = "role/tendlc-send";

/// The configuration that the file means.
pub(crate) fn config(raw: &RawConfig, links: &Links<'_>) -> Config {
    let primaries = raw.primaries().into_iter();
    let brands = raw.brands().into_iter();
    let campaigns = raw.campaigns().into_iter();
    let grants = raw.grants().into_iter();
    Config {
        primaries: primaries.filter_map(|(name, raw)| Some((name.clone(), primary(raw.get_ref())?))).collect(),
        brands: brands.filter_map(|(name, raw)| Some((name.clone(), brand(raw.get_ref())?))).collect(),
        campaigns: campaigns
            .filter_map(|(name, raw)| Some((name.clone(), campaign(name, raw.get_ref(), links)?)))
            .collect(),
        grants: grants
            .filter_map(|(name, one)| Some((name.clone(), grant(name, one.get_ref(), raw, links)?)))
            .collect(),
    }
}

fn primary(raw: &RawPrimary) -> Option<Primary> {
    let (account, region) = (raw.account.optional()?, raw.region.optional()?);
    let table = raw.table.value().map_or("tendlc", |name| name.as_str());
    let table = format!("arn:{}:dynamodb:{region}:{account}:table/{table}", region.partition()).parse().ok()?;
    Some(Primary {
        organization: raw.organization.optional(),
        hub_senders: raw.hub_senders.or(HubSenders::Accounts)?,
        send_requests_per_second: number(raw.send_requests_per_second.or(Whole(1))?.0)?,
        profile: raw.profile.optional(),
        deploy_role: deploy_role(&raw.deploy_role_arn)?,
        architecture: raw.architecture.or(Architecture::Arm64)?,
        alarm_topic_arn: raw.alarm_topic_arn.optional(),
        simulator: raw
            .simulator_identity
            .optional()
            .zip(raw.simulator_phone_number.optional())
            .map(|(identity, phone_number)| Simulator { identity, phone_number }),
        account,
        region,
        table,
    })
}

fn brand(raw: &RawBrand) -> Option<Brand> {
    Some(Brand {
        t_mobile_daily_segments: plain(*raw.t_mobile_daily_segments.value()?),
        t_mobile_cap_scope: raw.t_mobile_cap_scope.or(CapScope::Brand)?,
        t_mobile_cap_unit: raw.t_mobile_cap_unit.or(CapUnit::Segments)?,
    })
}

fn campaign(name: &CampaignName, raw: &RawCampaign, links: &Links<'_>) -> Option<Campaign> {
    Some(Campaign {
        brand: raw.brand.optional()?,
        primary: links.primary_of_campaign(name)?.clone(),
        origination_identity: raw.origination_identity.optional()?,
        phone_number: raw.phone_number.optional(),
        registration: raw.registration.optional(),
        segments_per_second: raw.segments_per_second.optional()?,
        att_segments_per_minute: raw.att_segments_per_minute.value().and_then(|rate| number(rate.0)),
        channel: raw.channel.or(ChannelKind::SmsVoice)?,
        message_type: raw.message_type.or(MessageType::Transactional)?,
        configuration_set: raw.configuration_set.optional(),
        quiet_hours: raw.quiet_hours.optional(),
        segment_price: raw.segment_price_usd.value().map_or(FIRST_PRICE, |price| price.0),
    })
}

fn grant(name: &GrantName, raw: &RawGrant, all: &RawConfig, links: &Links<'_>) -> Option<Grant> {
    let primary_name: &PrimaryName = links.primary_of_grant(name)?;
    let primary = all.primary(primary_name)?;
    let wait = raw.max_wait.value();
    let wait_of =
        |field: Option<&Field<Wait>>, default| field.map_or(Some(Wait(default)), |field| field.or(Wait(default)));
    Some(Grant {
        account: raw.account.optional()?,
        primary: primary_name.clone(),
        topology: raw.topology()?,
        campaigns: raw.campaigns().iter().map(|name| name.get_ref().clone()).collect(),
        principals: principals(raw, primary)?,
        t_mobile_daily_segments: budget(raw, all)?,
        daily_segments: raw.daily_segments.value().map(|segments| segments.0),
        monthly_spend: raw.monthly_spend_usd.value().map(|spend| spend.0),
        max_wait: MaxWait {
            transactional: wait_of(wait.map(|wait| &wait.transactional), TRANSACTIONAL_WAIT)?.0,
            promotional: wait_of(wait.map(|wait| &wait.promotional), PROMOTIONAL_WAIT)?.0,
        },
        unknown_result: raw.unknown_result.or(UnknownResult::DeadLetter)?,
        external_id: raw.external_id.optional(),
        role_arn: role(name, raw, primary)?,
        makes_role: raw.role_arn.given().is_none(),
        outcome_bus: outcome_bus(raw, primary)?,
        profile: raw.profile.optional(),
        alarm_topic_arn: raw.alarm_topic_arn.optional(),
        deploy_role: deploy_role(&raw.deploy_role_arn)?,
        queues: queues(name, raw, primary)?,
    })
}

fn deploy_role(role: &Field<GivenRole>) -> Option<Option<RoleArn>> {
    match role {
        Field::Wrong => None,
        Field::Absent => Some(None),
        Field::Given(role) => role.get_ref().as_str().parse().ok().map(Some),
    }
}

fn budget(raw: &RawGrant, all: &RawConfig) -> Option<Budget> {
    let written = raw.t_mobile_daily_segments.value();
    let guaranteed = written.and_then(|budget| budget.guaranteed.optional()).map_or(0, |guaranteed| guaranteed.0);
    let ceiling = match written.and_then(|budget| budget.ceiling.optional()) {
        Some(ceiling) => Limit::Fixed(ceiling.0),
        None => {
            let caps =
                pools_of(all, raw).into_values().map(|campaign| cap(all, &campaign)).collect::<Option<Vec<_>>>()?;
            let fixed: Option<Vec<i64>> = caps.into_iter().map(Limit::fixed).collect();
            // Of several caps the largest: each is held by its own pool anyway.
            fixed.and_then(|caps| caps.into_iter().max()).map_or(Limit::Live, Limit::Fixed)
        }
    };
    Some(Budget { guaranteed, ceiling })
}

/// T-Mobile's cap on a campaign's brand.
pub(crate) fn cap(raw: &RawConfig, campaign: &CampaignName) -> Option<Limit<i64>> {
    let brand = raw.brand(raw.campaign(campaign)?.brand.value()?)?;
    brand.t_mobile_daily_segments.value().copied().map(plain)
}

/// The grant's role; `None` where what it is made of is wrong.
pub(crate) fn role(name: &GrantName, raw: &RawGrant, primary: &RawPrimary) -> Option<RoleArn> {
    match &raw.role_arn {
        Field::Wrong => None,
        Field::Given(given) => given.get_ref().as_str().parse().ok(),
        Field::Absent => {
            let (account, region) = (primary.account.value()?, primary.region.value()?);
            format!("arn:{}:iam::{account}:role/tendlc-grant-{name}", region.partition()).parse().ok()
        }
    }
}

/// Who may assume the grant's role. In the hub that is the primary's own role: a secondary there never does.
pub(crate) fn principals(raw: &RawGrant, primary: &RawPrimary) -> Option<Vec<RoleArn>> {
    let partition = primary.region.value()?.partition();
    let account = match raw.topology()? {
        Topology::Spoke => raw.account.value()?,
        Topology::Hub => primary.account.value()?,
    };
    let whole = |principal: &str| {
        let arn = if principal.starts_with("arn:") {
            principal.to_owned()
        } else {
            format!("arn:{partition}:iam::{account}:{principal}")
        };
        arn.parse().ok()
    };
    match &raw.principals {
        Field::Wrong => None,
        Field::Absent => Some(vec![whole(FUNCTIONS_ROLE)?]),
        Field::Given(list) => list.get_ref().0.iter().map(|principal| whole(principal.get_ref().as_str())).collect(),
    }
}

/// Outcomes go to the grant's account, wherever the functions run: the workloads there wait for them.
fn outcome_bus(raw: &RawGrant, primary: &RawPrimary) -> Option<Option<EventBusArn>> {
    let name = match &raw.outcome_bus {
        Field::Wrong => return None,
        Field::Absent => "default",
        Field::Given(bus) => bus.get_ref().as_str(),
    };
    if name.is_empty() {
        return Some(None);
    }
    if name.starts_with("arn:") {
        return name.parse().ok().map(Some);
    }
    let (account, region) = (raw.account.value()?, primary.region.value()?);
    format!("arn:{}:events:{region}:{account}:event-bus/{name}", region.partition()).parse().ok().map(Some)
}

/// The grant's queues; `None` where what they are made of is wrong.
pub(crate) fn queues(name: &GrantName, raw: &RawGrant, primary: &RawPrimary) -> Option<Queues> {
    let region = primary.region.value()?;
    let (account, prefix) = match raw.topology()? {
        Topology::Spoke => (raw.account.value()?, "tendlc-send".to_owned()),
        Topology::Hub => (primary.account.value()?, format!("tendlc-{name}")),
    };
    let dead_letters = match raw.topology()? {
        Topology::Spoke => "tendlc-dead-letter".to_owned(),
        Topology::Hub => format!("{prefix}-dead-letter"),
    };
    let queue = |field: &Field<QueueName>, default: String| -> Option<QueueArn> {
        let name = match field {
            Field::Wrong => return None,
            Field::Absent => default,
            Field::Given(name) => name.get_ref().as_str().to_owned(),
        };
        format!("arn:{}:sqs:{region}:{account}:{name}", region.partition()).parse().ok()
    };
    Some(Queues {
        promotional: queue(&raw.promotional_queue, format!("{prefix}-promotional"))?,
        transactional: queue(&raw.queue, prefix)?,
        dead_letter: queue(&raw.dead_letter_queue, dead_letters)?,
    })
}

fn plain(limit: Limit<PerDay>) -> Limit<i64> {
    match limit {
        Limit::Fixed(number) => Limit::Fixed(number.0),
        Limit::Live => Limit::Live,
    }
}

fn number(number: i64) -> Option<u32> {
    u32::try_from(number).ok()
}
