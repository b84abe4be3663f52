//! The primary's spend: what its grants have spent this month, against what AWS lets the account spend.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_pinpointsmsvoicev2::types::SpendLimitName;
use jiff::{SignedDuration, Timestamp};
use tendlc_core::ask::{Operation, Pace, ask};
use tendlc_core::money::MicroUsd;
use tendlc_core::month::UtcMonth;
use tendlc_core::quota::counter;
use tendlc_core::table::{Item, Key, read_number};

use crate::ask::{Caller, finding};
use crate::check::Finding;
use crate::figures::{Figure, Wanted};
use crate::records::Holdings;

const LIMITS: Operation = Operation("DescribeSpendLimits");

/// From here on somebody should ask AWS for more: that takes a day.
const MUCH: f64 = 80.0;

/// Millionths in a dollar.
const MICROS: f64 = 1_000_000.0;

/// What was found: the share of the limit, in percent.
pub type Percent = f64;

/// The counters that say what was spent, of grants that are there and that were.
pub fn keys(held: &Holdings, month: UtcMonth) -> impl Iterator<Item = Key> {
    let names = held.grants.iter().map(|grant| &grant.name).chain(&held.former);
    names.map(move |name| Key::month(name, month))
}

/// What all of them have spent in the month.
pub fn spent(held: &Holdings, month: UtcMonth, counters: &HashMap<Key, Item>) -> MicroUsd {
    let keys: BTreeSet<Key> = keys(held, month).collect();
    let spent = keys.iter().filter_map(|key| read_number(counters.get(key)?, counter::SPENT));
    MicroUsd::from_micros(spent.sum::<i64>().try_into().unwrap_or(0))
}

/// AWS's own figure, in dollars since the month began. It is there where the account has the service-linked role
/// `AWSServiceRoleForSMSVoice`, and comes late.
/// <https://docs.aws.amazon.com/sms-voice/latest/userguide/monitoring-cloudwatch.html>
pub fn wanted() -> Wanted {
    let (namespace, metric) = ("AWS/SMSVoice", "TextMessageMonthlySpend");
    Wanted { namespace, metric, dimension: None, statistic: "Maximum", hours: 48 }
}

/// Looks at the limit that AWS enforces on texts, in whole dollars a UTC month, beside what was spent of it by our own
/// books, and by AWS's.
/// <https://docs.aws.amazon.com/sms-voice/latest/userguide/awssupport-spend-threshold.html>
pub async fn check(client: &Client, pace: &Pace, (spent, of_aws): (MicroUsd, OfAws)) -> (Finding, Option<Percent>) {
    let answer = match ask(pace, LIMITS, || client.describe_spend_limits().send()).await {
        Ok(answer) => answer,
        Err(trouble) => {
            let nothing = Finding::unknown("AWS says nothing of a limit", "run the probe again in a minute");
            return (finding(trouble, LIMITS, (&Caller::Function, "*"), nothing), None);
        }
    };
    let limits = answer.spend_limits();
    let of_texts = limits.iter().find(|one| one.name() == &SpendLimitName::TextMessageMonthlySpendLimit);
    match of_texts.map(|limit| (limit.enforced_limit(), limit.max_limit())) {
        Some((enforced, most)) => judge((spent, of_aws), enforced, most),
        None => (Finding::unknown("AWS names no spend limit for texts", "look at it in the console"), None),
    }
}

/// AWS's own figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OfAws {
    /// So many dollars in this month, and how old that is.
    Told(f64, SignedDuration),
    /// AWS has none.
    None,
    /// CloudWatch did not say.
    NotTold,
}

impl OfAws {
    /// What AWS has told last, if that was in this month: with it the sum begins at nothing.
    pub fn of(figure: &Figure, now: Timestamp) -> Self {
        match figure.newest().filter(|(at, _)| UtcMonth::of(*at) == UtcMonth::of(now)) {
            Some((at, dollars)) => Self::Told(dollars, now.duration_since(at)),
            None => Self::None,
        }
    }
}

fn judge((spent, of_aws): (MicroUsd, OfAws), enforced: i64, most: i64) -> (Finding, Option<Percent>) {
    let share = |dollars: f64| if enforced <= 0 { 100.0 } else { dollars / enforced as f64 * 100.0 };
    let own = spent.signed() as f64 / MICROS;
    // What others send from the account is in AWS's figure alone, what has no receipt yet in ours.
    let (dollars, others) = match of_aws {
        OfAws::Told(dollars, age) => {
            (own.max(dollars), format!("AWS's own figure is ${dollars:.2}, {} minutes old", age.as_mins()))
        }
        OfAws::None => {
            (own, "AWS tells no figure of its own, so what others send from the account is not in it".to_owned())
        }
        OfAws::NotTold => (own, "AWS's own figure is not known".to_owned()),
    };
    let percent = share(dollars);
    let detail = format!(
        "${spent} of ${enforced} this month ({percent:.0}%), by receipts and by what is set aside for texts without one; \
         {others}"
    );
    // It may be the higher one, so nothing is mended by not knowing it.
    if of_aws == OfAws::NotTold && percent < MUCH {
        return (Finding::unknown(detail, "see the check figures"), None);
    }
    if percent < MUCH {
        return (Finding::healthy(detail), Some(percent));
    }
    let raise = match enforced < most {
        true => format!("raise it: AWS lets the account go up to ${most} (SetTextMessageSpendLimitOverride)"),
        false => "ask AWS Support to raise it, which takes about a day; at the limit everything waits".to_owned(),
    };
    (Finding::degraded(detail, raise), Some(percent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::State;

    #[test]
    fn a_limit_that_is_nearly_reached_is_degraded_and_says_who_can_raise_it() {
        let spent = |dollars: u64| MicroUsd::from_micros(dollars * 1_000_000);
        let judge = |spent, enforced, most| judge((spent, OfAws::None), enforced, most);
        let (found, percent) = judge(spent(79), 100, 100);
        assert_eq!((found.state, percent), (State::Healthy, Some(79.0)));
        let (ours, percent) = judge(spent(80), 100, 500);
        assert_eq!((ours.state, percent), (State::Degraded, Some(80.0)));
        assert!(ours.cure.unwrap().contains("SetTextMessageSpendLimitOverride"));
        assert!(judge(spent(120), 100, 100).0.cure.unwrap().contains("AWS Support"));
        assert_eq!(judge(spent(0), 0, 0).0.state, State::Degraded);
    }

    #[test]
    fn the_higher_of_both_figures_decides_and_aws_s_says_how_old_it_is() {
        let spent = MicroUsd::from_micros(10_000_000);
        let (found, percent) = judge((spent, OfAws::Told(85.5, SignedDuration::from_mins(130))), 100, 100);
        assert_eq!((found.state, percent), (State::Degraded, Some(85.5)));
        assert!(found.detail.contains("$85.50, 130 minutes old"), "{}", found.detail);
        let (found, percent) = judge((spent, OfAws::Told(1.0, SignedDuration::ZERO)), 100, 100);
        assert_eq!((found.state, percent), (State::Healthy, Some(10.0)));
    }

    #[test]
    fn without_aws_s_figure_little_spent_is_not_known_to_be_little() {
        let of = |dollars: u64| judge((MicroUsd::from_micros(dollars * 1_000_000), OfAws::NotTold), 100, 100);
        assert_eq!((of(10).0.state, of(10).1), (State::Unknown, None));
        assert_eq!((of(90).0.state, of(90).1), (State::Degraded, Some(90.0)));
    }

    #[test]
    fn last_month_s_figure_says_nothing_of_this_month() {
        let moment = |text: &str| text.parse::<Timestamp>().unwrap();
        let figure = Figure::from(vec![(moment("2026-11-30T23:55:00Z"), 95.0)]);
        assert_eq!(OfAws::of(&figure, moment("2026-11-30T23:59:00Z")), OfAws::Told(95.0, SignedDuration::from_mins(4)));
        assert_eq!(OfAws::of(&figure, moment("2026-12-01T00:01:00Z")), OfAws::None);
    }
}
