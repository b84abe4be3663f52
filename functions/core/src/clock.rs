//! Time is handed in: no module below `main` asks the system for it.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

/// What tells the time and waits for it.
pub trait Clock: Debug + Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Returns once `now` is at or past `moment`.
    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'_, ()>;
}

/// A clock that several parts share.
pub type SharedClock = Arc<dyn Clock>;

/// The system's clock, moved by a fixed span: zero in a deployed function, `--now` in `tendlc local`.
#[derive(Debug, Default)]
pub struct SystemClock {
    ahead: SignedDuration,
}

impl SystemClock {
    /// A clock that shows `now` at this moment and runs on from there.
    pub fn starting_at(now: Timestamp) -> Self {
        Self { ahead: now.duration_since(Timestamp::now()) }
    }

    /// A clock that is `ahead` of the system's.
    pub fn ahead_by(ahead: SignedDuration) -> Self {
        Self { ahead }
    }

    /// How far this clock is ahead of the system's.
    pub fn ahead(&self) -> SignedDuration {
        self.ahead
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.ahead).unwrap_or(now)
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'_, ()> {
        let wait = Duration::try_from(moment.duration_since(self.now())).unwrap_or(Duration::ZERO);
        Box::pin(tokio::time::sleep(wait))
    }
}

/// A clock that stands still until it is set; whoever waits for a moment moves it there. For tests.
#[derive(Debug)]
pub struct ManualClock {
    now: std::sync::Mutex<Timestamp>,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: Timestamp) -> Self {
        Self { now: std::sync::Mutex::new(now) }
    }

    /// Moves the clock to `moment`, never back.
    pub fn set(&self, moment: Timestamp) {
        let mut now = self.now.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now = (*now).max(moment);
    }

    /// Moves the clock on.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.now.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now = now.checked_add(by).unwrap_or(*now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'_, ()> {
        self.set(moment);
        Box::pin(std::future::ready(()))
    }
}
