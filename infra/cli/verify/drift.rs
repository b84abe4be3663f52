//! What of a role's policies is not as the templates have it, statement by statement.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use serde::Serialize;
use serde_json::Value;
use tendlc_config::Grant;
use tendlc_deploy::{Kind, Stack, policies};

use super::normal;
use crate::accounts::Account;
use crate::sync::reach::Failure;

/// How a statement differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Difference {
    /// It is not there.
    Missing,
    /// It is another.
    Changed,
    /// Nothing of ours has it.
    Foreign,
}

/// A statement that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// `trust`, or the policy's name.
    pub policy: String,
    /// The statement's id; where it has none, its place.
    pub sid: String,
    pub difference: Difference,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
}

/// Statements by policy and id.
type Statements = BTreeMap<(String, String), Value>;

/// Compares the grant's role with what its stack comes to. Of a role that was made by hand the trust is its maker's.
pub async fn look(account: &Account, stack: &Stack, grant: &Grant) -> anyhow::Result<Vec<Statement>> {
    let mut wanted = Statements::new();
    for policy in policies(stack)? {
        match policy.kind {
            Kind::Trust => add(&mut wanted, "trust", &policy.document),
            Kind::Permissions => add(&mut wanted, "tendlc", &policy.document),
            Kind::Resource => {}
        }
    }
    let found = found(account, grant).await?;
    let mut differ = compare(&wanted, &found);
    // What a role that was made by hand could do before is its owner's, but for a revocation.
    differ.retain(|one| grant.makes_role || one.difference != Difference::Foreign || one.sid == "Revoked");
    for one in &mut differ {
        one.wanted.iter_mut().chain(&mut one.found).for_each(hide);
    }
    Ok(differ)
}

async fn found(account: &Account, grant: &Grant) -> anyhow::Result<Statements> {
    let client = Client::new(&account.config);
    let name = grant.role_arn.resource().rsplit('/').next().unwrap_or_default();
    let mut found = Statements::new();
    let trouble = account.way.trouble();
    let role = client.get_role().role_name(name).send().await;
    let role = role.map_err(|error| trouble.failed("iam", "GetRole", &Failure::of(&error)))?;
    let trust = role.role().and_then(|role| role.assume_role_policy_document());
    if grant.makes_role {
        add(&mut found, "trust", &decoded(trust.unwrap_or_default()));
    }
    let names = client.list_role_policies().role_name(name).send().await;
    let names = names.map_err(|error| trouble.failed("iam", "ListRolePolicies", &Failure::of(&error)))?;
    for policy in names.policy_names() {
        let document = client.get_role_policy().role_name(name).policy_name(policy).send().await;
        let document = document.map_err(|error| trouble.failed("iam", "GetRolePolicy", &Failure::of(&error)))?;
        add(&mut found, policy, &decoded(document.policy_document()));
    }
    let attached = client.list_attached_role_policies().role_name(name).send().await;
    let attached = attached.map_err(|error| trouble.failed("iam", "ListAttachedRolePolicies", &Failure::of(&error)))?;
    for policy in attached.attached_policies() {
        let arn = policy.policy_arn().unwrap_or_default();
        found.insert((arn.to_owned(), "*".to_owned()), Value::String(arn.to_owned()));
    }
    Ok(found)
}

fn add(statements: &mut Statements, policy: &str, document: &Value) {
    let all = match &document["Statement"] {
        Value::Array(all) => all.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    for (place, statement) in all.iter().enumerate() {
        let sid = statement["Sid"].as_str().map_or_else(|| format!("#{}", place + 1), str::to_owned);
        statements.insert((policy.to_owned(), sid), normal(statement));
    }
}

/// An external id is compared and not shown.
fn hide(statement: &mut Value) {
    if let Some(id) = statement.pointer_mut("/Condition/StringEquals/sts:ExternalId") {
        *id = Value::from("(not shown)");
    }
}

fn compare(wanted: &Statements, found: &Statements) -> Vec<Statement> {
    let statement = |key: &(String, String), difference| Statement {
        policy: key.0.clone(),
        sid: key.1.clone(),
        difference,
        wanted: wanted.get(key).cloned(),
        found: found.get(key).cloned(),
    };
    let missing = wanted.iter().filter_map(|(key, want)| match found.get(key) {
        None => Some(statement(key, Difference::Missing)),
        Some(is) if is != want => Some(statement(key, Difference::Changed)),
        Some(_) => None,
    });
    let foreign = found.keys().filter(|key| !wanted.contains_key(*key)).map(|key| statement(key, Difference::Foreign));
    missing.chain(foreign).collect()
}

/// IAM gives documents as they stand in a URL.
pub fn decoded(document: &str) -> Value {
    let text: String = percent_decoded(document);
    serde_json::from_str(&text).unwrap_or_default()
}

fn percent_decoded(text: &str) -> String {
    if !text.starts_with('%') {
        return text.to_owned();
    }
    // A form's `+` is a space, and IAM writes `%20`; a plus of its own it writes `%2B`.
    let pairs = format!("document={}", text.replace('+', "%2B"));
    form_urlencoded::parse(pairs.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn statements(document: &Value) -> Statements {
        let mut all = Statements::new();
        add(&mut all, "tendlc", document);
        all
    }

    #[test]
    fn each_statement_that_is_missing_changed_or_foreign_is_named() {
        let statement =
            |sid: &str, action: &str| json!({ "Sid": sid, "Effect": "Allow", "Action": action, "Resource": "*" });
        let wanted = statements(&json!({ "Statement": [statement("Send", "a:B"), statement("Own", "c:D")] }));
        let found = statements(&json!({ "Statement": [statement("Send", "a:*"), statement("More", "e:F")] }));
        let told: Vec<_> = compare(&wanted, &found).into_iter().map(|one| (one.sid, one.difference)).collect();
        let expected = [
            ("Own".to_owned(), Difference::Missing),
            ("Send".to_owned(), Difference::Changed),
            ("More".to_owned(), Difference::Foreign),
        ];
        assert_eq!(told, expected);
        assert_eq!(compare(&wanted, &wanted), []);
    }

    #[test]
    fn a_document_is_read_as_iam_gives_it() {
        let written = "%7B%22Statement%22%3A%5B%7B%22Sid%22%3A%22a%20b%2Bc%22%7D%5D%7D";
        assert_eq!(decoded(written), json!({ "Statement": [{ "Sid": "a b+c" }] }));
        assert_eq!(decoded("{\"Statement\": []}"), json!({ "Statement": [] }));
    }
}
