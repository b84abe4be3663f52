//! Texts that go the whole way and reach nobody: from a simulator number to AWS's simulated phones. A dry run shows that AWS
//! would take a text; these show that it takes one, and that its receipts find their way here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_pinpointsmsvoicev2::types::PhoneNumberInformation;
use jiff::{SignedDuration, Timestamp};
use tendlc_core::ask::Pace;
use tendlc_core::channel::{Channel, SendError, SmsVoice, Text};
use tendlc_core::env::Simulator;
use tendlc_core::grant::{Campaign, ChannelKind, MessageType};
use tendlc_core::metrics::NAMESPACE;
use tendlc_core::reason::Reason;
use tendlc_core::receipt::CONTEXT_PROBE;

use crate::ask::{Caller, finding};
use crate::check::Finding;
use crate::figures::{Figure, Wanted};
use crate::records::Holdings;
use crate::{dry_run, number};

const BODY: &str = "tendlc asks whether texts arrive";

/// What was sent so long ago; the run before was two hours ago at most.
const SENT_HOURS: i64 = 3;
/// What was told is looked at further back: it is counted when it comes, and what was sent at the run's end.
const TOLD_HOURS: i64 = 4;
/// A run takes 15 minutes at most, and figures are counted by five.
const A_RUN: SignedDuration = SignedDuration::from_mins(20);

/// A text that is younger may still be on its way: simulated phones answer within seconds, and CloudWatch's figures are
/// some minutes late.
const YOUNG: SignedDuration = SignedDuration::from_mins(15);

/// Sends a text to each simulated phone, through one of the configuration sets, of which another has its turn each hour;
/// returns how many AWS took.
pub async fn check(
    client: &Client,
    pace: &Pace,
    (simulator, held): (&Simulator, &Holdings),
    now: Timestamp,
) -> (Finding, Option<usize>) {
    let identity = &simulator.identity;
    let gone = || Finding::degraded(format!("AWS has no number {identity}"), correct());
    let message_type = match number::describe(client, pace, std::slice::from_ref(identity)).await {
        Ok(numbers) => match numbers.first() {
            None => return (gone(), None),
            Some(number) => match wrong(number, simulator) {
                Some(wrong) => return (wrong, None),
                None => message_type(number),
            },
        },
        Err(trouble) => return (finding(trouble, number::DESCRIBE, (&Caller::Function, identity), gone()), None),
    };
    let Some(campaign) = campaign((simulator, message_type), held, now) else {
        let detail = "no campaign has a configuration set, so nothing would be told of a text from the simulator";
        return (Finding::degraded(detail, "set `configuration_set` of a campaign, then `tendlc deploy`"), None);
    };
    let channel = SmsVoice::new(client.clone());
    let mut taken = 0;
    for to in &simulator.destinations {
        let text = Text {
            to,
            body: BODY,
            campaign: &campaign,
            time_to_live: Duration::from_secs(60),
            max_price: None,
            context: BTreeMap::from([(CONTEXT_PROBE.to_owned(), "simulator".to_owned())]),
            dry_run: false,
        };
        match dry_run::tried(&channel as &dyn Channel, pace, &text).await {
            Some(Ok(_)) => taken += 1,
            refused => return (judge(&campaign, refused.and_then(Result::err)), Some(taken)),
        }
    }
    let set = campaign.configuration_set.as_deref().unwrap_or_default();
    (Finding::healthy(format!("AWS took {taken} texts to its simulated phones through {set}")), Some(taken))
}

fn correct() -> &'static str {
    "correct `simulator_identity` and `simulator_phone_number` in tendlc.toml, or leave them out; then `tendlc deploy`"
}

/// What is sent from another number would reach people, and the receipts of another number would be in nobody's books.
fn wrong(number: &PhoneNumberInformation, simulator: &Simulator) -> Option<Finding> {
    let id = number.phone_number_arn().rsplit('/').next().unwrap_or_default();
    let (kind, status) = (number.number_type().as_str(), number.status().as_str());
    if kind != "SIMULATOR" {
        return Some(Finding::degraded(format!("{id} is {kind}, not SIMULATOR: nothing was sent from it"), correct()));
    }
    if number.phone_number() != simulator.phone_number.as_str() {
        return Some(Finding::degraded(format!("{id} is another number than `simulator_phone_number`"), correct()));
    }
    (status != "ACTIVE").then(|| {
        Finding::degraded(
            format!("{id} is {status}, so nothing can be sent from it"),
            "wait until AWS has made it ready",
        )
    })
}

fn message_type(number: &PhoneNumberInformation) -> MessageType {
    match number.message_type().as_str() {
        "PROMOTIONAL" => MessageType::Promotional,
        _ => MessageType::Transactional,
    }
}

/// As if a campaign sent from the simulator, whose receipts go where that campaign's go.
fn campaign((simulator, message_type): (&Simulator, MessageType), held: &Holdings, now: Timestamp) -> Option<Campaign> {
    let sends = |campaign: &&Campaign| campaign.channel == ChannelKind::SmsVoice;
    let campaigns = || held.campaigns.values().filter(sends);
    let sets: BTreeSet<&str> = campaigns().filter_map(|campaign| campaign.configuration_set.as_deref()).collect();
    let hour = usize::try_from(now.as_second() / 3_600).unwrap_or(0);
    let set = sets.iter().nth(hour % sets.len().max(1))?;
    let of_set = campaigns().find(|campaign| campaign.configuration_set.as_deref() == Some(*set))?;
    Some(Campaign { origination_identity: simulator.identity.clone(), message_type, ..of_set.clone() })
}

/// `None`: AWS did not answer in time.
fn judge(campaign: &Campaign, refused: Option<SendError>) -> Finding {
    let again = "run the probe again in a minute; if it stays so, look at AWS's own health";
    let identity = &campaign.origination_identity;
    let Some(error) = refused else {
        return Finding::unknown("AWS did not answer a text from the simulator in time", again);
    };
    match error.reason {
        Reason::Throttled | Reason::UnknownResult => {
            Finding::unknown(format!("AWS did not take a text from the simulator: {error}"), again)
        }
        Reason::RoleDenied => {
            let set = campaign.configuration_set.as_deref().unwrap_or_default();
            Finding::unknown(
                format!(
                    "the function's own role may not call sms-voice:SendTextMessage on {identity} and {set} ({error})"
                ),
                format!("allow sms-voice:SendTextMessage on {identity} and on the configuration set {set} to it"),
            )
        }
        // Not the simulator's alone.
        Reason::PrimarySpendLimit | Reason::AccountStopped => dry_run::judge(campaign, Some(Err(error))),
        Reason::InvalidDestination | Reason::Blocked | Reason::OptedOut => Finding::degraded(
            format!("AWS did not take a text from {identity}: {error}"),
            "set TENDLC_SIMULATOR_DESTINATIONS to AWS's simulated phones (test-phone-numbers of its user guide)",
        ),
        _ => Finding::degraded(
            format!("AWS did not take a text from {identity}: {error}"),
            "see the checks receipts; if they are well, correct `simulator_identity` in tendlc.toml, then `tendlc deploy`",
        ),
    }
}

/// What was sent, and what was told of it.
pub fn wanted() -> [Wanted; 2] {
    let counted = |metric, hours| Wanted { namespace: NAMESPACE, metric, dimension: None, statistic: "Sum", hours };
    [counted("SimulatorSent", SENT_HOURS), counted("SimulatorTold", TOLD_HOURS)]
}

/// Whether as many receipts come as there were texts. Of several configuration sets one may be broken, and then some come.
pub fn receipts(sent: &Figure, told: &Figure, now: Timestamp) -> Finding {
    let Some((first, sent)) = sent.until(now - YOUNG) else {
        return Finding::healthy("no text to a simulated phone is old enough to ask after its receipt");
    };
    let told = told.since(first - A_RUN);
    if told >= sent {
        return Finding::healthy(format!("the receipts of {sent:.0} texts to simulated phones came"));
    }
    Finding::degraded(
        format!("of {sent:.0} texts to simulated phones in the last {SENT_HOURS} hours {told:.0} receipts came"),
        "see the checks receipts and receipts-late; troubleshooting.md says more under \"receipts do not arrive\"",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::State;
    use crate::fixtures;

    fn simulator() -> Simulator {
        Simulator {
            identity: "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-5".to_owned(),
            phone_number: "+12065550142".parse().unwrap(),
            destinations: Vec::new(),
        }
    }

    #[test]
    fn each_configuration_set_has_its_turn() {
        let named = |name: &str, set: Option<&str>| Campaign {
            name: name.parse().unwrap(),
            configuration_set: set.map(str::to_owned),
            message_type: MessageType::Promotional,
            ..fixtures::campaign()
        };
        let campaigns = [named("a", Some("x")), named("b", None), named("c", Some("y")), named("d", Some("x"))];
        let campaigns = campaigns.map(|one| (one.name.clone(), one)).into();
        let held = Holdings { campaigns, grants: Vec::new(), brands: Vec::new(), former: BTreeSet::new() };
        let at = |hour: i64| {
            campaign((&simulator(), MessageType::Transactional), &held, Timestamp::from_second(hour * 3_600).unwrap())
                .unwrap()
        };
        let sets: Vec<_> = (0..4).map(|hour| at(hour).configuration_set.unwrap()).collect();
        assert_eq!(sets, ["x", "y", "x", "y"]);
        assert_eq!(at(0).origination_identity, simulator().identity);
        assert_eq!(at(0).message_type, MessageType::Transactional);
        let none =
            Holdings { campaigns: BTreeMap::new(), grants: Vec::new(), brands: Vec::new(), former: BTreeSet::new() };
        assert_eq!(campaign((&simulator(), MessageType::Transactional), &none, Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn receipts_that_do_not_come_are_degraded_once_they_should_have() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let figure = |values: &[(i64, f64)]| {
            let at = |(minutes, value): &(i64, f64)| (now - SignedDuration::from_mins(*minutes), *value);
            Figure::from(values.iter().map(at).collect::<Vec<_>>())
        };
        let state = |sent: &[(i64, f64)], told: &[(i64, f64)]| receipts(&figure(sent), &figure(told), now).state;
        assert_eq!(state(&[(60, 2.0)], &[(60, 2.0)]), State::Healthy);
        assert_eq!(state(&[(60, 2.0)], &[(75, 2.0)]), State::Healthy, "a run ends long after it has sent");
        assert_eq!(state(&[(60, 2.0)], &[]), State::Degraded);
        assert_eq!(state(&[(10, 2.0)], &[]), State::Healthy, "they may be on their way");
        assert_eq!(state(&[(0, 2.0), (60, 0.0)], &[]), State::Healthy, "none was taken");
        assert_eq!(state(&[], &[]), State::Healthy, "none was sent");
        // All was well until the last run.
        assert_eq!(state(&[(60, 2.0), (120, 2.0), (170, 2.0)], &[(120, 2.0), (170, 2.0), (230, 2.0)]), State::Degraded);
        // Of two sets, which have their turns, one is broken.
        assert_eq!(state(&[(60, 2.0), (120, 2.0)], &[(60, 2.0), (180, 2.0)]), State::Degraded);
        assert_eq!(state(&[(60, 2.0), (120, 2.0), (175, 2.0)], &[(120, 2.0), (230, 2.0)]), State::Degraded);
    }

    #[test]
    fn what_is_wrong_with_the_account_is_failing_and_with_the_simulator_degraded() {
        let state = |reason| {
            let error = SendError { reason, code: "Code".to_owned(), detail: None, request_id: "1b".to_owned() };
            judge(&fixtures::campaign(), Some(error)).state
        };
        assert_eq!(state(Reason::PrimarySpendLimit), State::Failing);
        assert_eq!(state(Reason::AccountStopped), State::Failing);
        assert_eq!(state(Reason::SenderMisconfigured), State::Degraded);
        for reason in [Reason::Throttled, Reason::UnknownResult, Reason::RoleDenied] {
            assert_eq!(state(reason), State::Unknown, "{reason}");
        }
        assert_eq!(judge(&fixtures::campaign(), None).state, State::Unknown);
    }
}
