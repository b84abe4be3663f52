//! The way of receipts: whether a campaign's configuration set tells us of its texts.

use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_pinpointsmsvoicev2::types::{EventDestination, EventType};
use jiff::SignedDuration;
use tendlc_core::ask::{Operation, Pace, ask};

use tendlc_core::receipt::{DEAD_LETTER_QUEUE, QUEUE};

use crate::ask::{Caller, finding};
use crate::check::Finding;
use crate::queue::{Look, Queue};

const SETS: Operation = Operation("DescribeConfigurationSets");

/// Receipts that nobody took for so long are late: a text stays charged at what was set aside for it.
const LATE: SignedDuration = SignedDuration::from_mins(15);
const BEHIND: &str =
    "see the log of tendlc-settle-receipt; troubleshooting.md says more under \"receipts do not arrive\"";

/// The queue on which receipts come to `settle-receipt`, and that of those that it could not take.
pub fn queues() -> [Queue; 2] {
    [
        Queue {
            check: "receipts-late".to_owned(),
            name: QUEUE.to_owned(),
            look: Look::Age { most: LATE, cure: BEHIND },
        },
        Queue {
            check: "receipts-dead".to_owned(),
            name: DEAD_LETTER_QUEUE.to_owned(),
            look: Look::Letters { cure: BEHIND },
        },
    ]
}

/// Looks whether `set` has a topic that is told of texts.
pub async fn check(client: &Client, pace: &Pace, set: &str) -> (Finding, Option<()>) {
    let question = || client.describe_configuration_sets().configuration_set_names(set).send();
    let cure = "`tendlc deploy` makes it; every text that names it is refused meanwhile";
    let gone = || Finding::failing(format!("AWS has no configuration set {set}"), cure);
    let finding = match ask(pace, SETS, question).await {
        Ok(answer) => match answer.configuration_sets() {
            [] => gone(),
            [found, ..] => judge(set, found.event_destinations()),
        },
        Err(trouble) => finding(trouble, SETS, (&Caller::Function, set), gone()),
    };
    (finding, None)
}

fn judge(set: &str, destinations: &[EventDestination]) -> Finding {
    let tells = |one: &&EventDestination| {
        let all = [EventType::All, EventType::TextAll];
        one.sns_destination().is_some() && one.matching_event_types().iter().any(|kind| all.contains(kind))
    };
    let told: Vec<&EventDestination> = destinations.iter().filter(tells).collect();
    if told.iter().any(|one| one.enabled()) {
        return Finding::healthy(format!("{set} tells a topic of every text"));
    }
    let lost = "no receipt comes, so texts stay charged at what they were set aside";
    match told.first() {
        Some(one) => {
            let name = one.event_destination_name();
            let cure = format!("enable it: UpdateEventDestination of {name} with Enabled=true, or `tendlc deploy`");
            Finding::failing(format!("the event destination {name} of {set} is disabled: {lost}"), cure)
        }
        None => Finding::failing(format!("{set} tells no topic of texts: {lost}"), "`tendlc deploy` makes it do so"),
    }
}
