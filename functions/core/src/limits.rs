//! Limits as AWS tells them: `DescribePhoneNumbers` shows for each number the rate and T-Mobile's daily cap of the
//! campaign that it belongs to (facts, section 0). Read by a job and by `tendlc sync`, never on the way of a text.

mod read;
mod source;
mod told;
mod unread;

pub use read::Reader;
pub use source::{Source, Wants, known};
pub use told::Told;
pub use unread::{Limit, Unread};
