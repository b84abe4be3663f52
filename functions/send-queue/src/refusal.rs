//! Why an invocation was refused as a whole, as Lambda reports it.

use lambda_runtime::Diagnostic;
use tendlc_core::pipeline::{NoTime, SenderError};

use crate::batch::NotSqs;

/// Why the whole batch stays.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is not of SQS.
    #[error(transparent)]
    NotSqs(#[from] NotSqs),
    /// The function may not act for its grant.
    #[error(transparent)]
    Sender(#[from] SenderError),
    /// Its time is up, and nobody was told.
    #[error(transparent)]
    NoTime(#[from] NoTime),
}

impl From<Refusal> for Diagnostic {
    fn from(refusal: Refusal) -> Self {
        let error_type = match refusal {
            Refusal::NotSqs(_) => "NotAnSqsEvent",
            Refusal::Sender(SenderError::WrongAccount { .. }) => "WrongAccount",
            Refusal::NoTime(_) => "NoTime",
        };
        Self { error_type: error_type.to_owned(), error_message: refusal.to_string() }
    }
}
