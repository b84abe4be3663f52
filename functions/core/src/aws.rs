//! The SDK's clients as tendlc uses them: one connection pool, one TLS stack, time limits everywhere, retries off
//! where a second try would be a second text.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::config::{BehaviorVersion, IdentityCache, Region};
use aws_sdk_sts::error::SdkError;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::identity::SharedIdentityCache;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::arn::TableArn;
use crate::env::Lookup;
use crate::role::Role;

/// No call but a send waits longer for one answer, and with its retries not much longer: a function must have time
/// left to say what it could not do.
const ATTEMPT: Duration = Duration::from_secs(2);
const WITH_RETRIES: Duration = Duration::from_secs(5);

/// A connection that was idle for longer is not used again: the other side may have closed it, and a send on it would
/// end in an unknown result (S3 closes at 20 s: awslabs/aws-sdk-rust#1106).
const IDLE: Duration = Duration::from_secs(10);

/// What every client is made from: Region, credentials and endpoints, as Lambda puts them into the environment.
///
/// The SDK's own loader also looks for profiles, containers and instances, none of which a function has; it was a fifth
/// of the zip.
pub fn config(lookup: Lookup<'_>) -> SdkConfig {
    let lookup = |name: &str| lookup(name).filter(|value| !value.is_empty());
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(WITH_RETRIES).build();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client())
        .sleep_impl(TokioSleep::new())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard())
        .service_config(EndpointsOfEnvironment);
    if let Some(region) = lookup("AWS_REGION").or_else(|| lookup("AWS_DEFAULT_REGION")) {
        config = config.region(Region::new(region));
    }
    if let (Some(id), Some(secret)) = (lookup("AWS_ACCESS_KEY_ID"), lookup("AWS_SECRET_ACCESS_KEY")) {
        let credentials = Credentials::new(id, secret, lookup("AWS_SESSION_TOKEN"), None, "environment");
        config = config.credentials_provider(SharedCredentialsProvider::new(credentials));
    }
    if let Some(url) = lookup("AWS_ENDPOINT_URL") {
        config = config.endpoint_url(url);
    }
    config.build()
}

/// `AWS_ENDPOINT_URL_<SERVICE>`, as the SDK's own loader reads it.
#[derive(Debug)]
struct EndpointsOfEnvironment;

impl LoadServiceConfig for EndpointsOfEnvironment {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_ascii_uppercase().replace(['-', ' '], "_");
        std::env::var(format!("{}_{service}", key.env())).ok().filter(|value| !value.is_empty())
    }
}

/// One client, and so one pool of connections, for all services.
pub fn http_client() -> SharedHttpClient {
    // ring: the other provider spends some 30 ms of CPU on its first use of randomness (aws-lc-rs#1140).
    let builder = aws_smithy_http_client::Builder::new().pool_idle_timeout(IDLE);
    builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// For a client that only opens connections: makes each request ask for nothing, whatever it was. What AWS answers is
/// read by nobody, and the connection that it came on is there for whoever needs the next one. TLS takes two round
/// trips and, on a small function, CPU that a starting environment has and a working one has not.
#[derive(Debug)]
pub struct AskForNothing;

impl Intercept for AskForNothing {
    fn name(&self) -> &'static str {
        "AskForNothing"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        for header in ["x-amz-target", "content-type", "content-length"] {
            request.headers_mut().remove(header);
        }
        *request.body_mut() = SdkBody::empty();
        request.set_method("GET")?;
        Ok(())
    }
}

/// How opening a connection ahead went. Nothing depends on it: whoever needs the connection opens it then.
pub fn connected<T, E>(service: &str, answer: Result<T, SdkError<E>>) {
    match answer {
        // Answered, however: it is there.
        Ok(_) | Err(SdkError::ServiceError(_) | SdkError::ResponseError(_)) => {}
        Err(_) => tracing::debug!(service, "no connection could be opened ahead"),
    }
}

/// The same as another: with a role's credentials, in a Region of its own.
pub fn through_role(own: &SdkConfig, role: &Role, region: &str) -> SdkConfig {
    own.to_builder()
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(role.clone()))
        // The role keeps its own session; a second keeper would use one that has been forgotten.
        .identity_cache(SharedIdentityCache::new(IdentityCache::no_cache()))
        .build()
}

/// For the send APIs, which have no idempotency token: one try, and no time limit but the caller's, so that a
/// connection that was never made can be told from an answer that never came.
pub fn one_try(config: &SdkConfig) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).build();
    config.to_builder().retry_config(RetryConfig::disabled()).timeout_config(timeouts).build()
}

/// A client for the table, in the table's Region.
pub fn table_client(config: &SdkConfig, arn: &TableArn) -> aws_sdk_dynamodb::Client {
    let region = Region::new(arn.region().to_owned());
    aws_sdk_dynamodb::Client::from_conf(aws_sdk_dynamodb::config::Builder::from(config).region(region).build())
}

/// Both send APIs with a role, each trying once.
pub fn channels(
    own: &SdkConfig,
    role: &Role,
    region: &str,
) -> (Arc<crate::channel::SmsVoice>, Arc<crate::channel::Sns>) {
    let config = one_try(&through_role(own, role, region));
    let sms_voice = crate::channel::SmsVoice::new(aws_sdk_pinpointsmsvoicev2::Client::new(&config));
    (Arc::new(sms_voice), Arc::new(crate::channel::Sns::new(aws_sdk_sns::Client::new(&config))))
}
