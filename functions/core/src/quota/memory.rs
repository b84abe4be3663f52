//! What an environment remembers of the counters it has met: where to begin, and what need not be asked again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::stop::STOPPED;
use crate::request::Kind;
use crate::table::{Item, Key, read_number};

/// How long a counter that was found empty is taken to be so: others give back within it, seldom.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

/// How long something that was refused is taken to be scarce.
const SCARCE: SignedDuration = SignedDuration::from_secs(30);

/// What is added to the moment at which a clock is asked again, at most, after a second refusal in a row; twice as much
/// after each further one, up to eight times. Many functions on one clock would otherwise spend more updates on being
/// refused than on what the clock has to give; and one that seldom asks would never be the first to find room.
const LONGER: SignedDuration = SignedDuration::from_millis(500);

/// How long the line before a clock is at most. What finds no place in it comes back within about as long, for nobody knows
/// then how many others' texts stand in theirs.
pub(super) const LINE_MILLIS: i64 = 60_000;

/// More than an environment meets in days; then it forgets all and learns anew.
const MOST: usize = 512;

/// The last known value of each counter.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Met>);

#[derive(Debug, Default)]
struct Met {
    known: HashMap<(Key, String), Known>,
    refused: HashMap<Key, Timestamp>,
    held_off: HashMap<(Key, Kind), HeldOff>,
    /// Until when the places before a clock are spoken for, in microseconds since 1970.
    lines: HashMap<(Key, Kind), i64>,
}

/// A clock that had too few places for a lane, so many times in a row.
#[derive(Clone, Copy, Debug)]
struct HeldOff {
    times: u32,
    until: Timestamp,
}

/// A counter as it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) value: i64,
    at: Timestamp,
}

impl Known {
    /// Whether it can be relied on without asking.
    pub(super) fn fresh(self, now: Timestamp) -> bool {
        now.duration_since(self.at).abs() <= FRESH
    }
}

impl Memory {
    /// Keeps what an answer says of these attributes.
    pub(super) fn learn(&self, now: Timestamp, key: &Key, item: &Item, attributes: &[&str]) {
        let mut met = self.met();
        if met.known.len() > MOST {
            met.known.clear();
        }
        for attribute in attributes {
            if let Some(value) = read_number(item, attribute) {
                met.known.insert((key.clone(), (*attribute).to_owned()), Known { value, at: now });
            }
        }
    }

    /// Keeps that so much of what was taken is about to be given back: a counter that is empty for the moment is not
    /// what the next text lacks.
    pub(super) fn goes_back(&self, key: &Key, attribute: &str, amount: i64) {
        if let Some(known) = self.met().known.get_mut(&(key.clone(), attribute.to_owned())) {
            known.value = known.value.saturating_add(amount);
        }
    }

    /// What is known of an attribute.
    pub(super) fn known(&self, key: &Key, attribute: &str) -> Option<Known> {
        self.met().known.get(&(key.clone(), attribute.to_owned())).copied()
    }

    /// Keeps that an item had less than was asked for.
    pub(super) fn refused(&self, now: Timestamp, key: &Key) {
        let mut met = self.met();
        if met.refused.len() > MOST {
            met.refused.clear();
        }
        met.refused.insert(key.clone(), now);
    }

    /// Whether an item lately had less than was asked for.
    pub(super) fn is_scarce(&self, now: Timestamp, key: &Key) -> bool {
        self.met().refused.get(key).is_some_and(|at| now.duration_since(*at).abs() <= SCARCE)
    }

    /// Whether anything had less than was asked for lately.
    pub(super) fn was_refused_lately(&self, now: Timestamp) -> bool {
        let met = self.met();
        let micros = now.as_microsecond();
        let stopped = || met.known.iter().any(|((_, name), known)| name == STOPPED && known.value > micros);
        met.refused.values().any(|at| now.duration_since(*at).abs() <= SCARCE) || stopped()
    }

    /// Keeps that a clock had fewer places than a lane asked for, and none before `earliest`. Says when it is asked again.
    pub(super) fn hold_off(&self, key: &Key, kind: Kind, earliest: Timestamp) -> Timestamp {
        let mut met = self.met();
        if met.held_off.len() > MOST {
            met.held_off.clear();
        }
        // Refusals long ago were of another rush.
        let in_a_row = |held: &&HeldOff| earliest.duration_since(held.until) < SCARCE;
        let times = met.held_off.get(&(key.clone(), kind)).filter(in_a_row).map_or(0, |held| held.times);
        let most = match times {
            0 => 0,
            _ => LONGER.as_millis() << (times - 1).min(3),
        };
        let longer = fastrand::i64(0..=i64::try_from(most).unwrap_or(0));
        let until = earliest.checked_add(SignedDuration::from_millis(longer)).unwrap_or(earliest);
        met.held_off.insert((key.clone(), kind), HeldOff { times: times.saturating_add(1), until });
        until
    }

    /// The place of one more text in the line before a clock that has none before `begins`, in microseconds since 1970;
    /// `None`: the line is too long.
    pub(super) fn stand_in_line(
        &self,
        key: &Key,
        kind: Kind,
        (now, begins): (Timestamp, i64),
        cost: i64,
    ) -> Option<i64> {
        let mut met = self.met();
        if met.lines.len() > MOST {
            met.lines.clear();
        }
        let line = met.lines.entry((key.clone(), kind)).or_insert(begins);
        let place = begins.max(*line);
        if place > now.as_microsecond().saturating_add(LINE_MILLIS * 1_000) {
            // A text of many segments on a slow clock is nobody's backlog.
            return (place == begins).then_some(place);
        }
        *line = place.saturating_add(cost);
        Some(place)
    }

    /// Until when a clock is not asked for a lane.
    pub(super) fn held_off(&self, key: &Key, kind: Kind) -> Option<Timestamp> {
        self.met().held_off.get(&(key.clone(), kind)).map(|held| held.until)
    }

    /// Keeps that a clock had all the places that a lane asked for.
    pub(super) fn found_places(&self, key: &Key, kind: Kind) {
        self.met().held_off.remove(&(key.clone(), kind));
    }

    fn met(&self) -> MutexGuard<'_, Met> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::campaign_clock(&"orders".parse().unwrap())
    }

    #[test]
    fn a_clock_that_refuses_again_and_again_is_asked_ever_more_seldom_until_it_has_a_place() {
        let memory = Memory::default();
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(memory.hold_off(&key(), Kind::Transactional, at), at, "first just when the place would come up");
        let mut longest = SignedDuration::ZERO;
        for most in [500, 1_000, 2_000, 4_000, 4_000, 4_000] {
            let longer = memory.hold_off(&key(), Kind::Transactional, at).duration_since(at);
            assert!(longer <= SignedDuration::from_millis(most));
            longest = longest.max(longer);
        }
        assert!(longest > SignedDuration::from_millis(100));
        assert_eq!(memory.held_off(&key(), Kind::Promotional), None, "one lane's refusals are not the other's");
        let later = at + SignedDuration::from_mins(1);
        assert_eq!(memory.hold_off(&key(), Kind::Transactional, later), later, "another rush");
        memory.found_places(&key(), Kind::Transactional);
        assert_eq!(memory.held_off(&key(), Kind::Transactional), None);
        assert_eq!(memory.hold_off(&key(), Kind::Transactional, at), at);
    }

    #[test]
    fn what_is_put_off_stands_in_line_and_comes_back_no_faster_than_there_are_places() {
        let (memory, now) = (Memory::default(), Timestamp::UNIX_EPOCH);
        let stand = |begins, cost| memory.stand_in_line(&key(), Kind::Transactional, (now, begins), cost);
        assert_eq!((0..3).map(|_| stand(1_000, 25_000).unwrap()).collect::<Vec<_>>(), [1_000, 26_000, 51_000]);
        assert_eq!(stand(90_000, 25_000), Some(90_000), "the clock has gone further meanwhile");
        assert_eq!(memory.stand_in_line(&key(), Kind::Promotional, (now, 1_000), 1), Some(1_000), "a line of its own");
        let mut places = 0;
        while stand(1_000, 1_000_000).is_some() {
            places += 1;
        }
        assert_eq!(places, 60, "a minute's worth");
        let later = now + SignedDuration::from_secs(30);
        assert!(memory.stand_in_line(&key(), Kind::Transactional, (later, 1_000), 1).is_some(), "it moves on");
    }

    #[test]
    fn what_was_refused_is_scarce_for_a_while_and_not_for_good() {
        let memory = Memory::default();
        let at = Timestamp::UNIX_EPOCH;
        assert!(!memory.is_scarce(at, &key()));
        memory.refused(at, &key());
        assert!(memory.is_scarce(at + SCARCE, &key()));
        assert!(!memory.is_scarce(at + SCARCE + SignedDuration::from_secs(1), &key()));
    }
}
