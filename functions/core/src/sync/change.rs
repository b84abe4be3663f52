//! What a sync changed, for whoever ran it.

use serde::Serialize;

use super::budget::NOTHING;
use super::field::Field;
use crate::arn::QueueArn;
use crate::day::PacificDay;
use crate::grant::{Budget, Pool};
use crate::name::GrantName;

/// Something that was changed, or cannot be as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// Something new.
    New {
        /// What.
        what: String,
    },
    /// Something with other particulars.
    Written {
        /// What.
        what: String,
        /// Those that differ.
        fields: Vec<Field>,
    },
    /// No longer there.
    Removed {
        /// What.
        what: String,
    },
    /// A cap.
    Cap {
        /// Of what.
        pool: Pool,
        /// Before, in the cap's unit per Pacific day; absent: there was none.
        before: Option<i64>,
        /// Now.
        now: i64,
    },
    /// A grant's budget.
    Budget {
        /// Whose.
        grant: GrantName,
        /// Of what.
        pool: Pool,
        /// Before, in the cap's unit per Pacific day; absent: there was none.
        before: Option<Budget>,
        /// Now.
        guaranteed: i64,
        /// Now.
        ceiling: i64,
        /// From when.
        from: PacificDay,
    },
    /// The ceiling on all texts of a grant.
    DailySegments {
        /// Whose.
        grant: GrantName,
        /// Before, in segments per Pacific day; absent: there was no such ceiling.
        before: Option<i64>,
        /// Now; absent: no such ceiling.
        segments: Option<i64>,
        /// From when. Not today, where nobody has counted today.
        from: PacificDay,
    },
    /// In the hub, queues that no grant has any more: what is still on them is nobody's.
    Unserved {
        /// Whose they were.
        grant: GrantName,
        /// They.
        queues: Vec<QueueArn>,
    },
    /// A lowered cap did not leave room for the guarantees: they are less for the rest of the day.
    Shrunk {
        /// Of what.
        pool: Pool,
        /// The day.
        day: PacificDay,
        /// By how much, over all grants.
        by: i64,
        /// What was used beyond the new cap already and cannot be taken back.
        over: i64,
    },
    /// More is wanted to be guaranteed than there is: each guarantee is less, in proportion.
    Overpromised {
        /// Of what.
        pool: Pool,
        /// Its cap.
        cap: i64,
        /// The sum of the guarantees that are wanted.
        guaranteed: i64,
    },
}

/// Whether it has been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tense {
    /// It is what would change.
    Ahead,
    /// It is what has changed.
    Done,
}

impl Tense {
    /// What something is until it is changed.
    pub(super) fn was(self) -> &'static str {
        match self {
            Self::Ahead => "it is",
            Self::Done => "it was",
        }
    }

    fn verb(self, ahead: &'static str, done: &'static str) -> &'static str {
        match self {
            Self::Ahead => ahead,
            Self::Done => done,
        }
    }
}

impl Change {
    /// For people: a sentence for each thing that differs, without a full stop.
    pub fn lines(&self, tense: Tense) -> Vec<String> {
        let line = match self {
            Self::Written { what, fields } if !fields.is_empty() => {
                return fields.iter().map(|field| format!("{what}: {}", field.line(tense))).collect();
            }
            Self::New { what } => format!("{} {what}, which is new", tense.verb("write", "wrote")),
            Self::Written { what, .. } => format!("{} {what}", tense.verb("write", "wrote")),
            Self::Removed { what } => format!("{} {what}", tense.verb("remove", "removed")),
            Self::Cap { pool, before, now } => {
                format!("cap of {}: {now} a day{}", named(pool), until(before.as_ref(), now, tense))
            }
            Self::Budget { grant, pool, before, guaranteed, ceiling, from } => {
                let now = Budget { guaranteed: *guaranteed, ceiling: *ceiling };
                let (now, before) = (said(now), before.map(said));
                let before = until(before.as_ref(), &now, tense);
                format!("budget of {grant} in the cap of {}: {now}, from {from}{before}", named(pool))
            }
            Self::DailySegments { grant, before, segments, from } => {
                let now = segments.map_or("no ceiling".to_owned(), |most| most.to_string());
                let before = until(before.map(|most| most.to_string()).as_ref(), &now, tense);
                format!("daily_segments of {grant}: {now}, from {from}{before}")
            }
            Self::Unserved { grant, queues } => unserved(grant, queues, tense),
            Self::Shrunk { pool, day, by, over } => format!(
                "WARNING: the cap of {} leaves no room for all guarantees on {day}: they are {by} less until midnight \
                 Pacific, and {over} were used beyond the cap before",
                named(pool)
            ),
            Self::Overpromised { pool, cap, guaranteed } => format!(
                "WARNING: {guaranteed} are to be guaranteed of the cap of {}, which is {cap}: each guarantee is less, in \
                 proportion, until they are lowered",
                named(pool)
            ),
        };
        vec![line]
    }
}

/// `, it was 40`; nothing where there is no difference to tell.
fn until<T: std::fmt::Display + PartialEq>(before: Option<&T>, now: &T, tense: Tense) -> String {
    match before {
        Some(before) if before != now => format!(", {} {before}", tense.was()),
        _ => String::new(),
    }
}

fn said(budget: Budget) -> String {
    match budget {
        NOTHING => "nothing".to_owned(),
        Budget { guaranteed, ceiling } => format!("{guaranteed} guaranteed, {ceiling} at most"),
    }
}

fn unserved(grant: &GrantName, queues: &[QueueArn], tense: Tense) -> String {
    let names: Vec<&str> = queues.iter().map(QueueArn::as_str).collect();
    let names = names.join(" and ");
    let (noun, them) = if queues.len() == 1 { ("queue", "it") } else { ("queues", "them") };
    let kept = format!("what is still on {them} stays there and is rejected as NOT_GRANTED once an hour");
    match tense {
        Tense::Ahead => format!(
            "WARNING: with this no grant has the {noun} of {grant} any more, {names}: {kept}. If it is to be sent, say no, \
             stop the senders and let {them} run empty first"
        ),
        Tense::Done => format!(
            "WARNING: no grant has the {noun} any more that {grant} had, {names}: {kept}. Purge {them}, or delete {them} \
             with the event source mapping of each; if it is to be sent, grant {them} again"
        ),
    }
}

/// What a cap counts over, as a person calls it.
pub(super) fn named(pool: &Pool) -> String {
    match pool.as_str().split_once('#') {
        Some((_, campaign)) => format!("the campaign {campaign}"),
        None => format!("the brand {}", pool.as_str()),
    }
}
