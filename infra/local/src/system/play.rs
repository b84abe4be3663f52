//! Playing one event: one invocation, and what was said of its requests.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use tendlc_core::arn::QueueArn;
use tendlc_core::reason::Reason;
use tokio::sync::mpsc;

use super::System;
use super::event::{FunctionName, spoke_of};
use crate::aws::{Letter, PutEvent};
use crate::lambda::FunctionError;

/// An outcome as the entry that was put.
#[derive(Clone, Debug, Serialize)]
pub struct Put {
    /// `tendlc`.
    pub source: String,
    /// Such as `SMS Accepted`.
    #[serde(rename = "detail-type")]
    pub detail_type: String,
    /// What became of the request.
    pub detail: Value,
    /// What the request's dead letter says is wrong with it, or who is not granted anything. No part of the outcome.
    #[serde(skip)]
    pub told: Option<String>,
}

/// What came of an event.
#[derive(Clone, Debug)]
pub struct Played {
    /// Which function took it.
    pub function: FunctionName,
    /// What was said, in order.
    pub outcomes: Vec<Put>,
    /// What the function answered.
    pub reply: Result<Value, FunctionError>,
}

impl System {
    /// Hands `event` to its function (or to `function`) once. Nothing is redelivered, nothing is waited for.
    ///
    /// # Errors
    /// When there is no such function. What the function itself answers is in the result.
    pub async fn play(&self, event: &Value, function: Option<FunctionName>) -> anyhow::Result<Played> {
        let name = function.unwrap_or_else(|| FunctionName::of(event));
        let function = self.fleet.function(name, spoke_of(&self.config, event))?;
        let mut events = self.aws.watch_events();
        let before: BTreeSet<String> = self.letters().into_iter().map(|letter| letter.message_id).collect();
        let reply = function.invoke(event.clone()).await;
        let letters = self.letters().into_iter().filter(|letter| !before.contains(&letter.message_id)).collect();
        let mut outcomes = said(&mut events, letters);
        for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_a_strangers()) {
            outcome.told = nobodys(event);
        }
        Ok(Played { function: name, outcomes, reply })
    }

    /// Starts the function that takes `event`, as AWS does ahead of an event, and returns when it is ready.
    ///
    /// # Errors
    /// When there is no such function, or it does not come up.
    pub async fn prepare(&self, event: &Value) -> anyhow::Result<()> {
        let function = self.fleet.function(FunctionName::of(event), spoke_of(&self.config, event))?;
        function.prepare().await.map_err(|error| anyhow::anyhow!("{}: {}", error.error_type, error.error_message))
    }

    /// What the newest dead letter of an outcome's request says is wrong with it.
    pub fn told(&self, outcome: &Put) -> Option<String> {
        self.letters().into_iter().rfind(|letter| outcome.is_of(letter)).map(|letter| letter.detail)
    }

    /// The dead letters of all grants; of each the oldest first.
    fn letters(&self) -> Vec<Letter> {
        let queues: BTreeSet<&QueueArn> = self.grants().map(|(_, grant)| &grant.queues.dead_letter).collect();
        let letters = queues.iter().map(|queue| self.aws.letters(queue.account().as_str(), queue.resource()));
        letters.flatten().collect()
    }
}

impl Put {
    /// An event that is an outcome; others are none.
    pub fn of(put: PutEvent) -> Option<Self> {
        if put.source != tendlc_core::outcome::SOURCE {
            return None;
        }
        Some(Self { source: put.source, detail_type: put.detail_type, detail: put.detail, told: None })
    }

    /// Whether nobody has granted its request, which has no dead letter then.
    fn is_a_strangers(&self) -> bool {
        let reason = self.detail.get("reason").and_then(Value::as_str);
        reason == Some(Reason::NotGranted.as_str()) && self.detail.get("grant").is_none()
    }

    fn is_of(&self, letter: &Letter) -> bool {
        let is = |name: &str, text: &str| self.detail.get(name).and_then(Value::as_str) == Some(text);
        is("id", &letter.id) && is("reason", &letter.reason)
    }
}

/// What no grant has of an event: its queue, or else its account.
fn nobodys(event: &Value) -> Option<String> {
    let queue = event.pointer("/Records/0/eventSourceARN").and_then(Value::as_str);
    let account = event.get("account").and_then(Value::as_str);
    let (what, name) = queue.map(|queue| ("queue", queue)).or(account.map(|account| ("account", account)))?;
    Some(format!("No grant has the {what} {name}"))
}

/// Outcomes are put before the function answers, and dead letters before the outcomes, so all of them are here by now.
fn said(events: &mut mpsc::UnboundedReceiver<PutEvent>, mut letters: Vec<Letter>) -> Vec<Put> {
    let mut outcomes = Vec::new();
    while let Ok(put) = events.try_recv() {
        let Some(mut outcome) = Put::of(put) else { continue };
        let letter = letters.iter().position(|letter| outcome.is_of(letter));
        outcome.told = letter.map(|place| letters.remove(place).detail);
        outcomes.push(outcome);
    }
    outcomes
}
