//! The whole of tendlc on this machine: the doubles, seeded from a `tendlc.toml`, and the functions, each in a process
//! of its own.

mod budgets;
mod buses;
mod event;
mod functions;
mod live;
mod names;
mod play;
mod receipts;
mod seed;
mod serve;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::SignedDuration;
use tendlc_config::{Config, ExternalId};
use tendlc_core::arn::{QueueArn, TableArn};
use tendlc_core::clock::{SharedClock, SystemClock};
use tendlc_core::day::PacificDay;
use tendlc_core::name::{GrantName, PrimaryName};
use tendlc_core::sync::Sync;
use tendlc_core::table::Table;

pub use budgets::Left;
pub use buses::{Bus, REQUESTED};
pub use event::FunctionName;
pub use functions::CLOCK_AHEAD;
pub use play::{Played, Put};

use crate::aws::{Aws, Fault};
use functions::Fleet;

/// What to run.
pub struct Options {
    /// The configuration.
    pub config: Config,
    /// The clock of the doubles and of the functions that run from this program.
    pub clock: Arc<SystemClock>,
    /// The functions.
    pub programs: Programs,
    /// Where to listen; any free port unless given, or 0.
    pub port: Option<u16>,
    /// Faults from the start.
    pub faults: Vec<Fault>,
    /// `RUST_LOG` of the functions.
    pub log_level: Option<String>,
    /// Played events carry receipt handles that no queue gave out.
    pub played: bool,
}

/// Where the functions come from.
#[derive(Clone, Debug)]
pub enum Programs {
    /// Built binaries: `DIR/<name>` or `DIR/<name>/bootstrap`.
    Folder(PathBuf),
    /// This program starts itself again with these arguments and the function's name.
    Itself {
        /// The program.
        program: PathBuf,
        /// What makes it a function.
        arguments: Vec<String>,
    },
}

impl Programs {
    /// The clock that they go by: that of the doubles where they are this program, and the machine's where they are built
    /// as they are deployed, since those take it from nobody.
    fn clock(&self, doubles: &Arc<SystemClock>) -> Arc<SystemClock> {
        match self {
            Self::Folder(_) => Arc::default(),
            Self::Itself { .. } => Arc::clone(doubles),
        }
    }
}

/// A running system.
pub struct System {
    config: Config,
    primary: PrimaryName,
    /// The functions': what they use of a day's budgets counts on their day.
    clock: SharedClock,
    aws: Aws,
    fleet: Fleet,
    table: Table,
}

impl System {
    /// Starts the doubles and writes limits and grants into the table.
    ///
    /// # Errors
    /// When the configuration has no primary, the doubles do not tell a live limit, the port is taken, or a fault is none.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let clock = Arc::clone(&options.clock);
        Self::start_by(options, clock).await
    }

    /// The same, with doubles that go by another clock than processes do: for what a test does in its own process.
    ///
    /// # Errors
    /// The same.
    pub async fn start_by(mut options: Options, doubles: SharedClock) -> anyhow::Result<Self> {
        let functions_clock = options.programs.clock(&options.clock);
        let clock: SharedClock = functions_clock.clone();
        let primary = options.config.primaries.keys().next().cloned();
        let primary = primary.ok_or_else(|| anyhow::anyhow!("the configuration has no primary"))?;
        give_external_ids(&mut options.config)?;
        let config = options.config;
        let table_arn = table_arn(&config, &primary)?;

        let aws = Aws::start(seed::seed(&config, &primary, doubles, options.played), options.port).await;
        let aws = aws.with_context(|| match options.port {
            Some(port) if port != 0 => {
                format!("port {port} is not free; choose another with --port, or any free one with --port 0")
            }
            _ => "the doubles of AWS do not start".to_owned(),
        })?;
        let root = names::account_config(&aws, table_arn.account().as_str());
        let table = Table::new(aws_sdk_dynamodb::Client::new(&root), &table_arn, false);
        let readings = live::readings(&config, &primary, root, &clock).await?;
        let wanted = config.wanted(&primary, PacificDay::of(clock.now()), &readings)?;
        Sync::new(table.clone(), clock.clone()).run(&wanted).await?;
        let fleet = Fleet::new(&config, &primary, &aws, options.programs, options.log_level, functions_clock)?;
        // The table's own set-up is not what anybody wants to count, or to break.
        aws.clear_calls();
        for fault in options.faults {
            aws.fault(fault)?;
        }
        Ok(Self { config, primary, clock, aws, fleet, table })
    }

    /// The doubles.
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// The table, as the primary reaches it.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The URL of every queue, by its name.
    pub fn queues(&self) -> BTreeMap<String, String> {
        let grants = self.grants().map(|(_, grant)| &grant.queues);
        self.urls(
            grants
                .flat_map(|queues| [&queues.transactional, &queues.promotional, &queues.dead_letter].map(Clone::clone)),
        )
    }

    /// The URL of every FIFO queue beside a lane, by its name.
    pub fn fifo_queues(&self) -> BTreeMap<String, String> {
        self.urls(self.grants().flat_map(|(_, grant)| names::fifo_lanes(grant)))
    }

    fn urls(&self, queues: impl Iterator<Item = QueueArn>) -> BTreeMap<String, String> {
        let mut urls = BTreeMap::new();
        for queue in queues {
            let url = self.aws.queue_url(queue.account().as_str(), queue.resource());
            let name = queue.resource().to_owned();
            let name = if urls.contains_key(&name) { format!("{}/{name}", queue.account()) } else { name };
            urls.insert(name, url);
        }
        urls
    }

    /// Lets functions go by a clock that is `ahead` of the doubles', in processes begun anew: what a test does where time is
    /// to pass for them, or their clock is to be wrong.
    pub async fn functions_ahead(&self, ahead: SignedDuration) {
        self.fleet.go_by(Arc::new(SystemClock::ahead_by(ahead))).await;
    }

    /// Ends every function's process.
    pub async fn stop(&self) {
        self.fleet.stop().await;
        self.aws.stop();
    }

    fn grants(&self) -> impl Iterator<Item = (&GrantName, &tendlc_config::Grant)> {
        self.config.grants.iter().filter(|(_, grant)| grant.primary == self.primary)
    }
}

fn table_arn(config: &Config, primary: &PrimaryName) -> anyhow::Result<TableArn> {
    let primary = config.primaries.get(primary).ok_or_else(|| anyhow::anyhow!("there is no primary {primary}"))?;
    Ok(primary.table.clone())
}

/// The roles of the doubles want one of every grant, as deployed ones do.
fn give_external_ids(config: &mut Config) -> anyhow::Result<()> {
    for grant in config.grants.values_mut().filter(|grant| grant.external_id.is_none()) {
        grant.external_id = Some(uuid::Uuid::new_v4().to_string().parse::<ExternalId>()?);
    }
    Ok(())
}
