//! A campaign's registration: COMPLETE, and its newest version APPROVED. A complete one can lose its version later, so
//! both are asked for.

use aws_sdk_pinpointsmsvoicev2::Client;
use tendlc_core::ask::{Operation, Pace, Trouble, ask};

use crate::ask::{Caller, finding};
use crate::check::Finding;

const DESCRIBE: Operation = Operation("DescribeRegistrations");
const VERSIONS: Operation = Operation("DescribeRegistrationVersions");

/// A registration as AWS tells of it.
#[derive(Clone, Debug)]
struct Registration {
    id: String,
    status: String,
    newest: i64,
    /// The version that was approved last.
    approved: Option<i64>,
}

/// A version's number and its status.
type Version = (i64, String);

/// Looks at a registration by its id; the ARN is what policies name.
pub async fn check(client: &Client, pace: &Pace, caller: &Caller, (id, arn): (&str, &str)) -> (Finding, Option<()>) {
    let gone = || {
        Finding::failing(
            format!("AWS has no registration {id}"),
            "correct `registration` of the campaign, then `tendlc sync`",
        )
    };
    let registration = match describe(client, pace, id).await {
        Ok(Some(registration)) => registration,
        Ok(None) => return (gone(), None),
        Err(trouble) => return (finding(trouble, DESCRIBE, (caller, arn), gone()), None),
    };
    match versions(client, pace, id, &registration).await {
        Ok(versions) => (judge(&registration, &versions), None),
        Err(trouble) => (finding(trouble, VERSIONS, (caller, arn), gone()), None),
    }
}

async fn describe(client: &Client, pace: &Pace, id: &str) -> Result<Option<Registration>, Trouble> {
    let answer = ask(pace, DESCRIBE, || client.describe_registrations().registration_ids(id).send()).await?;
    Ok(answer.registrations().first().map(|told| Registration {
        id: told.registration_id().to_owned(),
        status: told.registration_status().as_str().to_owned(),
        newest: told.current_version_number(),
        approved: told.approved_version_number(),
    }))
}

/// The newest version, and the approved one when that is another: it may have been revoked since.
async fn versions(client: &Client, pace: &Pace, id: &str, of: &Registration) -> Result<Vec<Version>, Trouble> {
    let mut wanted = vec![of.newest];
    wanted.extend(of.approved.filter(|approved| *approved != of.newest));
    let question = || {
        let call = client.describe_registration_versions().registration_id(id);
        call.set_version_numbers(Some(wanted.clone())).send()
    };
    let answer = ask(pace, VERSIONS, question).await?;
    let told = answer.registration_versions().iter();
    Ok(told
        .map(|version| (version.version_number(), version.registration_version_status().as_str().to_owned()))
        .collect())
}

fn judge(registration: &Registration, versions: &[Version]) -> Finding {
    let Registration { id, status, newest, approved } = registration;
    let status_of =
        |number: &i64| versions.iter().find(|(known, _)| known == number).map(|(_, status)| status.as_str());
    let version = status_of(newest).unwrap_or("not told");
    let detail = format!("{id} is {status}, its newest version {newest} is {version}");
    if status == "COMPLETE" && version == "APPROVED" {
        return Finding::healthy(detail);
    }
    let edit = "see what AWS asks for and submit a new version: `tendlc registration`";
    let ended = matches!(status.as_str(), "REQUIRES_UPDATES" | "CLOSED" | "DELETED") || version == "REVOKED";
    // A version that is drafted, in review or denied takes nothing away from the one that was approved before it.
    let in_force = approved.as_ref().filter(|number| status_of(number) == Some("APPROVED"));
    match in_force {
        Some(number) if !ended && number == newest => {
            Finding::degraded(detail, "the registration is not COMPLETE yet: `tendlc registration`")
        }
        Some(number) if !ended => Finding::degraded(format!("{detail}; version {number} is in force"), edit),
        _ => Finding::failing(format!("{detail}: carriers block what is sent"), edit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::State;

    fn state(status: &str, versions: &[(i64, &str)], approved: Option<i64>) -> State {
        let newest = versions.iter().map(|(number, _)| *number).max().unwrap_or(1);
        let registration =
            Registration { id: "registration-0123".to_owned(), status: status.to_owned(), newest, approved };
        let versions: Vec<Version> = versions.iter().map(|(number, status)| (*number, (*status).to_owned())).collect();
        judge(&registration, &versions).state
    }

    #[test]
    fn only_a_complete_registration_with_its_newest_version_approved_is_healthy() {
        assert_eq!(state("COMPLETE", &[(1, "DENIED"), (2, "APPROVED")], Some(2)), State::Healthy);
        for status in ["CREATED", "SUBMITTED", "REVIEWING", "REQUIRES_AUTHENTICATION", "SOMETHING_NEW"] {
            assert_ne!(state(status, &[(1, "APPROVED")], Some(1)), State::Healthy, "{status}");
        }
    }

    #[test]
    fn a_revoked_version_is_failing_though_the_registration_is_complete() {
        assert_eq!(state("COMPLETE", &[(1, "REVOKED")], None), State::Failing);
        assert_eq!(state("COMPLETE", &[(1, "REVOKED")], Some(1)), State::Failing);
        assert_eq!(state("COMPLETE", &[(1, "APPROVED"), (2, "REVOKED")], Some(1)), State::Failing);
        assert_eq!(state("COMPLETE", &[(1, "REVOKED"), (2, "DRAFT")], Some(1)), State::Failing);
    }

    #[test]
    fn an_update_under_way_leaves_the_approved_version_in_force() {
        for (status, update) in [("COMPLETE", "DRAFT"), ("REVIEWING", "REVIEWING"), ("COMPLETE", "DENIED")] {
            assert_eq!(state(status, &[(1, "APPROVED"), (2, update)], Some(1)), State::Degraded, "{update}");
        }
    }

    #[test]
    fn a_registration_that_was_never_approved_or_has_ended_is_failing() {
        assert_eq!(state("REVIEWING", &[(1, "REVIEWING")], None), State::Failing);
        for status in ["REQUIRES_UPDATES", "CLOSED", "DELETED"] {
            assert_eq!(state(status, &[(1, "APPROVED")], Some(1)), State::Failing, "{status}");
        }
    }
}
