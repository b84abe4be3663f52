//! The report for people: a line for the primary and each grant, and below what is not well, with what to do.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use probe_health::{Check, State};
use tendlc_core::account::AccountId;
use tendlc_core::name::GrantName;

use super::place::Known;
use crate::{show, tables};

/// A line of the table.
struct Row<'k> {
    name: &'k str,
    account: &'k AccountId,
    at: Timestamp,
    checks: Vec<&'k Check>,
}

/// What is known, as of `now`; `hub` are the accounts of the hub's grants, for which the primary's probe speaks.
pub fn text(known: &[Known], hub: &BTreeMap<GrantName, AccountId>, now: Timestamp) -> String {
    let mut rows: Vec<Row<'_>> = known.iter().flat_map(|one| rows(one, hub)).collect();
    // What is broken first.
    rows.sort_by_key(|row| std::cmp::Reverse(rank(row.status())));
    let mut table = tables::table(&["of", "account", "status", "for", "looked", "what is not well"], 3);
    for row in &rows {
        table.add_row([
            row.name.to_owned(),
            row.account.to_string(),
            row.word().to_owned(),
            row.since().map_or_else(|| "-".to_owned(), |since| age(now.duration_since(since))),
            if row.checks.is_empty() { "never".to_owned() } else { format!("{} ago", age(now.duration_since(row.at))) },
            row.names(),
        ]);
    }
    let mut text = tables::with_notes(table, &[]);
    text.push('\n');
    for row in &rows {
        for check in row.unwell() {
            let Check { name, finding, .. } = check;
            let line = format!("{} {name} is {}: {}", row.name, finding.state.as_str(), finding.detail);
            text.push_str(&show::folded(&line, "", "    "));
            if let Some(cure) = &finding.cure {
                text.push_str(&show::folded(&format!("mend: {cure}"), "    ", "    "));
            }
        }
    }
    let well = rows.iter().filter(|row| row.status() == State::Healthy).count();
    text.push_str(&format!("{well} of {} healthy\n", rows.len()));
    text
}

/// A place's line, and those of the grants that it speaks for.
fn rows<'k>(known: &'k Known, hub: &'k BTreeMap<GrantName, AccountId>) -> Vec<Row<'k>> {
    let at = known.report.at;
    let whose = |check: &Check| match known.place.grant {
        Some(_) => None,
        None => of_grant(&check.name).and_then(|name| hub.keys().find(|known| known.as_str() == name)),
    };
    let checks = |of: Option<&GrantName>| known.report.checks.iter().filter(|check| whose(check) == of).collect();
    let own = Row { name: known.place.name(), account: &known.place.account, at, checks: checks(None) };
    let of_hub = hub.iter().filter(|_| known.place.grant.is_none());
    let of_hub = of_hub.map(|(name, account)| Row { name: name.as_str(), account, at, checks: checks(Some(name)) });
    std::iter::once(own).chain(of_hub).collect()
}

/// The grant that a check of the primary is about: `assume-role:GRANT`, `dry-run:GRANT/CAMPAIGN`.
fn of_grant(check: &str) -> Option<&str> {
    let (what, of) = check.split_once(':')?;
    match what {
        "assume-role" | "account" => Some(of),
        "dry-run" => of.split_once('/').map(|(grant, _)| grant),
        _ => None,
    }
}

fn rank(state: State) -> u8 {
    match state {
        State::Failing => 3,
        State::Degraded => 2,
        State::Unknown => 1,
        State::Healthy => 0,
    }
}

impl Row<'_> {
    fn status(&self) -> State {
        State::of(self.checks.iter().map(|check| check.finding.state))
    }

    /// Capitals for what somebody has to look at.
    fn word(&self) -> &'static str {
        match self.status() {
            State::Healthy => "healthy",
            State::Degraded => "DEGRADED",
            State::Failing => "FAILING",
            State::Unknown => "UNKNOWN",
        }
    }

    fn unwell(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().copied().filter(|check| check.finding.state != State::Healthy)
    }

    /// Since when the worst of it stands so.
    fn since(&self) -> Option<Timestamp> {
        let status = self.status();
        let worst = self.unwell().filter(|check| check.finding.state == status);
        worst.filter_map(|check| check.since).min()
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.unwell().map(|check| check.name.as_str()).collect();
        match names.as_slice() {
            [] => "-".to_owned(),
            [first, second, third, rest @ ..] if !rest.is_empty() => {
                format!("{first}, {second}, {third} and {} more", rest.len())
            }
            few => few.join(", "),
        }
    }
}

/// In its two largest units, which is as exact as anybody wants it.
fn age(of: SignedDuration) -> String {
    let seconds = of.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match () {
        () if days > 1 => format!("{days} d"),
        () if hours > 0 => format!("{hours} h {} min", minutes % 60),
        () if minutes > 0 => format!("{minutes} min"),
        () => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use probe_health::{Finding, Report};

    use super::super::place::Place;
    use super::*;

    fn known(grant: Option<&str>, checks: &[(&str, State)]) -> Known {
        let at: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let check = |(name, state): &(&str, State)| Check {
            name: (*name).to_owned(),
            finding: Finding { state: *state, detail: "it is so".to_owned(), cure: Some("do that".to_owned()) },
            since: Some(at - SignedDuration::from_mins(125)),
            millis: 1,
        };
        let place = Place {
            grant: grant.map(|name| name.parse().unwrap()),
            account: "222222222222".parse().unwrap(),
            function: "f".to_owned(),
        };
        Known { place, report: Report::of(checks.iter().map(check).collect(), at) }
    }

    #[test]
    fn what_is_broken_stands_first_with_its_cure_below_and_hub_grants_have_lines_of_their_own() {
        let primary = [
            ("production", State::Healthy),
            ("assume-role:news", State::Failing),
            ("dry-run:news/updates", State::Unknown),
            ("number:updates", State::Healthy),
        ];
        let all = [known(None, &primary), known(Some("shop"), &[("assume-role", State::Healthy)])];
        let hub = BTreeMap::from([("news".parse().unwrap(), "333333333333".parse().unwrap())]);
        let now = "2026-11-20T12:00:30Z".parse().unwrap();
        let text = text(&all, &hub, now);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].contains("news") && lines[1].contains("FAILING") && lines[1].contains("2 h 5 min"), "{text}");
        assert!(lines[1].contains("30 s ago") && lines[1].contains("333333333333"), "{text}");
        assert!(lines[2].contains("(primary)") && lines[2].contains("healthy"), "{text}");
        assert!(text.contains("news assume-role:news is failing: it is so\n    mend: do that\n"), "{text}");
        assert!(text.ends_with("2 of 3 healthy\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }

    #[test]
    fn ages_are_as_exact_as_anybody_wants_them() {
        for (seconds, told) in [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (7_500, "2 h 5 min"), (200_000, "2 d")] {
            assert_eq!(age(SignedDuration::from_secs(seconds)), told);
        }
    }
}
