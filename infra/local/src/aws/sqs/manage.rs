//! Finding queues, looking at them, and emptying them.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::super::refusal::Refusal;
use super::super::server::{Answer, Request};
use super::super::shape::Members;
use super::super::state::{State, lock};
use super::{Id, allow, bounded, no_queue, required, url};

/// What `GetQueueAttributes` knows, apart from `All`; the queue may not have each of them.
const ATTRIBUTES: [&str; 22] = [
    "Policy",
    "VisibilityTimeout",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
    "ApproximateNumberOfMessagesDelayed",
    "DelaySeconds",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "FifoQueue",
    "ContentBasedDeduplication",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
    "All",
];

pub(super) fn list(state: &State, request: &Request, input: Members<'_>) -> Result<Answer, Refusal> {
    let account = &request.caller.account;
    if !state.is_unlimited(&request.caller) {
        let arn = format!("arn:aws:sqs:{}:{account}:*", state.region);
        return Err(request.denied("sqs:listqueues", &arn));
    }
    let prefix = input.text("QueueNamePrefix")?.unwrap_or_default();
    let most = bounded(input, "MaxResults", 1, 1000)?;
    let after = input.text("NextToken")?;
    let queues = lock(&state.queues.queues);
    let names = queues.keys().filter(|(owner, name)| owner == account && name.starts_with(prefix));
    let mut names: Vec<&str> = names.map(|(_, name)| name.as_str()).collect();
    names.retain(|name| after.is_none_or(|after| *name > after));
    let mut answer = json!({});
    if let Some(most) = most.and_then(|most| usize::try_from(most).ok()).filter(|most| *most < names.len()) {
        names.truncate(most);
        answer["NextToken"] = json!(names.last());
    }
    if !names.is_empty() {
        answer["QueueUrls"] = names.iter().map(|name| url(&state.endpoint, account, name)).collect();
    }
    Ok(Answer::Json(answer))
}

pub(super) fn get_url(state: &State, request: &Request, input: Members<'_>) -> Result<Answer, Refusal> {
    let name = required(input, "QueueName")?;
    let account = input.text("QueueOwnerAWSAccountId")?.unwrap_or(&request.caller.account);
    let id = (account.to_owned(), name.to_owned());
    allow(state, request, &id)?;
    if !lock(&state.queues.queues).contains_key(&id) {
        return Err(no_queue());
    }
    Ok(Answer::Json(json!({ "QueueUrl": url(&state.endpoint, account, name) })))
}

pub(super) fn attributes(state: &State, id: &Id, input: Members<'_>) -> Result<Answer, Refusal> {
    let asked = input.texts("AttributeNames")?;
    if let Some(unknown) = asked.iter().find(|name| !ATTRIBUTES.contains(name)) {
        return Err(Refusal::modelled(400, "InvalidAttributeName", format!("Unknown Attribute {unknown}.")));
    }
    let now = state.now();
    let mut all: Map<String, Value> = state.queues.with(id, now, |queue| {
        let (depth, settings) = (queue.depth(now), &queue.settings);
        let created = queue.created.as_second().to_string();
        let mut all = Map::new();
        let mut put = |name: &str, value: String| all.insert(name.to_owned(), json!(value));
        put("VisibilityTimeout", settings.visibility_timeout_seconds.to_string());
        put("MaximumMessageSize", "1048576".to_owned());
        put("MessageRetentionPeriod", settings.retention_seconds.to_string());
        put("ApproximateNumberOfMessages", depth.visible.to_string());
        put("ApproximateNumberOfMessagesNotVisible", depth.in_flight.to_string());
        put("ApproximateNumberOfMessagesDelayed", depth.delayed.to_string());
        put("CreatedTimestamp", created.clone());
        put("LastModifiedTimestamp", created);
        put("QueueArn", format!("arn:aws:sqs:{}:{}:{}", state.region, id.0, id.1));
        put("DelaySeconds", settings.delay_seconds.to_string());
        put("ReceiveMessageWaitTimeSeconds", "0".to_owned());
        put("SqsManagedSseEnabled", "true".to_owned());
        if let Some((target, most)) = &settings.dead_letter {
            put("RedrivePolicy", json!({ "deadLetterTargetArn": target, "maxReceiveCount": most }).to_string());
        }
        if settings.is_fifo() {
            put("FifoQueue", "true".to_owned());
            put("ContentBasedDeduplication", settings.content_based_deduplication.to_string());
            put("DeduplicationScope", "queue".to_owned());
            put("FifoThroughputLimit", "perQueue".to_owned());
        }
        Ok(all)
    })?;
    all.retain(|name, _| asked.contains(&"All") || asked.contains(&name.as_str()));
    Ok(Answer::Json(if all.is_empty() { json!({}) } else { json!({ "Attributes": all }) }))
}

pub(super) fn purge(state: &State, id: &Id) -> Result<Answer, Refusal> {
    let now = state.now();
    state.queues.with(id, now, |queue| {
        if queue.purged.is_some_and(|purged| now.duration_since(purged) < SignedDuration::from_secs(60)) {
            let message = format!("Only one PurgeQueue operation on {} is allowed every 60 seconds.", id.1);
            return Err(Refusal::modelled(403, "PurgeQueueInProgress", message));
        }
        queue.purged = Some(now);
        queue.messages.clear();
        Ok(Answer::Json(json!({})))
    })
}
