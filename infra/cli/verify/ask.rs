//! Asking a probe where it runs.

use serde::{Deserialize, Serialize};
use tendlc_core::name::{CampaignName, GrantName};

use crate::accounts::Account;
use crate::probe::{self, Silence};

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
        let Silence { detail, cure } = Silence::of(error);
        Self { name: name.to_owned(), state: "unknown".to_owned(), detail, cure }
    }

    pub fn is_healthy(&self) -> bool {
        self.state == "healthy"
    }
}

#[derive(Deserialize)]
struct Answer {
    checks: Vec<Check>,
}

/// Invokes a probe and reads its report. One that does not answer is a check that fails: it holds up no other grant's.
pub async fn probe(account: &Account, function: &str) -> Vec<Check> {
    match probe::ask::<Answer>(account, function, QUESTION, probe::A_RUN).await {
        Ok(answer) => answer.checks,
        Err(Silence { detail, cure }) => {
            vec![Check { name: "probe".to_owned(), state: "unknown".to_owned(), detail, cure }]
        }
    }
}

/// What is looked at of a campaign that a role's texts need; whether they arrive is no matter of the role's.
const OF_CAMPAIGNS: [&str; 3] = ["number", "registration", "limits"];

/// What a report of the hub says of one grant and its campaigns, under the names that a spoke's report has.
pub fn of_grant(all: &[Check], grant: &GrantName, campaigns: &[CampaignName]) -> Vec<Check> {
    let own = |check: &Check| {
        let name = match check.name.split_once(':') {
            // Where the probe did not answer, it says of nobody that all is well.
            None if ["table", "probe"].contains(&check.name.as_str()) => check.name.clone(),
            // Of the account as a whole: that is no matter of a role's.
            None => return None,
            Some((what, of)) if of == grant.as_str() => what.to_owned(),
            Some((what, of)) => match of.split_once('/') {
                Some((owner, campaign)) if owner == grant.as_str() => format!("{what}:{campaign}"),
                None if OF_CAMPAIGNS.contains(&what) && campaigns.iter().any(|campaign| campaign.as_str() == of) => {
                    check.name.clone()
                }
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
            "probe",
            "table",
            "production",
            "number:a",
            "number:b",
            "delivery:a",
            "assume-role:n",
            "dry-run:n/a",
            "dry-run:m/a",
            "denied/topics:n",
        ];
        let found = of_grant(&all.map(check), &"n".parse().unwrap(), &["a".parse().unwrap()]);
        let names: Vec<&str> = found.iter().map(|check| check.name.as_str()).collect();
        assert_eq!(names, ["probe", "table", "number:a", "assume-role", "dry-run:a", "denied/topics"]);
    }
}
