//! The primary's spend: what its grants have spent this month, against what AWS lets the account spend.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_pinpointsmsvoicev2::types::SpendLimitName;
use tendlc_core::ask::{Operation, Pace, ask};
use tendlc_core::money::MicroUsd;
use tendlc_core::month::UtcMonth;
use tendlc_core::quota::counter;
use tendlc_core::table::{Item, Key, read_number};

use crate::ask::{Caller, finding};
use crate::check::Finding;
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

/// Looks at the limit that AWS enforces on texts, in whole dollars a UTC month, beside what was `spent` of it.
/// <https://docs.aws.amazon.com/sms-voice/latest/userguide/awssupport-spend-threshold.html>
pub async fn check(client: &Client, pace: &Pace, spent: MicroUsd) -> (Finding, Option<Percent>) {
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
        Some((enforced, most)) => judge(spent, enforced, most),
        None => (Finding::unknown("AWS names no spend limit for texts", "look at it in the console"), None),
    }
}

fn judge(spent: MicroUsd, enforced: i64, most: i64) -> (Finding, Option<Percent>) {
    let percent = if enforced <= 0 { 100.0 } else { spent.signed() as f64 / (enforced as f64 * MICROS) * 100.0 };
    let detail = format!(
        "${spent} of ${enforced} this month ({percent:.0}%), by receipts and by what is set aside for texts without one; what \
         others send from the account is not in it"
    );
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
        let (found, percent) = judge(spent(79), 100, 100);
        assert_eq!((found.state, percent), (State::Healthy, Some(79.0)));
        let (ours, percent) = judge(spent(80), 100, 500);
        assert_eq!((ours.state, percent), (State::Degraded, Some(80.0)));
        assert!(ours.cure.unwrap().contains("SetTextMessageSpendLimitOverride"));
        assert!(judge(spent(120), 100, 100).0.cure.unwrap().contains("AWS Support"));
        assert_eq!(judge(spent(0), 0, 0).0.state, State::Degraded);
    }
}
