//! A function's whole pipeline over the real SDK clients: claim, admit, send, record.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use jiff::SignedDuration;
use serde_json::json;
use tendlc_core::aws::one_try;
use tendlc_core::channel::{SmsVoice, Sns};
use tendlc_core::clock::{Clock as _, ManualClock, SharedClock};
use tendlc_core::outcome::Outcomes;
use tendlc_core::pipeline::{Deps, Ended, Ending, Incoming, Sender};
use tendlc_core::reason::Reason;
use tendlc_core::request::{Entrance, Kind};
use tendlc_core::role::Role;

use super::primary::{Primary, config, grant_name, table};
use super::terms::role_arn;
use super::wire::Wire;

/// A text to be sent.
#[derive(Clone, Debug)]
pub struct Wish {
    pub id: String,
    pub segments: u32,
    pub kind: Kind,
    pub to: &'static str,
}

impl Wish {
    pub fn new(segments: u32) -> Self {
        let id = uuid::Uuid::new_v4().to_string();
        Self { id, segments, kind: Kind::Transactional, to: "+12065550111" }
    }

    pub fn many(count: usize, segments: impl Fn(usize) -> u32) -> Vec<Self> {
        (0..count).map(|place| Self::new(segments(place))).collect()
    }

    fn incoming(&self, clock: &ManualClock) -> Incoming {
        // 153 septets a part, once there are several.
        let body = if self.segments == 1 { "x".to_owned() } else { "x".repeat(153 * self.segments as usize) };
        let request = json!({ "id": self.id, "to": self.to, "body": body, "kind": self.kind.as_str() });
        let message_id = self.id.parse().unwrap();
        Incoming {
            text: request.to_string(),
            message_id,
            entrance: Entrance::Bus,
            first_seen: clock.now(),
            trace: None,
        }
    }
}

/// What a function got for its texts.
#[derive(Clone, Debug, Default)]
pub struct Got {
    pub accepted: i64,
    pub batches: usize,
    /// Batches of which something was accepted.
    pub admitted_batches: usize,
    pub refused: BTreeMap<Reason, usize>,
}

/// One environment of a function.
pub struct Function {
    sender: Sender,
    pub clock: Arc<ManualClock>,
}

impl Function {
    pub fn start(primary: &Primary, grant: &str) -> Self {
        Self::with(primary, grant, primary.clock.clone(), Wire::sound())
    }

    pub fn skewed(primary: &Primary, grant: &str, by: SignedDuration) -> Self {
        Self::with(primary, grant, Arc::new(ManualClock::new(primary.now() + by)), Wire::sound())
    }

    /// One that waits no longer for an answer.
    pub fn impatient(primary: &Primary, grant: &str, patience: Duration) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(patience).build();
        let own = config(&primary.aws, Wire::sound().client()).to_builder().timeout_config(timeouts).build();
        Self::made(own, grant, primary.clock.clone())
    }

    pub fn with(primary: &Primary, grant: &str, clock: Arc<ManualClock>, wire: Wire) -> Self {
        Self::made(config(&primary.aws, wire.client()), grant, clock)
    }

    fn made(own: SdkConfig, grant: &str, clock: Arc<ManualClock>) -> Self {
        let (name, shared): (_, SharedClock) = (grant_name(grant), clock.clone());
        let role = role_arn(grant).parse().unwrap();
        let role = Role::new(aws_sdk_sts::Client::new(&own), role, None, (&name, "test"), shared.clone());
        let sending = one_try(&tendlc_core::aws::through_role(&own, &role, "us-east-1"));
        let sender = Sender::new(Deps {
            grant: name,
            account: None,
            table: table(&own),
            role,
            sms_voice: Arc::new(SmsVoice::new(aws_sdk_pinpointsmsvoicev2::Client::new(&sending))),
            sns: Arc::new(Sns::new(aws_sdk_sns::Client::new(&sending))),
            outcomes: Outcomes::new(aws_sdk_eventbridge::Client::new(&own), None, shared.clone()),
            key: "0f".repeat(32).parse().unwrap(),
            clock: shared,
        });
        Self { sender, clock }
    }

    /// One invocation.
    pub async fn run(&self, wishes: &[Wish]) -> Vec<Ended> {
        let batch: Vec<Incoming> = wishes.iter().map(|wish| wish.incoming(&self.clock)).collect();
        let deadline = self.clock.now() + SignedDuration::from_secs(30);
        self.sender.run(None, &batch, deadline).await.unwrap()
    }

    /// Brings what waits again, when it is told to, until `patience` batches in a row got nothing.
    pub async fn send_all(&self, wishes: Vec<Wish>, patience: usize) -> Got {
        let mut waiting = std::collections::VecDeque::from(wishes);
        let (mut got, mut in_vain) = (Got::default(), 0);
        while !waiting.is_empty() && in_vain < patience {
            let batch: Vec<Wish> = waiting.drain(..waiting.len().min(10)).collect();
            let ends = self.run(&batch).await;
            let before = got.accepted;
            let mut rate_until = None;
            for (wish, end) in batch.into_iter().zip(ends) {
                match end.ending {
                    Ending::Done => got.accepted += i64::from(wish.segments),
                    Ending::Wait { until } => {
                        let reason = end.outcome.reason.unwrap();
                        if reason == Reason::Rate {
                            rate_until = Some(rate_until.map_or(until, |earlier: jiff::Timestamp| earlier.min(until)));
                        }
                        *got.refused.entry(reason).or_default() += 1;
                        waiting.push_back(wish);
                    }
                    Ending::DeadLetter { reason, .. } => *got.refused.entry(reason).or_default() += 1,
                }
            }
            got.batches += 1;
            got.admitted_batches += usize::from(got.accepted > before);
            in_vain = if got.accepted > before || rate_until.is_some() { 0 } else { in_vain + 1 };
            match rate_until {
                Some(until) if got.accepted == before => self.clock.set(until),
                // Beyond what is remembered of an empty counter.
                None if got.accepted == before => self.clock.advance(SignedDuration::from_secs(6)),
                _ => {}
            }
        }
        got
    }
}
