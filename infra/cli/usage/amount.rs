//! Sums of money and shares, exact.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

use serde::Serialize;
use tendlc_core::money::MicroUsd;

/// A sum in millionths of a US dollar. Below zero only where the table holds nonsense, and then it says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i64);

impl Amount {
    pub const fn micros(micros: i64) -> Self {
        Self(micros)
    }

    /// With all six decimals, as CSV has it.
    pub fn exact(self) -> String {
        let (sign, micros) = self.parts();
        format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
    }

    /// In millionths of a dollar, to count with.
    pub fn get(self) -> i64 {
        self.0
    }

    fn parts(self) -> (&'static str, u64) {
        (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs())
    }
}

impl From<MicroUsd> for Amount {
    fn from(amount: MicroUsd) -> Self {
        Self(amount.signed())
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

/// At least two decimals and no more than needed, as in outcomes.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, micros) = self.parts();
        f.pad(&format!("{sign}{}", MicroUsd::from_micros(micros)))
    }
}

impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A share in thousandths, rounded down: what is not quite used up is not shown as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PerMille(i64);

impl PerMille {
    /// `part` of `whole`; `None`: there is no whole.
    pub fn of(part: i64, whole: i64) -> Option<Self> {
        let share = i128::from(part) * 1000;
        (whole > 0).then(|| Self(i64::try_from(share.div_euclid(i128::from(whole))).unwrap_or(i64::MAX)))
    }
}

/// As `12.5%`.
impl fmt::Display for PerMille {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let share = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{}%", share / 10, share % 10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_to_the_last_micro_dollar() {
        for (micros, shown, exact) in [
            (0, "0.00", "0.000000"),
            (1, "0.000001", "0.000001"),
            (10_310, "0.01031", "0.010310"),
            (999_999_999_999, "999999.999999", "999999.999999"),
            (-1_500_000, "-1.50", "-1.500000"),
        ] {
            let amount = Amount::micros(micros);
            assert_eq!((amount.to_string().as_str(), amount.exact().as_str()), (shown, exact));
        }
    }

    #[test]
    fn a_share_is_all_only_when_nothing_is_left() {
        let share = |part, whole| PerMille::of(part, whole).map(|share| share.to_string());
        assert_eq!(share(19_999, 20_000).as_deref(), Some("99.9%"));
        assert_eq!(share(20_000, 20_000).as_deref(), Some("100.0%"));
        assert_eq!(share(21, 20).as_deref(), Some("105.0%"));
        assert_eq!(share(999_999_999_999, 999_999_999_999).as_deref(), Some("100.0%"));
        assert_eq!(share(1, 0), None);
    }
}
