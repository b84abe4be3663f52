//! Callers whose keys nobody issued, where the seed lets them in: each is the root of the account that owns what it
//! names, so that a client with any credentials reaches every queue and bus.

use serde_json::Value;

use super::caller::Caller;
use super::seed::Strangers;
use super::server::Input;
use super::service::{Operation, Service};
use super::sqs;
use super::state::State;

/// Who a stranger is in this call; the account of the double where nothing names another.
pub(crate) fn caller(state: &State, strangers: &Strangers, operation: Operation, input: &Input) -> Caller {
    let account = match (operation.service, input) {
        (Service::Sqs, Input::Json(input, _)) => queue_owner(state, strangers, input),
        (Service::Events, Input::Json(input, _)) => Some(putter(strangers, input)),
        _ => None,
    };
    Caller { account: account.unwrap_or_else(|| state.account.clone()), session: None }
}

fn queue_owner(state: &State, strangers: &Strangers, input: &Value) -> Option<String> {
    let text = |member: &str| input.get(member).and_then(Value::as_str);
    if let Some(url) = text("QueueUrl") {
        return sqs::id(url).map(|(account, _)| account);
    }
    let name = text("QueueName")?;
    let owner = text("QueueOwnerAWSAccountId").map(str::to_owned);
    owner.or_else(|| state.queues.owner(name, &strangers.putter))
}

/// The first entry decides: a call has one caller.
fn putter(strangers: &Strangers, input: &Value) -> String {
    let bus = input.pointer("/Entries/0/EventBusName").and_then(Value::as_str).unwrap_or_default();
    let owner = bus.strip_prefix("arn:").and_then(|arn| arn.split(':').nth(3));
    let known = strangers.putters.get(bus).map(String::as_str);
    known.or(owner).unwrap_or(&strangers.putter).to_owned()
}
