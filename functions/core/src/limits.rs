//! Limits as AWS tells them: `DescribePhoneNumbers` shows for each number the rate and T-Mobile's daily cap of the
//! campaign that it belongs to (facts, section 0). Read by a job and by `tendlc sync`, never on the way of a text.

mod read;
mod source;
mod told;
mod unread;

use jiff::SignedDuration;

pub use read::{Reader, told_by};
pub use source::{Source, Wants, known};
pub use told::Told;
pub use unread::{Limit, Unread};

/// Readings that are older were not made by the job that makes them once a minute, and writes them down every five.
pub const OLD: SignedDuration = SignedDuration::from_mins(15);
