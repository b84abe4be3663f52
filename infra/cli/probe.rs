//! Asking a probe where it runs.

use std::time::Duration;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::primitives::Blob;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::account::patient;
use crate::accounts::Account;
use crate::sync::reach::Failure;
use crate::wrong::Wrong;

/// The primary's probe.
pub const PRIMARYS: &str = "tendlc-probe-health";

/// A probe's timeout is 300 s.
const A_RUN: Duration = Duration::from_secs(330);

/// Lambda did not begin a run: it is asked again so often, after so long.
const BUSY_TRIES: usize = 3;
const BUSY: Duration = Duration::from_secs(2);

/// Why a probe did not answer, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    pub detail: String,
    pub cure: Option<String>,
}

impl Silence {
    /// Of an error, which may know a cure.
    pub fn of(error: &anyhow::Error) -> Self {
        match error.downcast_ref::<Wrong>() {
            Some(Wrong { what, cure }) => Self { detail: what.clone(), cure: Some(cure.clone()) },
            None => Self { detail: format!("{error:#}"), cure: None },
        }
    }

    fn because(detail: String, cure: &str) -> Self {
        Self { detail, cure: Some(cure.to_owned()) }
    }
}

/// Invokes a probe with `question` and reads its answer.
pub async fn ask<T: DeserializeOwned>(account: &Account, function: &str, question: &str) -> Result<T, Silence> {
    let way = &account.way;
    // A run goes on when nobody waits for it any more: to ask again would be a second one beside it.
    let config = patient(&account.config, A_RUN).to_builder().retry_config(RetryConfig::disabled()).build();
    let request = Client::new(&config).invoke().function_name(function).payload(Blob::new(question));
    let mut answer = request.clone().send().await.map_err(|error| Failure::of(&error));
    for _ in 0..BUSY_TRIES {
        if !matches!(&answer, Err(Failure::Code(code)) if code == "TooManyRequestsException") {
            break;
        }
        tokio::time::sleep(BUSY).await;
        answer = request.clone().send().await.map_err(|error| Failure::of(&error));
    }
    let answer = match answer {
        Ok(answer) => answer,
        Err(Failure::Code(code)) if code == "ResourceNotFoundException" => {
            let detail = format!("the account {} has no function {function}", way.account);
            let cure = "`tendlc grant NAME` makes it where it never was; where somebody has deleted it, delete its stack \
                        and grant again";
            return Err(Silence::because(detail, cure));
        }
        Err(failure) => return Err(Silence::of(&way.trouble().failed("lambda", "Invoke", &failure))),
    };
    let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
    let reply: Value = serde_json::from_slice(payload).unwrap_or_default();
    if answer.function_error().is_some() {
        let told = reply["errorMessage"].as_str().unwrap_or("it did not say why");
        let detail = format!("{function} in the account {} failed: {told}", way.account);
        return Err(Silence::because(detail, "`tendlc deploy` sets what it is told; its log says more"));
    }
    serde_json::from_value(reply).map_err(|error| {
        let detail = format!("{function} in the account {} answered something else ({error})", way.account);
        Silence::because(detail, "it is of another release: `tendlc deploy`")
    })
}
