//! Which function an event is for, and whose it is.

use serde_json::Value;
use tendlc_config::{Config, Grant};
use tendlc_core::grant::Topology;
use tendlc_core::name::GrantName;

use super::receipts;

/// A function that can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FunctionName {
    /// Takes SQS batches.
    SendQueue,
    /// Takes EventBridge events.
    SendEvent,
    /// Takes a schedule's event.
    ProbeHealth,
    /// Takes SQS batches of what AWS tells of texts. There is one, in the primary, for all grants.
    SettleReceipt,
    /// Takes a schedule's event, too: of a schedule that is named after it.
    RefreshLimits,
    /// The same.
    Recount,
}

impl FunctionName {
    /// Every function.
    pub const ALL: [Self; 6] =
        [Self::SendQueue, Self::SendEvent, Self::ProbeHealth, Self::SettleReceipt, Self::RefreshLimits, Self::Recount];

    /// The name of its binary.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendQueue => "send-queue",
            Self::SendEvent => "send-event",
            Self::ProbeHealth => "probe-health",
            Self::SettleReceipt => "settle-receipt",
            Self::RefreshLimits => "refresh-limits",
            Self::Recount => "recount",
        }
    }

    /// The function that `event` is for. One that nobody takes goes to `send-queue`, which says so.
    pub fn of(event: &Value) -> Self {
        match event.get("source").and_then(Value::as_str) {
            Some("aws.scheduler" | "aws.events") if is_of(event, Self::RefreshLimits) => Self::RefreshLimits,
            Some("aws.scheduler" | "aws.events") if is_of(event, Self::Recount) => Self::Recount,
            Some("aws.scheduler" | "aws.events") => Self::ProbeHealth,
            Some(_) if event.get("Records").is_none() => Self::SendEvent,
            _ if queue_of(event) == receipts::QUEUE => Self::SettleReceipt,
            _ => Self::SendQueue,
        }
    }
}

/// Whether a schedule's or rule's event comes of one that bears a function's name.
fn is_of(event: &Value, function: FunctionName) -> bool {
    let resources = event.get("resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    resources.iter().filter_map(Value::as_str).any(|resource| resource.ends_with(function.as_str()))
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
    let account = match queue_arn(event) {
        Some(arn) => arn.split(':').nth(4),
        None => event.get("account").and_then(Value::as_str),
    };
    let queue = queue_of(event);
    let spokes = || config.grants.iter().filter(|(_, grant)| grant.topology == Topology::Spoke);
    let in_account = || spokes().filter(|(_, grant)| Some(grant.account.as_str()) == account);
    // An account may have several grants, each with queues of its own.
    let by_queue = in_account().find(|(_, grant)| owns(grant, queue));
    by_queue.or_else(|| in_account().next()).map(|(name, _)| name)
}

fn queue_arn(event: &Value) -> Option<&str> {
    event.pointer("/Records/0/eventSourceARN").and_then(Value::as_str)
}

/// The name of the queue that a batch comes from; nothing for other events.
fn queue_of(event: &Value) -> &str {
    queue_arn(event).and_then(|arn| arn.split(':').nth(5)).unwrap_or_default()
}

fn owns(grant: &Grant, queue: &str) -> bool {
    let name = queue.strip_suffix(".fifo").unwrap_or(queue);
    [&grant.queues.transactional, &grant.queues.promotional]
        .into_iter()
        .any(|own| own.resource() == name || own.resource() == queue)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_batch_of_receipts_is_told_by_its_queues_name_from_one_of_requests() {
        let of = |queue: &str| {
            let arn = format!("arn:aws:sqs:us-east-1:111111111111:{queue}");
            FunctionName::of(&json!({ "Records": [{ "eventSource": "aws:sqs", "eventSourceARN": arn }] }))
        };
        assert_eq!(of("tendlc-receipts"), FunctionName::SettleReceipt);
        for other in ["tendlc-send", "tendlc-receipts-dead-letter", "tendlc-receipts.fifo"] {
            assert_eq!(of(other), FunctionName::SendQueue, "{other}");
        }
        assert_eq!(FunctionName::of(&json!({ "Records": [] })), FunctionName::SendQueue);
        assert_eq!(FunctionName::of(&json!({ "source": "aws.sms-voice" })), FunctionName::SendEvent);
    }
}
