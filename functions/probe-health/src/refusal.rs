//! Why an invocation was refused as a whole, as Lambda reports it.

use lambda_runtime::Diagnostic;
use tendlc_core::pipeline::SenderError;

/// Why there is no report at all.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Records would be lost here: whoever sent them takes any answer for a yes.
    #[error(
        "this function probes, and any schedule may invoke it; this event has records, of {0}. send-queue takes those \
         of aws:sqs"
    )]
    Records(String),
    /// The same goes for a request on a bus.
    #[error("this function probes; this event is a request, \"{0}\". Point its rule at send-event")]
    Request(String),
    /// The function may not act for its grant.
    #[error(transparent)]
    Sender(#[from] SenderError),
}

impl From<Refusal> for Diagnostic {
    fn from(refusal: Refusal) -> Self {
        let error_type = match refusal {
            Refusal::Records(_) | Refusal::Request(_) => "NotATrigger",
            Refusal::Sender(SenderError::WrongAccount { .. }) => "WrongAccount",
        };
        Self { error_type: error_type.to_owned(), error_message: refusal.to_string() }
    }
}
