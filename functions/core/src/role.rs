//! The grant's role in the primary, assumed with its external id.
//!
//! The SDK's own provider reports a refusal as a failed dispatch of whatever call comes next. Here the role is assumed
//! before a batch is begun, so that a refusal is known as one and nothing else is tried.

use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::arn::RoleArn;
use crate::clock::SharedClock;
use crate::name::GrantName;
use crate::reason::Reason;

/// A session of a Lambda role that assumes another is a chained one, which AWS holds to an hour (STS AssumeRole).
pub const SESSION: SignedDuration = SignedDuration::from_secs(3600);

/// A session is renewed with this much left, and used to within `LEAST` when that fails.
pub const RENEW: SignedDuration = SignedDuration::from_mins(15);
const LEAST: SignedDuration = SignedDuration::from_mins(1);

/// A refusal is believed this long, so that a revoked grant's backlog does not storm STS (600 calls/s an account).
const BELIEVED: SignedDuration = SignedDuration::from_secs(10);

/// Between two good clocks there are milliseconds, and a call takes some seconds at most.
pub const CLOCK_OFF: SignedDuration = SignedDuration::from_secs(60);

/// What STS answers with a 4xx and takes back by itself (the query protocol's common errors).
const PASSING: [&str; 8] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "TooManyRequestsException",
    "ServiceUnavailable",
    "InternalFailure",
];

/// Why the role could not be assumed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RoleError {
    /// The trust policy says no: wrong external id, caller or session name, or the grant is revoked.
    #[error(
        "{role} may not be assumed: {code} ({request_id}); compare its trust policy with the grant: the caller's role, the external id, session names tendlc-*"
    )]
    Denied {
        /// The role.
        role: RoleArn,
        /// AWS's code.
        code: String,
        /// AWS's request id.
        request_id: String,
    },
    /// STS did not answer.
    #[error("STS cannot be used now: {code} ({request_id})")]
    Unavailable {
        /// AWS's code, or how the call ended.
        code: String,
        /// AWS's request id.
        request_id: String,
    },
}

impl RoleError {
    /// What a request waits for because of this.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Denied { .. } => Reason::RoleDenied,
            Self::Unavailable { .. } => Reason::QuotaUnavailable,
        }
    }
}

#[derive(Debug, Default)]
struct Kept {
    session: Option<Session>,
    refused: Option<(Timestamp, RoleError)>,
    /// STS did not answer: what is left of the session is used until then, without asking.
    renew_at: Option<Timestamp>,
}

/// A session of the role.
#[derive(Clone, Debug)]
pub struct Session {
    credentials: Credentials,
    /// When it ends.
    pub ends: Timestamp,
    /// The session's ARN, which names the account that it is in.
    pub arn: String,
}

impl Session {
    /// How far the clock that showed `asked_at` when the session was asked for is ahead of AWS's: STS gives one as long as
    /// it is asked for or none, so what is missing is the clock's.
    pub fn clock_ahead(&self, asked_at: Timestamp) -> SignedDuration {
        SESSION - self.ends.duration_since(asked_at)
    }
}

/// A role, and the session of it that an environment keeps.
#[derive(Clone, Debug)]
pub struct Role {
    sts: aws_sdk_sts::Client,
    arn: RoleArn,
    external_id: Option<String>,
    session_name: String,
    clock: SharedClock,
    kept: Arc<Mutex<Kept>>,
}

impl Role {
    /// The role of `grant` as `function` assumes it.
    pub fn new(
        sts: aws_sdk_sts::Client,
        arn: RoleArn,
        external_id: Option<String>,
        (grant, function): (&GrantName, &str),
        clock: SharedClock,
    ) -> Self {
        // 2-64 of [\w+=,.@-]: 7 + 40 + 1 and what is left for the function.
        let mut session_name = format!("tendlc-{grant}-{function}");
        session_name.truncate(64);
        Self { sts, arn, external_id, session_name, clock, kept: Arc::default() }
    }

    /// The role's ARN.
    pub fn arn(&self) -> &RoleArn {
        &self.arn
    }

    /// Makes sure of a session that lasts the next minute at least.
    ///
    /// # Errors
    /// When there is none and none can be had.
    pub async fn ready(&self) -> Result<Session, RoleError> {
        let now = self.clock.now();
        let mut kept = self.kept.lock().await;
        let left = kept.session.as_ref().map(|session| (session.clone(), session.ends.duration_since(now)));
        let put_off = kept.renew_at.is_some_and(|moment| now < moment);
        if let Some((session, left)) = &left
            && (*left > RENEW || (put_off && *left > LEAST))
        {
            return Ok(session.clone());
        }
        if let Some((at, error)) = &kept.refused
            && now.duration_since(*at).abs() < BELIEVED
        {
            return Err(error.clone());
        }
        match self.assume().await {
            Ok(session) => {
                let ahead = session.clock_ahead(now);
                if ahead.abs() > CLOCK_OFF {
                    let seconds = ahead.as_secs();
                    tracing::warn!(
                        seconds,
                        "this function's clock is so far ahead of AWS's: rates, days and waits go by it"
                    );
                }
                *kept = Kept { session: Some(session.clone()), refused: None, renew_at: None };
                Ok(session)
            }
            Err(RoleError::Unavailable { code, request_id }) => match left {
                Some((session, left)) if left > LEAST => {
                    tracing::warn!(code, request_id, "the session could not be renewed yet");
                    kept.renew_at = Some(now + BELIEVED);
                    Ok(session)
                }
                _ => Err(RoleError::Unavailable { code, request_id }),
            },
            Err(denied) => {
                *kept = Kept { session: None, refused: Some((now, denied.clone())), renew_at: None };
                Err(denied)
            }
        }
    }

    /// Forgets the session: AWS no longer takes it.
    pub async fn forget(&self) {
        self.kept.lock().await.session = None;
    }

    async fn assume(&self) -> Result<Session, RoleError> {
        let call = self
            .sts
            .assume_role()
            .role_arn(self.arn.as_str())
            .role_session_name(&self.session_name)
            .set_external_id(self.external_id.clone())
            .duration_seconds(i32::try_from(SESSION.as_secs()).unwrap_or(3600));
        let answer = call.send().await.map_err(|error| self.refusal(&error))?;
        let arn = answer.assumed_role_user.map(|user| user.arn).unwrap_or_default();
        let incomplete =
            || RoleError::Unavailable { code: "no credentials in the answer".to_owned(), request_id: String::new() };
        let given = answer.credentials.ok_or_else(incomplete)?;
        let ends = Timestamp::from_second(given.expiration.secs()).map_err(|_| incomplete())?;
        // Without an end: this role renews its own, and by the clock that it was given.
        let credentials = Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            None::<SystemTime>,
            "tendlc-role",
        );
        tracing::info!(role = %self.arn, %ends, "assumed the role");
        Ok(Session { credentials, ends, arn })
    }

    fn refusal<E: ProvideErrorMetadata>(&self, error: &SdkError<E, HttpResponse>) -> RoleError {
        let request_id = error.request_id().unwrap_or("no request id").to_owned();
        let code = match error {
            SdkError::ServiceError(service) => service.err().code().unwrap_or("no code").to_owned(),
            SdkError::TimeoutError(_) => "timeout".to_owned(),
            _ => "not reached".to_owned(),
        };
        // A Region that is off or a policy that is malformed is an operator's matter too, and no passing one.
        let passing = match error {
            SdkError::ServiceError(service) => {
                let refused = (400..500).contains(&service.raw().status().as_u16());
                !refused || PASSING.contains(&code.as_str())
            }
            _ => true,
        };
        if passing {
            RoleError::Unavailable { code, request_id }
        } else {
            RoleError::Denied { role: self.arn.clone(), code, request_id }
        }
    }
}

impl ProvideCredentials for Role {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.ready().await.map(|session| session.credentials).map_err(CredentialsError::provider_error)
        })
    }
}
