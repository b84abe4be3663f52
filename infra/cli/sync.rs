//! `tendlc sync`: limits and grants into the table, over the real API.

pub mod create;
mod live;
mod plan;
pub mod reach;
pub mod writing;

use std::sync::Arc;

use anyhow::Context as _;
use aws_sdk_dynamodb::Client;
use serde_json::json;
use tendlc_config::{Checked, Config, Primary};
use tendlc_core::clock::{SharedClock, SystemClock};
use tendlc_core::day::PacificDay;
use tendlc_core::name::PrimaryName;
use tendlc_core::sync::{SyncError, Tense, Wanted};
use tendlc_core::table::Table;

use crate::args::{Output, Sync};
use crate::wrong::{self, Wrong};
use crate::{DONE, FOUND_WRONG, check, show};
use plan::Plan;
use reach::Reach;

pub async fn run(sync: Sync) -> anyhow::Result<u8> {
    let Checked { config, notes } = match check::read(&sync.config)? {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(check::refuse(&mistakes, sync.output)),
    };
    // For programs they are in the answer.
    if sync.output == Output::Text {
        eprint!("{}", check::noted(&notes));
    }
    let (name, primary) = chosen(&config, sync.primary.as_deref())?;
    let clock: SharedClock = Arc::new(SystemClock::default());
    let reach = Reach { name, primary };
    let aws = reach.config().await?;
    let table = Table::new(Client::new(&aws), &primary.table, false);
    let there = create::is_there(&table, &reach).await?;
    if !there && !sync.create_table {
        let what = format!("the account {} has no table {} in {}", primary.account, table.name, primary.region);
        return Err(Wrong::error(what, "`tendlc sync --create-table` makes it"));
    }
    if there {
        create::has_todays_layout(&table, &reach).await?;
    }
    let live = live::Live { wants: config.live(name), aws, clock: &clock };
    let read = live.readings(there.then_some(&table), &reach).await?;
    let wanted = config.wanted(name, PacificDay::of(clock.now()), &read.readings)?;
    let failed = |error: SyncError| writing::failed(&reach, error);
    if !sync.yes {
        let plan = plan::plan(there.then_some(&table), primary, &wanted, Arc::clone(&clock)).await;
        let plan = plan.map_err(|error| error.downcast::<SyncError>().map_or_else(|other| other, failed))?;
        if (!there || plan.writes) && !may(primary, there, &wanted, &plan)? {
            eprintln!("nothing was written");
            wrong::say(&json!({ "error": { "message": "nothing was written" } }), sync.output);
            return Ok(FOUND_WRONG);
        }
    }
    if !there {
        create::create(&table, &reach).await.with_context(|| format!("failed to make the table {}", table.name))?;
    }
    let changes = tendlc_core::sync::Sync::new(table, clock).run(&wanted).await.map_err(failed)?;
    match sync.output {
        Output::Json => {
            let table = primary.table.as_str();
            let mut answer = json!({ "table": table, "created": !there, "changes": changes, "notes": notes });
            if !read.from_aws.is_empty() {
                answer["read"] = json!(read.from_aws);
            }
            show::line(&answer)?;
        }
        Output::Text if changes.is_empty() => show::text("nothing to change\n")?,
        Output::Text => {
            for line in changes.iter().flat_map(|change| change.lines(Tense::Done)) {
                show::text(&format!("{line}\n"))?;
            }
        }
    }
    Ok(DONE)
}

/// Shows what is about to be done, and asks.
fn may(primary: &Primary, there: bool, wanted: &Wanted, plan: &Plan) -> anyhow::Result<bool> {
    eprintln!(
        "The table {} of the account {} ({}){} is to hold\n{}, {} and {}, and no others. What would change:",
        primary.table.resource(),
        primary.account,
        primary.region,
        if there { "" } else { " is to be made, and" },
        show::counted(wanted.grants.len(), "grant"),
        show::counted(wanted.campaigns.len(), "campaign"),
        show::counted(wanted.brands.len(), "brand"),
    );
    for line in plan.changes.iter().flat_map(|change| change.lines(Tense::Ahead)) {
        eprint!("{}", show::folded(&line, "  ", "    "));
    }
    if plan.changes.is_empty() {
        eprintln!("  only what an interrupted run left undone");
    }
    if !show::asks() {
        return Err(Wrong::error("nothing was written: nobody is there to ask", "say --yes"));
    }
    show::confirmed("Go on?")
}

/// The primary that is meant.
pub fn chosen<'a>(config: &'a Config, name: Option<&str>) -> anyhow::Result<(&'a PrimaryName, &'a Primary)> {
    let names = || config.primaries.keys().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    match name {
        Some(name) => config
            .primaries
            .iter()
            .find(|(known, _)| known.as_str() == name)
            .ok_or_else(|| Wrong::error(format!("there is no primary {name}"), format!("there are {}", names()))),
        None if config.primaries.len() > 1 => {
            Err(Wrong::error("there are several primaries", format!("say --primary with one of {}", names())))
        }
        None => config.primaries.iter().next().context("the file has no primary"),
    }
}
