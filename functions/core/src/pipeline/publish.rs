//! Sending one text, once, at its place on the clock.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::judge::{LEAST_TIME_TO_LIVE, quiet_hours};
use crate::channel::{Channel, SendError, Text};
use crate::clock::Clock;
use crate::day::PacificDay;
use crate::grant::Campaign;
use crate::ledger::Owner;
use crate::name::GrantName;
use crate::reason::Reason;
use crate::receipt::{CONTEXT_CLAIM, CONTEXT_GRANT, CONTEXT_ID};
use crate::request::Request;

/// AWS answers within a second or so; one that has not by then is not waited for at the price of the whole batch.
pub(super) const ANSWER: SignedDuration = SignedDuration::from_secs(10);

/// With less than this it is not asked at all: an answer that nobody waits for is an unknown result.
const LEAST_PATIENCE: Duration = Duration::from_millis(500);

/// What recording and saying take after the last answer, with their retries.
pub(super) const AFTERWARDS: SignedDuration = SignedDuration::from_millis(1_000);

/// Sends the text of a request that is claimed and admitted.
///
/// # Errors
/// As the channel says; `EXPIRED` when its time ran out before its place came up.
pub(super) async fn publish(
    channel: &dyn Channel,
    clock: &dyn Clock,
    (grant, campaign, owner): (&GrantName, &Campaign, &Owner),
    request: &Request,
    (admitted_at, place, deadline): (Timestamp, Timestamp, Timestamp),
) -> Result<String, SendError> {
    clock.sleep_until(place).await;
    let now = clock.now();
    let answer_by = (now + ANSWER).min(deadline - AFTERWARDS);
    let patience = Duration::try_from(answer_by.duration_since(now)).unwrap_or(Duration::ZERO);
    if patience < LEAST_PATIENCE {
        return Err(not_sent(Reason::Rate, "the invocation ends before its place on the clock"));
    }
    // It must not reach the carrier on a day that it was not charged to, and AWS counts from when it takes the text.
    let day_ends = PacificDay::charged_at(admitted_at).end() - ANSWER;
    // Nor while it is quiet where the recipient is.
    let quiet_begins = quiet_hours(campaign, request).map(|hours| hours.begin(&request.to, now) - ANSWER);
    let quiet_begins = quiet_begins.unwrap_or(Timestamp::MAX);
    let expires = request.expires_at.unwrap_or(Timestamp::MAX);
    let ends = day_ends.min(quiet_begins).min(expires);
    let left = ends.duration_since(now);
    if left < LEAST_TIME_TO_LIVE {
        let reason = match ends {
            ends if ends == expires => Reason::Expired,
            ends if ends == quiet_begins => Reason::QuietHours,
            _ => Reason::Rate,
        };
        return Err(not_sent(reason, "too little time left"));
    }
    let mut context = request.context.clone();
    context.insert(CONTEXT_GRANT.to_owned(), grant.to_string());
    context.insert(CONTEXT_ID.to_owned(), request.id.to_string());
    context.insert(CONTEXT_CLAIM.to_owned(), owner.as_str().to_owned());
    let text = Text {
        to: &request.to,
        body: &request.body,
        campaign,
        time_to_live: Duration::try_from(left).unwrap_or(Duration::from_secs(5)),
        max_price: request.max_price,
        context,
        dry_run: false,
    };
    match tokio::time::timeout(patience, channel.send(&text)).await {
        Ok(answer) => answer,
        Err(_) => Err(SendError {
            reason: Reason::UnknownResult,
            code: "no answer in time".to_owned(),
            detail: None,
            request_id: "no request id".to_owned(),
        }),
    }
}

fn not_sent(reason: Reason, why: &str) -> SendError {
    SendError { reason, code: why.to_owned(), detail: None, request_id: "not sent".to_owned() }
}
