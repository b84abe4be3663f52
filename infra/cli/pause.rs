//! `tendlc pause` and `tendlc resume`: everything of a grant waits, or of all grants, and goes on.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde_json::json;
use tendlc_config::Checked;
use tendlc_core::grant::{Campaign, Grant};
use tendlc_core::name::GrantName;
use tendlc_core::sync::Index;
use tendlc_core::table::{KEY, Key, Table};

use crate::args::{Output, Pause};
use crate::sync::reach::{Failure, Reach};
use crate::sync::{chosen, create};
use crate::wrong::{self, Wrong};
use crate::{DONE, FOUND_WRONG, check, show};

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// `tendlc pause`.
    Off,
    /// `tendlc resume`.
    On,
}

pub async fn run(pause: Pause, turn: Turn) -> anyhow::Result<u8> {
    let Checked { config, .. } = match check::read_primaries(&pause.config)? {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(check::refuse(&mistakes, pause.output)),
    };
    let (name, primary) = chosen(&config, pause.primary.as_deref())?;
    let reach = Reach { name, primary };
    let table = Table::new(Client::new(&reach.config().await?), &primary.table, false);
    if !create::is_there(&table, &reach).await? {
        let what = format!("the account {} has no table {} yet", primary.account, table.name);
        return Err(Wrong::error(what, "`tendlc deploy` makes it"));
    }
    create::has_todays_layout(&table, &reach).await?;
    let index = table.read::<Index>(&Key::index()).await;
    let index = index.map_err(|error| reach.failed_on_the_table(&Failure::of_table(&error)))?.unwrap_or_default();
    let keys = keys(&pause, &index)?;
    if !pause.yes {
        eprint!("{}", show::folded(&ahead(&pause, turn), "", ""));
        if !show::asks() {
            return Err(Wrong::error("nothing was changed: nobody is there to ask", "say --yes"));
        }
        if !show::confirmed("Go on?")? {
            eprintln!("nothing was changed");
            wrong::say(&json!({ "error": { "message": "nothing was changed" } }), pause.output);
            return Ok(FOUND_WRONG);
        }
    }
    let mut changed = 0;
    for key in keys.values() {
        changed += usize::from(set(&table, &reach, key, turn).await?);
    }
    let names: Vec<&String> = keys.keys().collect();
    let still = still_paused(&table, &reach, &index).await?;
    match pause.output {
        Output::Json => {
            show::line(&json!({ "paused": turn == Turn::Off, "of": names, "changed": changed, "paused_now": still }))?
        }
        Output::Text => {
            show::text(&after(&pause, turn, changed))?;
            for line in if turn == Turn::On { still.lines() } else { Vec::new() } {
                show::text(&format!("{line}\n"))?;
            }
        }
    }
    Ok(DONE)
}

/// What is paused by now: a grant by itself and everybody are two things, and each needs its own `resume`.
#[derive(Debug, Serialize)]
struct Still {
    grants: Vec<GrantName>,
    everybody: bool,
}

impl Still {
    fn lines(&self) -> Vec<String> {
        let grants =
            self.grants.iter().map(|grant| format!("still paused by itself: {grant} (`tendlc resume {grant}`)"));
        let all = self.everybody.then(|| "still paused: everybody (`tendlc resume --all`)".to_owned());
        grants.chain(all).collect()
    }
}

async fn still_paused(table: &Table, reach: &Reach<'_>, index: &Index) -> anyhow::Result<Still> {
    let failed = |error| reach.failed_on_the_table(&Failure::of_table(&error));
    let mut still = Still { grants: Vec::new(), everybody: false };
    for name in &index.grants {
        let grant = table.read::<Grant>(&Key::grant(name)).await.map_err(failed)?;
        still.grants.extend(grant.filter(|grant| grant.paused).map(|grant| grant.name));
    }
    for name in &index.campaigns {
        let campaign = table.read::<Campaign>(&Key::campaign(name)).await.map_err(failed)?;
        still.everybody |= campaign.is_some_and(|campaign| campaign.paused);
    }
    Ok(still)
}

/// The records that say it: of one grant its own, of everybody those of all campaigns.
fn keys(pause: &Pause, index: &Index) -> anyhow::Result<BTreeMap<String, Key>> {
    let Some(grant) = &pause.grant else {
        return Ok(index.campaigns.iter().map(|name| (name.to_string(), Key::campaign(name))).collect());
    };
    if index.grants.contains(grant) {
        return Ok(BTreeMap::from([(grant.to_string(), Key::grant(grant))]));
    }
    let known: Vec<&str> = index.grants.iter().map(|name| name.as_str()).collect();
    let what = format!("the table has no grant {grant}");
    let cure = if known.is_empty() {
        "`tendlc deploy` or `tendlc sync` writes them".to_owned()
    } else {
        format!("it has {}", known.join(", "))
    };
    Err(Wrong::error(what, cure))
}

/// Whether it was otherwise before. A record that is not there is left so: a sync writes it whole.
async fn set(table: &Table, reach: &Reach<'_>, key: &Key, turn: Turn) -> anyhow::Result<bool> {
    let update = table
        .client
        .update_item()
        .table_name(&table.name)
        .key(KEY, key.value())
        .update_expression("SET #paused = :paused")
        .condition_expression("attribute_exists(#key) AND (attribute_not_exists(#paused) OR #paused <> :paused)")
        .expression_attribute_names("#key", KEY)
        .expression_attribute_names("#paused", "paused")
        .expression_attribute_values(":paused", AttributeValue::Bool(turn == Turn::Off));
    match update.send().await {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
        Err(error) => Err(reach.failed("dynamodb", "UpdateItem", &Failure::of(&error))),
    }
}

fn ahead(pause: &Pause, turn: Turn) -> String {
    let whose =
        pause.grant.as_ref().map_or_else(|| "of all grants".to_owned(), |grant| format!("of the grant {grant}"));
    match turn {
        Turn::Off => format!(
            "Within a minute all texts {whose} wait. None is lost while it waits no longer than its grant's max_wait (15 \
             minutes for transactional texts unless tendlc.toml says otherwise); after that it is a dead letter, which \
             `tendlc redrive` can replay."
        ),
        Turn::On => format!("Texts {whose} go out again: new ones within a minute, those that wait within two."),
    }
}

fn after(pause: &Pause, turn: Turn, changed: usize) -> String {
    let whose = pause.grant.as_ref().map_or("--all", |grant| grant.as_str());
    match (turn, changed) {
        (Turn::Off, 0) => "it was paused already\n".to_owned(),
        (Turn::On, 0) => "it was not paused\n".to_owned(),
        (Turn::Off, _) => format!("paused; `tendlc resume {whose}` goes on\n"),
        (Turn::On, _) => "resumed\n".to_owned(),
    }
}
