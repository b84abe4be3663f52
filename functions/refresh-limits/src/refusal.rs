//! Why an invocation failed as a whole, as Lambda reports it.

use lambda_runtime::Diagnostic;
use tendlc_core::account::AccountId;
use tendlc_core::invocation::NotATrigger;
use tendlc_core::sync::SyncError;

/// Why there is no report at all.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Requests would be lost here.
    #[error("this function refreshes limits, and any schedule may invoke it; {0}")]
    NotATrigger(#[from] NotATrigger),
    /// Another account's numbers have other limits.
    #[error(
        "this function runs in the account {found}, and the numbers are in {wanted}, the table's account; deploy it there"
    )]
    NotThePrimary {
        /// The table's.
        wanted: AccountId,
        /// Where it runs.
        found: AccountId,
    },
    /// The table did not answer. What is done by then stays done, and all limits are as they were read last.
    #[error("{0}; nothing is lost: limits stay as they were read last, and the next run goes on from there")]
    Table(#[from] SyncError),
}

impl From<Refusal> for Diagnostic {
    fn from(refusal: Refusal) -> Self {
        let error_type = match refusal {
            Refusal::NotATrigger(_) => "NotATrigger",
            Refusal::NotThePrimary { .. } => "WrongAccount",
            Refusal::Table(_) => "TableUnavailable",
        };
        Self { error_type: error_type.to_owned(), error_message: refusal.to_string() }
    }
}
