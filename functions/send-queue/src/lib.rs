//! `send-queue`: takes requests from SQS, standard and FIFO, and answers with exactly the messages that stay.

mod batch;
mod handler;
mod refusal;

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tendlc_core::clock::SharedClock;
use tendlc_core::env::{HandsOver, Settings};
use tendlc_core::mail::Mail;
use tendlc_core::served::Serves;

pub use handler::Handler;
pub use refusal::Refusal;

/// The texts of a batch go out beside each other, on a connection each. SQS gives ten messages to a batch, unless more
/// are asked for.
const BATCH: usize = 10;

/// Serves invocations until the environment ends.
///
/// # Errors
/// When the environment is not complete, or the Runtime API ends.
pub async fn serve(clock: SharedClock) -> Result<(), Error> {
    let settings = Settings::read(&|name| std::env::var(name).ok(), HandsOver::No)?;
    let config = tendlc_core::aws::config(&|name| std::env::var(name).ok());
    let mail = Mail::new(aws_sdk_sqs::Client::new(&config));
    let serves = Serves::new(config, settings, "send-queue", Arc::clone(&clock));
    serves.warm_up(BATCH).await;
    let handler = Handler::new(serves, mail, clock);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| handler.handle(event))).await
}
