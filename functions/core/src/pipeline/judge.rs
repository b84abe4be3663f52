//! What is to be done with a request before anything is taken for it, and what its record says when there is one.

use jiff::{SignedDuration, Timestamp};

use super::publish::ANSWER;
use crate::directory::Snapshot;
use crate::fingerprint::Fingerprint;
use crate::grant::{Campaign, UnknownResult};
use crate::ledger::{Intent, Prior, Record, State, UNKNOWN_WAIT};
use crate::quiet::QuietHours;
use crate::reason::{Fate, Reason};
use crate::request::{Kind, OnQuota, Request};

/// What waits for an operator waits this long, then goes to the dead-letter queue.
pub(super) const OPERATOR_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// AWS takes no TimeToLive below five seconds, so a text that expires sooner cannot be bounded by it.
pub(super) const LEAST_TIME_TO_LIVE: SignedDuration = SignedDuration::from_secs(5);

/// A night's texts come back within this, in milliseconds, and not as one.
const MORNING: i64 = 60_000;

/// Why a request is refused before its record is asked for.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) reason: Reason,
    pub(super) detail: String,
}

/// The campaign that a request is sent on.
pub(super) fn campaign<'a>(snapshot: &'a Snapshot, request: &Request) -> Result<&'a Campaign, Refused> {
    let grant = &snapshot.grant;
    let named = match &request.campaign {
        Some(name) => snapshot.campaign(name).ok_or_else(|| {
            (Reason::NotGranted, format!("the grant {} has no such campaign; it has {}", grant.name, list(snapshot)))
        }),
        None => snapshot.only_campaign().ok_or_else(|| {
            (
                Reason::InvalidRequest,
                format!("the grant {} has several campaigns; name one: {}", grant.name, list(snapshot)),
            )
        }),
    };
    named.map_err(|(reason, detail)| Refused { reason, detail })
}

fn list(snapshot: &Snapshot) -> String {
    let names: Vec<&str> = snapshot.grant.campaigns.iter().map(|name| name.as_str()).collect();
    names.join(", ")
}

/// What is known before anything is asked: that it has expired, has waited too long, that everything is paused, or that
/// it is quiet where the recipient is. The record is written all the same, since it may say that the text was sent long
/// ago.
pub(super) fn intent(
    snapshot: &Snapshot,
    campaign: &Campaign,
    request: &Request,
    (first_seen, longest): (Timestamp, SignedDuration),
    now: Timestamp,
    lease: Timestamp,
) -> Intent {
    if request.expires_at.is_some_and(|expires| expires < now + LEAST_TIME_TO_LIVE) {
        return Intent::Reject { reason: Reason::Expired };
    }
    // It may have a record all the same, which then says whether it waits for something that takes longer.
    if now.duration_since(first_seen) > longest {
        return Intent::Reject { reason: Reason::WaitedTooLong };
    }
    if snapshot.grant.paused || campaign.paused {
        return Intent::Defer { reason: Reason::Paused, until: pause_of(Reason::Paused, now) };
    }
    match quiet_until(campaign, request, now) {
        Some(_) if rejects_at_once(request, Reason::QuietHours) => Intent::Reject { reason: Reason::QuietHours },
        Some(until) => Intent::Defer { reason: Reason::QuietHours, until },
        None => Intent::Claim { lease },
    }
}

/// The hours in which a request has to wait: promotional ones only, where the campaign has any.
pub(super) fn quiet_hours(campaign: &Campaign, request: &Request) -> Option<QuietHours> {
    campaign.quiet_hours.filter(|_| request.kind == Kind::Promotional)
}

/// Until when a promotional text waits that would come to its recipient in quiet hours; also one for which too little
/// time is left before they begin: it would be claimed and charged in vain.
pub(super) fn quiet_until(campaign: &Campaign, request: &Request, now: Timestamp) -> Option<Timestamp> {
    let needed = LEAST_TIME_TO_LIVE + ANSWER + SignedDuration::from_secs(1);
    let end = quiet_hours(campaign, request)?.end(&request.to, now, needed)?;
    Some(end + SignedDuration::from_millis(fastrand::i64(0..=MORNING)))
}

/// Which records may be opened: those that have not waited too long.
pub(super) fn prior(snapshot: &Snapshot, request: &Request, now: Timestamp) -> Prior {
    Prior::SeenAfter(now - snapshot.grant.max_wait.of(request.kind))
}

/// What a record that could not be opened says of its request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Sent before.
    Sent { message_id: Option<String> },
    /// Other content under the same key.
    Reused,
    /// It was rejected, and this is the same message again.
    Rejected { reason: Reason },
    /// Somebody is at it.
    InProgress { until: Timestamp },
    /// Perhaps sent; a receipt may still tell.
    Unknown { until: Timestamp, lapsed: bool },
    /// Perhaps sent, and nobody told.
    UnknownForGood,
    /// It waited long enough, at last for what its record says.
    WaitedTooLong { reason: Reason, waited_for: Reason },
    /// It may be opened after all, from just this state.
    Again(Prior),
}

/// Judges the record.
pub(super) fn seen(record: &Record, fingerprint: &Fingerprint, unknown_result: UnknownResult, now: Timestamp) -> Seen {
    if record.fingerprint != *fingerprint {
        return Seen::Reused;
    }
    let unknown = |since: Timestamp, lapsed| match since + UNKNOWN_WAIT {
        until if until > now => Seen::Unknown { until, lapsed },
        _ if lapsed => Seen::Unknown { until: now + SignedDuration::from_secs(1), lapsed },
        _ if unknown_result == UnknownResult::Resend => Seen::Again(Prior::UnknownSince(since)),
        _ => Seen::UnknownForGood,
    };
    match record.state {
        State::Accepted => Seen::Sent { message_id: record.message_id.clone() },
        State::Claimed => match record.lease {
            Some(lease) if lease > now => Seen::InProgress { until: lease },
            lease => unknown(lease.unwrap_or(now), true),
        },
        State::Unknown => unknown(record.unknown_since.unwrap_or(now), false),
        State::Rejected => Seen::Rejected { reason: record.reason.unwrap_or(Reason::InvalidRequest) },
        State::Deferred => {
            let waited_for = record.reason.unwrap_or(Reason::WaitedTooLong);
            let age = record.first.map_or(SignedDuration::ZERO, |first| now.duration_since(first));
            if waited_for.fate() != Fate::WaitsForOperator {
                Seen::WaitedTooLong { reason: Reason::WaitedTooLong, waited_for }
            } else if age < OPERATOR_WAIT {
                Seen::Again(Prior::SeenAfter(now - OPERATOR_WAIT))
            } else {
                Seen::WaitedTooLong { reason: waited_for, waited_for }
            }
        }
    }
}

/// Whether a caller that does not want to wait is told so at once.
pub(super) fn rejects_at_once(request: &Request, reason: Reason) -> bool {
    request.on_quota == OnQuota::Reject && (is_a_quota(reason) || reason == Reason::QuietHours)
}

fn is_a_quota(reason: Reason) -> bool {
    use Reason::*;
    matches!(reason, BrandDailyCap | GrantDailyBudget | GrantSpendBudget | PrimarySpendLimit | Rate)
}

/// When something that does not say so itself is worth another look; spread, so that those who wait for the same
/// thing do not come back as one.
pub(super) fn pause_of(reason: Reason, now: Timestamp) -> Timestamp {
    let (least, most) = match reason {
        Reason::Throttled | Reason::Rate => (2_000, 10_000),
        Reason::QuotaUnavailable => (10_000, 30_000),
        Reason::InProgress => (1_000, 2_000),
        Reason::PrimarySpendLimit => (240_000, 360_000),
        _ => (50_000, 70_000),
    };
    now + SignedDuration::from_millis(fastrand::i64(least..=most))
}

/// A request that waits is back in time to be told that it has waited too long.
pub(super) fn bounded(
    (reason, until): (Reason, Timestamp),
    request: &Request,
    limit: SignedDuration,
    first_seen: Timestamp,
    now: Timestamp,
) -> Timestamp {
    // The longer it has waited the seldomer it is looked at: 700 times in 14 days at most, below the queue's
    // maxReceiveCount of 1,000, so that waiting is never taken for failing. For a quota there may be very many that wait:
    // 200 times, and what SQS takes for hiding them again and again stays below a hundredth of the texts' price.
    let share = if is_a_quota(reason) { 16 } else { 64 };
    let seldom = now.duration_since(first_seen).max(SignedDuration::ZERO) / share;
    let soonest = SignedDuration::from_secs(1);
    let until = until.max(now + seldom.max(soonest));
    // What goes on beyond its end (an outage) has no end to be back for.
    let given_up = Some(first_seen + limit).filter(|given_up| *given_up > now).unwrap_or(until);
    until.min(given_up).min(request.expires_at.unwrap_or(until)).max(now + soonest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::request::Entrance;

    fn campaign(quiet_hours: Option<&str>) -> Campaign {
        let record = json!({
            "name": "news",
            "brand": "acme",
            "counted": [],
            "primary": "main",
            "region": "us-east-1",
            "origination_identity": "any",
            "message_type": "PROMOTIONAL",
            "milli_segments_per_second": 1_000,
            "send_requests_per_second": 1,
            "quiet_hours": quiet_hours,
        });
        serde_json::from_value(record).unwrap()
    }

    fn request(kind: &str) -> Request {
        let text = json!({ "to": "+12125550100", "body": "News.", "kind": kind }).to_string();
        Request::parse(&text, &"news-1".parse().unwrap(), &Entrance::Bus).unwrap()
    }

    fn waits(quiet_hours: Option<&str>, kind: &str, now: &str) -> Option<Timestamp> {
        quiet_until(&campaign(quiet_hours), &request(kind), now.parse().unwrap())
    }

    #[test]
    fn only_a_promotional_text_waits_and_only_where_the_campaign_has_quiet_hours() {
        let night = "2026-11-21T03:00:00Z";
        assert_eq!(waits(Some("21:00-08:00"), "transactional", night), None);
        assert_eq!(waits(None, "promotional", night), None);
        assert!(waits(Some("21:00-08:00"), "promotional", night).is_some());
    }

    #[test]
    fn a_nights_texts_come_back_within_a_minute_after_it_and_none_before() {
        let morning: Timestamp = "2026-11-21T13:00:00Z".parse().unwrap();
        let mut moments = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let until = waits(Some("21:00-08:00"), "promotional", "2026-11-21T03:00:00Z").unwrap();
            assert!(until >= morning && until <= morning + SignedDuration::from_mins(1), "{until}");
            moments.insert(until);
        }
        assert!(moments.len() > 100, "{}", moments.len());
    }

    #[test]
    fn what_cannot_come_before_they_begin_waits_already() {
        let waits = |now| waits(Some("21:00-08:00"), "promotional", now).is_some();
        assert!(!waits("2026-11-21T01:59:44Z"), "16 seconds: five to live, ten for the answer, one to get there");
        assert!(waits("2026-11-21T01:59:44.001Z"));
    }
}
