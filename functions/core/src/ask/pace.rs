//! One call a second: AWS's default for every `Describe*` and `List*` of sms-voice, and for the whole primary (facts,
//! section 6.1).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::SharedClock;
use jiff::{SignedDuration, Timestamp};

/// A tenth more than the second: calls do not take the same time on their way.
const APART: SignedDuration = SignedDuration::from_millis(1_100);

/// What has one turn a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// Each operation, as AWS counts.
    OfEach,
    /// All of them together, so that those who send notice nothing.
    OfAll,
}

/// Gives out turns.
#[derive(Debug)]
pub struct Pace {
    clock: SharedClock,
    turn: Turn,
    turns: Mutex<Turns>,
}

#[derive(Debug, Default)]
struct Turns {
    next: HashMap<&'static str, Timestamp>,
    waited: SignedDuration,
}

impl Pace {
    /// One call a second of each operation.
    pub fn new(clock: SharedClock) -> Self {
        Self { clock, turn: Turn::OfEach, turns: Mutex::default() }
    }

    /// One call a second, whatever it is.
    pub fn of_all(clock: SharedClock) -> Self {
        Self { clock, turn: Turn::OfAll, turns: Mutex::default() }
    }

    /// Returns when it is the caller's turn to call `operation`.
    pub async fn turn(&self, operation: &'static str) {
        let operation = if self.turn == Turn::OfAll { "" } else { operation };
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.clock.now();
            let turn = turns.next.get(operation).map_or(now, |next| now.max(*next));
            turns.next.insert(operation, turn + APART);
            turns.waited += turn.duration_since(now);
            turn
        };
        self.clock.sleep_until(turn).await;
    }

    /// How long all callers waited so far.
    pub fn waited(&self) -> SignedDuration {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).waited
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::clock::{Clock as _, ManualClock};

    use super::*;

    #[tokio::test]
    async fn an_operation_is_called_once_a_second_and_holds_up_no_other() {
        let start: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let pace = Pace::new(clock.clone());
        for (operation, second) in [("A", 0), ("B", 0), ("A", 1), ("A", 2), ("B", 2)] {
            pace.turn(operation).await;
            assert_eq!(clock.now(), start + APART * second, "{operation}");
        }
        assert_eq!(pace.waited(), APART * 2);
    }

    #[tokio::test]
    async fn of_all_operations_together_one_is_called_a_second_where_that_is_wanted() {
        let start: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let pace = Pace::of_all(clock.clone());
        for (operation, second) in [("A", 0), ("B", 1), ("A", 2)] {
            pace.turn(operation).await;
            assert_eq!(clock.now(), start + APART * second, "{operation}");
        }
    }
}
