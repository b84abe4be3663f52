//! A day's counters: a cap as a whole, and each grant's ceilings.

use super::super::difference::{Cause, Difference, Weight};
use super::super::sums::Moved;
use super::down::Down;
use super::{Compared, Comparison};
use crate::grant::{Cap, CapUnit, Grant, Pool, on_day};
use crate::name::GrantName;
use crate::quota::counter::{ALL, LEFT, ceiling, guaranteed};
use crate::table::Key;

/// Ten texts of ten segments: what one function that dies can take at most.
const ONE_BATCH: i64 = 100;

/// What was taken and is in no record. More than a batch may be several that died, or somebody who wants the others to
/// have nothing.
fn leaked(difference: Difference, uncharged: i64) -> Difference {
    let much = difference.shown - difference.counted > ONE_BATCH;
    let weight = if much { Weight::Warning } else { difference.weight };
    Difference { uncharged, weight, ..difference }
}

impl Comparison<'_> {
    /// `cap = what is used + the shared pool + all unused guarantees`: a sync moves the parts among each other, and what
    /// shrinks is in no record, so only the whole is exact.
    pub(super) fn pool(&mut self, pool: &Pool, cap: Option<Cap>) {
        let day = self.sums.span.day;
        let shared = (None, Key::pool(pool, day), LEFT.to_owned(), cap.map_or(0, Cap::shared));
        let of_grants = self.standing.grants().map(|name| {
            let budgets = self.standing.grant(name).and_then(|grant| grant.budgets.get(pool));
            let limit = budgets.and_then(|values| on_day(values, day)).map_or(0, |budget| budget.guaranteed);
            (Some(name.clone()), Key::budget(name, day), guaranteed(pool), limit)
        });
        let parts = [shared].into_iter().chain(of_grants);
        let parts: Vec<Down> =
            parts.map(|(grant, key, attribute, limit)| Down { grant, key, attribute, limit }).collect();
        let moved = parts
            .iter()
            .map(|part| self.used(part))
            .fold((0, 0), |(all, sure), (more, surely)| (all + more, sure + surely));
        let Some(cap) = cap else {
            if moved.0 != 0 {
                let gone = Difference::new(Cause::LimitsGone, &day, pool.as_str(), (0, moved.0));
                self.found.push(Compared { difference: gone, mend: None });
            }
            return;
        };
        let used = |counters: &_| cap.cap - parts.iter().map(|part| part.left(counters)).sum::<i64>();
        let (lacks, over) = (moved.1 - used(self.before), used(self.after) - moved.0);
        if lacks > 0 {
            self.shows_less(&parts, lacks);
            return;
        }
        if over > 0 {
            let what = format!("{} {LEFT}", pool.as_str());
            let more = Difference::new(Cause::ShowsMore, &day, &what, (used(self.after), moved.0));
            let uncharged = self.sums.strange.values().map(|strange| strange.uncharged).sum();
            self.found.push(Compared { difference: leaked(more, uncharged), mend: None });
        }
        if self.sums.span.is_today {
            return;
        }
        for part in &parts {
            let (shown, (counted, _)) = (part.limit - part.left(self.after), self.used(part));
            if shown < counted {
                let difference = part.difference(Cause::Shifted, &day, (shown, counted));
                self.found.push(Compared { difference, mend: None });
            }
        }
    }

    /// What lacks is found where most is left beyond what should be.
    fn shows_less(&mut self, parts: &[Down], lacks: i64) {
        let day = self.sums.span.day;
        let excess = |part: &Down| part.left(self.before) - (part.limit - self.used(part).1);
        let mut beyond: Vec<(i64, &Down)> = parts.iter().map(|part| (excess(part), part)).collect();
        beyond.sort_by_key(|(excess, _)| std::cmp::Reverse(*excess));
        let mut lacks = lacks;
        let mut found = Vec::new();
        for (excess, part) in beyond {
            let share = excess.min(lacks).max(0);
            lacks -= share;
            if share > 0 {
                let shown = part.limit - part.left(self.before);
                let difference = part.difference(Cause::ShowsLess, &day, (shown, shown + share));
                found.push(Compared { difference, mend: Some(part.mend(share)) });
            }
        }
        self.found.extend(found);
    }

    /// Ceilings have a counter each, which a sync moves by as much as the limit.
    pub(super) fn ceilings(&mut self, name: &GrantName, grant: Option<&Grant>) {
        let day = self.sums.span.day;
        let Some(grant) = grant else { return };
        let key = Key::budget(name, day);
        for (pool, values) in &grant.budgets {
            let limit = on_day(values, day).map(|budget| budget.ceiling);
            self.one(name, key.clone(), ceiling(pool), (limit, self.received(name, pool)));
        }
        if let Some(all) = on_day(&grant.daily_segments, day).and_then(|daily| daily.segments) {
            self.one(name, key, ALL.to_owned(), (Some(all), 0));
        }
    }

    /// What receipts alone say that a grant has used of a pool. The ledger is the grant's own to write, receipts are not.
    fn received(&self, name: &GrantName, pool: &Pool) -> i64 {
        let received = self.sums.received.iter().filter(|((grant, _), _)| grant == name);
        let units = received.filter_map(|((_, campaign), texts)| {
            let counted = on_day(&self.standing.campaigns.get(campaign)?.counted, self.sums.span.day)?;
            let units = if counted.unit == CapUnit::Messages { texts.texts } else { texts.segments };
            (counted.pool == *pool).then_some(units)
        });
        units.sum()
    }

    fn one(&mut self, name: &GrantName, key: Key, attribute: String, (limit, received): (Option<i64>, i64)) {
        let day = self.sums.span.day;
        let part = Down { grant: Some(name.clone()), key, attribute, limit: limit.unwrap_or(0) };
        let (all, sure) = self.used(&part);
        let (all, sure) = (all.max(received), sure.max(received));
        if limit.is_none() {
            if all != 0 {
                let difference = part.difference(Cause::LimitsGone, &day, (0, all));
                self.found.push(Compared { difference, mend: None });
            }
            return;
        }
        let (before, after) =
            (limit.map_or(0, |limit| limit - part.left(self.before)), part.limit - part.left(self.after));
        if sure > before {
            let difference = part.difference(Cause::ShowsLess, &day, (before, sure));
            self.found.push(Compared { difference, mend: Some(part.mend(sure - before)) });
        } else if after > all {
            let difference = part.difference(Cause::ShowsMore, &day, (after, all));
            let uncharged = self.sums.strange.get(name).map_or(0, |strange| strange.uncharged);
            self.found.push(Compared { difference: leaked(difference, uncharged), mend: None });
        }
    }

    /// What was used of a counter: by all that was read, and at least.
    fn used(&self, part: &Down) -> (i64, i64) {
        let Moved { all, sure } = self.sums.moved(&part.key, &part.attribute);
        (-all, -sure)
    }
}
