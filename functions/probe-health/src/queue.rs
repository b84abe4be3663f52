//! Queues: how old the oldest message is, and whether there are dead letters.

use jiff::SignedDuration;

use crate::check::Finding;
use crate::figures::{Figure, Wanted};

/// A queue, and after how long somebody should look at what waits on it.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The check's name.
    pub check: String,
    /// The queue's.
    pub name: String,
    /// What is looked at.
    pub look: Look,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// How old the oldest message is.
    Age {
        /// Longer than that is too long.
        most: SignedDuration,
        /// What to do then.
        cure: &'static str,
    },
    /// Whether anything is there at all.
    Letters {
        /// What to do then.
        cure: &'static str,
    },
}

/// How long requests wait unless a grant says otherwise: transactional and promotional ones (design, section 4).
const WAIT: [SignedDuration; 2] = [SignedDuration::from_mins(15), SignedDuration::from_hours(24)];
const WAITS: &str = "`tendlc usage` says how many wait; their last outcomes say for what, and until when";
const LETTERS: &str = "`tendlc redrive` shows them by reason, and puts them back once what was wrong is mended";

impl Queue {
    /// A lane of transactional texts, or of promotional ones.
    pub fn lane(name: &str) -> Self {
        let promotional = name.trim_end_matches(".fifo").ends_with("-promotional");
        let most = WAIT[usize::from(promotional)];
        Self { check: format!("queue:{name}"), name: name.to_owned(), look: Look::Age { most, cure: WAITS } }
    }

    /// The dead letters of a grant.
    pub fn letters(name: &str) -> Self {
        Self { check: "dead-letters".to_owned(), name: name.to_owned(), look: Look::Letters { cure: LETTERS } }
    }

    /// Of URLs and ARNs only the name is measured by.
    pub fn name_of(url: &str) -> &str {
        url.rsplit(['/', ':']).next().unwrap_or(url)
    }

    /// The figure that says so.
    pub fn wanted(&self) -> Wanted {
        match self.look {
            Look::Age { .. } => Wanted::of_queue("ApproximateAgeOfOldestMessage", &self.name),
            Look::Letters { .. } => Wanted::of_queue("ApproximateNumberOfMessagesVisible", &self.name),
        }
    }

    /// What is to be said of it. Of a queue that nobody used for hours CloudWatch has no figure: it is empty.
    pub fn judge(&self, figure: &Figure) -> Finding {
        let name = &self.name;
        let value = figure.newest().map_or(0.0, |(_, value)| value);
        match self.look {
            Look::Age { most, cure } => {
                let age = SignedDuration::from_secs(value as i64);
                if age.is_zero() {
                    return Finding::healthy(format!("nothing waits on {name}"));
                }
                let detail = format!(
                    "the oldest on {name} has waited {age:#}; what was received three times or more SQS does not count"
                );
                if age <= most { Finding::healthy(detail) } else { Finding::degraded(detail, cure) }
            }
            Look::Letters { .. } if value < 1.0 => Finding::healthy(format!("no dead letters on {name}")),
            Look::Letters { cure } => Finding::degraded(format!("{value:.0} dead letters on {name}"), cure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lanes_differ_in_how_long_is_too_long() {
        let most = |name: &str| match Queue::lane(name).look {
            Look::Age { most, .. } => most,
            Look::Letters { .. } => SignedDuration::ZERO,
        };
        assert_eq!(most("tendlc-send"), WAIT[0]);
        assert_eq!((most("tendlc-send-promotional"), most("tendlc-send-promotional.fifo")), (WAIT[1], WAIT[1]));
        assert_eq!(Queue::name_of("https://sqs.us-east-1.amazonaws.com/1/tendlc-send"), "tendlc-send");
        assert_eq!(Queue::name_of("arn:aws:sqs:us-east-1:1:tendlc-send.fifo"), "tendlc-send.fifo");
    }

    #[test]
    fn a_queue_without_a_figure_is_empty() {
        let found = [Queue::lane("a"), Queue::letters("b")].map(|queue| queue.judge(&Figure::default()));
        assert!(found.iter().all(|one| one.cure.is_none()), "{found:?}");
    }
}
