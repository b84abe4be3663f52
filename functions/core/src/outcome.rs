//! What became of a request, as the workload is told: an event on the grant's bus. Never the number or the body.

use std::collections::BTreeMap;

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::account::AccountId;
use crate::aws::{AskForNothing, connected};
use crate::clock::SharedClock;
use crate::metrics::Metrics;
use crate::money::MicroUsd;
use crate::name::{CampaignName, GrantName};
use crate::reason::Reason;
use crate::request::RequestId;
use crate::segments::Encoding;
use crate::trace::TraceHeader;

/// The `source` of every outcome.
pub const SOURCE: &str = "tendlc";

/// EventBridge takes ten entries a call.
const ENTRIES: usize = 10;

/// An entry that EventBridge failed to take is put again this often.
const ATTEMPTS: u32 = 4;

/// What is said of a request: the event's `detail-type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// AWS took the text.
    Accepted,
    /// It was not sent and will not be.
    Rejected,
    /// It waits.
    Deferred,
    /// AWS may have taken it.
    Unknown,
    /// It has arrived, as far as carriers say.
    Delivered,
    /// It has not arrived.
    Undelivered,
}

impl Said {
    /// The `detail-type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "SMS Accepted",
            Self::Rejected => "SMS Rejected",
            Self::Deferred => "SMS Deferred",
            Self::Unknown => "SMS Unknown",
            Self::Delivered => "SMS Delivered",
            Self::Undelivered => "SMS Undelivered",
        }
    }
}

/// An outcome; what does not apply is absent.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The `detail-type`.
    #[serde(skip)]
    pub said: Said,
    /// The trace of the request: of the event, and no part of its detail.
    #[serde(skip)]
    pub trace: Option<TraceHeader>,
    /// Of this form.
    pub version: u8,
    /// The idempotency key.
    pub id: RequestId,
    /// Who is charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantName>,
    /// The secondary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignName>,
    /// Why it is not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// AWS's id of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Billed parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<u32>,
    /// As AWS will send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// Said before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
    /// When it is looked at again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// What it cost: AWS's price and the carrier's fee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_usd: Option<MicroUsd>,
    /// Who delivers it, as AWS names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// AWS's `messageStatus`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_status: Option<String>,
    /// The caller's own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, String>,
}

impl Outcome {
    /// An outcome of which nothing but the id is known.
    pub fn bare(said: Said, id: RequestId) -> Self {
        Self {
            said,
            trace: None,
            version: 1,
            id,
            grant: None,
            account: None,
            campaign: None,
            reason: None,
            message_id: None,
            segments: None,
            encoding: None,
            duplicate: false,
            retry_at: None,
            price_usd: None,
            carrier: None,
            carrier_status: None,
            context: BTreeMap::new(),
        }
    }
}

/// Puts outcomes on a bus.
#[derive(Clone, Debug)]
pub struct Outcomes {
    client: aws_sdk_eventbridge::Client,
    bus: Option<String>,
    clock: SharedClock,
}

impl Outcomes {
    /// On `bus` (a name or an ARN); `None`: they are only logged.
    pub fn new(client: aws_sdk_eventbridge::Client, bus: Option<String>, clock: SharedClock) -> Self {
        Self { client, bus, clock }
    }

    /// Opens the connection that outcomes need, where they go anywhere.
    pub async fn connect(&self) {
        if self.bus.is_some() {
            let config = self.client.config().to_builder().interceptor(AskForNothing).build();
            connected("events", aws_sdk_eventbridge::Client::from_conf(config).put_events().send().await);
        }
    }

    /// Says what became of the requests. Outcomes are said at least once where AWS takes them; one that it does not
    /// take after all tries is logged, since the request itself is settled and must not be sent again for its sake.
    pub async fn say(&self, outcomes: &[Outcome]) {
        self.say_all(outcomes.iter().map(|outcome| (self.bus.as_deref(), outcome)).collect()).await;
    }

    /// The same, each on a bus of its own; none: it is only logged.
    pub async fn say_on(&self, outcomes: Vec<(Option<String>, Outcome)>) {
        self.say_all(outcomes.iter().map(|(bus, outcome)| (bus.as_deref(), outcome)).collect()).await;
    }

    async fn say_all(&self, outcomes: Vec<(Option<&str>, &Outcome)>) {
        for (_, outcome) in &outcomes {
            tracing::info!(
                id = %outcome.id,
                trace = outcome.trace.as_ref().map(TraceHeader::as_str),
                said = outcome.said.as_str(),
                reason = outcome.reason.map(Reason::as_str),
                message_id = outcome.message_id.as_deref(),
                segments = outcome.segments,
                duplicate = outcome.duplicate,
                retry_at = outcome.retry_at.map(tracing::field::display),
                "outcome"
            );
        }
        Metrics::of(outcomes.iter().map(|(_, outcome)| *outcome)).write(self.clock.now());
        // A bus that is not allowed fails its whole call: it must not take others' outcomes with it.
        let mut buses: BTreeMap<&str, Vec<(&str, &Outcome)>> = BTreeMap::new();
        for (bus, one) in outcomes.into_iter().filter_map(|(bus, one)| Some((bus?, one))) {
            buses.entry(bus).or_default().push((bus, one));
        }
        let calls = buses.values().flat_map(|entries| entries.chunks(ENTRIES)).map(|chunk| self.put(chunk));
        futures::future::join_all(calls).await;
    }

    async fn put(&self, outcomes: &[(&str, &Outcome)]) {
        let mut left: Vec<(&str, &Outcome)> = outcomes.to_vec();
        let mut last = String::new();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                let wait = SignedDuration::from_millis(50 << attempt);
                self.clock.sleep_until(self.clock.now() + wait).await;
            }
            let entries = left.iter().filter_map(|(bus, outcome)| entry(bus, outcome)).collect();
            match self.client.put_events().set_entries(Some(entries)).send().await {
                Ok(answer) => {
                    let failed = |index: usize| answer.entries().get(index).and_then(|entry| entry.error_code());
                    if let Some(code) = (0..left.len()).find_map(failed) {
                        last = code.to_owned();
                    }
                    left = left.into_iter().enumerate().filter(|(i, _)| failed(*i).is_some()).map(|(_, o)| o).collect();
                }
                Err(error) => {
                    use aws_sdk_eventbridge::error::ProvideErrorMetadata;
                    last = error.code().unwrap_or("no answer").to_owned();
                }
            }
            if left.is_empty() {
                return;
            }
        }
        let ids: Vec<&str> = left.iter().map(|(_, outcome)| outcome.id.as_str()).collect();
        tracing::error!(
            bus = left.first().map(|(bus, _)| *bus),
            code = last,
            ?ids,
            "outcomes that the bus did not take; is events:PutEvents allowed on it?"
        );
    }
}

fn entry(bus: &str, outcome: &Outcome) -> Option<PutEventsRequestEntry> {
    let detail = serde_json::to_string(outcome).ok()?;
    let entry = PutEventsRequestEntry::builder().source(SOURCE).detail_type(outcome.said.as_str());
    let trace = outcome.trace.as_ref().map(ToString::to_string);
    Some(entry.detail(detail).event_bus_name(bus).set_trace_header(trace).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_belongs_to_the_trace_of_its_request_and_says_nothing_of_it() {
        let mut outcome = Outcome::bare(Said::Accepted, "order-1".parse().unwrap());
        assert_eq!(entry("default", &outcome).unwrap().trace_header(), None);
        let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        outcome.trace = trace.parse().ok();
        let entry = entry("default", &outcome).unwrap();
        assert_eq!(entry.trace_header(), Some(trace));
        assert!(!entry.detail().unwrap().contains("Root"), "the detail is a contract");
    }
}
