//! Reaching the primary, and what to type where something stands in the way.

use std::env;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::config::ProvideCredentials as _;
use tendlc_config::Primary;
use tendlc_core::limits::{Limit, Unread};
use tendlc_core::name::{CampaignName, PrimaryName};
use tendlc_core::table::TableError;

use crate::wrong::Wrong;

/// How a call ended that did not go well.
#[derive(Debug)]
pub enum Failure {
    /// Nobody answered.
    NoAnswer,
    /// AWS's error code.
    Code(String),
    /// Something else, in words.
    Other(String),
}

impl Failure {
    /// From what the SDK says; of AWS's own words only the code.
    pub fn of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Self {
        match error {
            SdkError::ServiceError(service) => Self::Code(service.err().code().unwrap_or("no code").to_owned()),
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) => Self::NoAnswer,
            _ => Self::Other("the answer cannot be read".to_owned()),
        }
    }

    pub fn of_table(error: &TableError) -> Self {
        match error {
            TableError::Unavailable { code, .. } if ["timeout", "not reached"].contains(&code.as_str()) => {
                Self::NoAnswer
            }
            TableError::Denied { code, .. } | TableError::Unavailable { code, .. } => Self::Code(code.clone()),
            TableError::Malformed { .. } | TableError::Overtaken => Self::Other(error.to_string()),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoAnswer => f.write_str("no answer"),
            Self::Code(text) | Self::Other(text) => f.write_str(text),
        }
    }
}

/// Codes of credentials that AWS does not take, whoever they are of.
const REFUSED: [&str; 9] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// A primary that is to be reached.
pub struct Reach<'a> {
    pub name: &'a PrimaryName,
    pub primary: &'a Primary,
}

impl Reach<'_> {
    /// Credentials that are of the right account: a sync into another would be found out by nobody.
    pub async fn config(&self) -> anyhow::Result<SdkConfig> {
        let primary = self.primary;
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(primary.region.to_string()))
            .http_client(tendlc_core::aws::http_client());
        if let Some(profile) = &primary.profile {
            loader = loader.profile_name(profile.as_str());
        }
        let config = loader.load().await;
        if let Some(provider) = config.credentials_provider()
            && let Err(error) = provider.provide_credentials().await
        {
            let why = anyhow::Error::new(error).root_cause().to_string();
            return Err(Wrong::error(
                format!("there are no AWS credentials for the account {} ({why})", primary.account),
                format!(
                    "Name a profile of it under [primaries.{}] in tendlc.toml or in AWS_PROFILE, and log in:\n  aws sso \
                     login --profile {}",
                    self.name,
                    self.profile().unwrap_or_else(|| "NAME".to_owned())
                ),
            ));
        }
        let identity = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await;
        let identity = identity.map_err(|error| self.failed("sts", "GetCallerIdentity", &Failure::of(&error)))?;
        let account = identity.account().unwrap_or_default();
        if account != primary.account.as_str() {
            let what =
                format!("these credentials are of the account {account}, and the primary is {}", primary.account);
            return Err(Wrong::error(what, format!("set profile under [primaries.{}], or AWS_PROFILE", self.name)));
        }
        Ok(config)
    }

    /// As [`Self::failed`], for one of a sync's many calls: which one it was, nobody knows by now.
    pub fn failed_on_the_table(&self, failure: &Failure) -> anyhow::Error {
        let call = format!("a call on the table {}", self.primary.table.resource());
        self.why("dynamodb", &call, "", failure)
    }

    /// Something that only reads failed on the table: nothing has happened.
    pub fn failed_reading(&self, failure: &Failure) -> anyhow::Error {
        let Primary { account, region, table, .. } = self.primary;
        let named = self.profile().map(|profile| format!(" --profile {profile}")).unwrap_or_default();
        let name = table.resource();
        match failure {
            Failure::Code(code) if code == "ResourceNotFoundException" => Wrong::error(
                format!("the account {account} has no table {name} in {region}, or it has no index `waiting`"),
                "`tendlc sync --create-table` makes it",
            ),
            Failure::Code(code) if code.starts_with("AccessDenied") => Wrong::error(
                format!("these credentials may not read the table {name} ({code})"),
                format!(
                    "They need dynamodb:GetItem and BatchGetItem on\n  {table}\nand dynamodb:Query on\n  \
                     {table}/index/waiting\nSee whose they are:\n  aws sts get-caller-identity{named}"
                ),
            ),
            Failure::NoAnswer => self.failed_on_the_table(failure),
            Failure::Code(code) if REFUSED.contains(&code.as_str()) => self.failed_on_the_table(failure),
            other => Wrong::error(
                format!("reading the table {name} failed in the account {account} ({region}): {other}"),
                "run the same command again",
            ),
        }
    }

    /// A live limit that AWS does not tell.
    pub fn untold(&self, campaign: &CampaignName, limit: Limit, why: &Unread) -> anyhow::Error {
        if let Unread::Unanswered { told, .. } = why
            && ["timeout", "not reached"].contains(&told.as_str())
        {
            return self.failed("sms-voice", "DescribePhoneNumbers", &Failure::NoAnswer);
        }
        let what = format!("{limit} of the campaign {campaign} is live, and cannot be read: {why}");
        Wrong::error(what, why.cure(limit))
    }

    /// What is wrong, and what to type next.
    pub fn failed(&self, service: &str, action: &str, failure: &Failure) -> anyhow::Error {
        self.why(service, action, &format!(" at {action}"), failure)
    }

    fn why(&self, service: &str, call: &str, at: &str, failure: &Failure) -> anyhow::Error {
        let Primary { account, region, table, .. } = self.primary;
        let named = self.profile().map(|profile| format!(" --profile {profile}")).unwrap_or_default();
        match failure {
            Failure::NoAnswer => match endpoint(service) {
                Some((variable, url)) => Wrong::error(
                    format!("no answer from {url}, which {variable} names"),
                    format!("See whether it is up, or leave it for AWS itself:\n  curl -i {url}\n  unset {variable}"),
                ),
                None => Wrong::error(
                    format!("no answer from {service} in {region}, which [primaries.{}] names", self.name),
                    format!(
                        "See whether the network lets you through:\n  curl -i \
                         https://{service}.{region}.amazonaws.com"
                    ),
                ),
            },
            Failure::Code(code) if REFUSED.contains(&code.as_str()) => Wrong::error(
                format!("AWS refuses these credentials ({code})"),
                format!(
                    "Log in again, and see whether they are good then:\n  aws sso login{named}\n  aws sts \
                     get-caller-identity{named}"
                ),
            ),
            Failure::Code(code) if code.starts_with("AccessDenied") => Wrong::error(
                format!(
                    "these credentials may not do what a sync needs on the table {} ({code}{at})",
                    table.resource()
                ),
                format!(
                    "They need dynamodb:DescribeTable, GetItem, PutItem, UpdateItem, DeleteItem and \
                     ConditionCheckItem,\nwith --create-table also CreateTable, UpdateTimeToLive and \
                     UpdateContinuousBackups, on\n  {table}\nSee whose they are:\n  aws sts get-caller-identity{named}"
                ),
            ),
            other => Wrong::error(
                format!("{call} failed in the account {account} ({region}): {other}"),
                "Run the same command again: what was written before stays, and it goes on from there.".to_owned(),
            ),
        }
    }

    /// The profile whose credentials these are, where one was named.
    fn profile(&self) -> Option<String> {
        let written = self.primary.profile.as_ref().map(ToString::to_string);
        written.or_else(|| env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty()))
    }
}

/// The variable that leads elsewhere than to AWS, and where.
fn endpoint(service: &str) -> Option<(String, String)> {
    let id = if service == "sms-voice" { "PINPOINT_SMS_VOICE_V2".to_owned() } else { service.to_uppercase() };
    let own = format!("AWS_ENDPOINT_URL_{id}");
    let set = |name: String| env::var(&name).ok().filter(|url| !url.is_empty()).map(|url| (name, url));
    set(own).or_else(|| set("AWS_ENDPOINT_URL".to_owned()))
}
