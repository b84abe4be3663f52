//! Asking a probe where it runs.

use std::time::Duration;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tendlc_core::name::{CampaignName, GrantName};

use crate::account::patient;
use crate::accounts::Account;
use crate::sync::reach::Failure;
use crate::wrong::Wrong;

/// A probe's timeout is 300 s in the primary.
const A_RUN: Duration = Duration::from_secs(330);

/// What the probe is asked.
const QUESTION: &str = r#"{"verify":true}"#;

/// What a probe found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Check {
    /// Such as `assume-role` or `denied/topics`; what begins with `denied/` must not be possible.
    pub name: String,
    /// `healthy`, `degraded`, `failing` or `unknown`.
    pub state: String,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

impl Check {
    /// What could not be looked at, and why.
    pub fn unknown(name: &str, error: &anyhow::Error) -> Self {
        let (detail, cure) = match error.downcast_ref::<Wrong>() {
            Some(Wrong { what, cure }) => (what.clone(), Some(cure.clone())),
            None => (format!("{error:#}"), None),
        };
        Self { name: name.to_owned(), state: "unknown".to_owned(), detail, cure }
    }

    pub fn is_healthy(&self) -> bool {
        self.state == "healthy"
    }
}

/// Invokes a probe and reads its report. One that does not answer is a check that fails: it holds up no other grant's.
pub async fn probe(account: &Account, function: &str) -> Vec<Check> {
    let way = &account.way;
    let failed = |detail: String, cure: &str| {
        vec![Check { name: "probe".to_owned(), state: "unknown".to_owned(), detail, cure: Some(cure.to_owned()) }]
    };
    let request =
        Client::new(&patient(&account.config, A_RUN)).invoke().function_name(function).payload(Blob::new(QUESTION));
    let answer = match request.send().await.map_err(|error| Failure::of(&error)) {
        Ok(answer) => answer,
        Err(Failure::Code(code)) if code == "ResourceNotFoundException" => {
            let detail = format!("the account {} has no function {function}", way.account);
            let cure = "`tendlc grant NAME` makes it where it never was; where somebody has deleted it, delete its stack \
                        and grant again";
            return failed(detail, cure);
        }
        Err(failure) => return vec![Check::unknown("probe", &way.trouble().failed("lambda", "Invoke", &failure))],
    };
    let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
    let reply: Value = serde_json::from_slice(payload).unwrap_or_default();
    if answer.function_error().is_some() {
        let told = reply["errorMessage"].as_str().unwrap_or("it did not say why");
        let detail = format!("{function} in the account {} failed: {told}", way.account);
        return failed(detail, "`tendlc deploy` sets what it is told; its log says more");
    }
    serde_json::from_value(reply["checks"].clone()).unwrap_or_else(|error| {
        let detail = format!("{function} in the account {} answered something else ({error})", way.account);
        failed(detail, "it is of another release: `tendlc deploy`")
    })
}

/// What a report of the hub says of one grant and its campaigns, under the names that a spoke's report has.
pub fn of_grant(all: &[Check], grant: &GrantName, campaigns: &[CampaignName]) -> Vec<Check> {
    let own = |check: &Check| {
        let name = match check.name.split_once(':') {
            None if check.name == "table" => check.name.clone(),
            // Of the account as a whole: that is no matter of a role's.
            None => return None,
            Some((what, of)) if of == grant.as_str() => what.to_owned(),
            Some((what, of)) => match of.split_once('/') {
                Some((owner, campaign)) if owner == grant.as_str() => format!("{what}:{campaign}"),
                None if campaigns.iter().any(|campaign| campaign.as_str() == of) => check.name.clone(),
                _ => return None,
            },
        };
        Some(Check { name, ..check.clone() })
    };
    all.iter().filter_map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_of_the_hub_has_what_is_its_own_and_its_campaigns() {
        let check = |name: &str| Check {
            name: name.to_owned(),
            state: "healthy".to_owned(),
            detail: String::new(),
            cure: None,
        };
        let all = [
            "table",
            "production",
            "number:a",
            "number:b",
            "assume-role:n",
            "dry-run:n/a",
            "dry-run:m/a",
            "denied/topics:n",
        ];
        let found = of_grant(&all.map(check), &"n".parse().unwrap(), &["a".parse().unwrap()]);
        let names: Vec<&str> = found.iter().map(|check| check.name.as_str()).collect();
        assert_eq!(names, ["table", "number:a", "assume-role", "dry-run:a", "denied/topics"]);
    }
}
