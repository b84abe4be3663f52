//! Why an invocation was refused as a whole, as Lambda reports it.

use lambda_runtime::Diagnostic;
use tendlc_core::invocation::NotATrigger;
use tendlc_core::pipeline::SenderError;

/// Why there is no report at all.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Requests would be lost here.
    #[error("this function probes, and any schedule may invoke it; {0}")]
    NotATrigger(#[from] NotATrigger),
    /// The function may not act for its grant.
    #[error(transparent)]
    Sender(#[from] SenderError),
}

impl From<Refusal> for Diagnostic {
    fn from(refusal: Refusal) -> Self {
        let error_type = match refusal {
            Refusal::NotATrigger(_) => "NotATrigger",
            Refusal::Sender(SenderError::WrongAccount { .. }) => "WrongAccount",
        };
        Self { error_type: error_type.to_owned(), error_message: refusal.to_string() }
    }
}
