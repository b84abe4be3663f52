//! What the table would get from `tendlc.toml`, and writing it: the part of a sync that other verbs do, too.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use tendlc_config::{Config, Primary};
use tendlc_core::clock::SharedClock;
use tendlc_core::day::PacificDay;
use tendlc_core::name::PrimaryName;
use tendlc_core::sync::{Change, Sync, SyncError, Wanted};
use tendlc_core::table::Table;

use super::reach::{Failure, Reach};
use super::{live, plan};

/// What would be written.
pub struct Writing {
    pub changes: Vec<Change>,
    /// Whether anything would be written at all: an interrupted run may have left what no change tells of.
    pub writes: bool,
}

/// Works out what would be written; `there` says whether there is a table yet.
pub async fn look(
    config: &Config,
    (name, primary): (&PrimaryName, &Primary),
    aws: &SdkConfig,
    there: bool,
    clock: SharedClock,
) -> anyhow::Result<Writing> {
    let reach = Reach { name, primary };
    let table = Table::new(Client::new(aws), &primary.table, false);
    let table = there.then_some(&table);
    let wanted = wanted(config, &reach, aws, table, &clock).await?;
    let plan = plan::plan(table, primary, &wanted, clock).await;
    let plan =
        plan.map_err(|error| error.downcast::<SyncError>().map_or_else(|other| other, |error| failed(&reach, error)))?;
    Ok(Writing { changes: plan.changes, writes: plan.writes || !there })
}

/// Writes it into the table that is there by now; says how many records and counters changed.
pub async fn write(
    config: &Config,
    (name, primary): (&PrimaryName, &Primary),
    aws: &SdkConfig,
    clock: SharedClock,
) -> anyhow::Result<usize> {
    let reach = Reach { name, primary };
    let table = Table::new(Client::new(aws), &primary.table, false);
    let wanted = wanted(config, &reach, aws, Some(&table), &clock).await?;
    let changes = Sync::new(table, clock).run(&wanted).await.map_err(|error| failed(&reach, error))?;
    Ok(changes.len())
}

async fn wanted(
    config: &Config,
    reach: &Reach<'_>,
    aws: &SdkConfig,
    table: Option<&Table>,
    clock: &SharedClock,
) -> anyhow::Result<Wanted> {
    let live = live::Live { wants: config.live(reach.name), aws: aws.clone(), clock };
    let read = live.readings(table, reach).await?;
    Ok(config.wanted(reach.name, PacificDay::of(clock.now()), &read.readings)?)
}

/// What to say when a sync fails.
pub fn failed(reach: &Reach<'_>, error: SyncError) -> anyhow::Error {
    match &error {
        SyncError::Table(table) => reach.failed_on_the_table(&Failure::of_table(table)),
        SyncError::Overtaken(_) => error.into(),
    }
}
