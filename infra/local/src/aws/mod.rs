//! A double of the AWS services that tendlc calls, as one HTTP server that the real SDK clients talk to.
//!
//! STS, End User Messaging SMS, SNS `Publish`, SQS, `PutEvents` and `GetMetricData` are written here; DynamoDB is `dynoxide` behind
//! an authorizer. The double is as strict as AWS: it checks who calls, whom a role trusts, what a role may do, and
//! every constraint of the service models, and it refuses in AWS's words and codes. Those words quote phone numbers
//! where AWS's do, so that a test can find out who passes them on.
//!
//! What it does not have: signatures are not verified, session policies are refused rather than evaluated, and
//! identity policies are what [`seed::Role`] can say. Keys that nobody issued are let in where [`seed::Strangers`] are.

mod caller;
mod calls;
mod cbor;
mod cloudwatch;
mod control;
mod dynamodb;
mod events;
mod faults;
mod form;
mod glob;
mod refusal;
pub mod seed;
mod server;
mod service;
mod shape;
mod sms;
mod sns;
mod sqs;
mod state;
mod stranger;
mod sts;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

pub use caller::Keys;
pub use calls::{Call, Count};
pub use cloudwatch::Series;
pub use events::PutEvent;
pub use faults::{Action, Fault, FaultError, Match, Unmet};
pub use glob::matches;
pub use sms::Sent;
pub use sqs::{Depth, Letter};

use seed::{Role, Seed, SmsAccount};
use state::{State, lock};

/// The running double. It stops when it is dropped.
#[derive(Debug)]
pub struct Aws {
    state: Arc<State>,
    stop: watch::Sender<bool>,
}

impl Aws {
    /// Starts on `127.0.0.1`, on a free port unless one is given. Tables of the seed exist when this returns.
    ///
    /// # Errors
    /// When the port cannot be bound or a table cannot be created.
    pub async fn start(seed: Seed, port: Option<u16>) -> io::Result<Self> {
        let listener = server::bind(port).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(State::new(seed, endpoint));
        state.databases.create_tables().await?;
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(server::serve(listener, state.clone(), stopped));
        Ok(Self { state, stop })
    }

    /// What `AWS_ENDPOINT_URL` is to be set to.
    pub fn endpoint(&self) -> &str {
        &self.state.endpoint
    }

    /// The Region that requests must be signed for.
    pub fn region(&self) -> &str {
        &self.state.region
    }

    /// Where a queue of the seed is.
    pub fn queue_url(&self, account: &str, name: &str) -> String {
        sqs::url(&self.state.endpoint, account, name)
    }

    /// Credentials of a role's session without `AssumeRole`: those that Lambda gives to a function. They last as
    /// long as Lambda's do, twelve hours.
    pub fn issue_session(&self, role_arn: &str, session_name: &str) -> Keys {
        self.state.sessions.issue(role_arn, session_name, self.state.now(), 43_200)
    }

    /// Sets a fault.
    ///
    /// # Errors
    /// When it names no operation, or an action that means nothing for it.
    pub fn fault(&self, fault: Fault) -> Result<(), FaultError> {
        self.state.faults.set(fault)
    }

    /// The faults that were not met as often as they say.
    pub fn unmet_faults(&self) -> Vec<Unmet> {
        self.state.faults.unmet()
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }

    /// Delays each answer of an operation; `*` is all that have no latency of their own. Real time.
    pub fn set_latency(&self, operation: &str, latency: Duration) {
        self.state.calls.set_latency(operation, latency);
    }

    /// Every call since the start or the last clearing, in the order in which they ended.
    pub fn calls(&self) -> Vec<Call> {
        self.state.calls.log()
    }

    /// How often each operation was called.
    pub fn counts(&self) -> BTreeMap<&'static str, Count> {
        self.state.calls.counts()
    }

    /// Forgets all calls and counts.
    pub fn clear_calls(&self) {
        self.state.calls.clear();
    }

    /// Every text that was accepted, over both channels.
    pub fn sent(&self) -> Vec<Sent> {
        self.state.sms.sent()
    }

    /// Every text accepted from now on, told at the moment of acceptance: before the sender has its answer.
    pub fn watch_sent(&self) -> mpsc::UnboundedReceiver<Sent> {
        self.state.sms.watch()
    }

    /// Every event put from now on.
    pub fn watch_events(&self) -> mpsc::UnboundedReceiver<PutEvent> {
        self.state.buses.watch()
    }

    /// Changes what the account has: a number's status, the tier, opt-outs, rates.
    pub fn change_sms<T>(&self, change: impl FnOnce(&mut SmsAccount) -> T) -> T {
        self.state.sms.change(change)
    }

    /// Changes the roles: their trust, their permissions, `revoked_before`.
    pub fn change_roles<T>(&self, change: impl FnOnce(&mut Vec<Role>) -> T) -> T {
        change(&mut lock(&self.state.roles))
    }

    /// Puts a figure into CloudWatch. Those of SQS are the queues' own.
    pub fn put_metric(&self, account: &str, series: Series, at: Timestamp, value: f64) {
        self.state.metrics.put(account, series, at, value);
    }

    /// How many messages a queue holds.
    pub fn depth(&self, account: &str, name: &str) -> Option<Depth> {
        self.state.queues.depth(account, name, self.state.now())
    }

    /// The dead letters that a queue holds, the oldest first; nobody receives them by this.
    pub fn letters(&self, account: &str, name: &str) -> Vec<Letter> {
        self.state.queues.letters(account, name)
    }

    /// Deletes items whose TTL has passed, as DynamoDB does sooner or later. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_ttl(&self, account: &str) -> io::Result<usize> {
        self.state.databases.sweep(account).await
    }

    /// Stops serving. Open connections are closed.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}
