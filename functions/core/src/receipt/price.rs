//! What a text cost, exactly. AWS's documents say thousandths of a cent and every sample is in dollars (facts, section 8):
//! it is read as dollars, and what cannot be so is no price.

use serde_json::{Number, Value};

use crate::money::MicroUsd;

/// No text costs a dollar: the longest has ten parts, and a part about a cent.
const MOST: MicroUsd = MicroUsd::from_micros(1_000_000);

/// What a text cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// AWS's price.
    pub price: MicroUsd,
    /// The carrier's fee.
    pub fee: MicroUsd,
}

/// A price that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a price below zero, above a dollar, or no number")]
pub struct NotAPrice;

impl Cost {
    /// Of the two fields of a receipt; `None`: it does not say.
    ///
    /// # Errors
    /// When one of them cannot be a price.
    pub fn of(price: Option<&Value>, fee: Option<&Value>) -> Result<Option<Self>, NotAPrice> {
        let given = |value: Option<&Value>| match value {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => micros(number).map(Some).ok_or(NotAPrice),
            Some(_) => Err(NotAPrice),
        };
        let (price, fee) = (given(price)?, given(fee)?);
        // A fee without a price is half of the truth.
        Ok(price.map(|price| Self { price, fee: fee.unwrap_or_default() }))
    }

    /// Both together.
    pub fn total(self) -> MicroUsd {
        MicroUsd::from_micros(self.price.micros().saturating_add(self.fee.micros()))
    }
}

/// A JSON number's shortest form has the digits that were written, as long as they are no more than 15; so it is read as
/// decimal text. What is below a millionth is rounded up.
fn micros(number: &Number) -> Option<MicroUsd> {
    let text = number.to_string();
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text.as_str(), 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut amount: u128 = format!("{whole}{fraction}").parse().ok()?;
    let places = 6 + exponent - i32::try_from(fraction.len()).ok()?;
    if places < 0 {
        let parts = 10u128.checked_pow(places.unsigned_abs());
        amount = parts.map_or(u128::from(amount > 0), |parts| amount.div_ceil(parts));
    } else {
        amount = amount.checked_mul(10u128.checked_pow(places.unsigned_abs())?)?;
    }
    u64::try_from(amount).ok().map(MicroUsd::from_micros).filter(|amount| *amount <= MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<u64> {
        let number: Number = serde_json::from_str(json).unwrap();
        micros(&number).map(MicroUsd::micros)
    }

    #[test]
    fn a_price_is_read_to_the_last_micro_dollar() {
        for (json, wanted) in [
            ("0.00581", 5_810),
            ("0.07451", 74_510),
            ("0.0", 0),
            ("0", 0),
            ("1", 1_000_000),
            ("1e-3", 1_000),
            ("5.81E-3", 5_810),
            ("0.000001", 1),
            ("0.0000001", 1),
            ("0.1", 100_000),
            ("1e-40", 1),
        ] {
            assert_eq!(read(json), Some(wanted), "{json}");
        }
    }

    #[test]
    fn a_price_of_an_impossible_size_is_none() {
        for json in ["645", "581.0", "1.000001", "-0.01", "-1", "1e300", "18446744073709551615"] {
            assert_eq!(read(json), None, "{json}");
        }
        assert_eq!(Cost::of(Some(&Value::String("0.01".into())), None), Err(NotAPrice));
        assert_eq!(Cost::of(None, Some(&Value::from(0.01))), Ok(None));
    }
}
