//! What would change, for people and for programs.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tendlc_core::sync::Tense;
use tendlc_deploy::{Owner, Template};

use super::survey::{Item, Survey};
use crate::cloud::plan::Action;
use crate::show;

/// For programs.
pub fn object(survey: &Survey<'_>) -> Value {
    let stacks = survey.planned.iter().filter(|planned| !planned.plan.is_nothing()).map(|planned| {
        json!({
            "account": planned.stack.account,
            "stack": planned.stack.name,
            "new": planned.plan.is_new,
            "changes": planned.plan.changes,
        })
    });
    let (_, primary) = survey.primary;
    json!({
        "stacks": stacks.collect::<Value>(),
        "unchanged": survey.planned.iter().filter(|planned| planned.plan.is_nothing()).count(),
        "table": { "name": primary.table.resource(), "changes": survey.writing.changes },
    })
}

/// For people: by account, a line a resource.
pub fn table(survey: &Survey<'_>) -> String {
    let mut text = String::new();
    let mut accounts: Vec<_> = survey.planned.iter().map(|planned| &planned.stack.account).collect();
    accounts.sort();
    accounts.dedup();
    for account in accounts {
        let of_account = survey.planned.iter().filter(|planned| planned.stack.account == *account);
        let changed: Vec<&Item> = of_account.filter(|planned| !planned.plan.is_nothing()).collect();
        if changed.is_empty() {
            continue;
        }
        text.push_str(&format!("account {account}\n"));
        for planned in changed {
            text.push_str(&format!("  {} {}{}\n", mark_of(planned), planned.stack.name, after(planned)));
            for change in &planned.plan.changes {
                let (mark, kind) = (mark(change.action), change.kind.trim_start_matches("AWS::"));
                text.push_str(&format!("      {mark} {:<28} {kind}\n", change.resource));
            }
        }
    }
    let unchanged = survey.planned.iter().filter(|planned| planned.plan.is_nothing()).count();
    if unchanged > 0 {
        text.push_str(&format!("{} as wanted\n", show::counted(unchanged, "stack")));
    }
    if survey.writing.writes {
        let (_, primary) = survey.primary;
        text.push_str(&format!("table {} in {}\n", primary.table.resource(), primary.account));
        for line in survey.writing.changes.iter().flat_map(|change| change.lines(Tense::Ahead)) {
            text.push_str(&show::folded(&line, "  ", "    "));
        }
        if survey.writing.changes.is_empty() {
            text.push_str("  only what an interrupted run left undone\n");
        }
    }
    text
}

fn mark_of(planned: &Item) -> char {
    if planned.plan.is_new { '+' } else { '~' }
}

fn after(planned: &Item) -> &'static str {
    if planned.plan.after_failure { " (what is left of a creation that failed goes first)" } else { "" }
}

/// What to type once it is done, and what to hand to whoever writes the workload.
pub fn next(survey: &Survey<'_>) -> String {
    let mut text = String::from("done\n");
    let grants: BTreeSet<_> = survey
        .planned
        .iter()
        .filter(|item| item.stack.template == Template::Grant && item.plan.is_new)
        .filter_map(|item| match &item.stack.owner {
            Owner::Grant(name) => Some((name, survey.config.grants.get(name)?)),
            _ => None,
        })
        .map(|(name, grant)| (name.clone(), grant.queues.transactional.clone(), grant.queues.promotional.clone()))
        .collect();
    for (name, transactional, promotional) in &grants {
        text.push_str(&format!(
            "next: tendlc verify {name}; its workloads need sqs:SendMessage on\n  {transactional}\n  {promotional}\n"
        ));
    }
    if grants.is_empty() {
        text.push_str("next: tendlc verify, or tendlc grant NAME --account ID --campaign NAME for the first grant\n");
    }
    text
}

/// As diffs have it; `!` is a resource that is made anew, with all that it holds.
fn mark(action: Action) -> char {
    match action {
        Action::Add => '+',
        Action::Modify => '~',
        Action::Replace => '!',
        Action::Remove => '-',
    }
}
