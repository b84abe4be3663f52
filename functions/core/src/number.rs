//! A recipient's number, which is nobody's business but AWS's: it has no `Display`, its `Debug` shows none of it, and no
//! error holds it.

use std::fmt;
use std::str::FromStr;

use crate::area::Outside;

/// A number that 10DLC reaches: `+1` and ten digits, with an area code of [`crate::area`] and an exchange that can
/// exist. 555-01XX is one, for documentation and tests.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct E164(String);

/// The text is not a number that a text can be sent to. Its message never holds the number, nor a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not written as E.164.
    #[error("the number is not strict E.164; write `+1` and ten digits, with no space, dash, bracket or extension")]
    NotE164,
    /// E.164, but of another country code.
    #[error("the number's country code is not 1; 10DLC reaches numbers that begin with `+1` only")]
    NotPlusOne,
    /// Country code 1, but not of a place that 10DLC reaches.
    #[error(
        "the number's area code is {0}; 10DLC reaches the geographic codes of the United States, Puerto Rico, the US \
         Virgin Islands, Guam and American Samoa, so use the recipient's number there"
    )]
    NotIn10dlcArea(Outside),
    /// The three digits after the area code are not 200 to 999, or end in 11.
    #[error(
        "the number's exchange (the three digits after the area code) cannot exist, since it begins with 0 or 1 or \
         ends in 11; look for a mistyped digit"
    )]
    NoSuchExchange,
}

impl E164 {
    /// The number as it goes to AWS, the one way out: never into a log, an error, an outcome or the table.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The eleven digits after the `+`, as private as the number.
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }

    /// The three digits that say where the number was given out; as private as the number.
    pub(crate) fn area_code(&self) -> u16 {
        self.0.bytes().skip(2).take(3).fold(0, |code, digit| code * 10 + u16::from(digit - b'0'))
    }

    /// Whether the digits of `text`, whatever stands between them, hold the national number. An id or a context that
    /// does would be logged.
    pub fn appears_in(&self, text: &str) -> bool {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.contains(&self.0[2..])
    }
}

impl FromStr for E164 {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let digits = text.strip_prefix('+').ok_or(NumberError::NotE164)?;
        // E.164 has at most 15 digits, and no country code begins with 0.
        if !digits.bytes().all(|b| b.is_ascii_digit()) || !(7..=15).contains(&digits.len()) || digits.starts_with('0') {
            return Err(NumberError::NotE164);
        }
        let national = digits.strip_prefix('1').ok_or(NumberError::NotPlusOne)?;
        let &[a, b, c, x, y, z, _, _, _, _] = national.as_bytes() else { return Err(NumberError::NotE164) };
        let area_code = [a, b, c].iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
        if let Some(outside) = Outside::of(area_code) {
            return Err(NumberError::NotIn10dlcArea(outside));
        }
        if x < b'2' || (y, z) == (b'1', b'1') {
            return Err(NumberError::NoSuchExchange);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("E164(+1**********)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::area::is_in_10dlc_area;

    fn refusal(text: &str) -> NumberError {
        text.parse::<E164>().expect_err(text)
    }

    #[test]
    fn numbers_of_the_five_places_are_taken() {
        let numbers = [
            "+12065550100",
            "+14254147755",
            "+17872345678",
            "+19392345678",
            "+13406421234",
            "+16713001234",
            "+16846221234",
        ];
        for number in numbers {
            assert_eq!(number.parse::<E164>().unwrap().as_str(), number);
        }
    }

    #[test]
    fn anything_but_plus_one_and_ten_digits_is_not_e164() {
        for text in [
            "",
            "+",
            "+1",
            "12065550100",
            "2065550100",
            "+1206555010",
            "+120655501000",
            "++12065550100",
            "+1+2065550100",
            " +12065550100",
            "+12065550100 ",
            "+12065550100\n",
            "+1 206 555 0100",
            "+1-206-555-0100",
            "+1(206)5550100",
            "+1206555010x",
            "tel:+12065550100",
            "0012065550100",
            "+02065550100",
            "+1206555０100",
            "＋12065550100",
            "+١٢٠٦٥٥٥٠١٠٠",
            "+12065550100;ext=1",
            "+1234567890123456",
            "\u{feff}+12065550100",
        ] {
            assert_eq!(refusal(text), NumberError::NotE164, "{text:?}");
        }
    }

    #[test]
    fn another_country_code_is_said_to_be_one() {
        for text in ["+447700900123", "+52155512345", "+861065551234", "+2902045"] {
            assert_eq!(refusal(text), NumberError::NotPlusOne, "{text}");
        }
    }

    #[test]
    fn an_area_code_that_10dlc_does_not_reach_is_refused_by_its_kind() {
        for (text, kind) in [
            ("+18005550100", Outside::TollFree),
            ("+18885550100", Outside::TollFree),
            ("+19005550100", Outside::Premium),
            ("+15005550006", Outside::NonGeographic),
            ("+17005550100", Outside::NonGeographic),
            ("+14165550100", Outside::Elsewhere),
            ("+18765550100", Outside::Elsewhere),
            ("+16705550100", Outside::Elsewhere),
            ("+15555550100", Outside::Elsewhere),
            ("+10005550100", Outside::Elsewhere),
            ("+11235550100", Outside::Elsewhere),
        ] {
            assert_eq!(refusal(text), NumberError::NotIn10dlcArea(kind), "{text}");
        }
    }

    #[test]
    fn an_exchange_is_200_to_999_and_not_n11() {
        for exchange in 0..1000 {
            let parsed = format!("+1206{exchange:03}0100").parse::<E164>();
            if exchange < 200 || exchange % 100 == 11 {
                assert_eq!(parsed, Err(NumberError::NoSuchExchange), "{exchange}");
            } else {
                assert!(parsed.is_ok(), "{exchange}");
            }
        }
    }

    #[test]
    fn no_error_holds_any_part_of_the_number() {
        for text in [
            "+120655598765",
            "+442065598765",
            "+18005598765",
            "+19005598765",
            "+15005598765",
            "+14165598765",
            "+12061198765",
        ] {
            let error = refusal(text);
            for shown in [error.to_string(), format!("{error:?}")] {
                let area_code = &text[2..5];
                assert!(!shown.contains(area_code) && !shown.contains("559") && !shown.contains("8765"), "{shown}");
            }
        }
    }

    #[test]
    fn a_number_is_found_in_a_text_however_it_is_written() {
        let number: E164 = "+12065550100".parse().unwrap();
        for text in [
            "2065550100",
            "+12065550100",
            "otp-(206) 555-0100",
            "order 2.0.6.5.5.5.0.1.0.0!",
            "992065550100-7",
            "206-555é0100",
        ] {
            assert!(number.appears_in(text), "{text}");
        }
        for text in ["", "5550100", "206555010", "2065550101", "order 206, line 5550", "0015550602"] {
            assert!(!number.appears_in(text), "{text}");
        }
    }

    fn accepted() -> impl Strategy<Value = String> {
        let exchange = (200..1000_u16).prop_filter("N11", |exchange| exchange % 100 != 11);
        let area_codes: Vec<u16> = (200..1000).filter(|code| is_in_10dlc_area(*code)).collect();
        (proptest::sample::select(area_codes), exchange, 0..10_000_u16)
            .prop_map(|(area, exchange, line)| format!("+1{area}{exchange}{line:04}"))
    }

    proptest! {
        #[test]
        fn an_accepted_number_comes_out_as_it_went_in_and_only_there(text in accepted()) {
            let number: E164 = text.parse().unwrap();
            prop_assert_eq!(number.as_str(), &text);
            prop_assert_eq!(number.digits(), &text[1..]);
            prop_assert!(number.appears_in(&text) && number.appears_in(&text[2..]));
            prop_assert_eq!(format!("{number:?}"), "E164(+1**********)");
            prop_assert_eq!(format!("{number:#?}"), "E164(+1**********)");
        }

        #[test]
        fn one_character_more_or_less_is_refused(
            text in accepted(),
            at in 0..=12_usize,
            more in prop_oneof![proptest::sample::select("0123456789 -().+\t\n\r\0x\u{a0}\u{200b}０１９＋".chars().collect::<Vec<_>>()), any::<char>()],
        ) {
            let mut longer = text.clone();
            longer.insert(at, more);
            prop_assert!(longer.parse::<E164>().is_err());
            let mut shorter = text.clone();
            shorter.remove(at.min(11));
            prop_assert!(shorter.parse::<E164>().is_err());
        }

        #[test]
        fn a_digit_of_another_script_is_refused(text in accepted(), at in 1..12_usize, zero in proptest::sample::select(&['０', '٠', '०', '𝟎'][..])) {
            let foreign: String = text
                .chars()
                .enumerate()
                .map(|(index, c)| match c.to_digit(10) {
                    Some(digit) if index == at => char::from_u32(u32::from(zero) + digit).unwrap(),
                    _ => c,
                })
                .collect();
            prop_assert_eq!(refusal(&foreign), NumberError::NotE164);
        }

        #[test]
        fn only_the_strict_form_is_ever_accepted(text in "[+]?[ ]?1?[0-9 ()-]{9,12}") {
            if text.parse::<E164>().is_ok() {
                let strict = text.len() == 12 && text.starts_with("+1") && text[1..].bytes().all(|b| b.is_ascii_digit());
                prop_assert!(strict);
            }
        }
    }
}
