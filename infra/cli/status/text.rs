//! The report for people: a line for the primary and each grant, and below what is not well, with what to do.

use jiff::{SignedDuration, Timestamp};
use probe_health::{Check, State};

use super::place::Known;
use crate::{show, tables};

/// What is known, as of `now`.
pub fn text(known: &[Known], now: Timestamp) -> String {
    let mut rows: Vec<&Known> = known.iter().collect();
    // What is broken first.
    rows.sort_by_key(|row| std::cmp::Reverse(row.report.status.weight()));
    let mut table = tables::table(&["of", "account", "status", "for", "looked", "what is not well"], 3);
    for row in &rows {
        table.add_row([
            row.place.name().to_owned(),
            row.place.account.to_string(),
            word(row.report.status).to_owned(),
            since(row).map_or_else(|| "-".to_owned(), |since| age(now.duration_since(since))),
            looked(row, now),
            names(row),
        ]);
    }
    let mut text = tables::with_notes(table, &[]);
    text.push('\n');
    for row in &rows {
        for check in unwell(row) {
            let Check { name, finding, .. } = check;
            let line = format!("{} {name} is {}: {}", row.place.name(), finding.state.as_str(), finding.detail);
            text.push_str(&show::folded(&line, "", "    "));
            if let Some(cure) = &finding.cure {
                text.push_str(&show::folded(&format!("mend: {cure}"), "    ", "    "));
            }
        }
    }
    let well = rows.iter().filter(|row| row.report.status == State::Healthy).count();
    text.push_str(&format!("{well} of {} healthy\n", rows.len()));
    text
}

/// Capitals for what somebody has to look at.
fn word(state: State) -> &'static str {
    match state {
        State::Healthy => "healthy",
        State::Degraded => "DEGRADED",
        State::Failing => "FAILING",
        State::Unknown => "UNKNOWN",
    }
}

/// When its probe looked last.
fn looked(known: &Known, now: Timestamp) -> String {
    match known.report.checks.as_slice() {
        [] => "never".to_owned(),
        [only] if only.name == "probe" => "-".to_owned(),
        _ => format!("{} ago", age(now.duration_since(known.report.at))),
    }
}

fn unwell(known: &Known) -> impl Iterator<Item = &Check> {
    known.report.checks.iter().filter(|check| check.finding.state != State::Healthy)
}

/// Since when the worst of it stands so.
fn since(known: &Known) -> Option<Timestamp> {
    let worst = unwell(known).filter(|check| check.finding.state == known.report.status);
    worst.filter_map(|check| check.since).min()
}

fn names(known: &Known) -> String {
    let names: Vec<&str> = unwell(known).map(|check| check.name.as_str()).collect();
    match names.as_slice() {
        [] => "-".to_owned(),
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        few => few.join(", "),
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
            stands_in: false,
        };
        let place = Place {
            grant: grant.map(|name| name.parse().unwrap()),
            account: "222222222222".parse().unwrap(),
            function: "f".to_owned(),
        };
        Known { place, report: Report::of(checks.iter().map(check).collect(), at) }
    }

    #[test]
    fn what_is_broken_stands_first_with_its_cure_below() {
        let news = [("assume-role:news", State::Failing), ("dry-run:news/updates", State::Unknown)];
        let all = [known(None, &[("production", State::Healthy)]), known(Some("news"), &news), known(Some("new"), &[])];
        let text = text(&all, "2026-11-20T12:00:30Z".parse().unwrap());
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].contains("news") && lines[1].contains("FAILING") && lines[1].contains("2 h 5 min"), "{text}");
        assert!(lines[1].contains("30 s ago") && lines[1].contains("222222222222"), "{text}");
        assert!(text.contains("never") && text.contains("(primary)"), "{text}");
        assert!(text.contains("news assume-role:news is failing: it is so\n    mend: do that\n"), "{text}");
        assert!(text.ends_with("1 of 3 healthy\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }

    #[test]
    fn ages_are_as_exact_as_anybody_wants_them() {
        for (seconds, told) in [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (7_500, "2 h 5 min"), (200_000, "2 d")] {
            assert_eq!(age(SignedDuration::from_secs(seconds)), told);
        }
    }
}
