//! The ledger: one record per grant and idempotency key, which decides that a text is sent once.
//!
//! A record is opened before anything is sent (a conditional claim with a lease) and settled after. A function
//! that dies in between leaves a claim whose lease runs out, and the request is `unknown`: perhaps sent, so not
//! sent again unless the grant asks for it.

mod open;
mod record;
mod settle;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

pub use open::{Entry, Intent, Opened, Prior};
pub use record::{Record, State};
pub use settle::{Settled, Settlement, resolved};

use crate::clock::SharedClock;
use crate::name::GrantName;
use crate::table::Table;

/// How long a record is kept: redeliveries and redrives come within SQS's 14 days and an operator's weeks.
pub const KEPT: SignedDuration = SignedDuration::from_hours(35 * 24);

/// How long after an unknown result a receipt may still tell.
pub const UNKNOWN_WAIT: SignedDuration = SignedDuration::from_mins(15);

/// Who holds a claim: one invocation, so that what a lost answer did can be told from what another did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner(Arc<str>);

impl Owner {
    /// An owner like no other.
    pub fn unique() -> Self {
        Self(uuid::Uuid::new_v4().to_string().into())
    }

    /// As it stands in the record, and in the context of what is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One grant's part of the ledger.
#[derive(Clone, Debug)]
pub struct Ledger {
    table: Table,
    grant: GrantName,
    clock: SharedClock,
}

impl Ledger {
    /// The ledger of `grant` in `table`.
    pub fn new(table: Table, grant: GrantName, clock: SharedClock) -> Self {
        Self { table, grant, clock }
    }
}

fn kept_until(now: Timestamp) -> i64 {
    (now + KEPT).as_second()
}
