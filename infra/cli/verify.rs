//! `tendlc verify`: proves, for each grant and from where its functions run, what its role may do and what it may not.

mod ask;
pub mod drift;
mod matrix;

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use serde_json::{Value, json};
use tendlc_config::{Checked, Config, Grant};
use tendlc_core::grant::Topology;
use tendlc_core::name::GrantName;
use tendlc_deploy::{Code, Owner, Stack, Template, stacks};

use crate::accounts::Accounts;
use crate::args::{Output, Verify};
use crate::deploy::Named;
use crate::deploy::survey::AT_ONCE;
use crate::progress::Board;
use crate::sync::chosen;
use crate::wrong::Wrong;
use crate::{DONE, FOUND_WRONG, check, probe, show};
use ask::Check;
use drift::{Difference, Statement};

/// What is known of a grant's role.
#[derive(Debug, Serialize)]
pub struct Proof {
    pub grant: GrantName,
    pub checks: Vec<Check>,
    /// Statements that are not as the templates have them.
    pub statements: Vec<Statement>,
}

impl Proof {
    fn is_revoked(&self) -> bool {
        self.statements.iter().any(|one| one.sid == "Revoked" && one.difference == Difference::Foreign)
    }

    fn holds(&self) -> bool {
        // Where nothing was looked at, nothing is proven.
        self.statements.is_empty() && !self.checks.is_empty() && self.checks.iter().all(Check::is_healthy)
    }
}

pub async fn run(verify: Verify) -> anyhow::Result<u8> {
    let Checked { config, .. } = match check::read(&verify.config)? {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(check::refuse(&mistakes, verify.output)),
    };
    let (name, primary) = chosen(&config, verify.primary.as_deref())?;
    let grants: BTreeMap<&GrantName, &Grant> = config
        .grants
        .iter()
        .filter(|(_, grant)| grant.primary == *name)
        .filter(|(name, _)| verify.grants.is_empty() || verify.grants.contains(name))
        .collect();
    if let Some(unknown) = verify.grants.iter().find(|name| !grants.contains_key(name)) {
        let what = format!("there is no [grants.{unknown}] of the primary {name}");
        return Err(Wrong::error(what, "name one that is there, or none for all"));
    }
    let mut accounts = Accounts::try_open(&config, (name, primary), grants.keys().copied()).await;
    // Without the primary nothing is known of anybody.
    if let Some(error) = accounts.out_of_reach.remove(&primary.account) {
        return Err(error);
    }
    let proofs = prove(&config, (name, primary), &grants, &accounts).await?;
    let holds = proofs.iter().all(Proof::holds);
    match verify.output {
        Output::Json => show::line(&json!({ "verified": holds, "grants": proofs }))?,
        Output::Text => show::text(&matrix::text(&proofs))?,
    }
    Ok(if holds { DONE } else { FOUND_WRONG })
}

async fn prove(
    config: &Config,
    (name, primary): Named<'_>,
    grants: &BTreeMap<&GrantName, &Grant>,
    accounts: &Accounts,
) -> anyhow::Result<Vec<Proof>> {
    let board = Board::new();
    let board = &board;
    // One run of the primary's probe speaks for all grants of the hub.
    let hub = match grants.values().any(|grant| grant.topology == Topology::Hub) {
        true => {
            let row = board.begin(format!("{} asking the hub's probe", primary.account), 1);
            let checks = ask::probe(accounts.get(&primary.account)?, probe::PRIMARYS).await;
            row.end(board, "asked");
            checks
        }
        false => Vec::new(),
    };
    let hub = &hub;
    let all = stacks(config, name, &Code { prefix: "none".to_owned() });
    let all = &all;
    stream::iter(grants)
        .map(|(grant_name, grant)| async move {
            let mut checks = match grant.topology {
                Topology::Hub => ask::of_grant(hub, grant_name, &grant.campaigns),
                Topology::Spoke => {
                    let row = board.begin(format!("{} asking the probe of {grant_name}", grant.account), 1);
                    let probe = format!("{}-probe-health", prefix(all, grant_name));
                    let (checks, ended) = match accounts.out_of_reach.get(&grant.account) {
                        Some(error) => (vec![Check::unknown("probe", error)], "not reached"),
                        None => (ask::probe(accounts.get(&grant.account)?, &probe).await, "asked"),
                    };
                    row.end(board, ended);
                    checks
                }
            };
            let stack = of_grant(all, grant_name, Template::Grant);
            let statements = match stack {
                Some(stack) => drift::look(accounts.get(&primary.account)?, stack, grant).await,
                None => Ok(Vec::new()),
            };
            let statements = statements.unwrap_or_else(|error| {
                checks.push(Check::unknown("policies", &error));
                Vec::new()
            });
            anyhow::Ok(Proof { grant: (*grant_name).clone(), checks, statements })
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

fn of_grant<'s>(stacks: &'s [Stack], grant: &GrantName, template: Template) -> Option<&'s Stack> {
    stacks.iter().find(|stack| stack.template == template && stack.owner == Owner::Grant(grant.clone()))
}

/// What the names of a spoke's functions begin with.
pub fn prefix(stacks: &[Stack], grant: &GrantName) -> String {
    let parameters = of_grant(stacks, grant, Template::Secondary).map(Stack::shown).unwrap_or_default();
    parameters.get("NamePrefix").cloned().unwrap_or_else(|| "tendlc".to_owned())
}

/// A policy's statement, in the same form however it was written: what may be one or several is a sorted list.
fn normal(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| {
                let value = normal(value);
                let several = key != "Sid" && key != "Effect" && value.is_string();
                (key.clone(), if several { json!([value]) } else { value })
            };
            Value::Object(entries.iter().map(entry).collect())
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(normal).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_a_list_of_one_are_the_same_and_so_is_another_order() {
        let one = json!({ "Sid": "A", "Effect": "Allow", "Action": "a:B", "Resource": ["x", "y"] });
        let other = json!({ "Resource": ["y", "x"], "Action": ["a:B"], "Effect": "Allow", "Sid": "A" });
        assert_eq!(normal(&one), normal(&other));
        let third = json!({ "Sid": "A", "Effect": "Allow", "Action": "a:B", "Resource": ["x", "z"] });
        assert_ne!(normal(&one), normal(&third));
    }
}
