//! Rates as virtual clocks (GCRA): a clock shows until when its rate is used up, and each text moves it on by
//! what it costs. A text has a place of its own on the clock and is sent then, so no burst passes the rate. A text with
//! places on two clocks is sent at the later one: where both are short, one of them may be passed within their horizon.
//!
//! DynamoDB has no maximum in updates, so there are two: one moves a clock that runs ahead of now, one starts a clock
//! that has fallen behind.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};

use super::Quota;
use super::memory::LINE_MILLIS;
use super::stop::{self, NOT_STOPPED, STOPPED};
use super::verdict::Part;
use crate::reason::Reason;
use crate::request::Kind;
use crate::table::{Item, KEY, Key, TableError, number, read_number};

/// The clock's attribute, in microseconds since 1970.
const TAT: &str = "tat";

/// A clock runs half a percent slower than its rate: two texts that leave a second apart do not reach AWS a second apart,
/// and at one a second the later one would be throttled half of the time.
const SLOWER: u64 = 1_005;

/// How far ahead of now a text may be given its place, in microseconds: a second's worth.
const HORIZON: i64 = 1_000 * SLOWER as i64;

/// Two variants of an update, and what others do in between.
const ATTEMPTS: usize = 4;

/// How far ahead of now a text of this cost may begin. A promotional one leaves the second half of the horizon free and
/// ends within it, so a transactional one always finds room. One that is too long for that begins on an idle clock: it
/// is never refused for being long.
fn reach(kind: Kind, cost: i64) -> i64 {
    match kind {
        Kind::Transactional => HORIZON,
        Kind::Promotional => (HORIZON - cost).clamp(0, HORIZON / 2),
    }
}

/// What `units` cost at `milli_per_second` thousandths of a unit per second, in microseconds, rounded up.
pub(super) fn cost(units: u64, milli_per_second: u64) -> i64 {
    let micros = units.saturating_mul(1_000_000 * SLOWER).div_ceil(milli_per_second.max(1));
    i64::try_from(micros).unwrap_or(i64::MAX).min(i64::MAX / 1024)
}

/// What a clock is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// A campaign's segments per second.
    Campaign,
    /// AWS's requests per second, for all campaigns of a primary.
    Primary,
}

/// The texts of one lane that one clock is asked for.
#[derive(Debug)]
pub(super) struct ClockPart {
    key: Key,
    kind: Kind,
    pub(super) scope: Scope,
    /// By the text's place in the batch, in microseconds.
    pub(super) costs: Vec<(usize, i64)>,
}

/// How many texts find a place, from a clock that shows `base` at the earliest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fitting {
    texts: usize,
    /// What they cost together.
    total: i64,
    /// The latest that the clock may show for all of them to fit.
    latest: i64,
}

fn fit(costs: &[(usize, i64)], kind: Kind, base: i64, now: i64) -> Fitting {
    let mut fitting = Fitting { texts: 0, total: 0, latest: i64::MAX };
    for (_, cost) in costs {
        let latest = now.saturating_add(reach(kind, *cost)).saturating_sub(fitting.total);
        if base > latest {
            break;
        }
        fitting.latest = fitting.latest.min(latest);
        fitting.total = fitting.total.saturating_add(*cost);
        fitting.texts += 1;
    }
    fitting
}

impl ClockPart {
    pub(super) fn new(key: Key, kind: Kind, scope: Scope) -> Self {
        Self { key, kind, scope, costs: Vec::new() }
    }

    /// What a text of the batch costs here; nothing when it does not need this clock.
    pub(super) fn cost_of(&self, index: usize) -> i64 {
        self.costs.iter().find(|(of, _)| *of == index).map_or(0, |(_, cost)| *cost)
    }

    /// Whether it lately had no place for all that asked.
    pub(super) fn is_scarce(&self, quota: &Quota, now: Timestamp) -> bool {
        quota.memory.is_scarce(now, &self.key)
    }

    /// A clock never goes back, so a text cannot begin before what it once showed and what the texts `ahead` of it in
    /// its own batch cost. And one that had no place is not asked again before it said that it would.
    pub(super) fn refused_by_memory(&self, quota: &Quota, now: Timestamp, ahead: i64, index: usize) -> Option<Part> {
        let (_, cost) = self.costs.iter().find(|(of, _)| *of == index)?;
        let micros = now.as_microsecond();
        let shown = quota.memory.known(&self.key, TAT).map_or(micros, |known| known.value.max(micros));
        let begins = shown.saturating_add(ahead);
        let held_off = quota.memory.held_off(&self.key, self.kind).filter(|until| *until > now);
        if let Some(until) = self.stopped(quota, now) {
            return Some(stop::refused(until));
        }
        let refused = held_off.is_some() || begins > micros + reach(self.kind, *cost);
        refused.then(|| self.refused(quota, (now, begins), *cost, held_off))
    }

    /// It stands in line behind those that this environment has put off before, so that a backlog comes back as fast as
    /// the clock has places and no faster.
    fn refused(&self, quota: &Quota, (now, begins): (Timestamp, i64), cost: i64, held_off: Option<Timestamp>) -> Part {
        let until = match quota.memory.stand_in_line(&self.key, self.kind, (now, begins), cost) {
            Some(begins) => self.back_at(begins, cost),
            None => now + SignedDuration::from_millis(fastrand::i64(LINE_MILLIS / 2..=LINE_MILLIS * 3 / 2)),
        };
        Part::Refused { reason: Reason::Rate, until: held_off.map_or(until, |held_off| until.max(held_off)) }
    }

    /// When its place is half a reach away, not when it is just within reach: so many waiting ones spread out.
    fn back_at(&self, begins: i64, cost: i64) -> Timestamp {
        Timestamp::from_microsecond(begins.saturating_sub(reach(self.kind, cost) / 2)).unwrap_or(Timestamp::MAX)
    }

    /// Takes places for as many of the `open` texts as the horizon has room for, the first ones first.
    pub(super) async fn take(&self, quota: &Quota, at: Timestamp, open: &[usize]) -> Vec<(usize, Part)> {
        let costs: Vec<(usize, i64)> = self.costs.iter().copied().filter(|(index, _)| open.contains(index)).collect();
        if costs.is_empty() {
            return Vec::new();
        }
        let mut now = at.as_microsecond();
        let mut shown = quota.memory.known(&self.key, TAT).map_or(0, |known| known.value);
        let mut granted = 0;
        for _ in 0..ATTEMPTS {
            let fitting = fit(&costs, self.kind, shown.max(now), now);
            if fitting.texts == 0 {
                break;
            }
            match self.move_on(quota, shown >= now, now, fitting).await {
                Ok(Moved::To(new)) => {
                    (shown, granted) = (new - fitting.total, fitting.texts);
                    break;
                }
                // Others' places began while this one's answer was on its way.
                Ok(Moved::Refused(found)) => (shown, now) = (found, quota.clock.now().as_microsecond().max(now)),
                Ok(Moved::Stopped(until)) => {
                    quota.memory.refused(at, &self.key);
                    return costs.iter().map(|(index, _)| (*index, stop::refused(until))).collect();
                }
                Err(error) => return costs.iter().map(|(index, _)| (*index, Part::Failed(error.clone()))).collect(),
            }
        }
        let mut place = if granted > 0 { shown } else { shown.max(now) };
        let refused_at = costs[..granted].iter().fold(place, |place, (_, cost)| place.saturating_add(*cost));
        let held_off = match costs.get(granted) {
            Some((_, cost)) => Some(self.hold_off(quota, at, refused_at, *cost)),
            None => {
                quota.memory.found_places(&self.key, self.kind);
                None
            }
        };
        let mut parts = Vec::with_capacity(costs.len());
        for (position, (index, cost)) in costs.into_iter().enumerate() {
            let granted = position < granted;
            let part = if granted { begins_at(place) } else { self.refused(quota, (at, place), cost, held_off) };
            parts.push((index, part));
            place = place.saturating_add(cost);
        }
        parts
    }

    /// Until when AWS's spend limit has stopped the primary, where that is known.
    fn stopped(&self, quota: &Quota, now: Timestamp) -> Option<Timestamp> {
        let stopped = quota.memory.known(&self.key, STOPPED).filter(|_| self.scope == Scope::Primary)?;
        Timestamp::from_microsecond(stopped.value).ok().filter(|until| *until > now)
    }

    /// Keeps that others have taken what was thought to be free, from `place` on; says when the clock is asked again.
    fn hold_off(&self, quota: &Quota, at: Timestamp, place: i64, cost: i64) -> Timestamp {
        quota.memory.refused(at, &self.key);
        quota.memory.hold_off(&self.key, self.kind, self.back_at(place, cost))
    }

    async fn move_on(&self, quota: &Quota, ahead: bool, now: i64, fitting: Fitting) -> Result<Moved, TableError> {
        let update = quota
            .table
            .client
            .update_item()
            .table_name(&quota.table.name)
            .key(KEY, self.key.value())
            .expression_attribute_names("#tat", TAT)
            .expression_attribute_names("#stopped", STOPPED)
            .expression_attribute_values(":now", number(now))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let update = if ahead {
            update
                .update_expression("SET #tat = #tat + :cost")
                .condition_expression(format!("#tat BETWEEN :now AND :latest AND {NOT_STOPPED}"))
                .expression_attribute_values(":cost", number(fitting.total))
                .expression_attribute_values(":latest", number(fitting.latest.max(now)))
        } else {
            update
                .update_expression("SET #tat = :end")
                .condition_expression(format!("(attribute_not_exists(#tat) OR #tat < :now) AND {NOT_STOPPED}"))
                .expression_attribute_values(":end", number(now.saturating_add(fitting.total)))
        };
        let learn = |item: &Item| {
            quota.memory.learn(quota.clock.now(), &self.key, item, &[TAT, STOPPED]);
            read_number(item, TAT).unwrap_or_default()
        };
        match update.send().await {
            Ok(answer) => Ok(Moved::To(answer.attributes.as_ref().map_or(now + fitting.total, learn))),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    let shows = refused.item.as_ref().map_or(0, learn);
                    Ok(self.stopped(quota, quota.clock.now()).map_or(Moved::Refused(shows), Moved::Stopped))
                }
                _ => Err(TableError::of(&error)),
            },
        }
    }
}

enum Moved {
    To(i64),
    Refused(i64),
    Stopped(Timestamp),
}

fn begins_at(place: i64) -> Part {
    Part::Granted { not_before: Timestamp::from_microsecond(place).unwrap_or(Timestamp::MIN) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(costs: &[i64]) -> Vec<(usize, i64)> {
        costs.iter().copied().enumerate().collect()
    }

    #[test]
    fn a_cost_is_rounded_up_and_never_overflows() {
        assert_eq!(cost(1, 40_000), 25_125);
        assert_eq!(cost(4, 1_000), 4_020_000);
        assert_eq!(cost(1, 200), 5_025_000);
        assert_eq!(cost(1, 9_000), 111_667);
        assert_eq!(cost(1, u64::MAX), 1);
        let most = cost(u64::MAX, 0);
        assert!(most > 0 && most.checked_mul(100).is_some());
    }

    #[test]
    fn the_first_text_always_fits_on_an_idle_clock_however_long_it_is() {
        for kind in [Kind::Transactional, Kind::Promotional] {
            for cost in [1, HORIZON, 11 * HORIZON, i64::MAX / 1024] {
                assert_eq!(fit(&texts(&[cost]), kind, 7, 7).texts, 1, "{kind:?} {cost}");
            }
        }
    }

    #[test]
    fn places_begin_within_the_horizon_and_not_one_beyond() {
        let costs = texts(&[HORIZON / 4; 8]);
        let fitting = fit(&costs, Kind::Transactional, 0, 0);
        assert_eq!((fitting.texts, fitting.total), (5, 5 * HORIZON / 4));
        assert_eq!(fitting.latest, 0, "had the clock shown a microsecond more, the fifth would begin too late");
        assert_eq!(fit(&costs, Kind::Transactional, 1, 0).texts, 4);
        assert_eq!(fit(&costs, Kind::Transactional, HORIZON, 0).texts, 1);
        assert_eq!(fit(&costs, Kind::Transactional, HORIZON + 1, 0).texts, 0);
    }

    #[test]
    fn after_promotional_texts_a_transactional_one_finds_its_place_within_the_horizon() {
        for cost in [1, HORIZON / 40, HORIZON / 3, HORIZON / 2, HORIZON] {
            let mut shown = 0;
            loop {
                let fitting = fit(&texts(&[cost; 10]), Kind::Promotional, shown, 0);
                if fitting.texts == 0 {
                    break;
                }
                shown += fitting.total;
            }
            assert!(shown <= HORIZON, "{cost}: {shown}");
            assert_eq!(fit(&texts(&[cost]), Kind::Transactional, shown, 0).texts, 1, "{cost}");
        }
    }
}
