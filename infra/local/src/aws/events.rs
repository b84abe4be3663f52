//! EventBridge `PutEvents`. Whoever runs the double is told of every event and routes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::faults::Action;
use super::refusal::Refusal;
use super::seed::Bus;
use super::server::{Answer, Request};
use super::shape::Members;
use super::state::{State, lock};

/// AWS's limit on all entries of a call together: 1 MiB since January 2026.
const LARGEST: usize = 1024 * 1024;

/// An event that was put on a bus that exists.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PutEvent {
    /// What was answered for the entry.
    pub id: String,
    /// The account that owns the bus.
    pub bus_account: String,
    /// The bus's name.
    pub bus: String,
    /// The account that put it, which AWS writes into the event.
    pub account: String,
    /// The entry's time, or when it was put.
    pub time: Timestamp,
    /// The entry's `Source`.
    pub source: String,
    /// The entry's `DetailType`.
    pub detail_type: String,
    /// The entry's `Detail`: a JSON object.
    pub detail: Value,
    /// The entry's `Resources`.
    pub resources: Vec<String>,
    /// The entry's `TraceHeader`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
}

/// Without the detail: a request's has a number and a body.
impl fmt::Debug for PutEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PutEvent")
            .field("id", &self.id)
            .field("bus_account", &self.bus_account)
            .field("bus", &self.bus)
            .field("source", &self.source)
            .field("detail_type", &self.detail_type)
            .finish_non_exhaustive()
    }
}

/// The buses, and who wants to know what is put on them.
pub(crate) struct Buses {
    known: BTreeMap<(String, String), Vec<String>>,
    watchers: Mutex<Vec<mpsc::UnboundedSender<PutEvent>>>,
}

impl Buses {
    pub(crate) fn new(buses: Vec<Bus>) -> Self {
        let mut known: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for bus in buses {
            // One that is named several times has all the putters that are named.
            known.entry((bus.account, bus.name)).or_default().extend(bus.putters);
        }
        Self { known, watchers: Mutex::default() }
    }

    pub(crate) fn watch(&self) -> mpsc::UnboundedReceiver<PutEvent> {
        let (sender, receiver) = mpsc::unbounded_channel();
        lock(&self.watchers).push(sender);
        receiver
    }

    fn put(&self, event: &PutEvent) {
        // AWS answers with an event id for a bus that does not exist, and drops the event (aws/aws-cli#9186).
        let bus = (event.bus_account.clone(), event.bus.clone());
        if event.bus == "default" || self.known.contains_key(&bus) {
            lock(&self.watchers).retain(|watcher| watcher.send(event.clone()).is_ok());
        } else {
            let own = self.known.keys().filter(|(account, _)| *account == bus.0).map(|(_, name)| name.as_str());
            let there: BTreeSet<&str> = own.chain(["default"]).collect();
            tracing::warn!(
                "account {} has no bus {}, and AWS drops such an event without a word; there is {}",
                bus.0,
                bus.1,
                Vec::from_iter(there).join(", ")
            );
        }
    }

    fn allows(&self, account: &str, name: &str, caller: &str) -> bool {
        let policy = self.known.get(&(account.to_owned(), name.to_owned()));
        account == caller || policy.is_some_and(|putters| putters.iter().any(|putter| putter == caller))
    }
}

pub(crate) fn perform(state: &State, request: &Request) -> Result<Answer, Refusal> {
    let input = request.members()?;
    let entries = input.list("Entries")?.map(Vec::as_slice).unwrap_or_default();
    if !(1..=10).contains(&entries.len()) {
        let bound = if entries.is_empty() { "greater than or equal to 1" } else { "less than or equal to 10" };
        let message = format!(
            "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length {bound}"
        );
        return Err(Refusal::common(400, "ValidationException", message));
    }
    let entries = entries.iter().map(Entry::read).collect::<Result<Vec<_>, _>>()?;
    if entries.iter().map(Entry::size).sum::<usize>() > LARGEST {
        let message = "Total size of the entries in the request is over the limit.";
        return Err(Refusal::common(400, "ValidationException", message));
    }
    let mut buses = Vec::new();
    for entry in &entries {
        buses.push(bus(state, request, entry)?);
    }
    let mut results = Vec::new();
    for (entry, (bus_account, bus)) in entries.iter().zip(buses) {
        let failed = request.fault == Some(Action::FailEntries);
        let event = if failed { Err(("InternalFailure", "Internal failure")) } else { entry.event(state, request) };
        results.push(match event {
            Ok(event) => {
                let event = PutEvent { bus_account, bus, ..event };
                state.buses.put(&event);
                json!({ "EventId": event.id })
            }
            Err((code, message)) => json!({ "ErrorCode": code, "ErrorMessage": message }),
        });
    }
    let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
    Ok(Answer::Json(json!({ "FailedEntryCount": failed, "Entries": results })))
}

struct Entry<'a> {
    source: Option<&'a str>,
    detail_type: Option<&'a str>,
    detail: Option<&'a str>,
    bus: Option<&'a str>,
    resources: Vec<&'a str>,
    time: Option<f64>,
    trace: Option<&'a str>,
}

impl<'a> Entry<'a> {
    fn read(value: &'a Value) -> Result<Self, Refusal> {
        let members = Members::of(value)?;
        let time = members.get("Time").map(|time| time.as_f64().ok_or_else(|| Refusal::unreadable("Time")));
        Ok(Self {
            source: members.text("Source")?,
            detail_type: members.text("DetailType")?,
            detail: members.text("Detail")?,
            bus: members.text("EventBusName")?,
            resources: members.texts("Resources")?,
            time: time.transpose()?,
            trace: members.text("TraceHeader")?,
        })
    }

    /// The size as AWS documents it.
    fn size(&self) -> usize {
        let texts = [self.source, self.detail_type, self.detail];
        let texts = texts.iter().flatten().map(|text| text.len()).sum::<usize>();
        texts + self.resources.iter().map(|text| text.len()).sum::<usize>() + if self.time.is_some() { 14 } else { 0 }
    }

    fn event(&self, state: &State, request: &Request) -> Result<PutEvent, (&'static str, &'static str)> {
        let given =
            |value: Option<&'a str>, message| value.filter(|text| !text.is_empty()).ok_or(("InvalidArgument", message));
        let source = given(self.source, "Parameter Source is not valid. Reason: Source is a required argument.")?;
        let detail_type =
            given(self.detail_type, "Parameter DetailType is not valid. Reason: DetailType is a required argument.")?;
        let detail = given(self.detail, "Parameter Detail is not valid. Reason: Detail is a required argument.")?;
        if source.starts_with("aws.") {
            return Err(("NotAuthorizedForSource", "Not authorized for the source."));
        }
        let detail: Value = serde_json::from_str(detail).unwrap_or_default();
        if !detail.is_object() {
            return Err(("MalformedDetail", "Detail is malformed."));
        }
        Ok(PutEvent {
            id: uuid::Uuid::new_v4().to_string(),
            bus_account: String::new(),
            bus: String::new(),
            account: request.caller.account.clone(),
            // The model's timestamps are seconds with a fraction; events carry whole seconds.
            time: self.time.and_then(|time| Timestamp::from_second(time as i64).ok()).unwrap_or_else(|| state.now()),
            source: source.to_owned(),
            detail_type: detail_type.to_owned(),
            detail,
            resources: self.resources.iter().map(|resource| (*resource).to_owned()).collect(),
            trace: self.trace.map(str::to_owned),
        })
    }
}

/// The account and name of an entry's bus, if the caller may put events there.
fn bus(state: &State, request: &Request, entry: &Entry<'_>) -> Result<(String, String), Refusal> {
    let text = entry.bus.unwrap_or("default");
    let own = request.caller.account.as_str();
    let (account, name) = match text.strip_prefix("arn:") {
        None => (own, text),
        Some(arn) => {
            let parts: Vec<&str> = arn.splitn(5, ':').collect();
            let name = parts.get(4).and_then(|resource| resource.strip_prefix("event-bus/"));
            match (parts.get(1), parts.get(3), name) {
                (Some(&"events"), Some(account), Some(name)) => (*account, name),
                _ => return Err(malformed_bus()),
            }
        }
    };
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
        return Err(malformed_bus());
    }
    if !state.buses.allows(account, name, own) || !state.is_unlimited(&request.caller) {
        let arn = format!("arn:aws:events:{}:{account}:event-bus/{name}", state.region);
        return Err(request.denied("events:PutEvents", &arn));
    }
    Ok((account.to_owned(), name.to_owned()))
}

fn malformed_bus() -> Refusal {
    let message = "1 validation error detected: Value at 'entries.1.member.eventBusName' failed to satisfy constraint: \
                   Member must satisfy regular expression pattern: \
                   (arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus\\/)?[\\.\\-_A-Za-z0-9]+";
    Refusal::common(400, "ValidationException", message)
}
