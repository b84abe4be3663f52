//! End User Messaging SMS (`sms-voice`): its state, and which operation does what.

mod describe;
mod input;
mod parts;
mod rates;
mod receipts;
mod registrations;
mod send;
mod sent;

use std::sync::Mutex;

use jiff::Timestamp;
use tokio::sync::mpsc;

pub(crate) use input::Text;
pub(crate) use parts::Parts;
pub(crate) use rates::{Limited, Rates};
pub use sent::Sent;

use super::glob::matches;
use super::refusal::Refusal;
use super::seed::SmsAccount;
use super::server::{Answer, Request};
use super::service::Service;
use super::shape::Members;
use super::state::{State, lock};

/// The account, and what happened in it.
pub(crate) struct Sms(Mutex<Inner>);

pub(crate) struct Inner {
    pub(crate) account: SmsAccount,
    pub(crate) rates: Rates,
    sent: Vec<Sent>,
    watchers: Vec<mpsc::UnboundedSender<Sent>>,
    /// The UTC month and what it cost so far.
    spent: (String, u64),
}

impl Sms {
    pub(crate) fn new(account: SmsAccount) -> Self {
        let spent = (String::new(), 0);
        Self(Mutex::new(Inner { account, rates: Rates::default(), sent: Vec::new(), watchers: Vec::new(), spent }))
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        lock(&self.0).sent.clone()
    }

    pub(crate) fn watch(&self) -> mpsc::UnboundedReceiver<Sent> {
        let (sender, receiver) = mpsc::unbounded_channel();
        lock(&self.0).watchers.push(sender);
        receiver
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut SmsAccount) -> T) -> T {
        change(&mut lock(&self.0).account)
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut lock(&self.0))
    }
}

impl Inner {
    /// Keeps an accepted text and what it cost, and tells whoever watches.
    pub(crate) fn accept(&mut self, sent: Sent) {
        let cost = u64::from(sent.segments) * self.account.price_per_segment_micros;
        self.spent = (month(sent.at), self.spent_in(sent.at) + cost);
        self.watchers.retain(|watcher| watcher.send(sent.clone()).is_ok());
        self.sent.push(sent);
    }

    /// What this month cost so far, in millionths of a dollar.
    pub(crate) fn spent_in(&self, now: Timestamp) -> u64 {
        if self.spent.0 == month(now) { self.spent.1 } else { 0 }
    }

    /// Takes from a rate. When rates are not enforced, what would have been throttled is only counted.
    pub(crate) fn pace(
        &mut self,
        state: &State,
        operation: &'static str,
        (limited, per_second, cost): (Limited, u32, u32),
    ) -> bool {
        let taken = self.rates.take(limited, per_second, cost, state.now());
        if !taken && !self.account.strict_rates {
            state.calls.would_throttle(operation);
        }
        taken || !self.account.strict_rates
    }
}

/// AWS bills by the UTC month.
fn month(now: Timestamp) -> String {
    now.to_string().chars().take(7).collect()
}

pub(crate) fn perform(state: &State, request: &Request) -> Result<Answer, Refusal> {
    let name = request.operation.name;
    if name == "SendTextMessage" {
        return send::perform(state, request);
    }
    state.sms.with(|sms| {
        let per_second = sms.account.read_requests_per_second;
        if sms.pace(state, name, (Limited::Calls(name), per_second, 1)) {
            Ok(())
        } else {
            Err(Refusal::throttled(Service::SmsVoice))
        }
    })?;
    let input = request.members()?;
    authorize_reading(state, request, input)?;
    let answer = state.sms.with(|sms| match name {
        "DescribePhoneNumbers" => describe::numbers(sms, input),
        "DescribeAccountAttributes" => describe::attributes(sms, input),
        "DescribeSpendLimits" => describe::spend_limits(sms, input),
        "DescribeConfigurationSets" => describe::configuration_sets(state, sms, input),
        "GetResourcePolicy" => describe::policy(sms, input),
        "PutOptedOutNumber" => describe::opt_out(state, sms, input),
        "DescribeRegistrations" => registrations::list(state, sms, input),
        "DescribeRegistrationVersions" => registrations::versions(state, sms, input),
        "ListPoolOriginationIdentities" => describe::pool(sms, input),
        _ => registrations::associations(state, sms, input),
    });
    answer.map(Answer::Json)
}

/// Whether the caller may read, or change, what the input names. A listed role may read what its policy names; the
/// account's other principals are trusted with all of it.
fn authorize_reading(state: &State, request: &Request, input: Members<'_>) -> Result<(), Refusal> {
    let name = request.operation.name;
    let denied = |resource: &str| Err(request.denied(&format!("sms-voice:{name}"), resource));
    let roles = lock(&state.roles);
    let role = request.caller.role(&roles);
    if request.caller.account != state.account || role.is_some_and(|role| request.caller.is_revoked(role)) {
        return denied(&format!("arn:aws:sms-voice:{}:{}:*", state.region, request.caller.account));
    }
    let Some(role) = role else { return Ok(()) };
    let allowed = |resource: &&String| role.read_resources.iter().any(|pattern| matches(pattern, resource));
    let resources = describe::resources(state, input)?;
    let refused = resources.iter().find(|resource| name == "PutOptedOutNumber" || !allowed(resource));
    refused.map_or(Ok(()), |resource| denied(resource))
}

/// Whether the caller may send with each of these resources. Of the account's own functions none may, but for those texts
/// that reach nobody.
pub(crate) fn authorize(
    state: &State,
    request: &Request,
    resources: &[String],
    reaches_nobody: bool,
) -> Result<(), Refusal> {
    let may = |resource: &String| -> bool {
        if request.caller.account != state.account {
            return false;
        }
        if request.caller.session.is_none() {
            return true;
        }
        let roles = lock(&state.roles);
        match request.caller.role(&roles) {
            Some(role) => {
                let allowed = || role.send_resources.iter().any(|pattern| matches(pattern, resource));
                !request.caller.is_revoked(role) && allowed()
            }
            None => reaches_nobody,
        }
    };
    match resources.iter().find(|resource| !may(resource)) {
        None => Ok(()),
        Some(resource) => Err(request.denied("sms-voice:SendTextMessage", resource)),
    }
}

/// A resource that the account does not have.
pub(crate) fn not_found(kind: &str, id: &str) -> Refusal {
    let message = format!("Resource not found: {kind}");
    Refusal::modelled(400, "ResourceNotFoundException", message).with("ResourceType", kind).with("ResourceId", id)
}

/// An input that the service does not take.
pub(crate) fn invalid(reason: &str, member: &str, message: &str) -> Refusal {
    Refusal::modelled(400, "ValidationException", message)
        .with("Reason", reason)
        .with("Fields", serde_json::json!([{ "Name": member, "Message": message }]))
}

/// A state of the account that is in the way.
pub(crate) fn conflict(reason: &str, message: &str) -> Refusal {
    Refusal::modelled(400, "ConflictException", message).with("Reason", reason)
}
