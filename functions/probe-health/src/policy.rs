//! The resource policy of what a campaign of the SNS channel sends from: whether it lets SNS in. SNS takes every text all
//! the same, so nobody would hear of it.

use aws_sdk_pinpointsmsvoicev2::Client;
use jiff::Timestamp;
use serde_json::Value;
use tendlc_core::ask::{Operation, Pace, Trouble, ask};
use tendlc_core::grant::Campaign;

use crate::ask::{Caller, finding};
use crate::check::Finding;

const GET: Operation = Operation("GetResourcePolicy");

const SNS: &str = "sns.amazonaws.com";
const SEND: &str = "sms-voice:SendTextMessage";

/// What was there before 2024-09-24 needs no policy (AWS's messaging blog, "A Guide to the New Resource Policies for SMS
/// Origination Identities").
const SINCE: i64 = 1_727_136_000;

/// What a policy, or one statement of it, says to SNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Nothing,
    Yes,
    /// Yes or no, under a condition that is not weighed here.
    Perhaps,
    No,
}

/// Looks at the policy of a campaign's number or pool, of which the newest number is as old as `made`.
pub async fn check(
    client: &Client,
    pace: &Pace,
    campaign: &Campaign,
    made: Option<Timestamp>,
) -> (Finding, Option<()>) {
    let identity = &campaign.origination_identity;
    let question = || client.get_resource_policy().resource_arn(identity).send();
    let found = match ask(pace, GET, question).await {
        Ok(answer) => match answer.policy().filter(|policy| !policy.is_empty()) {
            Some(policy) => judge(campaign, policy),
            None => without(campaign, made),
        },
        Err(Trouble::Missing(_)) => without(campaign, made),
        Err(trouble) => finding(trouble, GET, (&Caller::Function, identity), without(campaign, made)),
    };
    (found, None)
}

fn id(campaign: &Campaign) -> &str {
    campaign.origination_identity.rsplit('/').next().unwrap_or_default()
}

fn cure(campaign: &Campaign) -> String {
    format!(
        "`tendlc deploy` writes it; where somebody has changed it by hand, put the stack tendlc-campaign-{} back",
        // As stacks are called.
        campaign.name.as_str().replace('_', "--")
    )
}

fn without(campaign: &Campaign, made: Option<Timestamp>) -> Finding {
    let id = id(campaign);
    let Some(made) = made else {
        let why = format!("{id} has no resource policy, and was not told to be so old that it needs none");
        return Finding::unknown(why, "see the check number");
    };
    if made.as_second() < SINCE {
        return Finding::healthy(format!("{id} has no resource policy, and is so old that it needs none"));
    }
    let detail = format!("{id} has no resource policy: SNS takes texts that never leave");
    Finding::failing(detail, cure(campaign))
}

fn judge(campaign: &Campaign, policy: &str) -> Finding {
    let id = id(campaign);
    let Ok(policy) = serde_json::from_str::<Value>(policy) else {
        return Finding::failing(format!("the resource policy of {id} is no JSON"), cure(campaign));
    };
    match says(&policy, &campaign.origination_identity) {
        Says::Yes => Finding::healthy(format!("the resource policy of {id} lets SNS send")),
        Says::Perhaps => Finding::unknown(
            format!("the resource policy of {id} asks SNS for something that only AWS can weigh"),
            "send one text by the queue and look whether it arrives",
        ),
        Says::No => Finding::failing(format!("the resource policy of {id} shuts SNS out"), cure(campaign)),
        Says::Nothing => {
            let detail = format!("the resource policy of {id} does not let SNS send: it takes texts that never leave");
            Finding::failing(detail, cure(campaign))
        }
    }
}

/// What all statements come to: a refusal counts more than a permission.
fn says(policy: &Value, identity: &str) -> Says {
    let (mut allows, mut denies) = (Says::Nothing, Says::Nothing);
    for statement in list(&policy["Statement"]) {
        let of_kind = if statement["Effect"] == "Deny" { &mut denies } else { &mut allows };
        let applies = applies(statement, identity);
        if *of_kind != Says::Yes && applies != Says::Nothing {
            *of_kind = applies;
        }
    }
    match denies {
        Says::Yes => Says::No,
        Says::Perhaps => Says::Perhaps,
        _ => allows,
    }
}

/// Whether a statement speaks of SNS's sending from `identity`.
fn applies(statement: &Value, identity: &str) -> Says {
    // What it does not speak of, instead of what it does: nobody writes SNS's permission so.
    if ["NotPrincipal", "NotAction", "NotResource"].iter().any(|key| !statement[key].is_null()) {
        return Says::Perhaps;
    }
    let principal = &statement["Principal"];
    let everybody = principal == "*" || any(&principal["AWS"], &|principal| principal == "*");
    let to_sns = everybody || any(&principal["Service"], &|service| service == SNS || service == "*");
    let action = any(&statement["Action"], &|one| matches(&one.to_lowercase(), &SEND.to_lowercase()));
    if !to_sns || !action || !any(&statement["Resource"], &|one| matches(one, identity)) {
        return Says::Nothing;
    }
    let account = identity.split(':').nth(4).unwrap_or_default();
    let mut applies = Says::Yes;
    for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
        for (key, wanted) in keys.as_object().into_iter().flatten() {
            match (operator.as_str(), key.to_lowercase().as_str()) {
                ("StringEquals", "aws:sourceaccount") if any(wanted, &|one| one == account) => {}
                ("StringLike", "aws:sourceaccount") if any(wanted, &|one| matches(one, account)) => {}
                ("StringEquals" | "StringLike", "aws:sourceaccount") => return Says::Nothing,
                _ => applies = Says::Perhaps,
            }
        }
    }
    applies
}

/// One, or a list of them.
fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(all) => all.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

/// Whether one of a value's texts fits.
fn any(value: &Value, fits: &dyn Fn(&str) -> bool) -> bool {
    list(value).iter().filter_map(Value::as_str).any(fits)
}

/// As IAM has it: `*` is any text, `?` one letter.
fn matches(pattern: &str, text: &str) -> bool {
    let (mut left, mut rest) = (pattern.chars(), text.chars());
    match (left.next(), rest.next()) {
        (None, none) => none.is_none(),
        (Some('*'), some) => matches(left.as_str(), text) || some.is_some() && matches(pattern, rest.as_str()),
        (Some(wanted), Some(found)) => (wanted == '?' || wanted == found) && matches(left.as_str(), rest.as_str()),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::check::State;
    use crate::fixtures::campaign;

    fn statement(change: impl FnOnce(&mut Value)) -> Value {
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": { "Service": SNS },
            "Action": SEND,
            "Resource": campaign().origination_identity,
            "Condition": { "StringEquals": { "aws:SourceAccount": "111111111111" } },
        });
        change(&mut statement);
        statement
    }

    fn state(statements: &[Value]) -> State {
        judge(&campaign(), &json!({ "Statement": statements }).to_string()).state
    }

    #[test]
    fn a_policy_that_names_sns_lets_it_in_however_it_is_written() {
        assert_eq!(state(&[statement(|_| {})]), State::Healthy);
        let one = json!({ "Statement": statement(|_| {}) }).to_string();
        assert_eq!(judge(&campaign(), &one).state, State::Healthy, "one statement without a list");
        for change in [
            json!({ "Action": ["sms-voice:GetResourcePolicy", "SMS-Voice:send*"] }),
            json!({ "Action": "sms-voice:*" }),
            json!({ "Action": "sms-voice:SendTextMess?ge" }),
            json!({ "Resource": "*" }),
            json!({ "Resource": ["arn:aws:sms-voice:us-east-1:111111111111:phone-number/*"] }),
            json!({ "Principal": { "Service": ["pinpoint.amazonaws.com", SNS] } }),
            json!({ "Principal": "*" }),
            json!({ "Principal": { "AWS": ["*"] } }),
            json!({ "Condition": null }),
            json!({ "Condition": { "StringLike": { "AWS:SourceAccount": ["1111*"] } } }),
        ] {
            let changed = statement(|statement| {
                let change = change.as_object().unwrap().clone();
                statement.as_object_mut().unwrap().extend(change);
            });
            assert_eq!(state(std::slice::from_ref(&changed)), State::Healthy, "{changed}");
        }
    }

    #[test]
    fn a_policy_that_speaks_of_something_else_does_not_let_sns_in() {
        for (name, value) in [
            ("Principal", json!({ "Service": "pinpoint.amazonaws.com" })),
            ("Principal", json!({ "AWS": "111111111111" })),
            ("Action", json!("sms-voice:SendVoiceMessage")),
            ("Resource", json!("arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-9")),
            ("Condition", json!({ "StringEquals": { "aws:SourceAccount": "999999999999" } })),
            ("Condition", json!({ "StringEquals": { "aws:SourceAccount": "*" } })),
        ] {
            let other = statement(|statement| statement[name] = value.clone());
            assert_eq!(state(&[other]), State::Failing, "{name} {value}");
        }
        assert_eq!(state(&[]), State::Failing);
        assert_eq!(judge(&campaign(), "none").state, State::Failing);
        let shut = statement(|statement| statement["Effect"] = json!("Deny"));
        assert_eq!(state(&[statement(|_| {}), shut]), State::Failing);
    }

    #[test]
    fn what_only_aws_can_weigh_is_unknown() {
        let condition = json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:us-east-1:111111111111:*" } });
        let asks = statement(|statement| statement["Condition"] = condition.clone());
        assert_eq!(state(std::slice::from_ref(&asks)), State::Unknown);
        assert_eq!(state(&[asks, statement(|_| {})]), State::Healthy, "another lets it in without");
        let mut both = condition;
        both["StringEquals"] = json!({ "aws:SourceAccount": "999999999999" });
        let other = statement(|statement| statement["Condition"] = both);
        assert_eq!(state(&[other]), State::Failing, "the one that can be weighed says no");
        let inside_out = statement(|statement| statement["NotAction"] = json!("sms-voice:SendVoiceMessage"));
        assert_eq!(state(&[inside_out]), State::Unknown);
    }

    #[test]
    fn a_number_without_a_policy_sends_when_it_is_from_before_there_were_any() {
        let at = |day: &str| Some(format!("{day}T00:00:00Z").parse().unwrap());
        assert_eq!(without(&campaign(), at("2024-09-23")).state, State::Healthy);
        assert_eq!(without(&campaign(), at("2024-09-24")).state, State::Failing);
        assert_eq!(without(&campaign(), None).state, State::Unknown);
    }
}
