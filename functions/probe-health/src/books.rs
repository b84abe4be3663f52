//! What receipts and recounts say: whether texts arrive, and whether anything does not add up.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use tendlc_core::month::UtcMonth;
use tendlc_core::table::{Item, Key, read_number};

use crate::check::Finding;
use crate::figures::{Figure, Wanted};
use crate::records::Holdings;

/// Fewer texts than these say nothing of the rest.
const ENOUGH: i64 = 50;

/// Below this share somebody should look at the content, or at the campaign's registration. Ours, not AWS's: carriers
/// publish no figure.
const FEW: f64 = 90.0;

/// The recount is daily; a late one is no alarm yet.
const A_DAY: i64 = 26;

/// How texts of a campaign ended in the month, by receipts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    arrived: i64,
    lost: i64,
}

/// By campaign, of all grants together: what the counters of the month say.
pub fn endings(held: &Holdings, month: UtcMonth, counters: &HashMap<Key, Item>) -> BTreeMap<String, Endings> {
    let mut all: BTreeMap<String, Endings> = BTreeMap::new();
    for grant in &held.grants {
        let Some(item) = counters.get(&Key::month(&grant.name, month)) else { continue };
        for name in item.keys() {
            let mut parts = name.split(':');
            let (Some(what @ ("delivered" | "undelivered")), Some(campaign)) = (parts.next(), parts.next()) else {
                continue;
            };
            let (count, of) = (read_number(item, name).unwrap_or(0), all.entry(campaign.to_owned()).or_default());
            if what == "delivered" { of.arrived += count } else { of.lost += count }
        }
    }
    all
}

impl Endings {
    /// What is to be said of a campaign's; `None`: there are too few.
    pub fn judge(self) -> Option<Finding> {
        let all = self.arrived + self.lost;
        if all < ENOUGH {
            return None;
        }
        let percent = self.arrived as f64 / all as f64 * 100.0;
        let detail = format!("{percent:.0}% of {all} texts of this month arrived, by their receipts");
        if percent >= FEW {
            return Some(Finding::healthy(detail));
        }
        Some(Finding::degraded(
            detail,
            "`tendlc usage` says for what they did not, by grant; many CARRIER_REJECTED are the content's or the campaign's",
        ))
    }
}

fn wanted(metric: &'static str, hours: i64) -> Wanted {
    Wanted { namespace: tendlc_core::metrics::NAMESPACE, metric, dimension: None, statistic: "Sum", hours }
}

/// What `settle-receipt` counted in the last day.
pub fn unmetered_wanted() -> Wanted {
    wanted("Unmetered", A_DAY)
}

/// What the recounts of two weeks found: one that has ever run and does so no more is told from one that never has.
pub fn recount_wanted() -> Wanted {
    wanted("RecountFound", 14 * 24)
}

/// Texts that AWS sent and no request accounts for.
pub fn unmetered(figure: &Figure) -> Finding {
    match figure.sum().unwrap_or(0.0) {
        many if many < 1.0 => Finding::healthy("AWS sent no text in the last day that no request accounts for"),
        many => Finding::degraded(
            format!("AWS sent {many:.0} texts in the last day that no request accounts for"),
            "somebody sends from the primary beside tendlc; on-call.md says how to find out who",
        ),
    }
}

/// What the recount found that somebody has to look at.
pub fn recount(figure: &Figure, now: Timestamp) -> Finding {
    let look = "the log of tendlc-recount names each; on-call.md says what to do";
    match figure.newest() {
        None => Finding::healthy("there was no recount in two weeks: the first runs after midnight Pacific"),
        Some((at, _)) if now.duration_since(at) > SignedDuration::from_hours(A_DAY) => Finding::degraded(
            format!("the last recount was at {at}"),
            "it runs every day: see its schedule, and the log of tendlc-recount",
        ),
        Some((at, many)) if many < 1.0 => Finding::healthy(format!("the recount of {at} found nothing wrong")),
        Some((at, many)) => {
            Finding::degraded(format!("the recount of {at} found {many:.0} that somebody has to look at"), look)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::State;

    #[test]
    fn a_recount_that_ran_once_and_does_so_no_more_is_degraded() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let state = |hours: i64, found: f64| {
            recount(&Figure::from(vec![(now - SignedDuration::from_hours(hours), found)]), now).state
        };
        assert_eq!([state(4, 0.0), state(4, 2.0), state(30, 0.0)], [State::Healthy, State::Degraded, State::Degraded]);
        assert_eq!(recount(&Figure::default(), now).state, State::Healthy);
    }

    #[test]
    fn a_few_lost_texts_say_nothing_and_many_of_many_are_degraded() {
        let state = |arrived, lost| Endings { arrived, lost }.judge().map(|found| found.state);
        assert_eq!(state(10, 39), None);
        assert_eq!(state(90, 10), Some(State::Healthy));
        assert_eq!(state(89, 11), Some(State::Degraded));
    }
}
