//! Why an invocation failed as a whole, as Lambda reports it.

use lambda_runtime::Diagnostic;
use tendlc_core::account::AccountId;
use tendlc_core::invocation::NotATrigger;
use tendlc_core::recount::RecountError;

/// Why there is no report at all.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Requests would be lost here.
    #[error("this function counts a day, and any schedule may invoke it; {0}")]
    NotATrigger(#[from] NotATrigger),
    /// What is asked for is no day.
    #[error("`{0}` is no day; ask for one as {{\"day\":\"2026-11-20\"}}, or for none: then it is yesterday")]
    NotADay(String),
    /// Only the table's own account reads all of it.
    #[error("this function runs in the account {found}, and the table is in {wanted}; deploy it there")]
    NotThePrimary {
        /// The table's.
        wanted: AccountId,
        /// Where it runs.
        found: AccountId,
    },
    /// The table did not answer, or the day cannot be counted.
    #[error("{0}")]
    Recount(#[from] RecountError),
}

impl From<Refusal> for Diagnostic {
    fn from(refusal: Refusal) -> Self {
        let error_type = match refusal {
            Refusal::NotATrigger(_) => "NotATrigger",
            Refusal::NotADay(_) => "NotADay",
            Refusal::NotThePrimary { .. } => "WrongAccount",
            Refusal::Recount(RecountError::Table(_)) => "TableUnavailable",
            Refusal::Recount(RecountError::ToCome(_) | RecountError::TooOld { .. }) => "DayOutOfReach",
        };
        Self { error_type: error_type.to_owned(), error_message: refusal.to_string() }
    }
}
