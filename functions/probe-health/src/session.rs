//! The grant's role: whether it can be assumed, for how long, and in which account that is.

use jiff::{SignedDuration, Timestamp};
use tendlc_core::account::AccountId;
use tendlc_core::arn::RoleArn;
use tendlc_core::name::GrantName;
use tendlc_core::role::{RENEW, Role, RoleError, SESSION, Session};

use crate::check::Finding;

/// Between two good clocks there are milliseconds, and a call takes some seconds at most.
const OFF: SignedDuration = SignedDuration::from_secs(60);

/// Assumes the role anew: what an earlier session may do says nothing about the trust policy of now.
pub async fn assume(role: &Role, grant: &GrantName, now: Timestamp) -> (Finding, Option<Session>) {
    match role.ready().await {
        Ok(session) => (lasts(role.arn(), session.ends.duration_since(now)), Some(session)),
        Err(error) => (refused(&error, grant), None),
    }
}

/// STS gives a session as long as it is asked for or none, so what is missing, or too much, is the clock's.
fn lasts(role: &RoleArn, left: SignedDuration) -> Finding {
    // Rounded: the end comes in whole seconds.
    let minutes = |of: SignedDuration| (of.as_secs() + 30) / 60;
    let (off, lasts) = (SESSION - left, minutes(left));
    let detail = format!("assumed {role}; the session lasts {lasts} minutes");
    if left > RENEW && off.abs() <= OFF {
        return Finding::healthy(detail);
    }
    if left > RENEW {
        let (by, way) = (minutes(off.abs()), if off.is_positive() { "ahead of" } else { "behind" });
        return Finding::degraded(
            format!("{detail} by the function's clock, which is {by} minutes {way} AWS's"),
            "compare the function's clock: rates, days and waits go by it, and AWS refuses what is five minutes off",
        );
    }
    let cure = format!(
        "sessions are renewed with {} minutes left, so every batch would ask for one; compare the function's clock, and \
         the role's MaxSessionDuration",
        RENEW.as_mins()
    );
    Finding::degraded(detail, cure)
}

fn refused(error: &RoleError, grant: &GrantName) -> Finding {
    match error {
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
        for fine in [3_600, 3_601, 3_595, 3_541, 3_659] {
            assert_eq!(found(fine).state, State::Healthy, "{fine}");
        }
        for (seconds, says) in [(3_000, "10 minutes ahead of"), (4_200, "10 minutes behind"), (600, "lasts 10 minutes")]
        {
            let found = found(seconds);
            assert!(found.state == State::Degraded && found.detail.contains(says), "{found:?}");
        }
    }

    #[test]
    fn the_account_stands_in_the_sessions_arn() {
        assert_eq!(account_of("arn:aws:sts::111111111111:assumed-role/tendlc-grant-checkout/x"), Some("111111111111"));
        assert_eq!(account_of(""), None);
    }
}
