//! What is wrong when a call to AWS fails in an account, and what to type next.

use std::env;

use crate::account::Way;
use crate::sync::reach::{Failure, REFUSED};
use crate::wrong::Wrong;

/// Says what went wrong on one way.
pub struct Trouble<'a> {
    pub way: &'a Way,
}

impl Trouble<'_> {
    /// A call that was refused or not answered; whoever calls knows no more of it.
    pub fn failed(&self, service: &str, action: &str, failure: &Failure) -> anyhow::Error {
        self.common(service, failure).unwrap_or_else(|| {
            let Way { account, region, .. } = self.way;
            match failure {
                Failure::Code(code) if is_denied(code) => Wrong::error(
                    format!("these credentials may not call {service}:{action} in the account {account} ({code})"),
                    format!("Allow it to them. See whose they are:\n  aws sts get-caller-identity{}", self.profile()),
                ),
                other => Wrong::error(
                    format!("{service}:{action} failed in the account {account} ({region}): {other}"),
                    "run the same command again: it goes on from where it is",
                ),
            }
        })
    }

    /// What goes wrong whatever is called: nobody answers, or the credentials are none.
    pub fn common(&self, service: &str, failure: &Failure) -> Option<anyhow::Error> {
        let Way { account, region, table, .. } = self.way;
        let named = self.profile();
        match failure {
            Failure::NoAnswer => Some(match endpoint(service) {
                Some((variable, url)) => Wrong::error(
                    format!("no answer from {url}, which {variable} names"),
                    format!(
                        "See whether it is up, or leave it for AWS itself, then run the same command again:\n  curl -i \
                         {url}\n  unset {variable}"
                    ),
                ),
                None => Wrong::error(
                    format!("no answer from {service} in {region}, which [{table}] names"),
                    format!(
                        "See whether the network lets you through, then run the same command again:\n  curl -i \
                         https://{service}.{region}.amazonaws.com"
                    ),
                ),
            }),
            Failure::Code(code) if REFUSED.contains(&code.as_str()) => Some(Wrong::error(
                format!("AWS refuses these credentials for the account {account} ({code})"),
                format!(
                    "Log in again, see whether they are good then, and run the same command again:\n  aws sso login{named}\n  aws sts \
                     get-caller-identity{named}"
                ),
            )),
            _ => None,
        }
    }

    /// As an argument of the AWS CLI.
    pub fn profile(&self) -> String {
        self.way.named_profile().map(|profile| format!(" --profile {profile}")).unwrap_or_default()
    }
}

pub fn is_denied(code: &str) -> bool {
    code.starts_with("AccessDenied") || code == "UnauthorizedOperation" || code == "AuthorizationError"
}

/// The variable that leads elsewhere than to AWS, and where.
fn endpoint(service: &str) -> Option<(String, String)> {
    let id = if service == "sms-voice" { "PINPOINT_SMS_VOICE_V2".to_owned() } else { service.to_uppercase() };
    let own = format!("AWS_ENDPOINT_URL_{id}");
    let set = |name: String| env::var(&name).ok().filter(|url| !url.is_empty()).map(|url| (name, url));
    set(own).or_else(|| set("AWS_ENDPOINT_URL".to_owned()))
}
