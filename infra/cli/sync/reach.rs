//! Reaching the primary, and what to type where something stands in the way.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use tendlc_config::Primary;
use tendlc_core::limits::{Limit, Unread};
use tendlc_core::name::{CampaignName, PrimaryName};
use tendlc_core::table::TableError;

use crate::account::Way;
use crate::trouble::is_denied;
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
pub const REFUSED: [&str; 9] = [
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
    /// Credentials that are of the right account.
    pub async fn config(&self) -> anyhow::Result<SdkConfig> {
        self.way().open().await
    }

    fn way(&self) -> Way {
        Way::to_primary(self.name, self.primary)
    }

    /// As [`Self::failed`], for one of a sync's many calls: which one it was, nobody knows by now.
    pub fn failed_on_the_table(&self, failure: &Failure) -> anyhow::Error {
        let call = format!("a call on the table {}", self.primary.table.resource());
        self.why("dynamodb", &call, "", failure)
    }

    /// Something that only reads failed on the table: nothing has happened.
    pub fn failed_reading(&self, failure: &Failure) -> anyhow::Error {
        let Primary { account, region, table, .. } = self.primary;
        let named = self.way().trouble().profile();
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
        let way = self.way();
        let trouble = way.trouble();
        trouble.common(service, failure).unwrap_or_else(|| match failure {
            Failure::Code(code) if is_denied(code) => Wrong::error(
                format!(
                    "these credentials may not do what a sync needs on the table {} ({code}{at})",
                    table.resource()
                ),
                format!(
                    "They need dynamodb:DescribeTable, GetItem, BatchGetItem, PutItem, UpdateItem, DeleteItem and \
                     ConditionCheckItem,\nwith --create-table also CreateTable, UpdateTimeToLive and \
                     UpdateContinuousBackups, on\n  {table}\nSee whose they are:\n  aws sts get-caller-identity{}",
                    trouble.profile()
                ),
            ),
            other => Wrong::error(
                format!("{call} failed in the account {account} ({region}): {other}"),
                "Run the same command again: what was written before stays, and it goes on from there.".to_owned(),
            ),
        })
    }
}
