//! What the quotas say of a text.

use jiff::Timestamp;

use super::Charge;
use crate::reason::Reason;
use crate::table::TableError;

/// What one text got.
#[derive(Clone, Debug)]
pub struct Admission {
    /// Whether it may be sent.
    pub verdict: Verdict,
    /// What was taken for it, whether or not it may be sent.
    pub charge: Charge,
}

impl Admission {
    /// Nothing taken, and nothing in the way yet.
    pub(super) fn at(now: Timestamp) -> Self {
        Self { verdict: Verdict::SendAt(now), charge: Charge::default() }
    }
}

/// Whether a text may be sent.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Not before this moment, which is at most about a second away.
    SendAt(Timestamp),
    /// Not now.
    Wait {
        /// Which quota.
        reason: Reason,
        /// When it is worth asking again.
        until: Timestamp,
    },
    /// The quotas could not be read: closed.
    Failed(TableError),
}

/// What one part of an admission says of a text.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Granted { not_before: Timestamp },
    Refused { reason: Reason, until: Timestamp },
    Failed(TableError),
}

/// The worst of the parts: closed before refused before granted, and of two moments the later.
pub(super) fn merge(verdict: &mut Verdict, part: Part) {
    match (&mut *verdict, part) {
        (Verdict::Failed(_), _) => {}
        (_, Part::Failed(error)) => *verdict = Verdict::Failed(error),
        (Verdict::Wait { until, .. }, Part::Refused { until: later, reason }) if later > *until => {
            *verdict = Verdict::Wait { reason, until: later };
        }
        (Verdict::Wait { .. }, _) => {}
        (_, Part::Refused { reason, until }) => *verdict = Verdict::Wait { reason, until },
        (Verdict::SendAt(moment), Part::Granted { not_before }) => *moment = (*moment).max(not_before),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    fn merged(parts: Vec<Part>) -> String {
        let mut verdict = Verdict::SendAt(at(1));
        parts.into_iter().for_each(|part| merge(&mut verdict, part));
        match verdict {
            Verdict::SendAt(moment) => format!("send at {}", moment.as_second()),
            Verdict::Wait { reason, until } => format!("{reason} until {}", until.as_second()),
            Verdict::Failed(error) => error.to_string(),
        }
    }

    #[test]
    fn the_worst_part_decides_whatever_the_order() {
        let granted = |second| Part::Granted { not_before: at(second) };
        let refused = |reason, second| Part::Refused { reason, until: at(second) };
        let failed = || Part::Failed(TableError::Unavailable { code: "c".into(), request_id: "r".into() });
        assert_eq!(merged(vec![granted(3), granted(2)]), "send at 3");
        assert_eq!(merged(vec![granted(0)]), "send at 1");
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let parts = [granted(9), refused(Reason::Rate, 2), refused(Reason::BrandDailyCap, 5)];
            let parts = order.map(|place: usize| parts[place].clone());
            assert_eq!(merged(parts.to_vec()), "BRAND_DAILY_CAP until 5");
        }
        assert!(merged(vec![refused(Reason::Rate, 2), failed(), granted(4)]).contains("cannot be used"));
    }
}
