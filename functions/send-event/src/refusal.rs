//! Why an invocation failed as a whole, as Lambda reports it.

use lambda_runtime::Diagnostic;
use tendlc_core::mail::MailError;
use tendlc_core::pipeline::{NoTime, SenderError};
use tendlc_core::table::TableError;

use crate::event::NotARequest;

/// Why the request could neither be ended nor be put anywhere.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The event is none of ours.
    #[error(transparent)]
    NotARequest(#[from] NotARequest),
    /// The function may not act for its grant.
    #[error(transparent)]
    Sender(#[from] SenderError),
    /// Its time is up, and nobody was told.
    #[error(transparent)]
    NoTime(#[from] NoTime),
    /// It is not known whose request it is.
    #[error("it is not known whose request this is: {0}")]
    Table(#[from] TableError),
    /// A queue did not take it.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The on-failure destination is to have it.
    #[error(
        "no grant names the account of this event; the operator of the primary writes one into tendlc.toml and runs `tendlc sync`"
    )]
    NotGranted,
    /// There is nothing to wait on.
    #[error(
        "the request must wait, and there is no queue for it; set TENDLC_QUEUE_URL and TENDLC_PROMOTIONAL_QUEUE_URL"
    )]
    NoQueue,
    /// A defect.
    #[error("the pipeline ended no request")]
    NoEnd,
}

impl From<Refusal> for Diagnostic {
    fn from(refusal: Refusal) -> Self {
        let error_type = match refusal {
            Refusal::NotARequest(_) => "NotARequest",
            Refusal::Sender(SenderError::WrongAccount { .. }) => "WrongAccount",
            Refusal::NoTime(_) => "NoTime",
            Refusal::Table(_) => "TableUnavailable",
            Refusal::Mail(_) => "QueueUnavailable",
            Refusal::NotGranted => "NotGranted",
            Refusal::NoQueue => "NoQueue",
            Refusal::NoEnd => "NoEnd",
        };
        Self { error_type: error_type.to_owned(), error_message: refusal.to_string() }
    }
}
