//! `tendlc usage`: what each grant used and owes, against its budgets.

mod amount;
mod campaigns;
mod chart;
mod counts;
mod csv;
#[cfg(test)]
mod fixtures;
mod odd;
mod read;
mod report;
mod shares;
mod table;

use std::sync::Arc;

use anyhow::Context as _;
use aws_sdk_dynamodb::Client;
use tendlc_core::clock::{SharedClock, SystemClock};
use tendlc_core::month::UtcMonth;
use tendlc_core::table::Table;

use crate::args::{Output, Usage};
use crate::sync::reach::{Failure, Reach};
use crate::wrong::Wrong;
use crate::{DONE, check, show, sync};
use chart::Style;
use read::{ReadError, Scope};
use report::Report;

pub async fn run(usage: Usage) -> anyhow::Result<u8> {
    let config = match check::read_primaries(&usage.config)? {
        Ok(checked) => checked.config,
        Err(mistakes) => return Ok(check::refuse(&mistakes, usage.output)),
    };
    let (name, primary) = sync::chosen(&config, usage.primary.as_deref())?;
    let clock: SharedClock = Arc::new(SystemClock::default());
    let now = clock.now();
    let present = UtcMonth::of(now);
    let month = usage.month.unwrap_or(present);
    if month > present {
        return Err(Wrong::error(format!("{month} has not begun"), format!("the month is {present}")));
    }
    let scope = Scope { now, month, is_present: month == present, grants: usage.grants.into_iter().collect() };
    let reach = Reach { name, primary };
    let table = Table::new(Client::new(&reach.config().await?), &primary.table, false);
    let found = read::read(&table, &clock, &scope).await.map_err(|error| match error {
        ReadError::Table(error) => reach.failed_reading(&Failure::of_table(&error)),
        ReadError::Empty => {
            let what = format!("the table {} of the account {} holds nothing yet", table.name, primary.account);
            Wrong::error(what, "`tendlc sync` writes the grants of tendlc.toml into it")
        }
        ReadError::NoGrant { name, known } => Wrong::error(
            format!("the table {} of the account {} has no grant {name}", table.name, primary.account),
            match known.as_slice() {
                [] => "it has none; `tendlc sync` writes those of tendlc.toml into it".to_owned(),
                known => format!("it has {}; `tendlc sync` adds those of tendlc.toml", known.join(", ")),
            },
        ),
    })?;
    let report = Report::of(&found, &scope);
    match usage.output {
        _ if usage.csv => {
            for note in csv::notes(&report) {
                eprint!("{}", show::folded(&note, "note: ", "    "));
            }
            show::text(&csv::csv(&report))?;
        }
        Output::Json => show::line(&report).context("failed to write the report")?,
        Output::Text => {
            let place = format!("the account {} ({}), table {}", primary.account, primary.region, table.name);
            show::text(&table::text(&report, &place, Style::of_stdout()))?;
        }
    }
    Ok(DONE)
}
