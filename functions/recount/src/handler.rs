//! One invocation: refuse what is not for this function, read which day is asked for, count, answer.

use std::sync::Arc;

use aws_types::SdkConfig;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use tendlc_core::account::AccountId;
use tendlc_core::aws;
use tendlc_core::clock::SharedClock;
use tendlc_core::day::PacificDay;
use tendlc_core::env::RecountSettings;
use tendlc_core::invocation::{Invocation, only_a_trigger};
use tendlc_core::recount::{Recount, Report};
use tendlc_core::table::Table;

use crate::refusal::Refusal;

/// What the function keeps between invocations.
#[derive(Debug)]
pub struct Handler {
    account: AccountId,
    recount: Recount,
    clock: SharedClock,
}

impl Handler {
    /// Serves with these.
    pub fn new(config: &SdkConfig, settings: &RecountSettings, clock: SharedClock) -> Self {
        let table = Table::new(aws::table_client(config, &settings.table), &settings.table, false);
        let recount = Recount::new(table, Arc::clone(&clock));
        Self { account: settings.table.account().clone(), recount, clock }
    }

    /// Counts the day that the event names, as `{"day":"2026-11-20"}`, or yesterday.
    ///
    /// # Errors
    /// When the event holds requests or names no day, the function runs in another account than the table's, the day
    /// cannot be counted, or the table does not answer.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Report, Refusal> {
        let (event, context) = event.into_parts();
        only_a_trigger(&event)?;
        let day = asked(&event)?;
        let now = self.clock.now();
        let Invocation { deadline, runs_in } = Invocation::of(context.deadline, &context.invoked_function_arn, now);
        if let Some(found) = runs_in.filter(|account| *account != self.account) {
            return Err(Refusal::NotThePrimary { wanted: self.account.clone(), found });
        }
        // Boxed: nested in one another, the SDK's futures are more than the compiler wants to lay out.
        Ok(Box::pin(self.recount.run(day, deadline)).await?)
    }
}

/// The day that an event names.
fn asked(event: &Value) -> Result<Option<PacificDay>, Refusal> {
    let day = match event.get("day") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(day)) => day,
        Some(other) => return Err(Refusal::NotADay(other.to_string())),
    };
    let parsed = day.parse().ok().filter(|parsed: &PacificDay| parsed.to_string() == *day);
    parsed.map(Some).ok_or_else(|| Refusal::NotADay(day.clone()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_day_is_named_in_one_way_or_not_at_all() {
        let named = |event: Value| asked(&event).map(|day| day.map(|day| day.to_string()));
        assert_eq!(named(json!({ "day": "2026-11-20" })).ok(), Some(Some("2026-11-20".to_owned())));
        for none in [json!({}), json!({ "day": null }), json!({ "source": "aws.scheduler" }), json!("x"), json!(null)] {
            assert_eq!(named(none).ok(), Some(None));
        }
        for wrong in [json!({ "day": "yesterday" }), json!({ "day": 20 }), json!({ "day": "2026-11-20T00:00:00" })] {
            let told = named(wrong).unwrap_err().to_string();
            assert!(told.contains(r#"{"day":"2026-11-20"}"#), "{told}");
        }
    }
}
