//! The probe of a spoke: everything that its functions need, on the way that they take, through the grant's role.

use tendlc_core::account::AccountId;
use tendlc_core::clock::SharedClock;
use tendlc_core::env::{ProbeSettings, Spoke};
use tendlc_core::grant::ChannelKind;
use tendlc_core::pipeline::SenderError;

use crate::check::Finding;
use crate::clients::Clients;
use crate::denied::{self, Subject};
use crate::figures::{self, Wanted};
use crate::handler::Asks;
use crate::queue::Queue;
use crate::refusal::Refusal;
use crate::run::Run;
use crate::{campaign, dry_run, records, session};

/// Probes the one grant.
///
/// # Errors
/// When the function runs in an account that the grant is not for.
pub async fn probe(
    run: &mut Run<'_>,
    clients: &Clients,
    (settings, spoke): (&ProbeSettings, &Spoke),
    clock: &SharedClock,
    (runs_in, asks): (Option<&AccountId>, Asks),
) -> Result<(), Refusal> {
    let grant = &spoke.grant;
    // First, since it needs no role.
    queues(run, clients, (settings, spoke), clock).await;
    let role = clients.role(&spoke.role_arn, Some(&spoke.external_id), grant);
    let Some(held) = run.check("assume-role", session::assume(&role, grant, clock.now())).await else {
        for name in ["account", "table", "number", "registration", "dry-run"] {
            run.found(name, Finding::unknown("the role could not be assumed", "see the check assume-role"));
        }
        return Ok(());
    };
    run.found("account", session::account(&held, settings.table.account()));
    let table = clients.table(Some(&role));
    let Some(snapshot) = run.check("table", records::grant(&table, grant, clock)).await else {
        for name in ["number", "registration", "dry-run"] {
            let why = "the table did not say which campaigns there are";
            run.found(name, Finding::unknown(why, "see the check table"));
        }
        return Ok(());
    };
    let wanted = &snapshot.grant.account;
    if runs_in != Some(wanted) {
        let found = runs_in.map_or_else(|| "no account that its ARN names".to_owned(), ToString::to_string);
        return Err(SenderError::WrongAccount { grant: grant.clone(), wanted: wanted.clone(), found }.into());
    }
    let channel = clients.channel(&role);
    let pace = run.pace();
    for one in snapshot.campaigns() {
        campaign::probe(run, clients, Some(&role), one).await;
        let dry_run = dry_run::check(&*channel, pace, one, &settings.destination);
        run.check(format!("dry-run:{}", one.name), dry_run).await;
    }
    if asks == Asks::Verify {
        let campaign = snapshot.campaigns().find(|campaign| campaign.channel == ChannelKind::SmsVoice);
        let subject = Subject { grant, role: &role, campaign, destination: &settings.destination, of: String::new() };
        denied::probe(run, clients, &subject).await;
    }
    Ok(())
}

/// What waits in the spoke's own account, and what is dead.
async fn queues(
    run: &mut Run<'_>,
    clients: &Clients,
    (settings, spoke): (&ProbeSettings, &Spoke),
    clock: &SharedClock,
) {
    let lanes = settings.lanes.iter().map(|url| Queue::lane(Queue::name_of(url)));
    let queues: Vec<Queue> = lanes.chain([Queue::letters(Queue::name_of(&spoke.dead_letter_queue_url))]).collect();
    let wanted: Vec<Wanted> = queues.iter().map(Queue::wanted).collect();
    let figures = run.check("figures", figures::ask(&clients.cloudwatch(), &wanted, clock.now())).await;
    for (place, queue) in queues.iter().enumerate() {
        let figure = figures.as_ref().and_then(|figures| figures.get(place));
        run.found(&queue.check, figure.map_or_else(figures::missing, |figure| queue.judge(figure)));
    }
}
