//! The primary's account: whether AWS lets it send to anybody at all.

use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_pinpointsmsvoicev2::types::AccountAttributeName;
use tendlc_core::ask::{Operation, Pace, ask};

use crate::ask::{Caller, finding};
use crate::check::Finding;

const ATTRIBUTES: Operation = Operation("DescribeAccountAttributes");

/// Looks at the account's tier. It can go back: an account of which AWS sees suspicious traffic is paused in the sandbox.
/// <https://docs.aws.amazon.com/sms-voice/latest/userguide/sandbox.html>
pub async fn check(client: &Client, pace: &Pace) -> (Finding, Option<()>) {
    let answer = ask(pace, ATTRIBUTES, || client.describe_account_attributes().send()).await;
    let finding = match answer {
        Ok(answer) => {
            let tier = answer.account_attributes().iter().find(|one| one.name() == &AccountAttributeName::AccountTier);
            judge(tier.map(|tier| tier.value()))
        }
        Err(trouble) => {
            let nothing = Finding::unknown("AWS says nothing of the account", "run the probe again in a minute");
            finding(trouble, ATTRIBUTES, (&Caller::Function, "*"), nothing)
        }
    };
    (finding, None)
}

fn judge(tier: Option<&str>) -> Finding {
    match tier {
        Some("PRODUCTION") => Finding::healthy("the account is in production"),
        Some(tier) => Finding::failing(
            format!("the account is in AWS's {tier}: texts go to verified numbers alone, for a dollar a month"),
            "ask AWS for production access (a case for End User Messaging SMS, in this Region); texts wait meanwhile",
        ),
        None => Finding::unknown("AWS does not say the account's tier", "look at it in the console"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::State;

    #[test]
    fn any_tier_but_production_is_failing_and_none_is_unknown() {
        let states = [Some("PRODUCTION"), Some("SANDBOX"), None].map(|tier| judge(tier).state);
        assert_eq!(states, [State::Healthy, State::Failing, State::Unknown]);
    }
}
