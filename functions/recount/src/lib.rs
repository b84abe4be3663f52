//! `recount`: once a day the ledger and the receipts are added up and compared with the counters. In the primary only.

mod handler;
mod refusal;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tendlc_core::clock::SharedClock;
use tendlc_core::env::RecountSettings;

pub use handler::Handler;
pub use refusal::Refusal;

/// Serves invocations until the environment ends.
///
/// # Errors
/// When the environment is not complete, or the Runtime API ends.
pub async fn serve(clock: SharedClock) -> Result<(), Error> {
    let settings = RecountSettings::read(&|name| std::env::var(name).ok())?;
    let config = tendlc_core::aws::config(&|name| std::env::var(name).ok());
    let handler = Handler::new(&config, &settings, clock);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| handler.handle(event))).await
}
