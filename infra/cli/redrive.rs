//! `tendlc redrive`: dead letters, grouped by reason, and replayed under the ids that they had.

mod letter;
mod queue;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use tendlc_config::{Checked, Grant};
use tendlc_core::grant::Topology;
use tendlc_core::name::GrantName;

use crate::accounts::Accounts;
use crate::args::{Output, Redrive};
use crate::deploy::Named;
use crate::sync::chosen;
use crate::wrong::{self, Wrong};
use crate::{DONE, FOUND_WRONG, check, show, tables};
use letter::Letter;
use queue::{Held, Queue};

/// The queue of what the hub's send-event could not do; it is nobody's, so the event's account says whose a letter is.
const HUB_DEAD_LETTERS: &str = "tendlc_hub_dead_letter";

/// Dead letters of one grant and reason. Neither numbers nor bodies.
#[derive(Debug, Serialize)]
struct Group {
    grant: String,
    reason: String,
    letters: usize,
    /// The oldest one, RFC 3339.
    oldest: Option<String>,
    /// What the first of them says.
    detail: String,
    ids: Vec<String>,
}

pub async fn run(redrive: Redrive) -> anyhow::Result<u8> {
    let Checked { config, .. } = match check::read(&redrive.config)? {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(check::refuse(&mistakes, redrive.output)),
    };
    let (name, primary) = chosen(&config, redrive.primary.as_deref())?;
    let wanted = |grant: &GrantName| redrive.grants.is_empty() || redrive.grants.contains(grant);
    let grants: BTreeMap<&GrantName, &Grant> =
        config.grants.iter().filter(|(of, grant)| grant.primary == *name && wanted(of)).collect();
    if let Some(unknown) = redrive.grants.iter().find(|name| !grants.contains_key(name)) {
        let what = format!("there is no [grants.{unknown}]");
        return Err(Wrong::error(what, "name one that is there, or none for all"));
    }
    let accounts = Accounts::open(&config, (name, primary), grants.keys().copied()).await?;
    let all = gathered((name, primary), &grants, &accounts).await?;
    let (held, others): (All<'_>, All<'_>) = all
        .into_iter()
        .partition(|(_, held)| redrive.reasons.is_empty() || redrive.reasons.contains(&held.letter.reason));
    release(&others).await?;
    let groups = groups(&held);
    if !redrive.replay {
        release(&held).await?;
        say(&groups, redrive.output, None)?;
        return Ok(DONE);
    }
    let (ready, broken): (Vec<_>, Vec<_>) = held.into_iter().partition(|(_, held)| held.letter.can_be_replayed());
    if !ready.is_empty() && !redrive.yes {
        eprint!("{}", text(&groups));
        let asks = show::asks();
        if !asks || !show::confirmed("Mended what was wrong? Put them back on their queues?")? {
            release(&ready).await?;
            release(&broken).await?;
            if !asks {
                return Err(Wrong::error("nothing was replayed: nobody is there to ask", "say --yes"));
            }
            eprintln!("nothing was replayed");
            wrong::say(&json!({ "error": { "message": "nothing was replayed" } }), redrive.output);
            return Ok(FOUND_WRONG);
        }
    }
    release(&broken).await?;
    let mut replayed = 0;
    for (queue, held) in &ready {
        queue.replay(held).await?;
        replayed += 1;
    }
    say(&groups, redrive.output, Some(replayed))?;
    if !broken.is_empty() {
        eprintln!("{} stay: they are no requests, or were cut", show::counted(broken.len(), "letter"));
    }
    Ok(DONE)
}

type All<'a> = Vec<(Queue<'a>, Held)>;

/// Takes every letter into hand. What is not replayed is given back.
async fn gathered<'a>(
    (_, primary): Named<'_>,
    grants: &BTreeMap<&'a GrantName, &'a Grant>,
    accounts: &'a Accounts,
) -> anyhow::Result<All<'a>> {
    let mut all = All::new();
    for (name, grant) in grants {
        let queue = Queue::of_grant(accounts.get(grant.queues.dead_letter.account())?, name, grant);
        if !queue.is_there().await? {
            eprintln!("note: there is no queue {}; `tendlc grant {name}` makes it", grant.queues.dead_letter);
            continue;
        }
        for held in queue.take().await? {
            all.push((queue.clone(), held));
        }
    }
    let hub: BTreeMap<&str, (&GrantName, &Grant)> = grants
        .iter()
        .filter(|(_, grant)| grant.topology == Topology::Hub)
        .map(|(name, grant)| (grant.account.as_str(), (*name, *grant)))
        .collect();
    if let Some((name, grant)) = hub.values().next() {
        let shared = Queue::named(accounts.get(&primary.account)?, name, grant, HUB_DEAD_LETTERS);
        let letters = if shared.is_there().await? { shared.take().await? } else { Vec::new() };
        for held in letters {
            let owner = held.letter.account.as_deref().and_then(|account| hub.get(account));
            let (name, grant) = owner.copied().unwrap_or((*name, *grant));
            let known = owner.is_some();
            let queue = Queue::named(accounts.get(&primary.account)?, name, grant, HUB_DEAD_LETTERS);
            all.push((queue, if known { held } else { held.of_nobody() }));
        }
    }
    Ok(all)
}

async fn release(all: &All<'_>) -> anyhow::Result<()> {
    for (queue, held) in all {
        queue.release(held).await?;
    }
    Ok(())
}

fn groups(all: &All<'_>) -> Vec<Group> {
    let mut groups: BTreeMap<(String, String), Group> = BTreeMap::new();
    for (queue, held) in all {
        let Letter { reason, detail, id, .. } = &held.letter;
        let key = (queue.grant.to_string(), reason.clone());
        let group = groups.entry(key.clone()).or_insert_with(|| Group {
            grant: key.0,
            reason: key.1,
            letters: 0,
            oldest: None,
            detail: detail.clone(),
            ids: Vec::new(),
        });
        group.letters += 1;
        group.ids.extend(id.clone());
        let sent = held.sent.map(|moment| moment.to_string());
        group.oldest = [group.oldest.take(), sent].into_iter().flatten().min();
    }
    groups.into_values().collect()
}

fn say(groups: &[Group], output: Output, replayed: Option<usize>) -> anyhow::Result<()> {
    match output {
        Output::Json => show::line(&json!({ "dead_letters": groups, "replayed": replayed })),
        Output::Text if groups.is_empty() => show::text("no dead letters\n"),
        Output::Text => {
            let done = replayed.map(|many| format!("{} replayed, each under its id\n", show::counted(many, "letter")));
            let next = "mend what is wrong, then `tendlc redrive --replay` (--grant, --reason for some of them)\n";
            show::text(&format!("{}{}", text(groups), done.as_deref().unwrap_or(next)))
        }
    }
}

fn text(groups: &[Group]) -> String {
    let mut table = tables::table(&["grant", "reason", "letters", "oldest"], 2);
    let mut notes = Vec::new();
    for group in groups {
        let oldest = group.oldest.as_deref().map(|moment| moment.chars().take(19).collect::<String>());
        table.add_row([
            group.grant.clone(),
            group.reason.clone(),
            group.letters.to_string(),
            oldest.unwrap_or_default(),
        ]);
        notes.push((!group.detail.is_empty()).then(|| group.detail.clone()));
    }
    tables::with_notes(table, &notes)
}
