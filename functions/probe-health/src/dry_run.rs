//! A text that AWS judges but does not send, on the way that every text takes.

use std::collections::BTreeMap;
use std::time::Duration;

use tendlc_core::ask::{Operation, Pace};
use tendlc_core::channel::{Channel, SendError, Text};
use tendlc_core::grant::{Campaign, ChannelKind};
use tendlc_core::number::E164;
use tendlc_core::reason::Reason;
use tendlc_core::receipt::CONTEXT_PROBE;

use crate::check::Finding;

const SEND: Operation = Operation("SendTextMessage");
const BODY: &str = "tendlc asks whether this text could be sent";

/// What AWS refused as too fast it did not take.
const TRIES: usize = 3;

/// The sending client has no time limit of its own.
const ANSWER: Duration = Duration::from_secs(5);

/// The receipts of a dry run, if AWS ever makes any, are told from those of texts by this.
const CONTEXT: (&str, &str) = (CONTEXT_PROBE, "dry-run");

/// Tries `campaign` through `channel`, which sends with the grant's role.
pub async fn check(
    channel: &dyn Channel,
    pace: &Pace,
    campaign: &Campaign,
    destination: &E164,
) -> (Finding, Option<()>) {
    if campaign.channel == ChannelKind::Sns {
        let cure = "send one text by the queue, or move the campaign to the channel \"sms-voice\"";
        return (Finding::unknown("SNS has no dry run", cure), None);
    }
    let (key, value) = CONTEXT;
    let text = Text {
        to: destination,
        body: BODY,
        campaign,
        time_to_live: Duration::from_secs(60),
        max_price: None,
        context: BTreeMap::from([(key.to_owned(), value.to_owned())]),
        dry_run: true,
    };
    (judge(campaign, tried(channel, pace, &text).await), None)
}

/// Sends `text`, again where AWS has refused it as too fast; `None`: AWS did not answer in time.
pub async fn tried(channel: &dyn Channel, pace: &Pace, text: &Text<'_>) -> Option<Result<String, SendError>> {
    let mut tries = 1;
    loop {
        pace.turn(SEND.0).await;
        match tokio::time::timeout(ANSWER, channel.send(text)).await {
            Ok(Err(error)) if error.reason == Reason::Throttled && tries < TRIES => tries += 1,
            answer => return answer.ok(),
        }
    }
}

/// `None`: AWS did not answer in time.
pub fn judge(campaign: &Campaign, answer: Option<Result<String, SendError>>) -> Finding {
    let identity = &campaign.origination_identity;
    let again = "run the probe again in a minute; if it stays so, look at AWS's own health";
    let error = match answer {
        Some(Ok(_)) => return Finding::healthy(format!("AWS would take a text from {identity}")),
        Some(Err(error)) => error,
        None => return Finding::unknown("AWS did not answer the dry run in time", again),
    };
    let other = "the probe's recipient stands in the way, not the sender: set TENDLC_PROBE_DESTINATION to another";
    let refused = format!("AWS would not take a text from {identity}: {error}");
    match error.reason {
        Reason::Throttled | Reason::UnknownResult => {
            Finding::unknown(format!("AWS did not judge the dry run: {error}"), again)
        }
        // The role's session was there a moment ago.
        Reason::RoleDenied if error.code == "no credentials" => {
            Finding::unknown(format!("the role's session could not be renewed: {error}"), again)
        }
        Reason::OptedOut | Reason::Blocked | Reason::InvalidDestination => Finding::degraded(refused, other),
        Reason::RoleDenied => Finding::failing(
            refused,
            format!("allow sms-voice:SendTextMessage on {identity}{} to the role", set_of(campaign)),
        ),
        Reason::PrimarySpendLimit => Finding::failing(
            refused,
            "ask AWS to raise the primary's monthly spend limit, or wait for the next UTC month",
        ),
        Reason::AccountStopped => Finding::failing(refused, "AWS has stopped the primary's sending: ask AWS Support"),
        _ if error.detail.as_deref() == Some("DESTINATION_PHONE_NUMBER_NOT_VERIFIED") => {
            Finding::failing(refused, "the primary is in AWS's SMS sandbox: ask AWS for production access")
        }
        _ => Finding::failing(
            refused,
            format!("correct the campaign {} in tendlc.toml, then `tendlc sync`", campaign.name),
        ),
    }
}

fn set_of(campaign: &Campaign) -> String {
    let set = campaign.configuration_set.as_deref();
    set.map(|set| format!(" and on the configuration set {set}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::State;
    use crate::fixtures::campaign;

    fn after(reason: Reason, code: &str) -> State {
        let (code, request_id) = (code.to_owned(), "1b".to_owned());
        judge(&campaign(), Some(Err(SendError { reason, code, detail: None, request_id }))).state
    }

    #[test]
    fn a_refusal_of_the_sender_is_failing() {
        for reason in [
            Reason::RoleDenied,
            Reason::SenderMisconfigured,
            Reason::AccountStopped,
            Reason::PrimarySpendLimit,
            Reason::InvalidRequest,
        ] {
            assert_eq!(after(reason, "Code"), State::Failing, "{reason}");
        }
    }

    #[test]
    fn a_refusal_of_the_recipient_is_no_failure_of_the_sender() {
        for reason in [Reason::OptedOut, Reason::Blocked, Reason::InvalidDestination] {
            assert_eq!(after(reason, "ConflictException"), State::Degraded, "{reason}");
        }
    }

    #[test]
    fn what_aws_did_not_judge_is_unknown() {
        assert_eq!(after(Reason::Throttled, "ThrottlingException"), State::Unknown);
        assert_eq!(after(Reason::UnknownResult, "InternalServerException"), State::Unknown);
        assert_eq!(after(Reason::RoleDenied, "no credentials"), State::Unknown);
        assert_eq!(judge(&campaign(), None).state, State::Unknown);
    }

    #[test]
    fn a_text_that_aws_would_take_is_healthy() {
        assert_eq!(judge(&campaign(), Some(Ok(String::new()))).state, State::Healthy);
    }
}
