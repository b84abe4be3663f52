//! Asking AWS for registrations: one call a second of each operation, which is the whole primary's share.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_pinpointsmsvoicev2::config::retry::RetryConfig;
use aws_sdk_pinpointsmsvoicev2::types::{RegistrationInformation, RegistrationVersionInformation};
use tendlc_core::ask::{Operation, Pace, Trouble, ask};
use tendlc_core::clock::SystemClock;

use super::{Number, Standing};
use crate::account::Way;
use crate::wrong::Wrong;

const REGISTRATIONS: Operation = Operation("DescribeRegistrations");
const VERSIONS: Operation = Operation("DescribeRegistrationVersions");
const ASSOCIATIONS: Operation = Operation("ListRegistrationAssociations");
const NUMBERS: Operation = Operation("DescribePhoneNumbers");

/// AWS describes this many numbers a call.
const AT_ONCE: usize = 5;

/// Everything that the account has registered.
pub async fn all(aws: &SdkConfig, way: &Way) -> anyhow::Result<Vec<Standing>> {
    let client = Client::new(&aws.to_builder().retry_config(RetryConfig::disabled()).build());
    let reader = Reader { client, pace: Pace::new(Arc::new(SystemClock::default())), way };
    let mut standings = Vec::new();
    for registration in reader.registrations().await? {
        standings.push(reader.standing(&registration).await?);
    }
    Ok(standings)
}

/// Which of some registrations are not in force, and how they stand. One that AWS does not have stands as `not there`.
pub async fn not_in_force(aws: &SdkConfig, way: &Way, ids: &[String]) -> anyhow::Result<Vec<(String, String)>> {
    let client = Client::new(&aws.to_builder().retry_config(RetryConfig::disabled()).build());
    let reader = Reader { client, pace: Pace::new(Arc::new(SystemClock::default())), way };
    let mut found = Vec::new();
    for id in ids {
        let question = || reader.client.describe_registrations().registration_ids(id).send();
        let answer = match ask(&reader.pace, REGISTRATIONS, question).await {
            Ok(answer) => answer,
            Err(Trouble::Missing(_)) => {
                found.push((id.clone(), "not there".to_owned()));
                continue;
            }
            Err(why) => return Err(reader.failed(REGISTRATIONS, &why)),
        };
        let Some(registration) = answer.registrations().first() else {
            found.push((id.clone(), "not there".to_owned()));
            continue;
        };
        let version = reader.version(id, registration.current_version_number()).await?;
        let version = version.map_or("unknown".to_owned(), |one| one.registration_version_status().as_str().to_owned());
        let status = registration.registration_status().as_str();
        if status != "COMPLETE" || version != "APPROVED" {
            found.push((id.clone(), format!("{status}, its newest version {version}")));
        }
    }
    Ok(found)
}

struct Reader<'a> {
    client: Client,
    pace: Pace,
    way: &'a Way,
}

impl Reader<'_> {
    async fn registrations(&self) -> anyhow::Result<Vec<RegistrationInformation>> {
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            let question = || self.client.describe_registrations().set_next_token(token.clone()).send();
            let page =
                ask(&self.pace, REGISTRATIONS, question).await.map_err(|why| self.failed(REGISTRATIONS, &why))?;
            all.extend(page.registrations);
            match page.next_token {
                Some(next) => token = Some(next),
                None => return Ok(all),
            }
        }
    }

    async fn standing(&self, registration: &RegistrationInformation) -> anyhow::Result<Standing> {
        let id = registration.registration_id();
        let newest = registration.current_version_number();
        let version = self.version(id, newest).await?;
        let version_status = version.as_ref().map_or("", |version| version.registration_version_status().as_str());
        let status = registration.registration_status().as_str();
        let reasons = version.as_ref().map(|version| version.denied_reasons()).unwrap_or_default();
        let denied = reasons.iter().map(|reason| reason.short_description().to_owned()).collect();
        Ok(Standing {
            id: id.to_owned(),
            kind: registration.registration_type().to_owned(),
            status: status.to_owned(),
            version: newest,
            version_status: version_status.to_owned(),
            since: version.as_ref().and_then(since),
            denied,
            numbers: self.numbers(id).await?,
            campaigns: Vec::new(),
            in_force: status == "COMPLETE" && version_status == "APPROVED",
            next: String::new(),
        })
    }

    async fn version(&self, id: &str, number: i64) -> anyhow::Result<Option<RegistrationVersionInformation>> {
        let question =
            || self.client.describe_registration_versions().registration_id(id).version_numbers(number).send();
        let answer = ask(&self.pace, VERSIONS, question).await.map_err(|why| self.failed(VERSIONS, &why))?;
        Ok(answer.registration_versions.into_iter().next())
    }

    async fn numbers(&self, id: &str) -> anyhow::Result<Vec<Number>> {
        let question = || self.client.list_registration_associations().registration_id(id).send();
        let answer = ask(&self.pace, ASSOCIATIONS, question).await.map_err(|why| self.failed(ASSOCIATIONS, &why))?;
        let numbers = answer.registration_associations().iter();
        let ids: Vec<String> = numbers
            .filter(|one| one.resource_type() == "phone-number")
            .map(|one| one.resource_id().to_owned())
            .collect();
        let mut numbers = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let question = || self.client.describe_phone_numbers().set_phone_number_ids(Some(some.to_vec())).send();
            let answer = ask(&self.pace, NUMBERS, question).await.map_err(|why| self.failed(NUMBERS, &why))?;
            numbers.extend(answer.phone_numbers().iter().map(|number| Number {
                id: number.phone_number_id().unwrap_or_default().to_owned(),
                status: number.status().as_str().to_owned(),
            }));
        }
        Ok(numbers)
    }

    fn failed(&self, operation: Operation, why: &Trouble) -> anyhow::Error {
        let (account, region, action) = (&self.way.account, &self.way.region, operation.0);
        match why {
            Trouble::Denied(told) => Wrong::error(
                format!("these credentials may not call sms-voice:{action} in the account {account} ({told})"),
                format!(
                    "Allow it to them. See whose they are:\n  aws sts get-caller-identity{}",
                    self.way.trouble().profile()
                ),
            ),
            Trouble::Missing(told) | Trouble::Unanswered(told) => Wrong::error(
                format!("sms-voice:{action} failed in the account {account} ({region}): {told}"),
                "run the same command again in a minute",
            ),
        }
    }
}

/// When the version came to its newest status.
fn since(version: &RegistrationVersionInformation) -> Option<String> {
    let history = version.registration_version_status_history()?;
    let moments = [
        Some(history.draft_timestamp()),
        history.submitted_timestamp(),
        history.aws_reviewing_timestamp(),
        history.reviewing_timestamp(),
        history.requires_authentication_timestamp(),
        history.approved_timestamp(),
        history.discarded_timestamp(),
        history.denied_timestamp(),
        history.revoked_timestamp(),
        history.archived_timestamp(),
    ];
    let newest = moments.into_iter().flatten().map(|moment| moment.secs()).max()?;
    jiff::Timestamp::from_second(newest).ok().map(|moment| moment.to_string())
}
