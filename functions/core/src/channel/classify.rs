//! What each error of the send APIs means: one table, by code and Reason, never by text (facts, section 1.3).

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sns::error::SdkError;
use aws_smithy_runtime_api::client::result::ConnectorError;

use crate::reason::Reason;

/// What an answer means, and whether that stands in the table or is its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// For the request.
    pub reason: Reason,
    /// Whether the table names it. Defaults are logged, so that the table can grow.
    pub known: bool,
}

/// What a service's error `code` with AWS's `Reason` and HTTP `status` means.
///
/// Nothing was sent on any 4xx. A code or Reason that is not in the table waits for an operator, at most an hour, and
/// then goes to the dead-letter queue: neither lost nor tried for ever. A 5xx may have been sent.
pub fn meaning(code: &str, detail: Option<&str>, status: u16) -> Meaning {
    use Reason::*;
    let reason = match (code, detail.unwrap_or_default()) {
        ("ThrottlingException" | "Throttling" | "Throttled" | "ThrottledException" | "TooManyRequestsException", _) => {
            Throttled
        }
        ("RequestLimitExceeded" | "SlowDown", _) => Throttled,
        ("InternalServerException" | "InternalError" | "InternalFailure" | "ServiceUnavailable", _) => UnknownResult,

        ("ServiceQuotaExceededException", quota) if quota.starts_with("MONTHLY_SPEND_LIMIT_REACHED") => {
            PrimarySpendLimit
        }
        ("ServiceQuotaExceededException", _) => Throttled,

        ("AccessDeniedException", "INSUFFICIENT_ACCOUNT_REPUTATION" | "ACCOUNT_DISABLED") => AccountStopped,
        ("AccessDeniedException" | "AccessDenied" | "AuthorizationError" | "AuthorizationErrorException", _) => {
            RoleDenied
        }
        (
            "ExpiredTokenException"
            | "ExpiredToken"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "RequestExpired"
            | "InvalidSecurity"
            | "OptInRequired",
            _,
        ) => RoleDenied,

        ("ResourceNotFoundException" | "NotFound" | "NotFoundException", _) => SenderMisconfigured,

        ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT") | ("OptedOut" | "OptedOutException", _) => OptedOut,
        (
            "ConflictException",
            "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION"
            | "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE",
        )
        | ("ValidationException", "DESTINATION_COUNTRY_BLOCKED") => Blocked,
        (
            "ConflictException",
            "DESTINATION_PHONE_NUMBER_NOT_VERIFIED"
            | "RESOURCE_NOT_ACTIVE"
            | "NO_ORIGINATION_IDENTITIES_FOUND"
            | "MESSAGE_TYPE_MISMATCH"
            | "NUMBER_CAPABILITIES_MISMATCH"
            | "KEYWORD_MISMATCH"
            | "PHONE_NUMBER_NOT_IN_REGISTRATION_REGION",
        ) => SenderMisconfigured,

        ("ValidationException", "PRICE_OVER_THRESHOLD") => PriceOverLimit,
        (
            "ValidationException",
            "RESOURCE_NOT_ACCESSIBLE"
            | "INVALID_ARN"
            | "CHANNEL_NOT_ENABLED"
            | "COUNTRY_NOT_ENABLED"
            | "COUNTRY_CODE_MISMATCH"
            | "INTERNATIONAL_SENDING_NOT_SUPPORTED"
            | "SENDER_ID_NOT_REGISTERED"
            | "SENDER_ID_NOT_SUPPORTED"
            | "SENDER_ID_REQUIRES_REGISTRATION",
        ) => SenderMisconfigured,
        ("ValidationException", "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY") => InvalidDestination,
        (
            "ValidationException",
            "CANNOT_PARSE"
            | "INVALID_PARAMETER"
            | "INVALID_REQUEST"
            | "MAXIMUM_SIZE_EXCEEDED"
            | "MISSING_PARAMETER"
            | "PARAMETERS_CANNOT_BE_USED_TOGETHER"
            | "FIELD_VALIDATION_FAILED"
            | "OTHER"
            | "",
        )
        | ("InvalidParameter" | "InvalidParameterException" | "InvalidParameterValue" | "ParameterValueInvalid", _)
        | ("InvalidParameterValueException" | "ValidationError", _) => InvalidRequest,

        // Also a 200 that cannot be read: AWS may have taken the text.
        _ if !(400..500).contains(&status) => return Meaning { reason: UnknownResult, known: false },
        _ => return Meaning { reason: SenderMisconfigured, known: false },
    };
    Meaning { reason, known: true }
}

/// What a call that ended without a service's answer means. Only what surely came before the request left is
/// known not to have been sent.
pub(super) fn unanswered<E, R>(error: &SdkError<E, R>) -> (Reason, &'static str) {
    match error {
        SdkError::ConstructionFailure(_) => (Reason::SenderMisconfigured, "the request could not be built"),
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            // Before anything was sent: the role cannot be assumed any more.
            Some(connector) if caused_by(connector, |cause| cause.is::<CredentialsError>()) => {
                (Reason::RoleDenied, "no credentials")
            }
            // The client has no read timeout, so this is the connection's.
            Some(connector) if connector.is_timeout() => (Reason::Throttled, "no connection in time"),
            Some(connector) if caused_by(connector, never_connected) => (Reason::Throttled, "no connection"),
            Some(connector) if connector.is_user() => (Reason::SenderMisconfigured, "the request could not be sent"),
            _ => (Reason::UnknownResult, "the connection broke"),
        },
        SdkError::TimeoutError(_) => (Reason::UnknownResult, "no answer in time"),
        _ => (Reason::UnknownResult, "no valid answer"),
    }
}

type Cause = dyn std::error::Error + 'static;

fn caused_by(error: &ConnectorError, is: impl Fn(&Cause) -> bool) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if is(error) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn never_connected(cause: &Cause) -> bool {
    cause.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(hyper_util::client::legacy::Error::is_connect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_nobody_knew_waits_for_an_operator_and_a_5xx_is_never_sent_again() {
        let unknown = meaning("ConflictException", Some("SOMETHING_NEW"), 400);
        assert_eq!(unknown, Meaning { reason: Reason::SenderMisconfigured, known: false });
        assert_eq!(meaning("BrandNewException", None, 400).reason, Reason::SenderMisconfigured);
        for status in [200, 302, 500, 502, 503, 504] {
            assert_eq!(meaning("BrandNewException", None, status).reason, Reason::UnknownResult);
        }
        assert_eq!(meaning("InternalServerException", None, 500).reason, Reason::UnknownResult);
    }

    #[test]
    fn an_account_wide_stop_is_not_taken_for_a_revoked_role() {
        assert_eq!(meaning("AccessDeniedException", None, 400).reason, Reason::RoleDenied);
        assert_eq!(meaning("AccessDeniedException", Some("ACCOUNT_DISABLED"), 400).reason, Reason::AccountStopped);
    }

    #[test]
    fn what_concerns_one_recipient_is_rejected_and_what_concerns_the_sender_waits() {
        use crate::reason::Fate;
        let fate = |code, detail| meaning(code, Some(detail), 400).reason.fate();
        assert_eq!(fate("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT"), Fate::Rejects);
        assert_eq!(fate("ValidationException", "PRICE_OVER_THRESHOLD"), Fate::Rejects);
        assert_eq!(fate("ConflictException", "RESOURCE_NOT_ACTIVE"), Fate::WaitsForOperator);
        assert_eq!(fate("ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"), Fate::Waits);
    }
}
