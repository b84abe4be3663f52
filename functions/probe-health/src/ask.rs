//! Asking sms-voice: in turn, again when it was busy, and what is known when it did not answer.

use std::future::Future;

use aws_sdk_pinpointsmsvoicev2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_pinpointsmsvoicev2::operation::RequestId;

use crate::check::Finding;
use crate::pace::Pace;

/// The whole primary shares one call a second, so another probe's turn may be in the way.
const TRIES: usize = 3;

/// A reading operation.
#[derive(Clone, Copy)]
pub struct Operation(pub &'static str);

/// Why a question was not answered.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The caller may not ask.
    Denied(String),
    /// There is no such thing.
    Missing(String),
    /// Nobody answered, or not with what was asked for.
    Unanswered(String),
}

/// Who asks, for whoever is to be allowed to.
pub enum Caller {
    /// The grant's role.
    Role(String),
    /// The function itself.
    Function,
}

impl Caller {
    fn named(&self) -> String {
        match self {
            Self::Role(arn) => format!("the role {arn}"),
            Self::Function => "the function's own role".to_owned(),
        }
    }
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

impl Trouble {
    /// The check could not run. What is missing means something else to every check; it comes as `missing`.
    pub fn finding(self, operation: Operation, caller: &Caller, resource: &str, missing: Finding) -> Finding {
        let action = format!("sms-voice:{}", operation.0);
        match self {
            Self::Denied(told) => Finding::unknown(
                format!("{} may not call {action} on {resource} ({told})", caller.named()),
                format!("allow {action} on {resource} to {}", caller.named()),
            ),
            Self::Missing(_) => missing,
            Self::Unanswered(told) => Finding::unknown(
                format!("{action} was not answered ({told})"),
                "run the probe again in a minute; if it stays so, look at AWS's own health",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::State;

    #[test]
    fn a_denied_question_is_unknown_and_its_cure_names_the_permission() {
        let caller = Caller::Role("arn:aws:iam::111111111111:role/tendlc-grant-checkout".to_owned());
        let denied = Trouble::Denied("AccessDeniedException, 1b".to_owned());
        let missing = Finding::failing("gone", "get another");
        let found = denied.finding(Operation("DescribePhoneNumbers"), &caller, "arn:number", missing);
        assert_eq!(found.state, State::Unknown);
        let cure = found.cure.unwrap();
        assert!(cure.contains("sms-voice:DescribePhoneNumbers on arn:number"), "{cure}");
        assert!(cure.contains("role/tendlc-grant-checkout"), "{cure}");
    }
}
