//! What differs between a record and what it is to be, under the names that `tendlc.toml` has for it.

use std::collections::BTreeMap;
use std::fmt::Display;

use jiff::SignedDuration;
use serde::Serialize;

use super::change::{Tense, named};
use super::schedule::{newest, turn};
use crate::day::PacificDay;
use crate::grant::{Asked, Campaign, CapUnit, Counted, Grant, Live, Pool, Since, on_day};

/// In the place of what is nobody's business who only reads what a sync did.
const NOT_SHOWN: &str = "(not shown)";

/// Something that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name in `tendlc.toml`; `t_mobile_cap` stands for what a cap counts over and in.
    pub name: &'static str,
    /// Before; absent: it was not there.
    pub before: Option<String>,
    /// Now; absent: it is not there any more.
    pub now: Option<String>,
    /// From when, where that is not at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<PacificDay>,
}

impl Field {
    /// For people.
    pub(super) fn line(&self, tense: Tense) -> String {
        let Self { name, before, now, from } = self;
        let from_then = from.map(|day| format!(" from {day}, until then"));
        let was = from_then.unwrap_or_else(|| format!(", {}", tense.was()));
        match (before, now) {
            (Some(before), Some(now)) if before == now => format!("{name} another one {NOT_SHOWN}"),
            (before, now) => {
                let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
                format!("{name} {}{was} {}", text(now), text(before))
            }
        }
    }
}

/// The fields that differ.
#[derive(Debug, Default)]
struct Fields(Vec<Field>);

impl Fields {
    fn look<T: PartialEq + Display>(&mut self, name: &'static str, before: &T, now: &T) {
        self.maybe(name, Some(before), Some(now));
    }

    fn maybe<T: PartialEq + Display>(&mut self, name: &'static str, before: Option<&T>, now: Option<&T>) {
        if before != now {
            let text = |value: Option<&T>| value.map(ToString::to_string);
            self.0.push(Field { name, before: text(before), now: text(now), from: None });
        }
    }

    fn hidden(&mut self, name: &'static str, before: Option<&String>, now: Option<&String>) {
        if before != now {
            let text = |value: Option<&String>| value.map(|_| NOT_SHOWN.to_owned());
            self.0.push(Field { name, before: text(before), now: text(now), from: None });
        }
    }

    /// An enum, as it is written in the file.
    fn word<T: PartialEq + Serialize>(&mut self, name: &'static str, before: &T, now: &T) {
        if before != now {
            let text = |value: &T| serde_json::to_value(value).ok()?.as_str().map(str::to_owned);
            self.0.push(Field { name, before: text(before), now: text(now), from: None });
        }
    }
}

/// What differs of a grant, but for what is counted and for what an operator has paused.
pub(super) fn of_grant(old: &Grant, new: &Grant) -> Vec<Field> {
    // Taken apart, so that nothing which is added later is forgotten here.
    let Grant {
        name: _,
        account,
        topology,
        campaigns,
        role_arn,
        external_id,
        outcome_bus,
        dead_letter_queue,
        queues,
        paused: _,
        max_wait,
        unknown_result,
        budgets: _,
        asked,
        daily_segments: _,
        monthly_spend,
    } = new;
    let mut fields = Fields::default();
    fields.look("account", &old.account, account);
    fields.word("topology", &old.topology, topology);
    let list = |names: &[_]| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    fields.look("campaigns", &list(&old.campaigns), &list(campaigns));
    fields.look("role_arn", &old.role_arn, role_arn);
    fields.hidden("external_id", old.external_id.as_ref(), external_id.as_ref());
    fields.maybe("outcome_bus", old.outcome_bus.as_ref(), outcome_bus.as_ref());
    let (before, now) = (old.queues.as_ref(), queues.as_ref());
    fields.maybe("queue", before.map(|lanes| &lanes.transactional), now.map(|lanes| &lanes.transactional));
    fields.maybe("promotional_queue", before.map(|lanes| &lanes.promotional), now.map(|lanes| &lanes.promotional));
    fields.maybe("dead_letter_queue", old.dead_letter_queue.as_ref(), dead_letter_queue.as_ref());
    let wait = |seconds: i64| format!("{:#}", SignedDuration::from_secs(seconds));
    let (before, now) = (old.max_wait.transactional, max_wait.transactional);
    fields.look("max_wait.transactional", &wait(before), &wait(now));
    let (before, now) = (old.max_wait.promotional, max_wait.promotional);
    fields.look("max_wait.promotional", &wait(before), &wait(now));
    fields.word("unknown_result", &old.unknown_result, unknown_result);
    fields.maybe("monthly_spend_usd", old.monthly_spend.as_ref(), monthly_spend.as_ref());
    fields.maybe("t_mobile_daily_segments", shares(&old.asked).as_ref(), shares(asked).as_ref());
    fields.0
}

/// What differs of a campaign, but for what an operator has paused. What its texts counted against was `before`.
pub(super) fn of_campaign(old: &Campaign, before: &[Since<Counted>], new: &Campaign) -> Vec<Field> {
    let Campaign {
        name: _,
        brand,
        counted,
        primary,
        region,
        origination_identity,
        origination_number,
        registration,
        channel,
        message_type,
        configuration_set,
        quiet_hours,
        milli_segments_per_second,
        live,
        send_requests_per_second,
        segment_price: _,
        paused: _,
    } = new;
    let mut fields = Fields::default();
    fields.look("brand", &old.brand, brand);
    fields.0.extend(recounted(before, counted));
    fields.look("primary", &old.primary, primary);
    fields.look("region", &old.region, region);
    fields.look("origination_identity", &old.origination_identity, origination_identity);
    fields.hidden("phone_number", old.origination_number.as_ref(), origination_number.as_ref());
    fields.maybe("registration", old.registration.as_ref(), registration.as_ref());
    fields.word("channel", &old.channel, channel);
    fields.word("message_type", &old.message_type, message_type);
    fields.maybe("configuration_set", old.configuration_set.as_ref(), configuration_set.as_ref());
    fields.maybe("quiet_hours", old.quiet_hours.as_ref(), quiet_hours.as_ref());
    let rate = |milli: u64, live: &Live| shown(&thousandths(milli), live.segments_per_second.is_some());
    let (before, now) = (rate(old.milli_segments_per_second, &old.live), rate(*milli_segments_per_second, live));
    fields.look("segments_per_second", &before, &now);
    fields.look("send_requests_per_second", &old.send_requests_per_second, send_requests_per_second);
    fields.0
}

/// What differs of a cap whose number stays.
pub(super) fn of_cap(cap: i64, was_live: bool, live: bool) -> Vec<Field> {
    let mut fields = Fields::default();
    fields.look("t_mobile_daily_segments", &shown(&cap.to_string(), was_live), &shown(&cap.to_string(), live));
    fields.0
}

/// A number as it stands in the file, or AWS's.
fn shown(number: &str, live: bool) -> String {
    if live { format!("live ({number})") } else { number.to_owned() }
}

/// What a grant asks for of live caps; `None`: its caps are none.
fn shares(asked: &BTreeMap<Pool, Asked>) -> Option<String> {
    let share = |(pool, Asked { guaranteed, ceiling }): (&Pool, &Asked)| {
        let most = ceiling.map_or_else(|| "all of it".to_owned(), |ceiling| ceiling.to_string());
        format!("{guaranteed} guaranteed and at most {most} of the live cap of {}", named(pool))
    };
    let shares: Vec<String> = asked.iter().map(share).collect();
    (!shares.is_empty()).then(|| shares.join(", "))
}

/// Another cap, or another unit: from the first day on that has it.
fn recounted(before: &[Since<Counted>], now: &[Since<Counted>]) -> Option<Field> {
    let said = |counted: &Counted| {
        let unit = match counted.unit {
            CapUnit::Segments => "segments",
            CapUnit::Messages => "messages",
        };
        format!("counted in {unit} over {}", named(&counted.pool))
    };
    let (wanted, today) = (newest(now)?, now.iter().map(|entry| entry.from).min()?);
    let (from, last) = turn(before, now, &wanted, today)?;
    let (last, now) = (last.map(|counted| said(&counted)), said(&wanted));
    Some(if on_day(before, today).as_ref() == Some(&wanted) {
        // What was put off is taken back before it began.
        let last = last.map(|last| format!("{last} from {from}"));
        Field { name: "t_mobile_cap", before: last, now: Some(now), from: None }
    } else {
        Field { name: "t_mobile_cap", before: last, now: Some(now), from: Some(from) }
    })
}

fn thousandths(milli: u64) -> String {
    let text = format!("{}.{:03}", milli / 1_000, milli % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_written_as_in_the_file() {
        for (milli, text) in [(40_000, "40"), (500, "0.5"), (1_250, "1.25"), (100_000, "100")] {
            assert_eq!(thousandths(milli), text);
        }
    }

    #[test]
    fn what_is_not_shown_says_only_that_it_is_another() {
        let line = |before: Option<&str>, now: Option<&str>, tense| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let mut fields = Fields::default();
            fields.hidden("external_id", owned(before).as_ref(), owned(now).as_ref());
            fields.0.first().map(|field| field.line(tense))
        };
        let same = line(Some("a-secret"), Some("a-secret"), Tense::Done);
        assert_eq!(same, None);
        let another = line(Some("a-secret"), Some("b-secret"), Tense::Ahead);
        assert_eq!(another.as_deref(), Some("external_id another one (not shown)"));
        let first = line(None, Some("b-secret"), Tense::Done);
        assert_eq!(first.as_deref(), Some("external_id (not shown), it was none"));
    }
}
