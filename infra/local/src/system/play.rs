//! Playing one event: one invocation, and what was said of its requests.

use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use super::System;
use super::event::{FunctionName, spoke_of};
use crate::aws::PutEvent;
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
        let reply = function.invoke(event.clone()).await;
        Ok(Played { function: name, outcomes: said(&mut events), reply })
    }
}

/// Outcomes are put before the function answers, so all of them are here by now.
fn said(events: &mut mpsc::UnboundedReceiver<PutEvent>) -> Vec<Put> {
    let mut outcomes = Vec::new();
    while let Ok(put) = events.try_recv() {
        if put.source == tendlc_core::outcome::SOURCE {
            outcomes.push(Put { source: put.source, detail_type: put.detail_type, detail: put.detail });
        }
    }
    outcomes
}
