//! Exact money: whole millionths of a US dollar.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount in millionths of a US dollar; never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MicroUsd(u64);

/// The text is not an amount of dollars.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an amount in US dollars: digits with at most six decimals, such as \"0.05\"")]
pub struct NotMoney(String);

impl MicroUsd {
    /// This many millionths of a dollar.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// In millionths of a dollar.
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// This many times as much; a sum that no budget reaches where that is too large.
    pub const fn times(self, count: u32) -> Self {
        Self(self.0.saturating_mul(count as u64))
    }

    /// In millionths of a dollar, to count with.
    pub fn signed(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }
}

/// As a number of millionths, for attributes that conditions compare.
pub mod as_micros {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::MicroUsd;

    /// Writes it.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn serialize<S: Serializer>(amount: &MicroUsd, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(amount.micros())
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is no whole number from 0 on.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MicroUsd, D::Error> {
        u64::deserialize(deserializer).map(MicroUsd::from_micros)
    }
}

impl FromStr for MicroUsd {
    type Err = NotMoney;

    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let wrong = || NotMoney(text.to_owned());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole, 9) || !digits(fraction, 6) {
            return Err(wrong());
        }
        let whole: u64 = whole.parse().map_err(|_| wrong())?;
        let micros: u64 = format!("{fraction:0<6}").parse().map_err(|_| wrong())?;
        Ok(Self(whole * 1_000_000 + micros))
    }
}

impl TryFrom<String> for MicroUsd {
    type Error = NotMoney;

    fn try_from(text: String) -> Result<Self, NotMoney> {
        text.parse()
    }
}

impl From<MicroUsd> for String {
    fn from(amount: MicroUsd) -> Self {
        amount.to_string()
    }
}

/// With at least two decimals and no more than needed, as AWS wants a price (`1` becomes `1.00`).
impl fmt::Display for MicroUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:06}", self.0 % 1_000_000);
        let kept = fraction.trim_end_matches('0').len().max(2);
        write!(f, "{}.{}", self.0 / 1_000_000, &fraction[..kept])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_and_written_as_aws_wants_it() {
        for (text, written) in
            [("1", "1.00"), ("0.05", "0.05"), ("0.00645", "0.00645"), ("400.00", "400.00"), ("0.1", "0.10")]
        {
            assert_eq!(text.parse::<MicroUsd>().unwrap().to_string(), written);
        }
        for wrong in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,00", "0.0000001", " 1", "1234567890"] {
            assert!(wrong.parse::<MicroUsd>().is_err(), "{wrong}");
        }
    }
}
