//! After a run: since when everything stands as it does, and an event where that is news.

use std::time::Duration;

use aws_types::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use tendlc_core::account::AccountId;
use tendlc_core::aws;
use tendlc_core::env::ProbeSettings;
use tendlc_core::name::GrantName;
use tendlc_core::table::{Key, Table, TableError};

use crate::check::{Check, Finding, Report, State};
use crate::kept::Kept;
use crate::memory::{Memory, Written};
use crate::tell::Teller;

/// What writing the answer takes, and more.
const ANSWERING: SignedDuration = SignedDuration::from_millis(1_000);

/// The bus of the primary's own account, where an operator's rules are.
const PRIMARYS_BUS: &str = "default";

/// Keeps what is found, and tells what has changed.
pub struct Remembering {
    memory: Memory,
    client: aws_sdk_eventbridge::Client,
    bus: Option<String>,
    grant: Option<GrantName>,
}

impl Remembering {
    /// With the function's own credentials; `None`: it was told of no table of its account.
    pub fn new(config: &SdkConfig, settings: &ProbeSettings) -> Option<Self> {
        let (arn, bus, grant) = match &settings.spoke {
            Some(spoke) => (settings.health_table.as_ref()?, spoke.outcome_bus.clone(), Some(spoke.grant.clone())),
            None => (&settings.table, Some(PRIMARYS_BUS.to_owned()), None),
        };
        let table = Table::new(aws::table_client(config, arn), arn, false);
        let memory = Memory::new(table, Key::health(grant.as_ref()));
        Some(Self { memory, client: aws_sdk_eventbridge::Client::new(config), bus, grant })
    }

    /// The report of the last run.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn last(&self) -> Result<Option<Report>, TableError> {
        Ok(self.memory.recall().await?.map(Kept::report))
    }

    /// Keeps the report, with since when everything stands so, and tells what is news. Where that fails the report says
    /// so, and all of it is news again at the next run.
    pub async fn after(&self, mut report: Report, account: Option<&AccountId>, deadline: Timestamp) -> Report {
        let left = Duration::try_from((deadline - ANSWERING).duration_since(report.at)).unwrap_or(Duration::ZERO);
        let kept = tokio::time::timeout(left, self.keep(&mut report, account)).await;
        let (name, finding) = match kept {
            Ok(Ok(())) => return report,
            Ok(Err(Trouble::Table(error))) => ("memory", forgotten(&error)),
            Ok(Err(Trouble::Bus { bus, code })) => ("events", untold(&bus, &code)),
            Err(_) => {
                let error =
                    TableError::Unavailable { code: "timeout".to_owned(), request_id: "not waited for".to_owned() };
                ("memory", forgotten(&error))
            }
        };
        tracing::warn!(about = name, detail = finding.detail, "not all is kept and told");
        report.checks.push(Check { name: name.to_owned(), finding, since: None, millis: 0, stands_in: false });
        Report::of(report.checks, report.at)
    }

    async fn keep(&self, report: &mut Report, account: Option<&AccountId>) -> Result<(), Trouble> {
        let before = self.memory.recall().await?.unwrap_or_default();
        let kept = before.after(report, report.at);
        let news = kept.news();
        let kept = kept.fitting();
        if self.memory.keep(&kept).await? == Written::Overtaken {
            tracing::info!("another run was kept in this one's place, and tells what is news");
            return Ok(());
        }
        // Without a bus nobody is told, and all of it is still news to one that comes later.
        let Some(bus) = self.bus.as_deref().filter(|_| !news.is_empty()) else { return Ok(()) };
        for change in &news {
            let (was, state) = (change.was.map(State::as_str), change.state.map(State::as_str));
            tracing::info!(about = change.name, was, state, "health changed");
        }
        let teller = Teller { client: &self.client, bus, grant: self.grant.as_ref(), account };
        let told = teller.tell(report.status, report.at, &news).await;
        told.map_err(|code| Trouble::Bus { bus: bus.to_owned(), code })?;
        // Where another run has come in between, it tells the same once more.
        self.memory.keep(&kept.said()).await?;
        Ok(())
    }
}

/// Why not all was kept and told.
enum Trouble {
    Table(TableError),
    Bus { bus: String, code: String },
}

impl From<TableError> for Trouble {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}

fn forgotten(error: &TableError) -> Finding {
    let cure = match error {
        TableError::Denied { .. } => {
            "allow dynamodb:GetItem and dynamodb:PutItem on that table to the function's own role"
        }
        _ => "run the probe again in a minute; if it stays so, `tendlc deploy` sets what it is told",
    };
    Finding::unknown(format!("since when it stands so, and whether that is news: {error}"), cure)
}

fn untold(bus: &str, code: &str) -> Finding {
    Finding::degraded(
        format!("{bus} did not take the event of what has changed ({code}); it is told again after the next run"),
        "allow events:PutEvents on it to the function's own role, or correct `outcome_bus` in tendlc.toml",
    )
}
