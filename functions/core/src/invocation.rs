//! What Lambda says of an invocation.

use jiff::{SignedDuration, Timestamp};

use crate::account::AccountId;
use crate::arn::FunctionArn;

/// Where nobody says when an invocation ends: the shortest time limit that the functions are deployed with.
const SHORT: SignedDuration = SignedDuration::from_secs(30);

/// How long an invocation has, and where it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// When it is cut off.
    pub deadline: Timestamp,
    /// The account that the function is deployed in; `None`: its ARN does not say.
    pub runs_in: Option<AccountId>,
}

impl Invocation {
    /// From what the Runtime API gives: the deadline in milliseconds since 1970, and the invoked function's ARN.
    pub fn of(deadline: u64, function_arn: &str, now: Timestamp) -> Self {
        let deadline = i64::try_from(deadline).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
        let arn = function_arn.parse::<FunctionArn>().ok();
        Self { deadline: deadline.unwrap_or(now + SHORT), runs_in: arn.map(|arn| arn.account().clone()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_in_its_functions_account_and_what_is_no_arn_is_in_none() {
        let now = Timestamp::UNIX_EPOCH;
        let arn = "arn:aws:lambda:us-east-1:222222222222:function:tendlc-send-queue:live";
        let invocation = Invocation::of(1_500, arn, now);
        assert_eq!(invocation.deadline.as_millisecond(), 1_500);
        assert_eq!(invocation.runs_in.map(|account| account.to_string()), Some("222222222222".to_owned()));
        assert_eq!(Invocation::of(u64::MAX, "", now), Invocation { deadline: now + SHORT, runs_in: None });
    }
}
