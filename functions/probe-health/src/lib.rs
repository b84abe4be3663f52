//! `probe-health`: proves that it all still works, from where the functions run and on the way that texts take.

mod ask;
mod books;
mod campaign;
mod cap;
mod check;
mod clients;
mod denied;
mod dry_run;
mod figures;
#[cfg(test)]
mod fixtures;
mod handler;
mod kept;
mod limits;
mod memory;
mod number;
mod policy;
mod primary;
mod queue;
mod receipts;
mod records;
mod refusal;
mod registration;
mod remember;
mod run;
mod session;
mod simulator;
mod spend;
mod spoke;
mod tell;
mod tier;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tendlc_core::clock::SharedClock;
use tendlc_core::env::ProbeSettings;

pub use check::{Check, Finding, Report, State};
pub use handler::Handler;
pub use kept::{Change, Kept, Standing};
pub use refusal::Refusal;
pub use tell::CHANGED;

/// Serves invocations until the environment ends.
///
/// # Errors
/// When the environment is not complete, or the Runtime API ends.
pub async fn serve(clock: SharedClock) -> Result<(), Error> {
    let settings = ProbeSettings::read(&|name| std::env::var(name).ok())?;
    let config = tendlc_core::aws::config(&|name| std::env::var(name).ok());
    let handler = Handler::new(config, settings, clock);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| handler.handle(event))).await
}
