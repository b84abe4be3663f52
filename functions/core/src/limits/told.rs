//! What the numbers of one campaign tell together.

use std::collections::HashMap;

use super::{Limit, Unread};

/// A campaign's limits, each told or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its rate, in segments per second; at least 1.
    pub rate: Result<i64, Unread>,
    /// T-Mobile's daily cap on it, in the cap's unit; at least 1.
    pub cap: Result<i64, Unread>,
}

/// What one number shows: its campaign's limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// Its id.
    pub(super) number: String,
    pub(super) rate: Option<i64>,
    pub(super) cap: Option<i64>,
}

impl Told {
    /// Nothing, for this reason.
    pub(super) fn nothing(why: &Unread) -> Self {
        Self { rate: Err(why.clone()), cap: Err(why.clone()) }
    }

    /// Of all numbers of a campaign: the least of each, since a number shows its campaign's and they may not have
    /// changed all at once.
    pub(super) fn of(shown: &[Shown]) -> Self {
        Self {
            rate: least(Limit::Rate, shown, |number| number.rate),
            cap: least(Limit::Cap, shown, |number| number.cap),
        }
    }
}

/// Zero is no limit: nobody could tell a quota of nothing from a quota that is not known, and it would stop every text.
fn least(limit: Limit, shown: &[Shown], value: impl Fn(&Shown) -> Option<i64>) -> Result<i64, Unread> {
    let told = shown.iter().filter_map(|number| Some((value(number)?, number)));
    match told.min_by_key(|(value, _)| *value) {
        Some((value, _)) if value > 0 => Ok(value),
        Some((value, number)) => Err(Unread::NoLimit { limit, number: number.number.clone(), value }),
        None => {
            let number = shown.first().map_or_else(|| "the campaign".to_owned(), |number| number.number.clone());
            Err(Unread::NotTold { limit, number })
        }
    }
}

/// What a map of AWS's says under a key, whichever way that is written: `T-MOBILE` is `tmobile`.
pub(super) fn under(key: &str, map: Option<&HashMap<String, i64>>) -> Option<i64> {
    let found = map?.iter().filter(|(name, _)| plain(name) == plain(key));
    found.map(|(_, value)| *value).min()
}

fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(number: &str, rate: Option<i64>, cap: Option<i64>) -> Shown {
        Shown { number: number.to_owned(), rate, cap }
    }

    #[test]
    fn the_least_of_a_campaigns_numbers_counts_and_those_that_say_nothing_do_not() {
        let told =
            Told::of(&[shown("a", Some(40), Some(2_000)), shown("b", None, None), shown("c", Some(25), Some(3_000))]);
        assert_eq!(told, Told { rate: Ok(25), cap: Ok(2_000) });
    }

    #[test]
    fn zero_and_less_are_no_limits_and_neither_is_silence() {
        let told = Told::of(&[shown("a", Some(40), None), shown("b", Some(0), None)]);
        assert_eq!(told.rate, Err(Unread::NoLimit { limit: Limit::Rate, number: "b".to_owned(), value: 0 }));
        assert_eq!(told.cap, Err(Unread::NotTold { limit: Limit::Cap, number: "a".to_owned() }));
        assert!(Told::of(&[shown("a", Some(-1), Some(1))]).rate.is_err());
    }

    #[test]
    fn a_key_is_the_same_in_any_case_and_with_any_punctuation() {
        for key in ["T-MOBILE", "t_mobile", "TMobile", "T-Mobile "] {
            let map = HashMap::from([(key.to_owned(), 7), ("AT&T".to_owned(), 1)]);
            assert_eq!(under("T-MOBILE", Some(&map)), Some(7), "{key}");
        }
        assert_eq!(under("SMS", Some(&HashMap::from([("MMS".to_owned(), 1)]))), None);
        assert_eq!(under("SMS", None), None);
    }
}
