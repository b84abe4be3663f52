//! The grant's role: whether it can be assumed, for how long, and in which account that is.

use jiff::{SignedDuration, Timestamp};
use tendlc_core::account::AccountId;
use tendlc_core::arn::RoleArn;
use tendlc_core::name::GrantName;
use tendlc_core::role::{CLOCK_OFF, Role, RoleError, SESSION, Session};

use crate::check::Finding;

const CLOCK: &str =
    "compare the function's clock: rates, days and waits go by it, and AWS refuses what is five minutes off";

/// What AWS calls a signature that is more than five minutes off.
const SIGNED_AT_ANOTHER_TIME: [&str; 4] =
    ["SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed", "InvalidSignatureException"];

/// Assumes the role anew: what an earlier session may do says nothing about the trust policy of now.
pub async fn assume(role: &Role, grant: &GrantName, now: Timestamp) -> (Finding, Option<Session>) {
    match role.ready().await {
        Ok(session) => (lasts(role.arn(), session.clock_ahead(now)), Some(session)),
        Err(error) => (refused(&error, grant), None),
    }
}

fn lasts(role: &RoleArn, ahead: SignedDuration) -> Finding {
    // Rounded: the end comes in whole seconds.
    let minutes = |of: SignedDuration| (of.as_secs() + 30) / 60;
    let detail = format!("assumed {role}; the session lasts {} minutes", minutes(SESSION - ahead));
    if ahead.abs() <= CLOCK_OFF {
        return Finding::healthy(detail);
    }
    let (by, way) = (minutes(ahead.abs()), if ahead.is_positive() { "ahead of" } else { "behind" });
    Finding::degraded(format!("{detail} by the function's clock, which is {by} minutes {way} AWS's"), CLOCK)
}

fn refused(error: &RoleError, grant: &GrantName) -> Finding {
    match error {
        RoleError::Denied { code, request_id, .. } if SIGNED_AT_ANOTHER_TIME.contains(&code.as_str()) => {
            Finding::unknown(format!("STS does not take the function's signature: {code} ({request_id})"), CLOCK)
        }
        RoleError::Denied { role, code, request_id } => Finding::failing(
            format!("{role} may not be assumed: {code} ({request_id})"),
            format!(
                "if the grant {grant} is to hold: the trust policy must name this \
                 function's role, and the external id must be the one that it is configured with"
            ),
        ),
        RoleError::Unavailable { code, request_id } => Finding::unknown(
            format!("STS did not answer: {code} ({request_id})"),
            "run the probe again in a minute; if it stays so, look at the function's way to STS",
        ),
    }
}

/// Whether the session is in the account that holds the table: texts of another would be charged to its quotas.
pub fn account(session: &Session, primary: &AccountId) -> Finding {
    let found = account_of(&session.arn);
    if found == Some(primary.as_str()) {
        return Finding::healthy(format!("the session is in {primary}, the table's account"));
    }
    let found = found.unwrap_or("an account that its ARN does not name");
    Finding::failing(
        format!("the session is in {found}, the table in {primary}"),
        "correct `account` of the primary or the grant's `role_arn` in tendlc.toml, then `tendlc sync`",
    )
}

/// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/NAME`.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::State;

    #[test]
    fn a_refused_role_is_failing_and_a_silent_sts_is_unknown() {
        let grant: GrantName = "checkout".parse().unwrap();
        let role = "arn:aws:iam::111111111111:role/tendlc-grant-checkout".parse().unwrap();
        let (code, request_id) = ("AccessDenied".to_owned(), "1b".to_owned());
        let denied = refused(&RoleError::Denied { role, code, request_id }, &grant);
        assert_eq!(denied.state, State::Failing);
        assert!(denied.cure.unwrap().contains("the grant checkout"));
        let silent = RoleError::Unavailable { code: "timeout".to_owned(), request_id: "none".to_owned() };
        assert_eq!(refused(&silent, &grant).state, State::Unknown);
    }

    #[test]
    fn a_session_that_is_longer_or_shorter_than_was_asked_for_tells_of_a_wrong_clock() {
        let role: RoleArn = "arn:aws:iam::111111111111:role/tendlc-grant-checkout".parse().unwrap();
        let found = |seconds: i64| lasts(&role, SignedDuration::from_secs(seconds));
        for fine in [0, -1, 5, 59, -59] {
            assert_eq!(found(fine).state, State::Healthy, "{fine}");
        }
        for (seconds, says) in [(240, "lasts 56 minutes by"), (240, "4 minutes ahead of"), (-240, "4 minutes behind")] {
            let found = found(seconds);
            assert!(found.state == State::Degraded && found.detail.contains(says), "{found:?}");
        }
    }

    #[test]
    fn a_signature_of_another_time_is_the_clock_s_and_not_the_trust_policy_s() {
        let role = "arn:aws:iam::111111111111:role/tendlc-grant-checkout".parse().unwrap();
        let (code, request_id) = ("SignatureDoesNotMatch".to_owned(), "1b".to_owned());
        let found = refused(&RoleError::Denied { role, code, request_id }, &"checkout".parse().unwrap());
        assert_eq!(found.state, State::Unknown);
        assert_eq!(found.cure.as_deref(), Some(CLOCK));
    }

    #[test]
    fn the_account_stands_in_the_sessions_arn() {
        assert_eq!(account_of("arn:aws:sts::111111111111:assumed-role/tendlc-grant-checkout/x"), Some("111111111111"));
        assert_eq!(account_of(""), None);
    }
}
