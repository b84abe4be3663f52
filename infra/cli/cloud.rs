//! CloudFormation: what a stack is, what would change of it, and bringing it there.

pub mod apply;
pub mod plan;
pub mod remove;
pub mod state;
mod strays;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};

use crate::account::Way;
use crate::deploy::survey::AT_ONCE;
use crate::sync::reach::Failure;

/// The first question after something was begun comes soon, later ones seldomer: AWS takes seconds to minutes.
const SOON: Duration = Duration::from_millis(200);
const SELDOM: Duration = Duration::from_secs(3);

/// The last of these is some twenty seconds after the first. AWS_MAX_ATTEMPTS and the profile say otherwise.
const ATTEMPTS: u32 = 10;

/// Each stack that is worked on may ask again so often when answers are lost or CloudFormation fails (500 to 504); where
/// none comes, all calls of an account together try no more than that. What is asked too fast has far more tries.
const LOST: usize = 2 * AT_ONCE;

/// A retry is a thousandth of what a client has for retries, but after a lost answer.
const ALL_RETRIES: usize = 1_000;

/// CloudFormation in one account.
#[derive(Clone)]
pub struct Cloud {
    pub client: Client,
    pub way: Way,
}

impl Cloud {
    pub fn new(config: &SdkConfig, way: &Way) -> Self {
        // It takes few requests a second of an account, and a deploy has hundreds.
        let asked = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        let usual = asked.max_attempts() == RetryConfig::standard().max_attempts();
        let patient = if usual { asked.with_max_attempts(ATTEMPTS) } else { asked };
        let lost = u32::try_from(ALL_RETRIES / LOST).unwrap_or(u32::MAX);
        let bucket = TokenBucket::builder().capacity(ALL_RETRIES).retry_cost(1).throttling_retry_cost(1);
        let bucket = bucket.timeout_retry_cost(lost).build();
        let partition = RetryPartition::custom(way.account.to_string()).token_bucket(bucket).build();
        let config = aws_sdk_cloudformation::config::Builder::from(config);
        let config = config.retry_config(patient).retry_partition(partition).build();
        Self { client: Client::from_conf(config), way: way.clone() }
    }

    fn failed<E: ProvideErrorMetadata, R>(&self, action: &str, error: &SdkError<E, R>) -> anyhow::Error {
        self.way.trouble().failed("cloudformation", action, &Failure::of(error))
    }
}

/// Waits between questions, longer each time.
pub struct Patience(Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(SOON)
    }
}

impl Patience {
    pub async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 3 / 2).min(SELDOM);
    }
}
