//! Asking sms-voice for what it knows: in turn, again when it was busy, and what is known when it did not answer.

mod pace;

use std::future::Future;

use aws_sdk_pinpointsmsvoicev2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_pinpointsmsvoicev2::operation::RequestId;

pub use pace::Pace;

/// The whole primary shares one call a second, so another function's turn may be in the way.
const TRIES: usize = 3;

/// A reading operation, by AWS's name of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation(pub &'static str);

/// Why a question was not answered.
///
/// Each holds AWS's code and request id, or what the connection ended with; never AWS's own words, which may quote a
/// phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The caller may not ask.
    Denied(String),
    /// There is no such thing.
    Missing(String),
    /// Nobody answered, or not with what was asked for.
    Unanswered(String),
}

/// Asks, each time in turn.
///
/// # Errors
/// When it is not answered in the end.
pub async fn ask<T, E, R, F>(pace: &Pace, operation: Operation, mut question: impl FnMut() -> F) -> Result<T, Trouble>
where
    F: Future<Output = Result<T, SdkError<E, R>>>,
    E: ProvideErrorMetadata,
    SdkError<E, R>: RequestId,
{
    let mut tries = 1;
    loop {
        pace.turn(operation.0).await;
        match question().await {
            Ok(answer) => return Ok(answer),
            Err(error) if tries < TRIES && passes(&error) => tries += 1,
            Err(error) => return Err(trouble(&error)),
        }
    }
}

/// Whether it may go better the next second. One that hangs is not asked again: the time is others' too.
fn passes<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    match error {
        SdkError::ServiceError(service) => {
            matches!(service.err().code(), Some("ThrottlingException" | "InternalServerException"))
        }
        _ => false,
    }
}

fn trouble<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Trouble
where
    SdkError<E, R>: RequestId,
{
    let request_id = error.request_id().unwrap_or("no request id");
    let SdkError::ServiceError(service) = error else {
        let how = match error {
            SdkError::TimeoutError(_) => "timeout",
            SdkError::DispatchFailure(failure) if failure.is_timeout() => "timeout",
            SdkError::DispatchFailure(failure) if failure.is_io() => "the connection broke",
            SdkError::DispatchFailure(_) => "not reached",
            SdkError::ConstructionFailure(_) => "not built",
            _ => "no valid answer",
        };
        return Trouble::Unanswered(how.to_owned());
    };
    let code = service.err().code().unwrap_or("no code");
    let told = format!("{code}, {request_id}");
    match code {
        "AccessDeniedException" => Trouble::Denied(told),
        "ResourceNotFoundException" => Trouble::Missing(told),
        _ => Trouble::Unanswered(told),
    }
}
