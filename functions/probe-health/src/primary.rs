//! The probe of the primary: the table, every campaign with the function's own rights, and every hub grant's role. A
//! spoke's role trusts the spoke's functions alone, whose own probe looks at it.

use tendlc_core::clock::SharedClock;
use tendlc_core::env::ProbeSettings;
use tendlc_core::grant::{ChannelKind, Grant, Topology};

use crate::check::Finding;
use crate::clients::Clients;
use crate::denied::{self, Subject};
use crate::handler::Asks;
use crate::records::Holdings;
use crate::run::Run;
use crate::{campaign, dry_run, limits, records, session};

/// Probes everything that the table names.
pub async fn probe(run: &mut Run<'_>, clients: &Clients, settings: &ProbeSettings, clock: &SharedClock, asks: Asks) {
    let table = clients.table(None);
    let Some(held) = run.check("table", records::everything(&table)).await else {
        for name in ["number", "registration", "assume-role", "account", "dry-run"] {
            let why = "the table did not say which grants and campaigns there are";
            run.found(name, Finding::unknown(why, "see the check table"));
        }
        return;
    };
    for one in held.campaigns.values() {
        campaign::probe(run, clients, None, one).await;
        if let Some(finding) = limits::check(one, clock.now()) {
            run.found(format!("limits:{}", one.name), finding);
        }
    }
    for grant in held.grants.iter().filter(|grant| grant.topology == Topology::Hub) {
        probe_grant(run, clients, (settings, asks), clock, &held, grant).await;
    }
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
    let missing = || Finding::unknown("the role could not be assumed", format!("see the check assume-role:{name}"));
    let account = assumed.as_ref().map_or_else(missing, |held| session::account(held, settings.table.account()));
    run.found(format!("account:{name}"), account);
    let (channel, pace) = (clients.channel(&role), run.pace());
    for campaign in &grant.campaigns {
        let check = format!("dry-run:{name}/{campaign}");
        match held.campaigns.get(campaign) {
            _ if assumed.is_none() => run.found(check, missing()),
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
