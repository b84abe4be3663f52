//! The primary's own stack, and those of its campaigns.

use std::collections::{BTreeMap, BTreeSet};

use tendlc_config::{Campaign, Config, ConfigurationSetName, Grant, HubSenders, Limit, Primary};
use tendlc_core::grant::{ChannelKind, Topology};
use tendlc_core::name::{CampaignName, PrimaryName};

use super::{Code, Given, Owner, Stack, functions, list, text, yes};
use crate::names;
use crate::template::Template;

pub(super) fn stack(config: &Config, name: &PrimaryName, primary: &Primary, code: &Code) -> Stack {
    let (account, region) = (&primary.account, primary.region.as_str());
    let partition = primary.region.partition();
    let hub: Vec<&Grant> =
        config.grants.values().filter(|grant| grant.primary == *name && grant.topology == Topology::Hub).collect();
    // By pattern, so that another grant changes nothing here; what has a name of its own is named.
    let mut roles = BTreeSet::from([format!("arn:{partition}:iam::{account}:role/tendlc-grant-*")]);
    let mut queues = BTreeSet::from([format!("arn:{partition}:sqs:{region}:{account}:tendlc-*")]);
    for grant in &hub {
        let other = |of: &String, prefix: &str| !of.contains(prefix);
        roles.extend(Some(grant.role_arn.to_string()).filter(|role| other(role, ":role/tendlc-grant-")));
        let own = [&grant.queues.transactional, &grant.queues.promotional, &grant.queues.dead_letter];
        queues.extend(own.map(ToString::to_string).into_iter().filter(|queue| other(queue, ":tendlc-")));
    }
    let lets_in = primary.hub_senders == HubSenders::Organization;
    let organization = primary.organization.as_ref().filter(|_| lets_in);
    let simulator = primary.simulator.as_ref();
    let mut parameters = BTreeMap::from([
        ("TableName", text(primary.table.resource())),
        ("MakeTable", Given::KeptOr("true".to_owned())),
        ("FingerprintKey", Given::MadeOnce),
        ("AlarmTopicArn", text(primary.alarm_topic_arn.as_ref().map(ToString::to_string).unwrap_or_default())),
        ("SimulatorIdentity", text(simulator.map(|one| one.identity.to_string()).unwrap_or_default())),
        ("SimulatorPhoneNumber", text(simulator.map(|one| one.phone_number.as_str().to_owned()).unwrap_or_default())),
        ("LiveLimits", yes(has_live(config, name))),
        ("Hub", yes(!hub.is_empty())),
        ("OrganizationId", text(organization.map(ToString::to_string).unwrap_or_default())),
        ("HubRoleArns", list(roles)),
        ("HubQueueArns", list(queues)),
    ]);
    parameters.extend(functions(account, region, primary.architecture, code));
    Stack {
        name: names::PRIMARY.to_owned(),
        template: Template::Primary,
        account: account.clone(),
        region: region.to_owned(),
        owner: Owner::Primary,
        parameters,
    }
}

/// The dashboard, which another grant leaves as it is, too.
pub(super) fn watch(config: &Config, name: &PrimaryName, primary: &Primary) -> Stack {
    let hub = config.grants.values().any(|grant| grant.primary == *name && grant.topology == Topology::Hub);
    Stack {
        name: names::WATCH.to_owned(),
        template: Template::Watch,
        account: primary.account.clone(),
        region: primary.region.to_string(),
        owner: Owner::Primary,
        parameters: BTreeMap::from([
            // Dashboards are an account's and not a Region's.
            ("DashboardName", text(format!("tendlc-primary-{}", primary.region))),
            ("TableName", text(primary.table.resource())),
            ("Hub", yes(hub)),
        ]),
    }
}

fn has_live(config: &Config, name: &PrimaryName) -> bool {
    config.campaigns.values().filter(|campaign| campaign.primary == *name).any(|campaign| {
        let cap = config.brands.get(&campaign.brand).map(|brand| brand.t_mobile_daily_segments);
        campaign.segments_per_second == Limit::Live || cap == Some(Limit::Live)
    })
}

/// `None`: the campaign needs nothing that is not there.
pub(super) fn campaign(
    primary: &Primary,
    name: &CampaignName,
    campaign: &Campaign,
    set: Option<&ConfigurationSetName>,
) -> Option<Stack> {
    let sns = campaign.channel == ChannelKind::Sns;
    let set = set.map(ToString::to_string).unwrap_or_default();
    if set.is_empty() && !sns {
        return None;
    }
    let parameters = BTreeMap::from([
        ("ConfigurationSetName", text(set)),
        ("ReceiptTopicArn", text(names::receipt_topic(primary))),
        ("SnsChannel", yes(sns)),
        ("OriginationIdentityArn", text(campaign.origination_identity.as_str())),
    ]);
    Some(Stack {
        name: names::campaign(name),
        template: Template::Campaign,
        account: primary.account.clone(),
        region: primary.region.to_string(),
        owner: Owner::Campaign(name.clone()),
        parameters,
    })
}
