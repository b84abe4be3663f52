//! What AWS tells of a text that it has taken. All of it is put on its queues at once, each receipt hidden until its time.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Sent;
use crate::aws::faults::{Action, RECEIPT};
use crate::aws::seed::{Receipts, SmsAccount, Step, Subscription};
use crate::aws::state::State;

/// How much later a receipt comes that is late on order.
const LATE: SignedDuration = SignedDuration::from_hours(1);
/// How often one comes that is repeated on order.
const REPEATED: usize = 3;

/// Who is told of a text: both ways, as AWS has them.
struct Told<'a> {
    /// Subscribers of the topic of the text's configuration set.
    subscriptions: Vec<&'a Subscription>,
    /// Targets of rules of the default bus, which tells of every text.
    rule_targets: &'a [String],
}

/// Tells of a text that was just taken.
pub(super) fn issue(state: &State, account: &SmsAccount, sent: &Sent) {
    let receipts = &account.receipts;
    let told = Told { subscriptions: subscribed(account, sent), rule_targets: &receipts.rule_targets };
    if told.subscriptions.is_empty() && told.rule_targets.is_empty() {
        return;
    }
    let to = format!("+{}", sent.to.trim_start_matches('+'));
    for step in receipts.steps(&to) {
        let due = later(sent.at, SignedDuration::try_from(step.after).unwrap_or(SignedDuration::MAX));
        let (at, times) = match state.faults.take(RECEIPT, Some(&to)) {
            Some(Action::Drop) => continue,
            Some(Action::Repeat) => (due, REPEATED),
            Some(Action::Late) => (later(due, LATE), 1),
            Some(Action::Early) => (sent.at, 1),
            _ => (due, 1),
        };
        told.of(state, &event(receipts, sent, &to, *step, due), at, times);
    }
}

fn later(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn subscribed<'a>(account: &'a SmsAccount, sent: &Sent) -> Vec<&'a Subscription> {
    let set = sent.configuration_set.as_deref().and_then(|set| set.rsplit('/').next());
    let set = account.configuration_sets.iter().find(|known| Some(known.name.as_str()) == set);
    let topic = set.and_then(|set| set.topic_arn.as_deref());
    let all = account.receipts.subscriptions.iter();
    all.filter(|subscription| Some(subscription.topic_arn.as_str()) == topic).collect()
}

/// The event as a configuration set's destination gets it.
fn event(receipts: &Receipts, sent: &Sent, to: &str, step: Step, at: Timestamp) -> Value {
    let carrier = receipts.carrier(to);
    let fee = carrier.as_ref().map_or(0, |carrier| carrier.fee_per_part_micros);
    let dollars = |micros_per_part: u32| {
        let parts = if step.charged { sent.segments } else { 0 };
        f64::from(micros_per_part) * f64::from(parts) / 1_000_000.0
    };
    let mut event = json!({
        "eventType": format!("TEXT_{}", step.status.as_str()),
        "eventVersion": "1.0",
        "eventTimestamp": at.as_millisecond(),
        "isFinal": step.is_final,
        "destinationPhoneNumber": to,
        "isInternationalSend": false,
        "isoCountryCode": "US",
        "messageId": sent.message_id,
        "messageRequestTimestamp": sent.at.as_millisecond(),
        "messageEncoding": sent.encoding,
        "messageType": sent.message_type,
        "messageStatus": step.status.as_str(),
        "messageStatusDescription": step.status.description(),
        "context": sent.context,
        "totalMessageParts": sent.segments,
        "totalMessagePrice": dollars(receipts.price_per_part_micros),
        "totalCarrierFee": dollars(fee),
    });
    if let Some(number) = sent.origination_number.as_ref().filter(|_| !step.status.never_left()) {
        event["originationPhoneNumber"] = json!(number);
    }
    if let Some(carrier) = carrier {
        event["mcc"] = json!(carrier.mcc);
        event["mnc"] = json!(carrier.mnc);
        event["carrierName"] = json!(carrier.name);
    }
    event
}

impl Told<'_> {
    /// Puts an event on every queue, `times` times: a repeated one has the ids that it had before.
    fn of(&self, state: &State, event: &Value, at: Timestamp, times: usize) {
        let mut messages = Vec::new();
        let id = uuid::Uuid::new_v4().to_string();
        for subscription in &self.subscriptions {
            let body =
                if subscription.raw { event.to_string() } else { notification(state, subscription, event, &id, at) };
            messages.push((&subscription.queue_arn, body, "sns.amazonaws.com"));
        }
        let body = rule_event(state, event, at);
        messages.extend(self.rule_targets.iter().map(|queue| (queue, body.clone(), "events.amazonaws.com")));
        for (queue, body, sender) in messages {
            for _ in 0..times {
                if !state.queues.put(queue, &body, sender, at) {
                    tracing::warn!("a receipt is lost: there is no queue {queue}");
                }
            }
        }
    }
}

/// The event in SNS's envelope. Nobody here checks signatures.
fn notification(state: &State, subscription: &Subscription, event: &Value, id: &str, at: Timestamp) -> String {
    let topic = &subscription.topic_arn;
    let sns = format!("https://sns.{}.amazonaws.com", state.region);
    json!({
        "Type": "Notification",
        "MessageId": id,
        "TopicArn": topic,
        "Message": event.to_string(),
        "Timestamp": format!("{at:.3}"),
        "SignatureVersion": "1",
        "Signature": "bm9uZQ==",
        "SigningCertURL": format!("{sns}/SimpleNotificationService.pem"),
        "UnsubscribeURL": format!("{sns}/?Action=Unsubscribe&SubscriptionArn={topic}"),
    })
    .to_string()
}

/// The event in EventBridge's envelope: AWS's samples of it have neither recipient nor context.
fn rule_event(state: &State, event: &Value, at: Timestamp) -> String {
    let mut detail = event.clone();
    if let Some(detail) = detail.as_object_mut() {
        detail.remove("destinationPhoneNumber");
        detail.remove("context");
    }
    json!({
        "version": "0",
        "id": uuid::Uuid::new_v4().to_string(),
        "detail-type": "Text Message Delivery Status Updated",
        "source": "aws.sms-voice",
        "account": state.account,
        "time": format!("{at:.0}"),
        "region": state.region,
        "resources": [],
        "detail": detail,
    })
    .to_string()
}
