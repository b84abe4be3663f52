//! Roles that were made by hand: whom they trust, and whether they send.

use std::collections::BTreeSet;

use serde_json::Value;

use super::found::Role;

/// AWS's three ways to send.
const SENDING: [&str; 3] = ["sms-voice:SendTextMessage", "sns:Publish", "mobiletargeting:SendMessages"];

/// The role, if it sends and lets another account than `own` in.
pub fn judged(arn: &str, own: &str, trust: &Value, permissions: &[Value]) -> Option<Role> {
    let mut accounts = BTreeSet::new();
    let mut principals = BTreeSet::new();
    let mut external_id = None;
    for statement in statements(trust).filter(|statement| statement["Effect"] == "Allow") {
        for principal in texts(&statement["Principal"]["AWS"]) {
            let account = principal.split(':').nth(4).unwrap_or(principal);
            if account != own && account.len() == 12 {
                accounts.insert(account.to_owned());
            }
            if principal.contains(":role/") {
                principals.insert(principal.to_owned());
            }
        }
        for (operator, entries) in statement["Condition"].as_object().into_iter().flatten() {
            for (key, values) in entries.as_object().into_iter().flatten() {
                match key.to_ascii_lowercase().as_str() {
                    "sts:externalid" if operator == "StringEquals" => {
                        external_id = texts(values).next().map(str::to_owned);
                    }
                    "aws:principalarn" => {
                        principals.extend(texts(values).filter(|arn| !arn.contains('*')).map(str::to_owned));
                    }
                    _ => {}
                }
            }
        }
    }
    let allowed: Vec<&Value> =
        permissions.iter().flat_map(statements).filter(|statement| statement["Effect"] == "Allow").collect();
    let has = |action: &&&str| {
        allowed.iter().any(|statement| texts(&statement["Action"]).any(|pattern| covers(pattern, action)))
    };
    let actions: Vec<String> = SENDING.iter().filter(has).map(|action| (*action).to_owned()).collect();
    let sends = |statement: &&&Value| texts(&statement["Action"]).any(|pattern| covers(pattern, SENDING[0]));
    let resources = allowed.iter().filter(sends).flat_map(|statement| texts(&statement["Resource"]));
    // The other two ways have no numbers in their permissions.
    let anything = actions.iter().any(|action| action != SENDING[0]).then_some("*");
    let resources: BTreeSet<String> = resources.chain(anything).map(str::to_owned).collect();
    (!accounts.is_empty() && !actions.is_empty()).then(|| Role {
        arn: arn.to_owned(),
        accounts: accounts.into_iter().collect(),
        principals: principals.into_iter().collect(),
        asks_external_id: external_id.is_some(),
        external_id,
        actions,
        resources: resources.into_iter().collect(),
    })
}

fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    match &document["Statement"] {
        Value::Array(all) => all.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

/// One text or several.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let all = match value {
        Value::Array(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    all.iter().filter_map(Value::as_str)
}

/// IAM takes no notice of an action's case.
fn covers(pattern: &str, action: &str) -> bool {
    matches(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
}

/// Whether a pattern of an ARN or action fits, as IAM has it.
pub fn matches(pattern: &str, text: &str) -> bool {
    tendlc_local::aws::matches(pattern, text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OWN: &str = "111111111111";

    fn trust(principal: &Value, condition: &Value) -> Value {
        json!({ "Statement": { "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "sts:AssumeRole",
            "Condition": condition } })
    }

    fn allow(action: &Value) -> [Value; 1] {
        [json!({ "Statement": [{ "Effect": "Allow", "Action": action, "Resource": "*" }] })]
    }

    #[test]
    fn a_role_that_sends_for_another_account_is_found_with_what_its_trust_asks() {
        let condition = json!({ "StringEquals": { "sts:ExternalId": "x-1" },
            "ArnEquals": { "aws:PrincipalArn": "arn:aws:iam::222222222222:role/app" } });
        let trust = trust(&json!("arn:aws:iam::222222222222:root"), &condition);
        let role = judged("arn:role", OWN, &trust, &allow(&json!(["sns:Publish", "sms-voice:*"]))).unwrap();
        assert_eq!((role.accounts, role.external_id), (vec!["222222222222".to_owned()], Some("x-1".to_owned())));
        assert_eq!(role.principals, ["arn:aws:iam::222222222222:role/app"]);
        assert_eq!(role.actions, ["sms-voice:SendTextMessage", "sns:Publish"]);
        assert_eq!(role.resources, ["*"]);
    }

    #[test]
    fn a_role_of_the_own_account_or_without_sending_is_none() {
        let own = trust(&json!("arn:aws:iam::111111111111:root"), &json!({}));
        assert_eq!(judged("arn:role", OWN, &own, &allow(&json!("sns:Publish"))), None);
        let other = trust(&json!(["222222222222"]), &json!({}));
        assert_eq!(judged("arn:role", OWN, &other, &allow(&json!("s3:GetObject"))), None);
        assert!(judged("arn:role", OWN, &other, &allow(&json!("*"))).is_some());
        let service =
            json!({ "Statement": [{ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" } }] });
        assert_eq!(judged("arn:role", OWN, &service, &allow(&json!("*"))), None);
    }
}
