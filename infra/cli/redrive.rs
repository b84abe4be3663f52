//! `tendlc redrive`: dead letters, grouped by reason, and replayed under the ids that they had.

mod letter;
mod queue;

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _};
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

/// Letters that are put back at the same time: they are to be through while they are in hand.
const LETTERS_AT_ONCE: usize = 8;

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
    // The hub's queues are the primary's own.
    let spokes = grants.iter().filter(|(_, grant)| grant.topology == Topology::Spoke).map(|(name, _)| *name);
    let accounts = Accounts::open(&config, (name, primary), spokes).await?;
    let hub: BTreeMap<&str, (&GrantName, &Grant)> = config
        .grants
        .iter()
        .filter(|(_, grant)| grant.primary == *name && grant.topology == Topology::Hub)
        .map(|(name, grant)| (grant.account.as_str(), (name, grant)))
        .collect();
    let (all, elsewhere) = gathered((name, primary), (&grants, &hub), &accounts).await?;
    if elsewhere > 0 {
        eprintln!(
            "note: {} in hand elsewhere, and not counted here: somebody looks, or a look was ended; they are back within \
             five minutes",
            show::counted(elsewhere, "letter")
        );
    }
    let meant = |(queue, held): &(Queue<'_>, Held)| {
        grants.contains_key(queue.grant)
            && (redrive.reasons.is_empty() || redrive.reasons.contains(&held.letter.reason))
    };
    let (held, others): (All<'_>, All<'_>) = all.into_iter().partition(meant);
    release(&others).await?;
    // Of the grants that are meant, that is: the hub's shared queue has letters of all.
    let mut otherwise = self::groups(&others);
    otherwise.retain(|group| grants.keys().any(|name| name.as_str() == group.grant));
    if held.is_empty() && !otherwise.is_empty() {
        let there: Vec<String> =
            otherwise.iter().map(|group| format!("{} ({})", group.reason, group.letters)).collect();
        let what = format!("no dead letter has the reason {}", redrive.reasons.join(" or "));
        return Err(Wrong::error(what, format!("there are {}", there.join(", "))));
    }
    let groups = groups(&held);
    if !redrive.replay {
        release(&held).await?;
        say(&groups, redrive.output, None)?;
        return Ok(DONE);
    }
    let (ready, broken): (All<'_>, All<'_>) = held.into_iter().partition(|(_, held)| held.letter.body().is_some());
    release(&broken).await?;
    if !ready.is_empty() && !redrive.yes {
        eprint!("{}", text(&groups));
        let asks = show::asks();
        if !asks || !show::confirmed("Mended what was wrong? Put them back on their queues?")? {
            release(&ready).await?;
            if !asks {
                return Err(Wrong::error("nothing was replayed: nobody is there to ask", "say --yes"));
            }
            eprintln!("nothing was replayed");
            wrong::say(&json!({ "error": { "message": "nothing was replayed" } }), redrive.output);
            return Ok(FOUND_WRONG);
        }
    }
    let failed = replayed(&ready).await?;
    say(&groups, redrive.output, Some(ready.len() - failed.len()))?;
    if !broken.is_empty() {
        let many = show::counted(broken.len(), "letter");
        eprintln!("{many} stay: no requests, cut, of nobody, or INVALID_REQUEST, which would be refused again");
    }
    match failed.into_iter().next() {
        None => Ok(DONE),
        Some(error) => Err(error.context("some letters were not replayed, and are where they were")),
    }
}

/// Puts letters back, several at once; what fails holds up no other, and is given back.
async fn replayed(ready: &All<'_>) -> anyhow::Result<Vec<anyhow::Error>> {
    let results: Vec<Option<(&(Queue<'_>, Held), anyhow::Error)>> = stream::iter(ready)
        .map(|one| async move { one.0.replay(&one.1).await.err().map(|error| (one, error)) })
        .buffer_unordered(LETTERS_AT_ONCE)
        .collect()
        .await;
    let mut errors = Vec::new();
    for (one, error) in results.into_iter().flatten() {
        // It may be back by itself; why it failed is what matters.
        if let Err(second) = one.0.release(&[&one.1]).await {
            eprintln!("{second:#}");
        }
        errors.push(error);
    }
    Ok(errors)
}

type All<'a> = Vec<(Queue<'a>, Held)>;
type Hub<'a> = BTreeMap<&'a str, (&'a GrantName, &'a Grant)>;

/// Takes every letter into hand, and says how many others have. What is not replayed is given back.
async fn gathered<'a>(
    (_, primary): Named<'_>,
    (grants, hub): (&BTreeMap<&'a GrantName, &'a Grant>, &Hub<'a>),
    accounts: &'a Accounts,
) -> anyhow::Result<(All<'a>, usize)> {
    let (mut all, mut elsewhere) = (All::new(), 0);
    for (name, grant) in grants {
        let account = accounts.get(grant.queues.dead_letter.account())?;
        let Some(queue) = Queue::open(account, (name, grant), grant.queues.dead_letter.resource()).await? else {
            eprintln!("note: there is no queue {}; `tendlc grant {name}` makes it", grant.queues.dead_letter);
            continue;
        };
        elsewhere += queue.elsewhere().await?;
        all.extend(queue.take().await?.into_iter().map(|held| (queue.clone(), held)));
    }
    let Some((name, grant)) = hub.values().next().copied() else { return Ok((all, elsewhere)) };
    let Some(shared) = Queue::open(accounts.get(&primary.account)?, (name, grant), HUB_DEAD_LETTERS).await? else {
        return Ok((all, elsewhere));
    };
    elsewhere += shared.elsewhere().await?;
    for held in shared.take().await? {
        let owner = held.letter.account.as_deref().and_then(|account| hub.get(account));
        let queue = match owner {
            Some((name, grant)) => shared.for_grant(name, grant).await?,
            None => None,
        };
        all.push(match queue {
            Some(queue) => (queue, held),
            None => (shared.clone(), held.of_nobody()),
        });
    }
    Ok((all, elsewhere))
}

async fn release(all: &All<'_>) -> anyhow::Result<()> {
    for queue_letters in all.chunk_by(|one, other| one.0.is_same(&other.0)) {
        let letters: Vec<&Held> = queue_letters.iter().map(|(_, held)| held).collect();
        if let Some((queue, _)) = queue_letters.first() {
            queue.release(&letters).await?;
        }
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
        group.ids.push(id.clone());
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
