//! Queues: how old the oldest message is, and whether there are dead letters.

use jiff::SignedDuration;
use tendlc_core::grant::MaxWait;
use tendlc_core::name::GrantName;
use tendlc_core::request::Kind;

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

const WAITS: &str = "`tendlc usage` says how many wait; their last outcomes say for what, and until when";
const LETTERS: &str = "`tendlc redrive` shows them by reason, and puts them back once what was wrong is mended";

impl Queue {
    /// A lane; of a hub's grant its check says whose.
    pub fn lane(grant: Option<&GrantName>, name: &str, wait: MaxWait) -> Self {
        let promotional = name.trim_end_matches(".fifo").ends_with("-promotional");
        let kind = if promotional { Kind::Promotional } else { Kind::Transactional };
        let most = wait.of(kind);
        let check = grant.map_or_else(|| format!("queue:{name}"), |grant| format!("queue:{grant}/{name}"));
        Self { check, name: name.to_owned(), look: Look::Age { most, cure: WAITS } }
    }

    /// The dead letters of a grant; of a hub's grant its check says whose.
    pub fn letters(grant: Option<&GrantName>, name: &str) -> Self {
        let check = grant.map_or_else(|| "dead-letters".to_owned(), |grant| format!("dead-letters:{grant}"));
        Self { check, name: name.to_owned(), look: Look::Letters { cure: LETTERS } }
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
                let not_counted = "what was received three times or more, as most of what waits, SQS does not count";
                if age.is_zero() {
                    return Finding::healthy(format!("nothing new waits on {name}; {not_counted}"));
                }
                let detail = format!("the oldest on {name} has waited {age:#}; {not_counted}");
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
    use crate::fixtures;

    #[test]
    fn the_lanes_differ_in_how_long_is_too_long() {
        let wait = fixtures::grant().max_wait;
        let most = |name: &str| match Queue::lane(None, name, wait).look {
            Look::Age { most, .. } => most,
            Look::Letters { .. } => SignedDuration::ZERO,
        };
        assert_eq!(most("tendlc-send"), SignedDuration::from_mins(15));
        let promotional = ["tendlc-send-promotional", "tendlc-send-promotional.fifo"].map(most);
        assert_eq!(promotional, [SignedDuration::from_hours(24); 2]);
        assert_eq!(Queue::name_of("https://sqs.us-east-1.amazonaws.com/1/tendlc-send"), "tendlc-send");
        assert_eq!(Queue::name_of("arn:aws:sqs:us-east-1:1:tendlc-send.fifo"), "tendlc-send.fifo");
    }

    #[test]
    fn a_queue_without_a_figure_is_empty() {
        let queues = [Queue::lane(None, "a", fixtures::grant().max_wait), Queue::letters(None, "b")];
        let found = queues.map(|queue| queue.judge(&Figure::default()));
        assert!(found.iter().all(|one| one.cure.is_none()), "{found:?}");
    }
}
