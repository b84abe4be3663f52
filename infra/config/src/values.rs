//! Values that mean more than their text: rates, times, money, choices.

use std::str::FromStr;

use serde_json::{Value, json};
use tendlc_core::grant::{CapUnit, ChannelKind, MessageType, Topology, UnknownResult};
use tendlc_core::money::MicroUsd;
use tendlc_core::quiet::QuietHours;
use toml::de::DeValue;

use crate::config::{Architecture, CapScope, HubSenders, Limit};
use crate::entry::{Entry, Node, Whole, shown, word, word_schema};
use crate::mistake::Report;
use crate::text::{NotValid, Text, entries};

/// The longest that SQS keeps a message, in seconds: 14 days.
const SQS_RETENTION: i64 = 14 * 24 * 60 * 60;

/// How fast segments may be sent, in whole thousandths of a segment per second: low-volume campaigns have 0.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SegmentRate(u64);

impl SegmentRate {
    /// The most that can be written, in segments per second; far above any campaign's.
    const MOST: u64 = 10_000;

    /// In thousandths of a segment per second; at least 1.
    pub fn milli(self) -> u64 {
        self.0
    }

    /// `40` or `0.2`: at most three decimals.
    fn decimal(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole, 5) || !digits(fraction, 3) {
            return None;
        }
        let milli = whole.parse::<u64>().ok()? * 1_000 + format!("{fraction:0<3}").parse::<u64>().ok()?;
        (1..=Self::MOST * 1_000).contains(&milli).then_some(Self(milli))
    }
}

impl Entry for Limit<SegmentRate> {
    fn schema() -> Value {
        json!({ "anyOf": [
            { "const": "live" },
            { "type": "number", "minimum": 0.001, "maximum": SegmentRate::MOST },
        ] })
    }

    fn read(node: &Node<'_>, report: &mut Report) -> Option<Self> {
        let text = match node.value.get_ref() {
            DeValue::String(text) if text == "live" => return Some(Self::Live),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => "",
        };
        let rate = SegmentRate::decimal(text.trim_start_matches('+')).map(Self::Fixed);
        if rate.is_none() {
            let what = match node.value.get_ref() {
                DeValue::String(text) => format!("{} is neither a number nor \"live\"", shown(text)),
                _ if text.is_empty() => format!("it is {}, not a number of segments per second", node.kind()),
                _ => format!("{} cannot be a number of segments per second", shown(text)),
            };
            let most = SegmentRate::MOST;
            let cure = format!("Write a number from 0.001 to {most} with at most three decimals, or \"live\".");
            node.wrong(what, cure, report);
        }
        rate
    }
}

impl<const MIN: i64, const MAX: i64> Entry for Limit<Whole<MIN, MAX>> {
    fn schema() -> Value {
        json!({ "anyOf": [{ "const": "live" }, Whole::<MIN, MAX>::schema()] })
    }

    fn read(node: &Node<'_>, report: &mut Report) -> Option<Self> {
        match node.value.get_ref().as_str() {
            Some("live") => Some(Self::Live),
            Some(text) => {
                let what = format!("{} is neither a number nor \"live\"", shown(text));
                node.wrong(
                    what,
                    format!("Write a whole number from {MIN} to {MAX} without quotes, or \"live\"."),
                    report,
                );
                None
            }
            None => Whole::read(node, report).map(Self::Fixed),
        }
    }
}

impl Text for QuietHours {
    const NOUN: &'static str = "a span of hours";
    const PATTERN: &'static str = "^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$";
    const CURE: &'static str =
        "Write two times of the day as HH:MM-HH:MM that leave four hours or more, such as \"21:00-08:00\".";
}

/// How long a request may wait, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait(pub(crate) i64);

impl Text for Wait {
    const NOUN: &'static str = "a time that SQS can keep a message for";
    const PATTERN: &'static str = "^[0-9]{1,7}[smhd]$";
    const CURE: &'static str = "Write a number with s, m, h or d, such as \"15m\": from 1 second to 14 days.";
}

impl FromStr for Wait {
    type Err = NotValid;

    fn from_str(text: &str) -> Result<Self, NotValid> {
        const UNITS: [(char, i64); 4] = [('s', 1), ('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];
        let split = UNITS.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(*unit)?, seconds)));
        let digits = |text: &str| (1..=7).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let seconds = split.filter(|(number, _)| digits(number));
        let seconds = seconds.and_then(|(number, unit)| Some(number.parse::<i64>().ok()? * unit));
        match seconds {
            Some(seconds) if (1..=SQS_RETENTION).contains(&seconds) => Ok(Self(seconds)),
            _ => Err(NotValid::of::<Self>()),
        }
    }
}

/// What a grant may spend: more than nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spend(pub(crate) MicroUsd);

impl Text for Spend {
    const NOUN: &'static str = "an amount in US dollars above zero";
    const PATTERN: &'static str = r"^(?=.*[1-9])[0-9]{1,9}(\.[0-9]{1,6})?$";
    const CURE: &'static str = "Write it in quotes, with at most six decimals, such as \"400.00\".";
}

impl FromStr for Spend {
    type Err = NotValid;

    fn from_str(text: &str) -> Result<Self, NotValid> {
        let amount = text.parse::<MicroUsd>().ok().filter(|amount| amount.micros() > 0);
        amount.map(Self).ok_or_else(NotValid::of::<Self>)
    }
}

entries!(QuietHours, Wait, Spend);

/// Makes entries of types that are one of a few words.
macro_rules! words {
    ($($type:ty: [$($word:literal => $meaning:expr),* $(,)?];)*) => {$(
        impl Entry for $type {
            fn schema() -> Value {
                word_schema(&[$(($word, $meaning)),*])
            }

            fn read(node: &Node<'_>, report: &mut Report) -> Option<Self> {
                word(node, &[$(($word, $meaning)),*], report)
            }
        }
    )*};
}

words! {
    Topology: ["spoke" => Self::Spoke, "hub" => Self::Hub];
    MessageType: ["TRANSACTIONAL" => Self::Transactional, "PROMOTIONAL" => Self::Promotional];
    UnknownResult: ["dead-letter" => Self::DeadLetter, "resend" => Self::Resend];
    CapScope: ["brand" => Self::Brand, "campaign" => Self::Campaign];
    HubSenders: ["accounts" => Self::Accounts, "organization" => Self::Organization];
    Architecture: ["arm64" => Self::Arm64, "x86_64" => Self::X86];
    CapUnit: ["segments" => Self::Segments, "messages" => Self::Messages];
}

impl Entry for ChannelKind {
    fn schema() -> Value {
        word_schema(&CHANNELS)
    }

    fn read(node: &Node<'_>, report: &mut Report) -> Option<Self> {
        if node.value.get_ref().as_str() == Some("pinpoint") {
            let what = "`pinpoint` is a reserved word: AWS ended Amazon Pinpoint on 2026-10-30";
            node.wrong(what, "Write \"sms-voice\", which sends from the same numbers.", report);
            return None;
        }
        word(node, &CHANNELS, report)
    }
}

const CHANNELS: [(&str, ChannelKind); 2] = [("sms-voice", ChannelKind::SmsVoice), ("sns", ChannelKind::Sns)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_exact_in_thousandths() {
        for (text, milli) in [("40", 40_000), ("0.2", 200), ("1.25", 1_250), ("0.001", 1), ("10000", 10_000_000)] {
            assert_eq!(SegmentRate::decimal(text), Some(SegmentRate(milli)), "{text}");
        }
        for wrong in ["0", "0.0", "-1", "0.0001", "1e3", "inf", "nan", "10000.1", ".5", "5.", "", "1_000"] {
            assert_eq!(SegmentRate::decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn quiet_hours_look_like_their_pattern() {
        let pattern = jsonschema::validator_for(&crate::text::schema::<QuietHours>()).unwrap();
        for text in ["21:00-08:00", "00:00-20:00", "12:15-13:45"] {
            assert!(text.parse::<QuietHours>().is_ok() && pattern.is_valid(&json!(text)), "{text}");
        }
        for wrong in ["", "21-8", "21:00", "24:00-08:00", "21:60-08:00", "9:00-21:00", "21:00–08:00"] {
            assert!(wrong.parse::<QuietHours>().is_err() && !pattern.is_valid(&json!(wrong)), "{wrong}");
        }
    }

    #[test]
    fn a_wait_is_no_longer_than_sqs_keeps_a_message() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("24h", 86_400), ("14d", SQS_RETENTION)] {
            assert_eq!(text.parse(), Ok(Wait(seconds)), "{text}");
        }
        for wrong in ["", "m", "15", "0m", "-1m", "1.5h", "15 m", "337h", "15d", "99999999s", "1w"] {
            assert!(wrong.parse::<Wait>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_budget_of_nothing_is_no_budget() {
        assert_eq!("400.00".parse(), Ok(Spend(MicroUsd::from_micros(400_000_000))));
        let pattern = jsonschema::validator_for(&crate::text::schema::<Spend>()).unwrap();
        for wrong in ["0", "0.00", "-1", "1,00", "400 USD", ""] {
            assert!(wrong.parse::<Spend>().is_err(), "{wrong}");
            assert!(!pattern.is_valid(&json!(wrong)), "{wrong}");
        }
    }
}
