//! The probe of a spoke: everything that its functions need, on the way that they take, through the grant's role.

use std::sync::Arc;

use tendlc_core::account::AccountId;
use tendlc_core::clock::SharedClock;
use tendlc_core::directory::Snapshot;
use tendlc_core::env::{ProbeSettings, Spoke};
use tendlc_core::grant::{ChannelKind, MaxWait};
use tendlc_core::pipeline::SenderError;

use crate::clients::Clients;
use crate::denied::{self, Subject};
use crate::figures::{self, Wanted};
use crate::handler::Asks;
use crate::queue::Queue;
use crate::refusal::Refusal;
use crate::run::Run;
use crate::{campaign, dry_run, records, session};

/// Until the grant's record says otherwise (design, section 4).
const WAIT: MaxWait = MaxWait { transactional: 900, promotional: 86_400 };

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
    let snapshot = through_the_role(run, clients, (settings, spoke), clock, (runs_in, asks)).await?;
    // They are no matter of what the role may do.
    if asks.is_of_health() {
        let wait = snapshot.map_or(WAIT, |snapshot| snapshot.grant.max_wait);
        queues(run, clients, (settings, spoke), (clock, wait)).await;
    }
    Ok(())
}

async fn through_the_role(
    run: &mut Run<'_>,
    clients: &Clients,
    (settings, spoke): (&ProbeSettings, &Spoke),
    clock: &SharedClock,
    (runs_in, asks): (Option<&AccountId>, Asks),
) -> Result<Option<Arc<Snapshot>>, Refusal> {
    let grant = &spoke.grant;
    let role = clients.role(&spoke.role_arn, Some(&spoke.external_id), grant);
    let Some(held) = run.check("assume-role", session::assume(&role, grant, clock.now())).await else {
        for name in ["account", "table", "number", "registration", "dry-run"] {
            run.not_looked(name, "the role could not be assumed", "see the check assume-role");
        }
        return Ok(None);
    };
    run.found("account", session::account(&held, settings.table.account()));
    let table = clients.table(Some(&role));
    let Some(snapshot) = run.check("table", records::grant(&table, grant, clock)).await else {
        for name in ["number", "registration", "dry-run"] {
            run.not_looked(name, "the table did not say which campaigns there are", "see the check table");
        }
        return Ok(None);
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
    Ok(Some(snapshot))
}

/// What waits in the spoke's own account, and what is dead.
async fn queues(
    run: &mut Run<'_>,
    clients: &Clients,
    (settings, spoke): (&ProbeSettings, &Spoke),
    (clock, wait): (&SharedClock, MaxWait),
) {
    let lanes = settings.lanes.iter().map(|url| Queue::lane(None, Queue::name_of(url), wait));
    let letters = Queue::letters(None, Queue::name_of(&spoke.dead_letter_queue_url));
    let queues: Vec<Queue> = lanes.chain([letters]).collect();
    let wanted: Vec<Wanted> = queues.iter().map(Queue::wanted).collect();
    let told = run.check("figures", figures::ask(&clients.cloudwatch(), &wanted, clock.now())).await;
    for (place, queue) in queues.iter().enumerate() {
        let figure = figures::at(told.as_ref(), place);
        figures::found(run, &queue.check, figure.map(|figure| queue.judge(figure)));
    }
}
