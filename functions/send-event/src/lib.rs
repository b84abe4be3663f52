//! `send-event`: takes one request from EventBridge. What must wait is handed to its lane's queue; an error that is
//! left goes back to Lambda, so that its on-failure destination gets the event.

mod event;
mod handler;
mod refusal;

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tendlc_core::clock::SharedClock;
use tendlc_core::env::{HandsOver, Settings};
use tendlc_core::mail::Mail;
use tendlc_core::served::Serves;

pub use handler::{Handler, Reply};
pub use refusal::Refusal;

/// Serves invocations until the environment ends.
///
/// # Errors
/// When the environment is not complete, or the Runtime API ends.
pub async fn serve(clock: SharedClock) -> Result<(), Error> {
    let settings = Settings::read(&|name| std::env::var(name).ok(), HandsOver::Yes)?;
    let lanes = settings.lanes.clone();
    let config = tendlc_core::aws::config(&|name| std::env::var(name).ok());
    let mail = Mail::new(aws_sdk_sqs::Client::new(&config));
    let serves = Serves::new(config, settings, "send-event", Arc::clone(&clock));
    serves.warm_up(1).await;
    let handler = Handler::new(serves, mail, lanes, clock);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| handler.handle(event))).await
}
