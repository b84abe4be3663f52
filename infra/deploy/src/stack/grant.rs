//! The stacks of a grant: its role and, in the hub, its queues in the primary; its functions or its bus's door in the
//! secondary.

use std::collections::{BTreeMap, BTreeSet};

use tendlc_config::{Campaign, Config, Grant, HubSenders, Limit, Primary};
use tendlc_core::grant::{ChannelKind, Topology};
use tendlc_core::name::{CampaignName, GrantName};

use super::{Code, Given, Owner, Stack, functions, list, text, yes};
use crate::names;
use crate::template::Template;

/// Its side in the primary. There is one for a role that was made by hand, too: without it nothing could be revoked.
pub(super) fn in_primary(config: &Config, primary: &Primary, name: &GrantName, grant: &Grant) -> Stack {
    let campaigns = campaigns(config, grant);
    let arn = |resource: &str| {
        let Primary { account, region, .. } = primary;
        format!("arn:{}:sms-voice:{region}:{account}:{resource}", region.partition())
    };
    let identity = |campaign: &Campaign| campaign.origination_identity.to_string();
    let identities: BTreeSet<String> = campaigns.iter().map(|(_, campaign)| identity(campaign)).collect();
    // SNS sends with a permission of its own.
    let sending = campaigns.iter().filter(|(_, campaign)| campaign.channel == ChannelKind::SmsVoice);
    let senders: BTreeSet<String> = sending.clone().map(|(_, campaign)| identity(campaign)).collect();
    let sets = sending.filter_map(|(_, campaign)| campaign.configuration_set.as_ref());
    let sets: BTreeSet<String> = sets.map(|set| arn(&format!("configuration-set/{set}"))).collect();
    // A pool's numbers come and go, and no policy can name those of one pool.
    let numbers = identities.iter().any(|identity| identity.contains(":pool/")).then(|| arn("phone-number/*"));
    let registrations = campaigns.iter().filter_map(|(_, campaign)| campaign.registration.as_ref());
    let registrations = registrations.map(|id| arn(&format!("registration/{id}")));
    let by_name = identities.iter().filter(|identity| numbers.is_none() || !identity.contains(":phone-number/"));
    let read: BTreeSet<String> = by_name.cloned().chain(numbers.clone()).chain(registrations).collect();
    let brands: BTreeSet<&str> = campaigns.iter().map(|(_, campaign)| campaign.brand.as_str()).collect();
    let limits = campaigns.iter().map(|(name, _)| format!("K#{name}"));
    let limits: BTreeSet<String> = limits.chain(brands.iter().map(|brand| format!("B#{brand}"))).collect();
    let rates = campaigns.iter().map(|(name, _)| format!("R#campaign#{name}"));
    let rates = rates.chain([format!("R#primary#{}", grant.primary)]);
    let hub = grant.topology == Topology::Hub;
    let mut parameters = BTreeMap::from([
        ("Grant", text(name.as_str())),
        ("SecondaryAccount", text(grant.account.as_str())),
        ("Topology", text(if hub { "hub" } else { "spoke" })),
        ("RoleName", text(role_name(grant))),
        ("MakeRole", yes(grant.makes_role)),
        ("Principals", list(principals(primary, grant))),
        (
            "PrincipalAccount",
            text(grant.principals.first().map_or(grant.account.as_str(), |role| role.account().as_str())),
        ),
        ("ExternalId", text(external_id(grant))),
        ("OrganizationId", text(primary.organization.as_ref().map(ToString::to_string).unwrap_or_default())),
        ("SendResources", list(senders.iter().chain(&sets))),
        ("ReadResources", list(&read)),
        ("LimitKeys", list(&limits)),
        ("PoolKeys", list(brands.iter().map(|brand| format!("B#{brand}#*")))),
        ("ClockKeys", list(rates)),
        ("SnsChannel", yes(campaigns.iter().any(|(_, campaign)| campaign.channel == ChannelKind::Sns))),
        ("TableName", text(primary.table.resource())),
        ("Revoked", Given::KeptOr("false".to_owned())),
    ]);
    if hub {
        let queues = &grant.queues;
        parameters.extend([
            ("HubBusName", text(if primary.hub_senders == HubSenders::Accounts { names::HUB_BUS } else { "" })),
            ("QueueName", text(queues.transactional.resource())),
            ("PromotionalQueueName", text(queues.promotional.resource())),
            ("DeadLetterQueueName", text(queues.dead_letter.resource())),
            ("Fifo", yes(queues.transactional.resource().ends_with(".fifo"))),
            ("MaximumConcurrency", concurrency(&campaigns)),
            ("AlarmTopicArn", text(primary.alarm_topic_arn.as_ref().map(ToString::to_string).unwrap_or_default())),
        ]);
    }
    Stack {
        name: names::grant(name),
        template: Template::Grant,
        account: primary.account.clone(),
        region: primary.region.to_string(),
        owner: Owner::Grant(name.clone()),
        parameters,
    }
}

/// A spoke's side.
pub(super) fn secondary(config: &Config, primary: &Primary, name: &GrantName, grant: &Grant, code: &Code) -> Stack {
    let (account, region) = (&grant.account, primary.region.as_str());
    let own_bus = format!("arn:{}:events:{region}:{account}:event-bus/", primary.region.partition());
    let bus = grant.outcome_bus.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut parameters = BTreeMap::from([
        ("Grant", text(name.as_str())),
        ("PrimaryAccount", text(primary.account.as_str())),
        ("TableArn", text(primary.table.as_str())),
        ("RoleArn", text(grant.role_arn.as_str())),
        ("ExternalId", text(external_id(grant))),
        ("FingerprintKey", Given::MadeOnce),
        ("AdmitOutcomes", yes(bus.starts_with(&own_bus))),
        ("OutcomeBus", text(bus)),
        // An event says its account alone: with two grants there, each would send a text for it.
        ("TakeEvents", yes(function_role(grant) == names::HUB_ROLE)),
        ("QueueName", text(grant.queues.transactional.resource())),
        ("PromotionalQueueName", text(grant.queues.promotional.resource())),
        ("DeadLetterQueueName", text(grant.queues.dead_letter.resource())),
        ("Fifo", yes(grant.queues.transactional.resource().ends_with(".fifo"))),
        ("FunctionRoleName", text(function_role(grant))),
        ("NamePrefix", text(prefix(grant, name))),
        ("MaximumConcurrency", concurrency(&campaigns(config, grant))),
        ("AlarmTopicArn", text(grant.alarm_topic_arn.as_ref().map(ToString::to_string).unwrap_or_default())),
    ]);
    parameters.extend(functions(account, region, primary.architecture, code));
    Stack {
        name: names::secondary(name),
        template: Template::Secondary,
        account: account.clone(),
        region: region.to_owned(),
        owner: Owner::Grant(name.clone()),
        parameters,
    }
}

/// A hub's tenant; `None`: nobody is told, or by a bus of another account.
pub(super) fn tenant(primary: &Primary, name: &GrantName, grant: &Grant) -> Option<Stack> {
    let bus = grant.outcome_bus.as_ref()?.as_str();
    let own_bus = format!("arn:{}:events:{}:{}:event-bus/", primary.region.partition(), primary.region, grant.account);
    if !bus.starts_with(&own_bus) {
        return None;
    }
    let parameters = BTreeMap::from([
        ("Grant", text(name.as_str())),
        ("PrimaryAccount", text(primary.account.as_str())),
        ("OutcomeBus", text(bus)),
    ]);
    Some(Stack {
        name: names::tenant(name),
        template: Template::Tenant,
        account: grant.account.clone(),
        region: primary.region.to_string(),
        owner: Owner::Grant(name.clone()),
        parameters,
    })
}

fn campaigns<'c>(config: &'c Config, grant: &'c Grant) -> Vec<(&'c CampaignName, &'c Campaign)> {
    grant.campaigns.iter().filter_map(|name| Some((name, config.campaigns.get(name)?))).collect()
}

/// In the hub the probe has a role of its own, and dry-runs as each grant.
fn principals(primary: &Primary, grant: &Grant) -> Vec<String> {
    let probe = format!("arn:{}:iam::{}:role/{}", primary.region.partition(), primary.account, names::PROBE_ROLE);
    let probe = (grant.topology == Topology::Hub).then_some(probe);
    grant.principals.iter().map(ToString::to_string).chain(probe).collect()
}

fn external_id(grant: &Grant) -> String {
    grant.external_id.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Without its path.
fn role_name(grant: &Grant) -> &str {
    grant.role_arn.resource().rsplit('/').next().unwrap_or_default()
}

/// The role that the functions run as: the first that may assume the grant's.
fn function_role(grant: &Grant) -> &str {
    grant.principals.first().and_then(|role| role.resource().rsplit('/').next()).unwrap_or(names::HUB_ROLE)
}

/// What the names of its functions begin with. Two spokes of one account have roles of their own, and so functions.
fn prefix(grant: &Grant, name: &GrantName) -> String {
    if function_role(grant) == names::HUB_ROLE { "tendlc".to_owned() } else { format!("tendlc-{name}") }
}

/// Texts that one function's environment sends a second, even where AWS takes half a second for each: a batch of ten is
/// sent at once.
const TEXTS_PER_SECOND: u64 = 20;

/// More environments than the rate keeps busy would only refuse each other; Lambda's least is 2 and its most 1,000.
fn concurrency(campaigns: &[(&CampaignName, &Campaign)]) -> Given {
    let rate = |campaign: &Campaign| match campaign.segments_per_second {
        Limit::Fixed(rate) => rate.milli().div_ceil(1_000),
        Limit::Live => LIVE_RATE,
    };
    let fastest = campaigns.iter().map(|(_, campaign)| rate(campaign)).max().unwrap_or(1);
    text(fastest.div_ceil(TEXTS_PER_SECOND).clamp(2, 1_000).to_string())
}

/// What a live rate is taken to be: AWS's highest for 10DLC is 75 a second (facts, section 6.2).
const LIVE_RATE: u64 = 75;
