//! Rules of AWS that the double keeps, each shown with the real SDK clients.

mod callers;
mod dynamodb;
mod events;
mod faults;
mod receipts;
mod sms;
mod sns;
mod sqs;
mod sts;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use jiff::{SignedDuration, Timestamp};
use tendlc_core::clock::ManualClock;

use super::seed::{Bus, ConfigurationSet, LeadingKeys, Number, Queue, Registration, Role, Seed, Strangers, Table};
use super::{Aws, Keys};

pub(crate) const PRIMARY: &str = "111111111111";
pub(crate) const SECONDARY: &str = "222222222222";
pub(crate) const GRANT_ROLE: &str = "arn:aws:iam::111111111111:role/tendlc-grant-checkout";
pub(crate) const EXECUTION_ROLE: &str = "arn:aws:iam::222222222222:role/tendlc-send";
pub(crate) const NUMBER: &str = "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0123456789abcdef";
pub(crate) const REGISTRATION: &str = "registration-0123456789abcdef";
pub(crate) const EXTERNAL_ID: &str = "external-0123";
pub(crate) const RECIPIENT: &str = "+12065550111";

/// The double and the clock that it runs on.
pub(crate) struct Double {
    pub(crate) aws: Aws,
    pub(crate) clock: Arc<ManualClock>,
}

pub(crate) fn seed(clock: Arc<ManualClock>) -> Seed {
    let mut seed = Seed::new(clock, "us-east-1", PRIMARY);
    seed.roles = vec![Role {
        arn: GRANT_ROLE.into(),
        external_id: Some(EXTERNAL_ID.into()),
        trusted_account: SECONDARY.into(),
        trusted_principals: vec![EXECUTION_ROLE.into()],
        session_name_pattern: "checkout-*".into(),
        max_session_seconds: 43_200,
        grant: "checkout".into(),
        send_resources: vec![
            NUMBER.into(),
            "arn:aws:sms-voice:us-east-1:111111111111:configuration-set/tendlc-*".into(),
        ],
        read_resources: vec!["*".into()],
        table_leading_keys: vec![
            LeadingKeys {
                actions: ["GetItem", "PutItem", "UpdateItem", "ConditionCheckItem"].map(String::from).into(),
                keys: "L#checkout#*".into(),
            },
            LeadingKeys { actions: vec!["GetItem".into()], keys: "G#checkout".into() },
        ],
        ..Role::default()
    }];
    seed.sms.numbers = vec![Number {
        arn: NUMBER.into(),
        phone_number: "+12065550100".into(),
        status: "ACTIVE".into(),
        message_type: "TRANSACTIONAL".into(),
        registration_id: REGISTRATION.into(),
        pool: None,
        rate_limits: BTreeMap::from([("SMS".into(), 4)]),
        daily_caps: BTreeMap::from([("T-MOBILE".into(), 40_000)]),
        ..Number::default()
    }];
    seed.sms.configuration_sets = vec![ConfigurationSet {
        name: "tendlc-order-updates".into(),
        topic_arn: Some("arn:aws:sns:us-east-1:111111111111:tendlc-receipts".into()),
        disabled: false,
    }];
    seed.sms.registrations = vec![Registration {
        id: REGISTRATION.into(),
        kind: "US_TEN_DLC_CAMPAIGN_REGISTRATION".into(),
        status: "COMPLETE".into(),
        versions: vec![(1, "DENIED".into()), (2, "APPROVED".into())],
    }];
    seed.sms.segments_per_second.insert(REGISTRATION.into(), 100);
    seed.sms.send_requests_per_second = 100;
    let dead = Queue::new(SECONDARY, "tendlc-dead-letter");
    let send = Queue {
        dead_letter: Some((format!("arn:aws:sqs:us-east-1:{SECONDARY}:tendlc-dead-letter"), 2)),
        ..Queue::new(SECONDARY, "tendlc-send")
    };
    let fifo = Queue { content_based_deduplication: true, ..Queue::new(SECONDARY, "orders.fifo") };
    let hub = Queue { senders: vec![SECONDARY.into()], ..Queue::new(PRIMARY, "tendlc-newsletter") };
    seed.queues = vec![dead, send, fifo, Queue::new(SECONDARY, "strict.fifo"), hub];
    seed.buses = vec![
        Bus { account: SECONDARY.into(), name: "outcomes".into(), putters: vec![PRIMARY.into()] },
        Bus { account: SECONDARY.into(), name: "private".into(), putters: vec![] },
    ];
    seed.tables = vec![Table {
        account: PRIMARY.into(),
        name: "tendlc".into(),
        key: "pk".into(),
        ttl: Some("ttl".into()),
        indexes: Vec::new(),
    }];
    seed
}

impl Double {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Seed)) -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-20T12:00:00Z".parse().unwrap()));
        let mut seed = seed(clock.clone());
        change(&mut seed);
        Self { aws: Aws::start(seed, None).await.unwrap(), clock }
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// An SDK configuration with an account's root, the SDK's own retries off.
    pub(crate) fn root(&self, account: &str) -> SdkConfig {
        self.config(Credentials::new(account, "any", None, None, "test"))
    }

    pub(crate) fn session(&self, keys: &Keys) -> SdkConfig {
        self.config(Credentials::new(&keys.access_key, &keys.secret, Some(keys.token.clone()), None, "test"))
    }

    /// The functions' execution role in the secondary.
    pub(crate) fn execution(&self) -> SdkConfig {
        self.session(&self.aws.issue_session(EXECUTION_ROLE, "send-queue"))
    }

    /// The grant's role, as the execution role gets it.
    pub(crate) async fn grant(&self) -> SdkConfig {
        let credentials = assume(&self.execution(), "checkout-1").send().await.unwrap().credentials.unwrap();
        self.config(Credentials::new(
            credentials.access_key_id,
            credentials.secret_access_key,
            Some(credentials.session_token),
            None,
            "test",
        ))
    }

    pub(crate) fn config(&self, credentials: Credentials) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(self.aws.endpoint())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .retry_config(aws_config::retry::RetryConfig::disabled())
            .build()
    }
}

pub(crate) fn assume(
    config: &SdkConfig,
    session_name: &str,
) -> aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder {
    let request = aws_sdk_sts::Client::new(config).assume_role().role_arn(GRANT_ROLE);
    request.role_session_name(session_name).external_id(EXTERNAL_ID)
}

pub(crate) fn text(
    config: &SdkConfig,
) -> aws_sdk_pinpointsmsvoicev2::operation::send_text_message::builders::SendTextMessageFluentBuilder {
    let request = aws_sdk_pinpointsmsvoicev2::Client::new(config).send_text_message();
    request.destination_phone_number(RECIPIENT).message_body("Your order has shipped.").origination_identity(NUMBER)
}

/// The code of a refusal.
macro_rules! code {
    ($answer:expr) => {{
        use aws_sdk_sts::error::ProvideErrorMetadata as _;
        let error = $answer.unwrap_err();
        error
            .as_service_error()
            .unwrap_or_else(|| panic!("no service error: {error:?}"))
            .code()
            .unwrap_or("")
            .to_owned()
    }};
}
pub(crate) use code;

/// The message of a refusal.
macro_rules! message {
    ($answer:expr) => {{
        use aws_sdk_sts::error::ProvideErrorMetadata as _;
        $answer.unwrap_err().into_service_error().message().unwrap_or("").to_owned()
    }};
}
pub(crate) use message;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
