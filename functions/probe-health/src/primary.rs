//! The probe of the primary: the table, the account, every campaign with the function's own rights, the way of receipts,
//! the caps, and every hub grant's role. A spoke's role trusts the spoke's functions alone, whose own probe looks at it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tendlc_core::clock::SharedClock;
use tendlc_core::day::PacificDay;
use tendlc_core::env::{ProbeSettings, Simulator};
use tendlc_core::grant::{Campaign, ChannelKind, Grant, Topology, on_day};
use tendlc_core::metrics::Metric;
use tendlc_core::month::UtcMonth;
use tendlc_core::table::Table;

use crate::check::Finding;
use crate::clients::Clients;
use crate::denied::{self, Subject};
use crate::figures::{self, Wanted};
use crate::handler::Asks;
use crate::queue::Queue;
use crate::records::Holdings;
use crate::run::Run;
use crate::spend::OfAws;
use crate::{books, campaign, cap, dry_run, limits, policy, receipts, records, session, simulator, spend, tier};

/// The golden ratio's part of 2^64. Multiples of it, of which the whole part is left out, lie as far apart as can be however
/// many they are, so in a few hours every grant is among the first. A fixed step would not do: where it is a multiple of
/// how many there are, it is none.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Probes everything that the table names.
pub async fn probe(run: &mut Run<'_>, clients: &Clients, settings: &ProbeSettings, clock: &SharedClock, asks: Asks) {
    run.check("production", tier::check(&clients.describe(None, clients.region()), run.pace())).await;
    let table = clients.table(None);
    let Some(held) = run.check("table", records::everything(&table, clock)).await else {
        for name in ["number", "registration", "assume-role", "account", "dry-run"] {
            run.not_looked(name, "the table did not say which grants and campaigns there are", "see the check table");
        }
        return;
    };
    whole(run, clients, (settings, &held), (&table, clock, asks)).await;
    for one in held.campaigns.values() {
        let seen = campaign::probe(run, clients, None, one).await;
        if one.channel == ChannelKind::Sns {
            let made = seen.as_ref().and_then(|seen| seen.made);
            let client = clients.describe(None, &one.region);
            let policy = policy::check(&client, run.pace(), one, made);
            run.check(format!("policy:{}", one.name), policy).await;
        }
        let told = seen.as_ref().map(|seen| &seen.told);
        if let Some(finding) = limits::check(one, told, cap_of(&held, one, clock.now()), clock.now()) {
            run.found(format!("limits:{}", one.name), finding);
        }
    }
    let hub: Vec<&Grant> = held.grants.iter().filter(|grant| grant.topology == Topology::Hub).collect();
    for grant in turned(&hub, clock.now()) {
        probe_grant(run, clients, (settings, asks), clock, &held, grant).await;
    }
}

/// From another place each hour: where one run has no time for all, it is not always the same that are left out.
fn turned<'g>(grants: &[&'g Grant], now: Timestamp) -> Vec<&'g Grant> {
    let hour = (now.as_second() / 3_600).unsigned_abs();
    let part = u128::from(hour.wrapping_mul(STEP));
    // Less than how many there are, since the part is less than 2^64.
    let place = (part * grants.len() as u128) >> u64::BITS;
    let (later, first) = grants.split_at(usize::try_from(place).unwrap_or(0));
    [first, later].concat()
}

/// The cap that a campaign's texts count against today, as the file has it.
fn cap_of(held: &Holdings, campaign: &Campaign, now: Timestamp) -> Option<i64> {
    let day = PacificDay::of(now);
    let pool = on_day(&campaign.counted, day)?.pool;
    let brand = held.brands.iter().find(|brand| brand.name == campaign.brand)?;
    Some(on_day(brand.pools.get(&pool)?, day)?.cap)
}

/// What concerns everybody: the way of receipts, the money and the caps.
async fn whole(
    run: &mut Run<'_>,
    clients: &Clients,
    (settings, held): (&ProbeSettings, &Holdings),
    (table, clock, asks): (&Table, &SharedClock, Asks),
) {
    let (client, pace, now) = (clients.describe(None, clients.region()), run.pace(), clock.now());
    let sets: BTreeSet<&str> = held.campaigns.values().filter_map(|one| one.configuration_set.as_deref()).collect();
    for set in sets {
        run.check(format!("receipts:{set}"), receipts::check(&client, pace, set)).await;
    }
    // They are no matter of what a role may do.
    let simulator = settings.simulator.as_ref().filter(|_| asks.is_of_health());
    match simulator {
        Some(simulator) if asks == Asks::Scheduled => {
            let taken = run.check("simulator", simulator::check(&client, pace, (simulator, held), now)).await;
            run.counted(Metric::SimulatorSent, taken.unwrap_or(0));
        }
        Some(_) => run.left("simulator"),
        None => {}
    }
    let of_aws = match asks.is_of_health() {
        true => measured(run, clients, (held, simulator), now).await,
        false => OfAws::None,
    };
    let (day, month) = (PacificDay::of(now), UtcMonth::of(now));
    let keys = cap::keys(&held.grants, &held.brands, day).chain(spend::keys(held, month)).collect();
    let counters = async {
        match table.read_many(clock.as_ref(), keys).await {
            Ok(counters) => (Finding::healthy("the counters of today answer"), Some(counters)),
            Err(error) => (records::silent(&error), None),
        }
    };
    let caps = held.brands.iter().flat_map(|brand| &brand.pools);
    let caps = caps.filter_map(|(pool, values)| Some((pool, on_day(values, day)?)));
    let Some(counters) = run.check("counters", counters).await else {
        let names = caps.map(|(pool, _)| format!("cap:{}", pool.as_str())).chain(["spend".to_owned()]);
        for name in names {
            run.not_looked(name, "the counters did not answer", "see the check counters");
        }
        return;
    };
    for (campaign, endings) in books::endings(held, month, &counters) {
        if let Some(finding) = endings.judge() {
            run.found(format!("delivery:{campaign}"), finding);
        }
    }
    let spent = (spend::spent(held, month, &counters), of_aws);
    if let Some(percent) = run.check("spend", spend::check(&client, pace, spent)).await {
        run.measured(Metric::SpendUsed, percent);
    }
    for (pool, cap) in caps {
        if let Some(percent) = cap::used((pool, cap, day), &held.grants, &counters) {
            run.found(format!("cap:{}", pool.as_str()), cap::judge(pool, cap, percent));
            run.measured(Metric::CapUsed, percent);
        }
    }
}

/// What CloudWatch knows of the primary and the hub's queues; returns AWS's own figure of the spend.
async fn measured(
    run: &mut Run<'_>,
    clients: &Clients,
    (held, simulator): (&Holdings, Option<&Simulator>),
    now: Timestamp,
) -> OfAws {
    let hub = held.grants.iter().filter(|grant| grant.topology == Topology::Hub);
    let queues: Vec<Queue> = receipts::queues().into_iter().chain(hub.flat_map(of_hub)).collect();
    let own = [spend::wanted(), books::unmetered_wanted(), books::recount_wanted()];
    let before = own.len();
    let simulated = simulator.map(|_| simulator::wanted()).into_iter().flatten();
    let wanted: Vec<Wanted> = own.into_iter().chain(queues.iter().map(Queue::wanted)).chain(simulated).collect();
    let told = run.check("figures", figures::ask(&clients.cloudwatch(), &wanted, now)).await;
    let figure = |place: usize| figures::at(told.as_ref(), place);
    figures::found(run, "unmetered", figure(1).map(books::unmetered));
    figures::found(run, "recount", figure(2).map(|figure| books::recount(figure, now)));
    for (place, queue) in queues.iter().enumerate() {
        let figure = figure(before + place);
        figures::found(run, &queue.check, figure.map(|figure| queue.judge(figure)));
    }
    if simulator.is_some() {
        let behind = before + queues.len();
        let (sent, told) = (figure(behind), figure(behind + 1));
        let found = sent.zip(told).map(|(sent, told)| simulator::receipts(sent, told, now));
        figures::found(run, "simulator-receipts", found);
    }
    match figure(0) {
        Some(figure) => OfAws::of(figure, now),
        None => OfAws::NotTold,
    }
}

/// A hub grant's queues.
fn of_hub(grant: &Grant) -> impl Iterator<Item = Queue> {
    let (name, wait) = (&grant.name, grant.max_wait);
    let lanes = grant.queues.iter().flat_map(|lanes| [&lanes.transactional, &lanes.promotional]);
    let lanes = lanes.map(move |queue| Queue::lane(Some(name), queue.resource(), wait));
    lanes.chain(grant.dead_letter_queue.iter().map(move |queue| Queue::letters(Some(name), queue.resource())))
}

async fn probe_grant(
    run: &mut Run<'_>,
    clients: &Clients,
    (settings, asks): (&ProbeSettings, Asks),
    clock: &SharedClock,
    held: &Holdings,
    grant: &Grant,
) {
    let name = &grant.name;
    let role = clients.role(&grant.role_arn, grant.external_id.as_deref(), name);
    let assumed = run.check(format!("assume-role:{name}"), session::assume(&role, name, clock.now())).await;
    let see = format!("see the check assume-role:{name}");
    let not_assumed = "the role could not be assumed";
    match &assumed {
        Some(held) => run.found(format!("account:{name}"), session::account(held, settings.table.account())),
        None => run.not_looked(format!("account:{name}"), not_assumed, &see),
    }
    let (channel, pace) = (clients.channel(&role), run.pace());
    for campaign in &grant.campaigns {
        let check = format!("dry-run:{name}/{campaign}");
        match held.campaigns.get(campaign) {
            _ if assumed.is_none() => run.not_looked(check, not_assumed, &see),
            Some(campaign) => {
                run.check(check, dry_run::check(&*channel, pace, campaign, &settings.destination)).await;
            }
            None => {
                let detail = format!("the grant names the campaign {campaign}, which the table does not have");
                run.found(check, Finding::failing(detail, "`tendlc sync`"));
            }
        }
    }
    if asks == Asks::Verify && assumed.is_some() {
        let mut campaigns = grant.campaigns.iter().filter_map(|name| held.campaigns.get(name));
        let campaign = campaigns.find(|campaign| campaign.channel == ChannelKind::SmsVoice);
        let of = format!(":{name}");
        denied::probe(
            run,
            clients,
            &Subject { grant: name, role: &role, campaign, destination: &settings.destination, of },
        )
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn within_some_hours_every_grant_is_among_those_that_a_run_has_time_for() {
        let grant = |place: usize| Grant { name: format!("g{place}").parse().unwrap(), ..fixtures::grant() };
        let begun: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        for many in [1, 2, 127, 200, 254, 400] {
            let grants: Vec<Grant> = (0..many).map(grant).collect();
            let grants: Vec<&Grant> = grants.iter().collect();
            let mut seen = BTreeSet::new();
            for hour in 0..6 {
                let turned = turned(&grants, begun + jiff::SignedDuration::from_hours(hour));
                assert_eq!(turned.len(), many);
                seen.extend(turned.iter().take(many.div_ceil(2)).map(|grant| grant.name.clone()));
            }
            assert_eq!(seen.len(), many);
        }
        assert!(turned(&[], begun).is_empty());
    }
}
