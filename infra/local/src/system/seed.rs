//! What the doubles begin with, as a `tendlc.toml` has it: what `tendlc deploy` would make in real accounts.

use std::collections::{BTreeMap, BTreeSet};

use tendlc_config::{Campaign, Config, Grant, Limit, Primary};
use tendlc_core::arn::QueueArn;
use tendlc_core::clock::SharedClock;
use tendlc_core::grant::{ChannelKind, MessageType, Topology};
use tendlc_core::name::{CampaignName, GrantName, PrimaryName};

use super::live;
use super::names::{HEALTH, HUB_BUS, execution_role, has_fifo, home, hub_bus};
use super::receipts;
use crate::aws::seed::{
    Bus, ConfigurationSet, LeadingKeys, Number, Queue, Registration, Role, Seed, SmsAccount, Strangers, Table,
};

/// Six times the functions' timeout, as AWS asks for.
pub(super) const VISIBILITY_SECONDS: u32 = 180;

/// A backstop only: waiting is no failed try.
pub(super) const MAX_RECEIVE_COUNT: u32 = 1_000;

/// 14 days, as deployed.
pub(super) const RETENTION_SECONDS: u32 = 1_209_600;

pub(super) fn seed(config: &Config, name: &PrimaryName, clock: SharedClock, played: bool) -> Seed {
    let Some(primary) = config.primaries.get(name) else { return Seed::new(clock, "us-east-1", "111111111111") };
    let mut seed = Seed::new(clock, primary.region.as_str(), primary.account.as_str());
    seed.lenient_handles = played;
    seed.strangers = Some(strangers(config, name, primary));
    seed.sms = sms(config, name, primary);
    seed.tables.push(Table::of_tendlc(primary.table.account().as_str(), primary.table.resource()));
    let grants: Vec<(&GrantName, &Grant)> = config.grants.iter().filter(|(_, grant)| grant.primary == *name).collect();
    let (mut hub_accounts, mut spoke_accounts) = (Vec::new(), BTreeSet::new());
    for (grant_name, grant) in &grants {
        seed.roles.push(role(config, grant_name, grant, primary));
        seed.queues.extend(queues(grant));
        match grant.topology {
            Topology::Hub => hub_accounts.push(grant.account.to_string()),
            Topology::Spoke => spoke_accounts.extend([&grant.account]),
        }
        seed.buses.extend(outcome_bus(grant, primary));
    }
    seed.tables.extend(spoke_accounts.into_iter().map(|account| Table::of_health(account.as_str(), HEALTH)));
    seed.buses.push(Bus { account: primary.account.to_string(), name: HUB_BUS.to_owned(), putters: hub_accounts });
    receipts::add(&mut seed, primary);
    seed
}

/// Wherever it is, its owner's policy lets the functions put outcomes there: the grant's own, and the primary's, which
/// say what receipts say.
fn outcome_bus(grant: &Grant, primary: &Primary) -> Option<Bus> {
    let mut parts = grant.outcome_bus.as_ref()?.as_str().splitn(6, ':').skip(4);
    let (account, name) = (parts.next()?.to_owned(), parts.next()?.strip_prefix("event-bus/")?.to_owned());
    let putters = BTreeSet::from([home(grant, &primary.account), &primary.account]);
    Some(Bus { account, name, putters: putters.into_iter().map(ToString::to_string).collect() })
}

/// Whoever brings keys of their own puts events as the first spoke does and, on the hub's bus, as the first of its
/// secondaries: the bus's owner has no grant.
fn strangers(config: &Config, name: &PrimaryName, primary: &Primary) -> Strangers {
    let first = |topology: Topology| {
        let mut grants = config.grants.values().filter(|grant| grant.primary == *name);
        grants.find(|grant| grant.topology == topology).map(|grant| grant.account.to_string())
    };
    let (spoke, hub) = (first(Topology::Spoke), first(Topology::Hub));
    let putter = spoke.or_else(|| hub.clone()).unwrap_or_else(|| primary.account.to_string());
    Strangers { putter, putters: hub.map(|hub| (hub_bus(primary), hub)).into_iter().collect() }
}

fn sms(config: &Config, name: &PrimaryName, primary: &Primary) -> SmsAccount {
    // For trying out: the one number of the samples whose owner has said STOP.
    let opted_out = BTreeSet::from(["+12065550199".to_owned()]);
    let mut sms =
        SmsAccount { opted_out, send_requests_per_second: primary.send_requests_per_second, ..SmsAccount::default() };
    let mut sets = BTreeSet::new();
    for (place, (campaign_name, campaign)) in
        config.campaigns.iter().filter(|(_, campaign)| campaign.primary == *name).enumerate()
    {
        let registration =
            campaign.registration.as_ref().map_or_else(|| format!("registration-{place:032x}"), ToString::to_string);
        let per_second = match campaign.segments_per_second {
            Limit::Fixed(rate) => rate.milli().div_ceil(1000),
            Limit::Live => live::RATE.unsigned_abs(),
        };
        let identity = campaign.origination_identity.as_str();
        let pool = identity.contains(":pool/").then(|| identity.to_owned());
        let arn = match &pool {
            Some(_) => {
                format!("arn:aws:sms-voice:{}:{}:phone-number/phone-{place:032x}", primary.region, primary.account)
            }
            None => identity.to_owned(),
        };
        let made_up = || format!("+1206555019{}", place % 10);
        sms.numbers.push(Number {
            simulator: false,
            arn,
            phone_number: campaign.phone_number.as_ref().map_or_else(made_up, |number| number.as_str().to_owned()),
            status: "ACTIVE".to_owned(),
            message_type: match campaign.message_type {
                MessageType::Transactional => "TRANSACTIONAL".to_owned(),
                MessageType::Promotional => "PROMOTIONAL".to_owned(),
            },
            registration_id: registration.clone(),
            pool,
            policy: (campaign.channel == ChannelKind::Sns).then(|| policy(identity, primary)),
            rate_limits: BTreeMap::from([("SMS".to_owned(), i64::try_from(per_second).unwrap_or(i64::MAX))]),
            daily_caps: daily_caps(config, campaign_name),
        });
        sms.segments_per_second.insert(registration.clone(), u32::try_from(per_second).unwrap_or(u32::MAX));
        sms.registrations.push(Registration {
            id: registration,
            kind: "US_TEN_DLC_CAMPAIGN_REGISTRATION".to_owned(),
            status: "COMPLETE".to_owned(),
            versions: vec![(1, "APPROVED".to_owned())],
        });
        if let Some(set) = &campaign.configuration_set {
            sets.insert(set.to_string());
        }
    }
    sms.numbers.extend(primary.simulator.as_ref().map(|simulator| Number {
        simulator: true,
        arn: simulator.identity.to_string(),
        phone_number: simulator.phone_number.as_str().to_owned(),
        status: "ACTIVE".to_owned(),
        message_type: "TRANSACTIONAL".to_owned(),
        ..Number::default()
    }));
    sms.configuration_sets = sets
        .into_iter()
        .map(|name| {
            let topic = format!("arn:aws:sns:{}:{}:{name}", primary.region, primary.account);
            ConfigurationSet { name, topic_arn: Some(topic), disabled: false }
        })
        .collect();
    sms
}

/// As the campaign's stack writes it.
fn policy(identity: &str, primary: &Primary) -> String {
    serde_json::json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "Sns",
        "Effect": "Allow",
        "Principal": { "Service": "sns.amazonaws.com" },
        "Action": "sms-voice:SendTextMessage",
        "Resource": identity,
        "Condition": { "StringEquals": { "aws:SourceAccount": primary.account } },
    }] })
    .to_string()
}

fn daily_caps(config: &Config, campaign: &CampaignName) -> BTreeMap<String, i64> {
    let brand = config.campaigns.get(campaign).and_then(|campaign| config.brands.get(&campaign.brand));
    let cap = brand.map(|brand| brand.t_mobile_daily_segments.fixed().unwrap_or(live::CAP));
    cap.map(|cap| ("T-MOBILE".to_owned(), cap)).into_iter().collect()
}

/// The role of design section 6: its trust and what it may do.
fn role(config: &Config, name: &GrantName, grant: &Grant, primary: &Primary) -> Role {
    let campaigns: Vec<_> =
        grant.campaigns.iter().filter_map(|name| config.campaigns.get(name).map(|campaign| (name, campaign))).collect();
    let set_arn =
        |set: &str| format!("arn:aws:sms-voice:{}:{}:configuration-set/{set}", primary.region, primary.account);
    let identities = campaigns.iter().map(|(_, campaign)| campaign.origination_identity.to_string());
    let sets = campaigns.iter().filter_map(|(_, campaign)| campaign.configuration_set.as_ref());
    let sets = sets.map(|set| set_arn(set.as_str()));
    let functions = home(grant, &primary.account);
    Role {
        arn: grant.role_arn.to_string(),
        external_id: grant.external_id.as_ref().map(ToString::to_string),
        trusted_account: functions.to_string(),
        trusted_principals: match grant.topology {
            Topology::Spoke => grant.principals.iter().map(ToString::to_string).collect(),
            Topology::Hub => vec![execution_role(functions)],
        },
        session_name_pattern: "tendlc-*".to_owned(),
        max_session_seconds: 3_600,
        grant: name.to_string(),
        send_resources: identities.chain(sets).collect(),
        read_resources: match grant.topology {
            Topology::Spoke => campaigns.iter().flat_map(|(_, campaign)| probed(primary, campaign)).collect(),
            // The hub's probe reads with its own rights.
            Topology::Hub => Vec::new(),
        },
        sns_publish: campaigns.iter().any(|(_, campaign)| campaign.channel == ChannelKind::Sns),
        table_leading_keys: match grant.topology {
            Topology::Spoke => leading_keys(config, name, grant),
            // The hub's functions use their own role for the table.
            Topology::Hub => Vec::new(),
        },
        revoked_before: None,
    }
}

/// What a spoke's probe asks about a campaign. A pool's numbers come and go, and no policy can name those of one pool.
fn probed(primary: &Primary, campaign: &Campaign) -> Vec<String> {
    let arn = |resource: &str| format!("arn:aws:sms-voice:{}:{}:{resource}", primary.region, primary.account);
    let identity = campaign.origination_identity.to_string();
    let numbers = identity.contains(":pool/").then(|| arn("phone-number/*"));
    let registration = campaign.registration.as_ref().map(|id| arn(&format!("registration/{id}")));
    [Some(identity), numbers, registration].into_iter().flatten().collect()
}

fn leading_keys(config: &Config, name: &GrantName, grant: &Grant) -> Vec<LeadingKeys> {
    let allow = |actions: &[&str], keys: String| LeadingKeys {
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        keys,
    };
    let own = ["GetItem", "PutItem", "UpdateItem"];
    let mut rules = vec![
        allow(&own, format!("L#{name}#*")),
        allow(&own, format!("C#{name}#*")),
        allow(&["GetItem"], format!("G#{name}")),
        allow(&["UpdateItem"], "R#*".to_owned()),
    ];
    let mut brands = BTreeSet::new();
    for campaign in &grant.campaigns {
        rules.push(allow(&["GetItem"], format!("K#{campaign}")));
        brands.extend(config.campaigns.get(campaign).map(|campaign| campaign.brand.clone()));
    }
    for brand in brands {
        rules.push(allow(&["GetItem"], format!("B#{brand}")));
        rules.push(allow(&["UpdateItem"], format!("B#{brand}#*")));
    }
    rules
}

/// Both lanes and the dead letters, and the FIFO queues beside them.
fn queues(grant: &Grant) -> Vec<Queue> {
    let made = |arn: &QueueArn, fifo: bool| {
        let name = if fifo { format!("{}.fifo", arn.resource()) } else { arn.resource().to_owned() };
        let mut queue = Queue::new(arn.account().as_str(), &name);
        queue.visibility_timeout_seconds = VISIBILITY_SECONDS;
        queue.retention_seconds = RETENTION_SECONDS;
        queue.content_based_deduplication = fifo;
        if *arn != grant.queues.dead_letter {
            let dead =
                if fifo { format!("{}.fifo", grant.queues.dead_letter) } else { grant.queues.dead_letter.to_string() };
            queue.dead_letter = Some((dead, MAX_RECEIVE_COUNT));
        }
        if grant.topology == Topology::Hub && *arn != grant.queues.dead_letter {
            queue.senders.push(grant.account.to_string());
        }
        queue
    };
    let all = [&grant.queues.transactional, &grant.queues.promotional, &grant.queues.dead_letter];
    all.into_iter()
        .flat_map(|arn| {
            let beside = has_fifo(grant, arn).then(|| made(arn, true));
            [made(arn, false)].into_iter().chain(beside)
        })
        .collect()
}
