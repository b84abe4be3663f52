//! `settle-receipt`: takes AWS's delivery receipts from a queue and posts them to the primary's table.

mod batch;
mod handler;

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tendlc_core::books::Books;
use tendlc_core::clock::SharedClock;
use tendlc_core::env::ReceiptSettings;
use tendlc_core::mail::Mail;
use tendlc_core::outcome::Outcomes;
use tendlc_core::table::Table;

pub use batch::NotReceipts;
pub use handler::Handler;

/// Serves invocations until the environment ends.
///
/// # Errors
/// When the environment is not complete, or the Runtime API ends.
pub async fn serve(clock: SharedClock) -> Result<(), Error> {
    let lookup = |name: &str| std::env::var(name).ok();
    let settings = ReceiptSettings::read(&lookup)?;
    let config = tendlc_core::aws::config(&lookup);
    let client = tendlc_core::aws::table_client(&config, &settings.table);
    let table = Table::new(client, &settings.table, false);
    // Each grant's bus is in its record.
    let outcomes = Outcomes::new(aws_sdk_eventbridge::Client::new(&config), None, Arc::clone(&clock));
    table.connect().await;
    let books = Books::new(table, outcomes, Arc::clone(&clock));
    let handler =
        Handler::new(books, Mail::new(aws_sdk_sqs::Client::new(&config)), (settings.key, settings.simulator), clock);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| handler.handle(event))).await
}
