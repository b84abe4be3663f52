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
        let trouble = match kept {
            Ok(Ok(())) => return report,
            Ok(Err(error)) => error,
            Err(_) => TableError::Unavailable { code: "timeout".to_owned(), request_id: "not waited for".to_owned() },
        };
        tracing::warn!(error = %trouble, "what was found is not kept");
        let cure = match trouble {
            TableError::Denied { .. } => {
                "allow dynamodb:GetItem and dynamodb:PutItem on that table to the function's own role"
            }
            _ => "run the probe again in a minute; if it stays so, `tendlc deploy` sets what it is told",
        };
        let finding = Finding::unknown(format!("since when it stands so, and whether that is news: {trouble}"), cure);
        report.checks.push(Check { name: "memory".to_owned(), finding, since: None, millis: 0 });
        Report::of(report.checks, report.at)
    }

    async fn keep(&self, report: &mut Report, account: Option<&AccountId>) -> Result<(), TableError> {
        let before = self.memory.recall().await?.unwrap_or_default();
        let kept = before.after(report, report.at);
        if self.memory.keep(&kept).await? == Written::Overtaken {
            tracing::info!("another run was kept in this one's place, and tells what is news");
            return Ok(());
        }
        let news = kept.news();
        if news.is_empty() {
            return Ok(());
        }
        for change in &news {
            let (was, state) = (change.was.map(State::as_str), change.state.map(State::as_str));
            tracing::info!(about = change.name, was, state, "health changed");
        }
        if let Some(bus) = self.bus.as_deref() {
            let teller = Teller { client: &self.client, bus, grant: self.grant.as_ref(), account };
            if let Err(code) = teller.tell(report.status, report.at, &news).await {
                tracing::error!(bus, code, "a change that the bus did not take; is events:PutEvents allowed on it?");
                return Ok(());
            }
        }
        // Where another run has come in between, it tells the same once more.
        self.memory.keep(&kept.said()).await.map(|_| ())
    }
}
