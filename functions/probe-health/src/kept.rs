//! What is kept from run to run: how everything stands, since when, and what was said of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::check::{Check, Finding, Report, State};

/// Of what is healthy no details are kept.
const WELL: &str = "it was looked at, and it works";

/// Where more is broken than there is room for, how it stands is kept and nothing else.
const TOO_MUCH: &str = "too much was broken to keep what was found";
const AGAIN: &str = "ask again: `tendlc status`";

/// Bytes; an item takes 400 KB, names of attributes included.
const ROOM: usize = 390_000;
/// What a check takes beside its name and what was found: states, a moment, the names of five attributes.
const EACH: usize = 100;

/// Longer details are cut.
const LONGEST: usize = 300;

/// How everything stood at the last run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Counts the times that it was written: of two runs at once one is kept.
    pub revision: i64,
    /// When it was looked at.
    pub at: Timestamp,
    /// By the check's name.
    pub checks: BTreeMap<String, Standing>,
}

/// How one thing stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// `None`: it is no longer looked at, which is still to be said.
    pub state: Option<State>,
    /// Since when.
    pub since: Timestamp,
    /// The state that an event told last; `None`: none has told any.
    pub said: Option<State>,
    /// What was found last.
    pub detail: String,
    /// What to do.
    pub cure: Option<String>,
}

/// A change, as an event tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The check.
    pub name: String,
    /// What was told of it last; absent where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<State>,
    /// How it stands; absent where it is no longer looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Since when.
    pub since: Timestamp,
    /// What was found.
    pub detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

impl Standing {
    /// What was found, in words.
    fn found(&self) -> String {
        match self.state {
            _ if !self.detail.is_empty() => self.detail.clone(),
            None | Some(State::Healthy) => WELL.to_owned(),
            Some(_) => TOO_MUCH.to_owned(),
        }
    }

    /// As a run would say it; `None`: it is no longer looked at.
    fn check(&self, name: &str) -> Option<Check> {
        let state = self.state?;
        let again = || (state != State::Healthy).then(|| AGAIN.to_owned());
        let finding = Finding { state, detail: self.found(), cure: self.cure.clone().or_else(again) };
        Some(Check { name: name.to_owned(), finding, since: Some(self.since), millis: 0, stands_in: false })
    }

    /// What is well is no news until something was not.
    fn is_news(&self) -> bool {
        self.state != Some(self.said.unwrap_or(State::Healthy))
    }
}

impl Kept {
    /// What is to be kept after a run, of whose checks it notes since when they stand so.
    pub fn after(&self, report: &mut Report, now: Timestamp) -> Self {
        let mut checks = BTreeMap::new();
        for check in report.checks.iter_mut().filter(|check| !check.stands_in) {
            let before = self.checks.get(&check.name);
            let state = Some(check.finding.state);
            let since = before.filter(|before| before.state == state).map_or(now, |before| before.since);
            check.since = Some(since);
            let Finding { cure, .. } = check.finding.clone();
            let said = before.and_then(|before| before.said);
            checks.insert(check.name.clone(), Standing { state, since, said, detail: told(check), cure });
        }
        for name in std::mem::take(&mut report.left) {
            let Some((before, check)) = self.checks.get(&name).and_then(|one| Some((one, one.check(&name)?))) else {
                continue;
            };
            report.checks.push(check);
            checks.insert(name, before.clone());
        }
        report.status = State::of(report.checks.iter().map(|check| check.finding.state));
        // Where something stood in the way, what was not looked at stands as it did.
        let whole = !report.checks.iter().any(|check| check.stands_in);
        for (name, before) in self.checks.iter().filter(|(name, _)| !checks.contains_key(*name)).collect::<Vec<_>>() {
            let gone = Standing { state: None, since: now, cure: None, ..before.clone() };
            match whole {
                false => checks.insert(name.clone(), before.clone()),
                true if gone.said.is_some_and(|said| said != State::Healthy) => checks.insert(name.clone(), gone),
                true => None,
            };
        }
        Self { revision: self.revision + 1, at: now, checks }
    }

    /// What is still to be said.
    pub fn news(&self) -> Vec<Change> {
        let news = self.checks.iter().filter(|(_, standing)| standing.is_news());
        news.map(|(name, standing)| Change {
            name: name.clone(),
            was: standing.said,
            state: standing.state,
            since: standing.since,
            detail: standing.found(),
            cure: standing.cure.clone(),
        })
        .collect()
    }

    /// The same, when all of that was said.
    pub fn said(mut self) -> Self {
        self.revision += 1;
        self.checks.retain(|_, standing| standing.state.is_some());
        for standing in self.checks.values_mut().filter(|standing| standing.is_news()) {
            standing.said = standing.state;
        }
        self
    }

    /// The same, without details where there is no room for them.
    pub fn fitting(mut self) -> Self {
        let bytes = |(name, standing): (&String, &Standing)| {
            EACH + name.len() + standing.detail.len() + standing.cure.as_ref().map_or(0, String::len)
        };
        if self.checks.iter().map(bytes).sum::<usize>() > ROOM {
            self.checks.values_mut().for_each(|standing| (standing.detail, standing.cure) = (String::new(), None));
        }
        self
    }

    /// The report of that run, with how long each check took left out.
    pub fn report(self) -> Report {
        let checks = self.checks.iter().filter_map(|(name, standing)| standing.check(name));
        Report::of(checks.collect(), self.at)
    }
}

/// What is kept of a finding: an item takes 400 KB, and hundreds of grants are in one.
fn told(check: &Check) -> String {
    match check.finding.state {
        State::Healthy => String::new(),
        _ => check.finding.detail.chars().take(LONGEST).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: [&str; 3] = ["2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z", "2026-11-20T14:00:00Z"];

    fn run(kept: &Kept, at: usize, states: &[(&str, State)]) -> (Kept, Report) {
        let check = |(name, state): &(&str, State)| Check {
            name: (*name).to_owned(),
            finding: Finding {
                state: *state,
                detail: "found".to_owned(),
                cure: (*state != State::Healthy).then(|| "mend it".to_owned()),
            },
            since: None,
            millis: 3,
            stands_in: false,
        };
        let at = AT[at].parse().unwrap();
        let mut report = Report::of(states.iter().map(check).collect(), at);
        (kept.after(&mut report, at), report)
    }

    fn told(kept: &Kept) -> Vec<(String, Option<State>, Option<State>)> {
        kept.news().into_iter().map(|change| (change.name, change.was, change.state)).collect()
    }

    #[test]
    fn what_is_well_from_the_beginning_is_no_news_and_what_breaks_and_is_mended_is_said_once_each() {
        let (first, _) = run(&Kept::default(), 0, &[("role", State::Healthy)]);
        assert_eq!(told(&first), []);
        let (second, _) = run(&first, 1, &[("role", State::Failing)]);
        assert_eq!(told(&second), [("role".to_owned(), None, Some(State::Failing))]);
        let second = second.said();
        assert_eq!(told(&second), []);
        let (again, _) = run(&second, 2, &[("role", State::Failing)]);
        assert_eq!(told(&again), []);
        let (mended, _) = run(&again, 2, &[("role", State::Healthy)]);
        assert_eq!(told(&mended), [("role".to_owned(), Some(State::Failing), Some(State::Healthy))]);
        assert_eq!(mended.news()[0].detail, WELL, "an event says what was found, whatever is kept of it");
        assert_eq!(told(&mended.said()), []);
    }

    #[test]
    fn a_check_says_since_when_it_stands_as_it_does() {
        let (first, _) = run(&Kept::default(), 0, &[("role", State::Failing)]);
        let (second, report) = run(&first, 1, &[("role", State::Failing)]);
        assert_eq!(report.checks[0].since, Some(AT[0].parse().unwrap()));
        let (_, report) = run(&second, 2, &[("role", State::Unknown)]);
        assert_eq!(report.checks[0].since, Some(AT[2].parse().unwrap()));
    }

    #[test]
    fn what_could_not_be_said_is_said_after_the_next_run_unless_it_is_over() {
        let (first, _) = run(&Kept::default(), 0, &[("role", State::Failing)]);
        let (second, _) = run(&first, 1, &[("role", State::Failing)]);
        assert_eq!(told(&second), [("role".to_owned(), None, Some(State::Failing))]);
        let (over, _) = run(&first, 1, &[("role", State::Healthy)]);
        assert_eq!(told(&over), []);
    }

    #[test]
    fn what_is_no_longer_looked_at_is_said_where_it_was_said_to_be_broken_and_then_forgotten() {
        let (first, _) = run(&Kept::default(), 0, &[("role", State::Healthy), ("number:a", State::Degraded)]);
        let (second, report) = run(&first.said(), 1, &[]);
        assert_eq!(told(&second), [("number:a".to_owned(), Some(State::Degraded), None)]);
        assert_eq!(report.checks, []);
        assert!(second.said().checks.is_empty());
    }

    #[test]
    fn what_was_not_looked_at_stands_as_it_did_and_is_no_news() {
        let (first, _) = run(&Kept::default(), 0, &[("role", State::Healthy), ("number:a", State::Failing)]);
        let at = AT[1].parse().unwrap();
        let check = |name: &str, state, stands_in| Check {
            name: name.to_owned(),
            finding: Finding { state, detail: "found".to_owned(), cure: None },
            since: None,
            millis: 0,
            stands_in,
        };
        let checks = vec![check("role", State::Failing, false), check("number", State::Unknown, true)];
        let second = first.said().after(&mut Report::of(checks, at), at);
        assert_eq!(told(&second), [("role".to_owned(), None, Some(State::Failing))]);
        assert_eq!(second.checks["number:a"].since, AT[0].parse().unwrap());
        let (third, _) = run(&second.said(), 2, &[("role", State::Healthy), ("number:a", State::Failing)]);
        assert_eq!(told(&third), [("role".to_owned(), Some(State::Failing), Some(State::Healthy))]);
    }

    #[test]
    fn four_hundred_grants_of_three_campaigns_fit_into_one_item_when_nothing_works() {
        let names = (0..400).flat_map(|grant| {
            let name = format!("a-grant-with-a-name-of-some-length-{grant:03}");
            let runs = (0..3).map(|campaign| format!("dry-run:{name}/campaign-with-a-name-{campaign}"));
            let runs = runs.collect::<Vec<_>>();
            [format!("assume-role:{name}"), format!("account:{name}")].into_iter().chain(runs)
        });
        let at = AT[0].parse().unwrap();
        let broken = |name: String| Check {
            name,
            finding: Finding::failing("d".repeat(2 * LONGEST), "c".repeat(200)),
            since: None,
            millis: 3,
            stands_in: false,
        };
        let mut report = Report::of(names.map(broken).collect(), at);
        let kept = Kept::default().after(&mut report, at);
        assert_eq!(kept.news()[0].detail.len(), LONGEST, "an event tells all of it");
        let kept = kept.fitting().said();
        let bytes = serde_json::to_string(&kept).unwrap().len();
        assert!(bytes < 400 * 1024, "{bytes}");
        // What is reckoned is not less than what it takes.
        let one = serde_json::to_string(kept.checks.values().next().unwrap()).unwrap();
        assert!(one.len() <= EACH, "{one}");
        let check = &kept.report().checks[0];
        assert_eq!((check.finding.state, check.finding.detail.as_str()), (State::Failing, TOO_MUCH));
        assert!(check.finding.cure.is_some());
    }

    #[test]
    fn what_a_run_leaves_out_stands_as_it_was_found_last() {
        let (first, _) = run(&Kept::default(), 0, &[("role", State::Healthy), ("simulator", State::Degraded)]);
        let first = first.said();
        let at = AT[1].parse().unwrap();
        let role = Check {
            name: "role".to_owned(),
            finding: Finding::healthy("found"),
            since: None,
            millis: 0,
            stands_in: false,
        };
        let left = vec!["simulator".to_owned(), "never-looked-at".to_owned()];
        let mut report = Report { left, ..Report::of(vec![role], at) };
        let second = first.after(&mut report, at);
        assert_eq!((report.status, report.checks.len()), (State::Degraded, 2));
        assert_eq!(report.checks[1].since, Some(AT[0].parse().unwrap()));
        assert_eq!(told(&second), []);
        assert_eq!(second.checks["simulator"], first.checks["simulator"]);
    }

    #[test]
    fn what_is_kept_reads_as_the_report_did() {
        let (kept, report) = run(&Kept::default(), 0, &[("role", State::Degraded)]);
        let mut expected = report;
        expected.checks[0].millis = 0;
        assert_eq!(kept.report(), expected);
    }
}
