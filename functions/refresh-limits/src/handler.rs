//! One invocation: refuse what is not for this function, refresh in time, answer.

use std::sync::Arc;

use aws_types::SdkConfig;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use tendlc_core::account::AccountId;
use tendlc_core::aws;
use tendlc_core::clock::SharedClock;
use tendlc_core::env::RefreshSettings;
use tendlc_core::invocation::{Invocation, only_a_trigger};
use tendlc_core::limits::Reader;
use tendlc_core::sync::Sync;
use tendlc_core::table::Table;

use crate::refresh::Refresh;
use crate::refusal::Refusal;
use crate::report::Report;

/// What the function keeps between invocations.
pub struct Handler {
    account: AccountId,
    table: Table,
    reader: Reader,
    clock: SharedClock,
}

impl Handler {
    /// Serves with these.
    pub fn new(config: SdkConfig, settings: RefreshSettings, clock: SharedClock) -> Self {
        let table = Table::new(aws::table_client(&config, &settings.table), &settings.table, false);
        let reader = Reader::new(config, Arc::clone(&clock));
        Self { account: settings.table.account().clone(), table, reader, clock }
    }

    /// Refreshes; what the event says does not matter, as long as it is no request.
    ///
    /// # Errors
    /// When the event holds requests, the function runs in another account than the numbers', or the table does not
    /// answer.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Report, Refusal> {
        let (event, context) = event.into_parts();
        only_a_trigger(&event)?;
        let now = self.clock.now();
        let Invocation { deadline, runs_in } = Invocation::of(context.deadline, &context.invoked_function_arn, now);
        if let Some(found) = runs_in.filter(|account| *account != self.account) {
            return Err(Refusal::NotThePrimary { wanted: self.account.clone(), found });
        }
        let sync = Sync::new(self.table.clone(), Arc::clone(&self.clock));
        let refresh = Refresh { table: &self.table, reader: &self.reader, sync: &sync, clock: &self.clock };
        // Boxed: nested in one another, the SDK's futures are more than the compiler wants to lay out.
        Ok(Box::pin(refresh.run(deadline)).await?)
    }
}
