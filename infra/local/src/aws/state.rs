//! Everything that the double keeps, behind one handle.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tendlc_core::clock::SharedClock;

use super::caller::{Caller, Sessions};
use super::calls::Calls;
use super::cloudwatch::Metrics;
use super::dynamodb::Databases;
use super::events::Buses;
use super::faults::Faults;
use super::seed::{Role, Seed, Strangers};
use super::sms::Sms;
use super::sqs::Queues;

/// A lock, whatever became of the last holder: a panicking test must not hide its own message behind this one.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The double's state.
pub(crate) struct State {
    pub(crate) clock: SharedClock,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) endpoint: String,
    pub(crate) roles: Mutex<Vec<Role>>,
    pub(crate) sessions: Sessions,
    pub(crate) strangers: Option<Strangers>,
    pub(crate) faults: Faults,
    pub(crate) calls: Calls,
    pub(crate) sms: Sms,
    pub(crate) queues: Queues,
    pub(crate) buses: Buses,
    pub(crate) databases: Databases,
    pub(crate) metrics: Metrics,
}

/// It holds numbers and bodies.
impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl State {
    pub(crate) fn new(seed: Seed, endpoint: String) -> Self {
        let now = seed.clock.now();
        Self {
            region: seed.region.clone(),
            account: seed.account,
            roles: Mutex::new(seed.roles),
            sessions: Sessions::default(),
            strangers: seed.strangers,
            faults: Faults::default(),
            calls: Calls::default(),
            sms: Sms::new(seed.sms),
            queues: Queues::new(seed.queues, seed.lenient_handles, now),
            buses: Buses::new(seed.buses),
            databases: Databases::new(seed.tables, seed.clock.clone(), &seed.region),
            metrics: Metrics::default(),
            clock: seed.clock,
            endpoint,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether the caller may use what belongs to its own account: root, or a role that the seed does not limit.
    pub(crate) fn is_unlimited(&self, caller: &Caller) -> bool {
        caller.session.is_none() || caller.role(&lock(&self.roles)).is_none()
    }
}
