//! Sums beside counters: what differs, and what would mend it. Asks nobody.

mod days;
mod down;
mod months;

use std::collections::BTreeMap;

pub(super) use down::Mend;

use super::difference::{Cause, Difference};
use super::report::Price;
use super::standing::{Counters, Standing};
use super::sums::Sums;
use crate::grant::{ChannelKind, on_day};
use crate::table::Key;
use crate::tally;
use down::shown;

/// So many messages say what a segment costs.
const ENOUGH: u64 = 20;

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compared {
    pub(super) difference: Difference,
    pub(super) mend: Option<Mend>,
}

struct Comparison<'a> {
    sums: &'a Sums,
    standing: &'a Standing,
    before: &'a Counters,
    after: &'a Counters,
    found: Vec<Compared>,
}

/// Compares all counters as they were `before` the sums and `after` them.
pub(super) fn compare(sums: &Sums, standing: &Standing, before: &Counters, after: &Counters) -> Vec<Compared> {
    let mut comparison = Comparison { sums, standing, before, after, found: Vec::new() };
    for brand in &standing.brands {
        for (pool, caps) in &brand.pools {
            comparison.pool(pool, on_day(caps, sums.span.day));
        }
    }
    for name in standing.grants() {
        comparison.ceilings(name, standing.grant(name));
        comparison.months(name);
    }
    comparison.tallies();
    comparison.strange();
    comparison.found.sort_by_key(|one| one.difference.weight);
    comparison.found
}

/// What a segment is taken to cost and need not be.
pub(super) fn prices(sums: &Sums, standing: &Standing) -> Vec<Price> {
    let dear = sums.prices.iter().filter(|(_, prices)| prices.messages >= ENOUGH).filter_map(|(name, prices)| {
        let taken_for = standing.campaigns.get(name)?.segment_price;
        let lower = Price { campaign: name.clone(), before: taken_for, dearest: prices.dearest, lowered: false };
        (prices.dearest < taken_for).then_some(lower)
    });
    dear.collect()
}

impl Comparison<'_> {
    fn tallies(&mut self) {
        let day = self.sums.span.day;
        for ((grant, campaign), texts) in &self.sums.tallied {
            let key = Key::budget(grant, day);
            for (attribute, counted) in
                [(tally::texts(campaign), texts.texts), (tally::segments(campaign), texts.segments)]
            {
                let found = shown(self.after, &key, &attribute).unwrap_or(0);
                if found < counted {
                    let difference = Difference::new(Cause::TallyShort, &day, &attribute, (found, counted));
                    let difference = difference.of(grant).on(Some(campaign));
                    let mend = Mend { key: key.clone(), attribute, begins: 0, by: counted - found };
                    self.found.push(Compared { difference, mend: Some(mend) });
                }
            }
        }
    }

    fn strange(&mut self) {
        let span = &self.sums.span;
        let mut differences = Vec::new();
        let unmetered = self.sums.unmetered;
        if unmetered.texts > 0 {
            differences.push(Difference::new(Cause::Unmetered, &span.day, "texts", (unmetered.texts, 0)));
            differences.push(Difference::new(Cause::Unmetered, &span.day, "segments", (unmetered.segments, 0)));
        }
        for (grant, strange) in &self.sums.strange {
            if strange.other_segments > 0 {
                let figures = (strange.other_segments, 0);
                differences.push(Difference::new(Cause::OtherSegments, &span.day, "texts", figures).of(grant));
            }
        }
        let mut silent = BTreeMap::<_, i64>::new();
        for (grant, campaign) in self.sums.without_receipt() {
            // SNS tells nothing of a text, by its nature.
            let channel = campaign.and_then(|name| self.standing.campaigns.get(name)).map(|campaign| campaign.channel);
            if channel != Some(ChannelKind::Sns) {
                *silent.entry((grant, campaign)).or_default() += 1;
            }
        }
        for ((grant, campaign), texts) in silent {
            let difference = Difference::new(Cause::NoReceipt, &span.silent, "texts", (0, texts));
            differences.push(difference.of(grant).on(campaign));
        }
        self.found.extend(differences.into_iter().map(|difference| Compared { difference, mend: None }));
    }
}
