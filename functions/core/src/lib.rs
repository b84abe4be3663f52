//! What every tendlc function shares: the request, its segments, the role, the ledger, the quotas, the
//! channels, the outcome, and the pipeline that a request goes through. It knows no Lambda event types.

pub mod account;
pub mod area;
pub mod arn;
pub mod aws;
pub mod books;
mod cannot_start;
pub mod channel;
pub mod clock;
pub mod day;
pub mod directory;
pub mod env;
pub mod fingerprint;
pub mod grant;
pub mod invocation;
pub mod ledger;
pub mod logs;
pub mod mail;
pub mod money;
pub mod month;
pub mod name;
pub mod number;
pub mod outcome;
pub mod pipeline;
pub mod quiet;
pub mod quota;
pub mod reason;
pub mod receipt;
pub mod request;
mod request_id;
pub mod role;
pub mod segments;
pub mod served;
pub mod sync;
pub mod table;
pub mod tally;
mod zone;
