//! What whoever sent a request can do about the reason in its outcome.

use tendlc_core::reason::Reason;
use tendlc_local::system::Put;

/// What is wrong with the request and how to mend it; `None` where nothing is.
pub fn why(outcome: &Put) -> Option<String> {
    let name = outcome.detail.get("reason")?;
    let reason: Reason = serde_json::from_value(name.clone()).ok()?;
    // A dead letter for which the reason says it all has nothing else to tell.
    let told = outcome.told.as_deref().filter(|told| *told != reason.as_str());
    if reason == Reason::NotGranted && outcome.detail.get("grant").is_none() {
        let nobody = told.map_or_else(|| nobody(outcome), str::to_owned);
        return Some(format!("{nobody}. {STRANGERS}"));
    }
    Some(match told {
        // These details end with what to do.
        Some(told) if matches!(reason, Reason::InvalidDestination | Reason::BodyTooLong | Reason::IdReused) => {
            format!("{}.", told.trim_end_matches('.'))
        }
        Some(told) => format!("{}. {}", told.trim_end_matches('.'), cure(reason, outcome)),
        None => cure(reason, outcome).to_owned(),
    })
}

/// What the operator can do about requests of a queue or an account that no grant has.
const STRANGERS: &str = "The primary's operator grants it in tendlc.toml and runs `tendlc sync`, or empties the queue. A \
                         message stays there and is looked at again in an hour; an event goes to the on-failure \
                         destination.";

fn nobody(outcome: &Put) -> String {
    let account = outcome.detail.get("account").and_then(|account| account.as_str());
    account.map_or("No grant has this queue".to_owned(), |account| format!("No grant has this queue of {account}"))
}

fn cure(reason: Reason, outcome: &Put) -> &'static str {
    let rejected = outcome.detail_type == "SMS Rejected";
    match reason {
        // Words about waiting would promise what nobody does.
        Reason::Rate | Reason::Throttled | Reason::QuietHours | Reason::Paused | Reason::InProgress if rejected => {
            "It was not sent. Send it again later, under the same id; with on_quota \"defer\" it waits by itself."
        }
        Reason::QuotaUnavailable if rejected => {
            "Nobody could look whether it was sent before. Send it again under the same id once the table answers."
        }
        Reason::UnknownResult if outcome.detail.get("retry_at").is_none() => {
            "It is given up, and not sent again by itself. Look for the id in AWS's message events (context tendlc-id); if it did not \
             go out, send it under a new id."
        }
        Reason::InvalidRequest => "Correct the request and send it again; it may keep its id.",
        Reason::InvalidDestination => "Send to a geographic US number, +1 and ten digits: 10DLC reaches no other.",
        Reason::BodyTooLong => "Shorten the body: 1530 GSM-7 septets, or 630 UTF-16 units with other characters.",
        Reason::IdReused => "Give every text an id of its own.",
        Reason::NotGranted => {
            "Name a campaign of the grant, or have the primary's operator grant it in tendlc.toml and run `tendlc sync`."
        }
        Reason::Expired => "If it is still worth sending, send it with a later expires_at or none.",
        Reason::OptedOut => "Nothing to mend here: the recipient has to text START to the number first.",
        Reason::Blocked => "A protect configuration of the primary refuses this recipient; its operator can allow it.",
        Reason::PriceOverLimit => "Raise max_price_usd, or leave it out.",
        Reason::WaitedTooLong => {
            "See to what it waited for, then send it again; the operator can also raise the grant's max_wait in tendlc.toml."
        }
        Reason::CarrierRejected => "The carrier refused it; look at the body and at the campaign's registration.",
        Reason::Unreachable => "The recipient cannot be reached; try again later, or another number.",
        Reason::BrandDailyCap => {
            "What the brand may send to T-Mobile today is used up. A larger guarantee in tendlc.toml keeps a part free."
        }
        Reason::GrantDailyBudget => {
            "The grant has used what it may send today: the ceiling of its t_mobile_daily_segments, or its daily_segments. \
             Raise that in tendlc.toml and run `tendlc sync`."
        }
        Reason::GrantSpendBudget => {
            "The month's budget is spent, or set aside until receipts tell; they may free some. Or raise monthly_spend_usd."
        }
        Reason::PrimarySpendLimit => {
            "The primary has reached its monthly spend limit at AWS; its operator can ask AWS to raise it."
        }
        Reason::Rate => "The campaign's segments per second are taken; it is sent when its turn comes.",
        Reason::Throttled => "AWS asked to slow down or could not be reached; it is tried again by itself.",
        Reason::QuietHours => {
            "It is quiet where the recipient is, by the area code; it is sent by itself when that ends."
        }
        Reason::Paused => "The operator has paused the grant or the campaign; it goes on when that ends.",
        Reason::QuotaUnavailable => "The table or STS does not answer, and nothing is sent until it does.",
        Reason::InProgress => "Another request with this id is under way; it is looked at again after that.",
        Reason::RoleDenied => {
            "The grant's role refuses. Check its trust, its external id and what it may do; it waits an hour at most."
        }
        Reason::SenderMisconfigured => {
            "Check the campaign's number, registration and configuration set in the primary; it waits an hour at most."
        }
        Reason::AccountStopped => "AWS has stopped the primary from sending; its operator has to open a case with AWS.",
        Reason::UnknownResult => {
            "AWS may have taken the text. After 15 minutes it goes to the dead-letter queue, or is sent again where the \
             grant's unknown_result is \"resend\"."
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(reason: Option<&str>, told: Option<&str>) -> Put {
        let detail = reason.map_or_else(|| json!({ "id": "a" }), |reason| json!({ "id": "a", "reason": reason }));
        let (source, detail_type) = ("tendlc".to_owned(), "SMS Rejected".to_owned());
        Put { source, detail_type, detail, told: told.map(str::to_owned) }
    }

    #[test]
    fn what_the_dead_letter_tells_comes_before_the_cure() {
        let why = |told| why(&outcome(Some("INVALID_REQUEST"), told)).unwrap();
        let cure = cure(Reason::InvalidRequest, &outcome(Some("INVALID_REQUEST"), None));
        assert_eq!(why(Some("`to` is missing.")), format!("`to` is missing. {cure}"));
        assert_eq!(why(Some("INVALID_REQUEST")), cure);
        assert_eq!(why(None), cure);
    }

    #[test]
    fn what_is_over_is_not_said_to_go_on() {
        let mut rate = outcome(Some("RATE"), None);
        assert!(why(&rate).unwrap().starts_with("It was not sent."));
        rate.detail_type = "SMS Deferred".to_owned();
        assert!(why(&rate).unwrap().contains("when its turn comes"));
        let mut unknown = outcome(Some("UNKNOWN_RESULT"), None);
        unknown.detail_type = "SMS Unknown".to_owned();
        assert!(why(&unknown).unwrap().contains("given up"));
        unknown.detail["retry_at"] = "2026-11-20T17:00:00Z".into();
        assert!(why(&unknown).unwrap().contains("After 15 minutes"));
    }

    #[test]
    fn a_stranger_is_told_where_it_came_from_and_who_can_let_it_in() {
        let mut stranger = outcome(Some("NOT_GRANTED"), Some("No grant has the account 444444444444"));
        let why = |stranger: &Put| super::why(stranger).unwrap();
        assert!(why(&stranger).starts_with("No grant has the account 444444444444. "), "{}", why(&stranger));
        assert!(why(&stranger).contains("`tendlc sync`"), "{}", why(&stranger));
        stranger.told = None;
        stranger.detail["account"] = "444444444444".into();
        assert!(why(&stranger).starts_with("No grant has this queue of 444444444444. "), "{}", why(&stranger));
        stranger.detail["grant"] = "checkout".into();
        assert_eq!(why(&stranger), cure(Reason::NotGranted, &stranger));
    }

    #[test]
    fn what_was_accepted_and_what_nobody_knows_have_no_cure() {
        assert_eq!(why(&outcome(None, None)), None);
        assert_eq!(why(&outcome(Some("NO_SUCH_REASON"), Some("told"))), None);
    }
}
