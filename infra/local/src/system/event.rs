//! Which function an event is for, and whose it is.

use serde_json::Value;
use tendlc_config::{Config, Grant};
use tendlc_core::grant::Topology;
use tendlc_core::name::GrantName;

/// A function that can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FunctionName {
    /// Takes SQS batches.
    SendQueue,
    /// Takes EventBridge events.
    SendEvent,
    /// Takes a schedule's event.
    ProbeHealth,
}

impl FunctionName {
    /// Every function.
    pub const ALL: [Self; 3] = [Self::SendQueue, Self::SendEvent, Self::ProbeHealth];

    /// The name of its binary.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendQueue => "send-queue",
            Self::SendEvent => "send-event",
            Self::ProbeHealth => "probe-health",
        }
    }

    /// The function that `event` is for. One that nobody takes goes to `send-queue`, which says so.
    pub fn of(event: &Value) -> Self {
        match event.get("source").and_then(Value::as_str) {
            Some("aws.scheduler" | "aws.events") => Self::ProbeHealth,
            Some(_) if event.get("Records").is_none() => Self::SendEvent,
            _ => Self::SendQueue,
        }
    }
}

impl std::str::FromStr for FunctionName {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|function| function.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|function| function.as_str()).collect();
            anyhow::anyhow!("there is no function {name}; there are {}", known.join(", "))
        })
    }
}

/// The spoke that an event is played in; `None`: in the hub, which knows its own grants and refuses the rest.
pub(super) fn spoke_of<'a>(config: &'a Config, event: &Value) -> Option<&'a GrantName> {
    let record = event.get("Records").and_then(|records| records.get(0));
    let arn = record.and_then(|record| record.get("eventSourceARN")).and_then(Value::as_str);
    let mut parts = arn.unwrap_or_default().split(':').skip(4);
    let account = match arn {
        Some(_) => parts.next(),
        None => event.get("account").and_then(Value::as_str),
    };
    let queue = parts.next().unwrap_or_default();
    let spokes = || config.grants.iter().filter(|(_, grant)| grant.topology == Topology::Spoke);
    let in_account = || spokes().filter(|(_, grant)| Some(grant.account.as_str()) == account);
    // An account may have several grants, each with queues of its own.
    let by_queue = in_account().find(|(_, grant)| owns(grant, queue));
    by_queue.or_else(|| in_account().next()).map(|(name, _)| name)
}

fn owns(grant: &Grant, queue: &str) -> bool {
    let name = queue.strip_suffix(".fifo").unwrap_or(queue);
    [&grant.queues.transactional, &grant.queues.promotional]
        .into_iter()
        .any(|own| own.resource() == name || own.resource() == queue)
}
