//! SQS: standard and FIFO queues in memory.

mod attributes;
mod batch;
mod letter;
mod manage;
mod put;
mod queue;
mod receive;
mod send;

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::Notify;

pub use letter::Letter;
pub use queue::Depth;
use queue::QueueState;

use super::refusal::Refusal;
use super::seed::Queue;
use super::server::{Answer, Request};
use super::shape::Members;
use super::state::{State, lock};

/// An account and a queue's name.
pub(super) type Id = (String, String);

/// All queues of all accounts.
pub(crate) struct Queues {
    queues: Mutex<BTreeMap<Id, QueueState>>,
    /// Wakes long polls.
    arrived: Notify,
    lenient_handles: bool,
}

impl Queues {
    pub(crate) fn new(queues: Vec<Queue>, lenient_handles: bool, now: Timestamp) -> Self {
        let id = |queue: &Queue| (queue.account.clone(), queue.name.clone());
        let queues = queues.into_iter().map(|queue| (id(&queue), QueueState::new(queue, now))).collect();
        Self { queues: Mutex::new(queues), arrived: Notify::new(), lenient_handles }
    }

    pub(crate) fn depth(&self, account: &str, name: &str, now: Timestamp) -> Option<Depth> {
        let queues = lock(&self.queues);
        queues.get(&(account.to_owned(), name.to_owned())).map(|queue| queue.depth(now))
    }

    /// How old its oldest message is, as SQS measures it; `None`: it is empty, or there is none.
    pub(crate) fn oldest(&self, account: &str, name: &str, now: Timestamp) -> Option<SignedDuration> {
        let queues = lock(&self.queues);
        queues.get(&(account.to_owned(), name.to_owned()))?.oldest(now)
    }

    /// The account that has a queue of this name; of several `first` where it is one of them.
    pub(super) fn owner(&self, name: &str, first: &str) -> Option<String> {
        let queues = lock(&self.queues);
        let owners = queues.keys().filter(|(_, known)| known == name).map(|(account, _)| account);
        owners.min_by_key(|account| *account != first).cloned()
    }

    /// Works on one queue; expired messages are gone before.
    fn with<T>(
        &self,
        id: &Id,
        now: Timestamp,
        work: impl FnOnce(&mut QueueState) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut queues = lock(&self.queues);
        let queue = queues.get_mut(id).ok_or_else(no_queue)?;
        queue.expire(now);
        work(queue)
    }
}

/// A queue's URL.
pub(crate) fn url(endpoint: &str, account: &str, name: &str) -> String {
    format!("{endpoint}/{account}/{name}")
}

/// The account and name in a queue's URL.
pub(super) fn id(url: &str) -> Option<Id> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let mut parts = path.trim_end_matches('/').rsplit('/');
    let (name, account) = (parts.next()?, parts.next()?);
    (account.len() == 12 && parts.next().is_some()).then(|| (account.to_owned(), name.to_owned()))
}

fn no_queue() -> Refusal {
    Refusal::modelled(400, "QueueDoesNotExist", "The specified queue does not exist.")
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::common(400, "InvalidParameterValue", message)
}

fn out_of_range(value: i64, name: &str, least: i64, most: i64) -> Refusal {
    let reason = format!("Must be between {least} and {most}, if provided.");
    invalid(format!("Value {value} for parameter {name} is invalid. Reason: {reason}"))
}

/// A whole number within its bounds.
fn bounded(input: Members<'_>, name: &str, least: i64, most: i64) -> Result<Option<i64>, Refusal> {
    match input.whole(name)? {
        Some(value) if !(least..=most).contains(&value) => Err(out_of_range(value, name, least, most)),
        value => Ok(value),
    }
}

fn required<'a>(input: Members<'a>, name: &str) -> Result<&'a str, Refusal> {
    let missing =
        || Refusal::common(400, "MissingParameter", format!("The request must contain the parameter {name}."));
    input.text(name)?.filter(|text| !text.is_empty()).ok_or_else(missing)
}

pub(crate) async fn perform(state: &State, request: &Request) -> Result<Answer, Refusal> {
    let input = request.members()?;
    match request.operation.name {
        "ListQueues" => return manage::list(state, request, input),
        "GetQueueUrl" => return manage::get_url(state, request, input),
        _ => {}
    }
    let id = target(state, request, input)?;
    match request.operation.name {
        "SendMessage" => send::one(state, request, &id, input),
        "SendMessageBatch" => send::batch(state, request, &id, input),
        "ReceiveMessage" => receive::receive(state, &id, input).await,
        "DeleteMessage" => {
            let handle = required(input, "ReceiptHandle")?;
            receive::delete(state, &id, handle).map(|()| Answer::Json(json!({})))
        }
        "DeleteMessageBatch" => receive::delete_batch(state, request, &id, input),
        "ChangeMessageVisibility" => receive::change(state, &id, input).map(|()| Answer::Json(json!({}))),
        "ChangeMessageVisibilityBatch" => receive::change_batch(state, request, &id, input),
        "GetQueueAttributes" => manage::attributes(state, &id, input),
        _ => manage::purge(state, &id),
    }
}

/// The queue that a request is about, once the caller may use it.
fn target(state: &State, request: &Request, input: Members<'_>) -> Result<Id, Refusal> {
    let url = required(input, "QueueUrl")?;
    let id = id(url).ok_or_else(|| {
        let message = format!("The address {url} is not valid for this endpoint.");
        Refusal::modelled(404, "InvalidAddress", message)
    })?;
    allow(state, request, &id)?;
    Ok(id)
}

/// The queue's own account may do everything with it, accounts in its policy may send.
fn allow(state: &State, request: &Request, id: &Id) -> Result<(), Refusal> {
    let operation = request.operation.name;
    let own = request.caller.account == id.0;
    let sends = matches!(operation, "SendMessage" | "SendMessageBatch" | "GetQueueUrl");
    let listed = || {
        let queues = lock(&state.queues.queues);
        queues.get(id).is_some_and(|queue| queue.settings.senders.contains(&request.caller.account))
    };
    if state.is_unlimited(&request.caller) && (own || sends && listed()) {
        return Ok(());
    }
    let arn = format!("arn:aws:sqs:{}:{}:{}", state.region, id.0, id.1);
    let action = format!("sqs:{}", operation.trim_end_matches("Batch").to_lowercase());
    let mut refusal = request.denied(&action, &arn);
    let which = if own { "identity" } else { "resource" };
    refusal.message.push_str(&format!(" because no {which}-based policy allows the {action} action"));
    Err(refusal)
}

/// Where a message may be moved to.
fn by_arn(queues: &mut BTreeMap<Id, QueueState>, arn: &str) -> Option<Id> {
    let mut parts = arn.rsplit(':');
    let (name, account) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let id = (account, name);
    queues.contains_key(&id).then_some(id)
}

/// Message ids by receipt handle.
pub(super) type Handles = HashMap<String, String>;
