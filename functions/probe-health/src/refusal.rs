//! Why an invocation was refused as a whole, as Lambda reports it.

use lambda_runtime::Diagnostic;
use tendlc_core::invocation::NotATrigger;
use tendlc_core::pipeline::SenderError;
use tendlc_core::table::TableError;

/// Why there is no report at all.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Requests would be lost here.
    #[error("this function probes, and any schedule may invoke it; {0}")]
    NotATrigger(#[from] NotATrigger),
    /// The function may not act for its grant.
    #[error(transparent)]
    Sender(#[from] SenderError),
    /// What is kept cannot be read.
    #[error("what the last run found cannot be read: {0}")]
    Kept(#[from] TableError),
}

impl From<Refusal> for Diagnostic {
    fn from(refusal: Refusal) -> Self {
        let error_type = match refusal {
            Refusal::NotATrigger(_) => "NotATrigger",
            Refusal::Sender(SenderError::WrongAccount { .. }) => "WrongAccount",
            Refusal::Kept(_) => "NotReadable",
        };
        Self { error_type: error_type.to_owned(), error_message: refusal.to_string() }
    }
}
