//! Asking a probe where it runs.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::account::patient;
use crate::accounts::Account;
use crate::sync::reach::Failure;
use crate::wrong::Wrong;

/// The primary's probe.
pub const PRIMARYS: &str = "tendlc-probe-health";

/// The primary's probe has 900 s, which is what Lambda gives at most; a spoke's 300.
pub const A_RUN: Duration = Duration::from_secs(930);

/// What a probe found last it reads from one item: a start, and a call.
pub const A_READ: Duration = Duration::from_secs(15);

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

/// A run goes on when nobody waits for it any more: to ask again would be a second one beside it. Only where Lambda says
/// that it has not begun one is it asked again, after `busy`.
async fn invoke(config: &SdkConfig, function: &str, question: &str, busy: Duration) -> Result<InvokeOutput, Failure> {
    let config = config.to_builder().retry_config(RetryConfig::disabled()).build();
    let request = Client::new(&config).invoke().function_name(function).payload(Blob::new(question));
    let mut answer = request.clone().send().await.map_err(|error| Failure::of(&error));
    for _ in 0..BUSY_TRIES {
        if !matches!(&answer, Err(Failure::Code(code)) if code == "TooManyRequestsException") {
            break;
        }
        tokio::time::sleep(busy).await;
        answer = request.clone().send().await.map_err(|error| Failure::of(&error));
    }
    answer
}

/// Invokes a probe with `question` and reads its answer.
pub async fn ask<T: DeserializeOwned>(
    account: &Account,
    function: &str,
    question: &str,
    longest: Duration,
) -> Result<T, Silence> {
    let way = &account.way;
    let answer = match invoke(&patient(&account.config, longest), function, question, BUSY).await {
        Ok(answer) => answer,
        Err(Failure::Code(code)) if code == "ResourceNotFoundException" => {
            let detail = format!("the account {} has no function {function}", way.account);
            let cure = match function {
                PRIMARYS => {
                    "`tendlc deploy` makes it where it never was; where somebody has deleted it, \
                             troubleshooting.md says how to put it back (\"changed by hand\")"
                }
                _ => {
                    "`tendlc grant NAME` makes it where it never was; where somebody has deleted it, delete its stack \
                      and grant again"
                }
            };
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

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Lambda, which gives these answers, a connection each; how it ended, and how many were given.
    async fn after(answers: &[(&str, &str)]) -> (Result<String, String>, usize) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(format!("http://{}", listener.local_addr().unwrap()))
            .http_client(tendlc_core::aws::http_client())
            .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests()))
            .build();
        let given = std::cell::Cell::new(0);
        let serves = async {
            for (status, code) in answers.iter().cycle() {
                let (mut connection, _) = listener.accept().await.unwrap();
                let asked = connection.read(&mut [0; 8_192]).await.unwrap();
                assert!(asked > 0, "a request");
                given.set(given.get() + 1);
                let head = format!("HTTP/1.1 {status}\r\nx-amzn-errortype: {code}\r\nconnection: close\r\n");
                connection.write_all(format!("{head}content-length: 2\r\n\r\n{{}}").as_bytes()).await.unwrap();
            }
        };
        let ended = tokio::select! {
            ended = invoke(&config, "tendlc-probe-health", "{}", Duration::ZERO) => ended,
            () = serves => unreachable!("it serves without end"),
        };
        let told = match ended {
            Ok(_) => Ok("answered".to_owned()),
            Err(Failure::Code(code)) => Err(code),
            Err(_) => Err("no answer".to_owned()),
        };
        (told, given.get())
    }

    #[tokio::test]
    async fn a_run_that_may_have_begun_is_not_begun_again() {
        let failed = after(&[("500 Internal Server Error", "ServiceException")]).await;
        assert_eq!(failed, (Err("ServiceException".to_owned()), 1));
        let (_, given) = after(&[("502 Bad Gateway", "")]).await;
        assert_eq!(given, 1);
    }

    #[tokio::test]
    async fn where_lambda_has_no_room_for_a_run_it_is_asked_again_a_few_times() {
        let busy = ("429 Too Many Requests", "TooManyRequestsException");
        assert_eq!(after(&[busy, busy, ("200 OK", "")]).await, (Ok("answered".to_owned()), 3));
        assert_eq!(after(&[busy]).await, (Err("TooManyRequestsException".to_owned()), 1 + BUSY_TRIES));
    }
}
