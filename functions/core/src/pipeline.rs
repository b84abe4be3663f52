//! The way of a request: parse, claim beside admit, publish, record, say. Data flows one way; no step reaches back.

mod batch;
mod fate;
mod judge;
mod publish;
mod record;
mod repeat;
mod sender;
mod settle;
mod start;
mod stranger;
mod trouble;

use jiff::Timestamp;

pub use sender::{Deps, NoTime, Sender, SenderError};
pub use stranger::{nameless_record, not_granted};

use crate::outcome::Outcome;
use crate::reason::Reason;
use crate::request::{Entrance, Kind, RequestId};
use crate::trace::TraceHeader;

/// A record as it came in, before anything is known of it.
#[derive(Clone)]
pub struct Incoming {
    /// The request's text.
    pub text: String,
    /// Its id unless it names one: of the message or the event.
    pub message_id: RequestId,
    /// Where it came in.
    pub entrance: Entrance,
    /// When it came in.
    pub first_seen: Timestamp,
    /// The trace that it belongs to, if any.
    pub trace: Option<TraceHeader>,
}

/// What became of a record, in the order of the batch.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The resolved idempotency key.
    pub id: RequestId,
    /// Its lane, where it is a valid request.
    pub kind: Option<Kind>,
    /// What the workload was told.
    pub outcome: Outcome,
    /// What is to be done with the message.
    pub ending: Ending,
}

/// What is to be done with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It is done with.
    Done,
    /// It comes back then.
    Wait {
        /// Not sooner.
        until: Timestamp,
    },
    /// It goes to the dead-letter queue.
    DeadLetter {
        /// Why.
        reason: Reason,
        /// For whoever looks at it; nothing private.
        detail: String,
    },
}
