//! What was proven, for people: a line a grant, and below what is not as it should be.

use super::Proof;
use super::ask::Check;
use super::drift::{Difference, Statement};
use crate::{show, tables};

/// A column: its name, what its checks begin with, and what they must come to.
const COLUMNS: [(&str, &[&str], &str); 9] = [
    ("assume", &["assume-role", "probe"], "allowed"),
    ("in primary", &["account"], "yes"),
    ("table", &["table"], "allowed"),
    ("campaign", &["number:", "registration:", "limits:"], "well"),
    ("send", &["dry-run:"], "allowed"),
    ("no id", &["denied/no-external-id"], "denied"),
    ("other number", &["denied/another-number"], "denied"),
    ("others' keys", &["denied/own-limits", "denied/other-"], "denied"),
    ("topics", &["denied/topics"], "denied"),
];

/// So many grants stand beside each other: a terminal of 80 columns has room for them.
const BESIDE: usize = 4;

pub fn text(proofs: &[Proof]) -> String {
    if proofs.is_empty() {
        return "there are no grants yet; `tendlc grant NAME --account ID --campaign NAME` makes one\n".to_owned();
    }
    let mut text = String::new();
    for some in proofs.chunks(BESIDE) {
        let mut header = vec![""];
        header.extend(some.iter().map(|proof| proof.grant.as_str()));
        let mut table = tables::table(&header, 1);
        for (name, begins, good) in COLUMNS {
            let cells = some.iter().map(|proof| cell(&proof.checks, begins, good));
            table.add_row(std::iter::once(name.to_owned()).chain(cells));
        }
        let policies = some.iter().map(|proof| match proof {
            proof if proof.is_revoked() => "REVOKED",
            proof if proof.checks.iter().any(|check| check.name == "policies") => "UNKNOWN",
            proof if proof.statements.is_empty() => "as written",
            _ => "OTHERS",
        });
        table.add_row(std::iter::once("policies").chain(policies));
        text.push_str(&tables::with_notes(table, &[]));
        text.push('\n');
    }
    for proof in proofs {
        if proof.is_revoked() {
            // Whatever else fails comes of that.
            let line = format!("{0} is revoked; `tendlc grant {0}` gives access again", proof.grant);
            text.push_str(&show::folded(&line, "", "    "));
            continue;
        }
        for check in proof.checks.iter().filter(|check| !check.is_healthy()) {
            let Check { name, state, detail, cure } = check;
            let line = format!("{} {name} is {state}: {detail}", proof.grant);
            text.push_str(&show::folded(&line, "", "    "));
            if let Some(cure) = cure {
                text.push_str(&show::folded(&format!("mend: {cure}"), "    ", "    "));
            }
        }
        for statement in &proof.statements {
            text.push_str(&show::folded(&said(statement), &format!("{} ", proof.grant), "    "));
        }
    }
    let good = proofs.iter().filter(|proof| proof.holds()).count();
    text.push_str(&format!("{good} of {} as they should be\n", show::counted(proofs.len(), "grant")));
    text
}

/// What the checks of a column came to: the good word, or what is wrong in capitals.
fn cell(checks: &[Check], begins: &[&str], good: &str) -> String {
    let of_column = |check: &&Check| begins.iter().any(|begin| check.name.starts_with(begin));
    let states: Vec<&str> = checks.iter().filter(of_column).map(|check| check.state.as_str()).collect();
    let word = match (states.as_slice(), good) {
        ([], _) => "-",
        (states, good) if states.iter().all(|state| *state == "healthy") => good,
        (states, "denied") if states.contains(&"failing") => "ALLOWED",
        (states, "allowed") if states.contains(&"failing") => "DENIED",
        (states, _) if states.contains(&"failing") => "NO",
        (states, _) if states.contains(&"degraded") => "DEGRADED",
        _ => "UNKNOWN",
    };
    word.to_owned()
}

/// CloudFormation does not look whether what it made is still so, and a deploy changes nothing that it made as wanted.
fn said(statement: &Statement) -> String {
    let Statement { policy, sid, difference, .. } = statement;
    let back = match policy.as_str() {
        "trust" => {
            "`tendlc render` writes it as it should be (Role.trust.json); `aws iam update-assume-role-policy` puts it back"
        }
        _ => {
            "`tendlc render` writes it as it should be (Permissions.permissions.json); `aws iam put-role-policy` puts it back"
        }
    };
    match difference {
        Difference::Missing => format!("the statement {sid} of {policy} is not there: {back}"),
        Difference::Changed => {
            format!("the statement {sid} of {policy} was changed (--output json shows both): {back}")
        }
        Difference::Foreign => {
            format!("the statement {sid} of {policy} is none of ours: take it away, or adopt the role with role_arn")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, state: &str) -> Check {
        Check { name: name.to_owned(), state: state.to_owned(), detail: "d".to_owned(), cure: Some("c".to_owned()) }
    }

    #[test]
    fn a_cell_says_what_is_wrong_in_capitals() {
        let checks = [
            check("assume-role", "healthy"),
            check("dry-run:a", "healthy"),
            check("dry-run:b", "failing"),
            check("denied/topics", "failing"),
            check("denied/own-limits", "unknown"),
        ];
        let told = COLUMNS.map(|(_, begins, good)| cell(&checks, begins, good));
        assert_eq!(told, ["allowed", "-", "-", "-", "DENIED", "-", "-", "UNKNOWN", "ALLOWED"]);
    }

    #[test]
    fn what_is_wrong_stands_below_with_its_cure() {
        let proof = |name: &str, state| Proof {
            grant: name.parse().unwrap(),
            checks: vec![check("denied/topics", state)],
            statements: Vec::new(),
        };
        let text = text(&[proof("good", "healthy"), proof("bad", "failing")]);
        assert!(text.contains("bad denied/topics is failing: d\n    mend: c\n"), "{text}");
        assert!(text.ends_with("1 of 2 grants as they should be\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }
}
