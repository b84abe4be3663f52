//! A log of what was called and when, the latency put on each operation, and counts.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::service::Operation;
use super::state::lock;

/// A long benchmark must not fill the memory: the oldest calls are forgotten beyond this many.
const KEPT: usize = 200_000;

/// One call that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The operation's name, such as `SendTextMessage`.
    pub operation: &'static str,
    /// When the whole request had been read, in real time since the double started.
    pub start: Duration,
    /// When the answer was ready.
    pub end: Duration,
    /// The size of the request's body.
    pub request_bytes: usize,
    /// The size of the answer's body.
    pub response_bytes: usize,
    /// The HTTP status; 0 when no answer was given.
    pub status: u16,
}

/// How often an operation was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    /// All calls.
    pub calls: u64,
    /// Those that were refused, throttled ones included.
    pub refused: u64,
    /// Those that were throttled, or would have been if rates were enforced.
    pub throttled: u64,
}

#[derive(Debug)]
pub(crate) struct Calls {
    began: Instant,
    log: Mutex<VecDeque<Call>>,
    counts: Mutex<BTreeMap<&'static str, Count>>,
    latency: Mutex<HashMap<String, Duration>>,
}

impl Default for Calls {
    fn default() -> Self {
        Self { began: Instant::now(), log: Mutex::default(), counts: Mutex::default(), latency: Mutex::default() }
    }
}

impl Calls {
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn record(&self, call: Call, throttled: bool) {
        let mut counts = lock(&self.counts);
        let count = counts.entry(call.operation).or_default();
        count.calls += 1;
        count.refused += u64::from(call.status != 200);
        count.throttled += u64::from(throttled);
        drop(counts);
        let mut log = lock(&self.log);
        if log.len() == KEPT {
            log.pop_front();
        }
        log.push_back(call);
    }

    /// Counts a call that only a lenient double lets through.
    pub(crate) fn would_throttle(&self, operation: &'static str) {
        lock(&self.counts).entry(operation).or_default().throttled += 1;
    }

    pub(crate) fn log(&self) -> Vec<Call> {
        lock(&self.log).iter().copied().collect()
    }

    pub(crate) fn counts(&self) -> BTreeMap<&'static str, Count> {
        lock(&self.counts).clone()
    }

    pub(crate) fn clear(&self) {
        lock(&self.log).clear();
        lock(&self.counts).clear();
    }

    pub(crate) fn set_latency(&self, operation: &str, latency: Duration) {
        lock(&self.latency).insert(operation.to_owned(), latency);
    }

    /// What the operation's answers are delayed by: its own latency, else that of `*`.
    pub(crate) fn latency(&self, operation: Operation) -> Duration {
        let latency = lock(&self.latency);
        latency.get(operation.name).or_else(|| latency.get("*")).copied().unwrap_or_default()
    }
}
