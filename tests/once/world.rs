//! The doubles with one grant in them, its queue, and a clock that stands still until it is moved.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tendlc_core::arn::TableArn;
use tendlc_core::clock::{Clock as _, ManualClock};
use tendlc_core::day::PacificDay;
use tendlc_core::sync::Sync;
use tendlc_core::table::Table;
use tendlc_local::aws::seed::{ConfigurationSet, LeadingKeys, Number, Queue, Role, Seed};
use tendlc_local::aws::{Aws, Fault, PutEvent};
use tokio::sync::mpsc::UnboundedReceiver;

pub const PRIMARY: &str = "111111111111";
pub const SECONDARY: &str = "222222222222";
pub const GRANT_ROLE: &str = "arn:aws:iam::111111111111:role/tendlc-grant-checkout";
pub const EXECUTION_ROLE: &str = "arn:aws:iam::222222222222:role/tendlc-send";
pub const EXTERNAL_ID: &str = "external-0123456789";
pub const QUEUE: &str = "tendlc-send";
pub const PROMOTIONAL: &str = "tendlc-send-promotional";
pub const FIFO: &str = "tendlc-send.fifo";
pub const DEAD: &str = "tendlc-dead-letter";
/// Six times the functions' timeout, as deployed.
pub const VISIBILITY: i64 = 180;

const NUMBER: &str = "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0123456789abcdef0123456789abcdef";

/// What differs between the tests.
#[derive(Clone, Copy)]
pub struct Settings {
    pub unknown_result: &'static str,
    pub guaranteed: i64,
    pub ceiling: i64,
    pub cap: i64,
    pub max_wait: &'static str,
    /// Of the campaign; empty: none.
    pub quiet_hours: &'static str,
    pub start: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        // Morning in the Pacific: the day has hours left.
        let start = "2026-11-20T15:00:00Z";
        Self {
            unknown_result: "dead-letter",
            guaranteed: 3,
            ceiling: 500,
            cap: 1000,
            max_wait: "4h",
            quiet_hours: "",
            start,
        }
    }
}

/// Everything that is not a function.
pub struct World {
    pub aws: Aws,
    pub clock: Arc<ManualClock>,
    pub table: Table,
    pub settings: Settings,
    pub sqs: aws_sdk_sqs::Client,
    events: Mutex<UnboundedReceiver<PutEvent>>,
    said: Mutex<Vec<PutEvent>>,
}

impl World {
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let clock = Arc::new(ManualClock::new(settings.start.parse().unwrap()));
        let aws = Aws::start(seed(&clock), None).await.unwrap();
        let events = Mutex::new(aws.watch_events());
        let arn: TableArn = "arn:aws:dynamodb:us-east-1:111111111111:table/tendlc".parse().unwrap();
        let table = Table::new(aws_sdk_dynamodb::Client::new(&root(&aws, PRIMARY)), &arn, false);
        let sqs = aws_sdk_sqs::Client::new(&root(&aws, SECONDARY));
        let world = Self { aws, clock, table, settings, sqs, events, said: Mutex::default() };
        world.sync("").await;
        world
    }

    /// Makes the table say what the settings do, and `more`.
    pub async fn sync(&self, more: &str) {
        let text = toml(self.settings) + more;
        let config = tendlc_config::check(&text, "the test's configuration").expect("a good configuration").config;
        let primary = config.primaries.keys().next().unwrap().clone();
        let wanted = config.wanted(&primary, PacificDay::of(self.now()), &Default::default()).unwrap();
        Sync::new(self.table.clone(), self.clock.clone()).run(&wanted).await.unwrap();
        self.aws.clear_calls();
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub fn fault(&self, fault: Value) {
        let fault: Fault = serde_json::from_value(fault).unwrap();
        self.aws.fault(fault).unwrap();
    }

    pub fn url(&self, queue: &str) -> String {
        self.aws.queue_url(SECONDARY, queue)
    }

    /// Puts a request on the queue.
    pub async fn put(&self, request: &Value) {
        self.put_on(QUEUE, None, &request.to_string()).await;
    }

    pub async fn put_on(&self, queue: &str, group: Option<&str>, body: &str) {
        let send = self.sqs.send_message().queue_url(self.url(queue)).message_body(body);
        // Every message is one of its own, whatever its body.
        let deduplication = group.map(|_| uuid::Uuid::new_v4().to_string());
        let send = send.set_message_group_id(group.map(str::to_owned)).set_message_deduplication_id(deduplication);
        send.send().await.unwrap();
    }

    /// Takes up to ten messages off the queue, as Lambda does.
    pub async fn receive(&self, queue: &str) -> Vec<Message> {
        let receive = self.sqs.receive_message().queue_url(self.url(queue)).max_number_of_messages(10);
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
        receive.message_attribute_names("All").send().await.unwrap().messages.unwrap_or_default()
    }

    pub async fn delete(&self, queue: &str, message: &Message) {
        let handle = message.receipt_handle().unwrap();
        self.sqs.delete_message().queue_url(self.url(queue)).receipt_handle(handle).send().await.unwrap();
    }

    /// How many messages are anywhere on a queue.
    pub fn on(&self, queue: &str) -> usize {
        let depth = self.aws.depth(SECONDARY, queue).unwrap();
        depth.visible + depth.in_flight + depth.delayed
    }

    pub fn visible_on(&self, queue: &str) -> usize {
        self.aws.depth(SECONDARY, queue).unwrap().visible
    }

    /// Every outcome so far, in order.
    pub fn outcomes(&self) -> Vec<PutEvent> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        while let Ok(event) = events.try_recv() {
            said.push(event);
        }
        said.clone()
    }
}

/// The Lambda event of some messages.
pub fn event(queue: &str, messages: &[Message]) -> Value {
    let records: Vec<Value> = messages
        .iter()
        .map(|message| {
            let attributes: BTreeMap<String, &String> =
                message.attributes.iter().flatten().map(|(name, value)| (name.to_string(), value)).collect();
            json!({
                "messageId": message.message_id,
                "receiptHandle": message.receipt_handle,
                "body": message.body,
                "attributes": attributes,
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": format!("arn:aws:sqs:us-east-1:{SECONDARY}:{queue}"),
                "awsRegion": "us-east-1",
            })
        })
        .collect();
    json!({ "Records": records })
}

/// A client configuration with all rights in an account.
pub fn root(aws: &Aws, account: &str) -> SdkConfig {
    config(
        aws,
        Credentials::new(account, "any", None, None, "test"),
        aws_smithy_http_client::Builder::new().build_http(),
    )
}

/// No time limits, so that no test depends on how fast the machine is, and no waiting between the SDK's own tries.
pub fn config(
    aws: &Aws,
    credentials: Credentials,
    client: impl aws_smithy_runtime_api::client::http::HttpClient + 'static,
) -> SdkConfig {
    let retries = aws_config::retry::RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(aws.endpoint())
        .http_client(client)
        .retry_config(retries)
        .build()
}

fn toml(settings: Settings) -> String {
    let Settings { unknown_result, guaranteed, ceiling, cap, max_wait, .. } = settings;
    let quiet_hours = match settings.quiet_hours {
        "" => String::new(),
        hours => format!("quiet_hours = \"{hours}\""),
    };
    format!(
        r#"
[primaries.main]
account = "{PRIMARY}"
region = "us-east-1"
send_requests_per_second = 200

[brands.acme]
t_mobile_daily_segments = {cap}

[campaigns.order-updates]
brand = "acme"
origination_identity = "{NUMBER}"
segments_per_second = 200
message_type = "TRANSACTIONAL"
configuration_set = "tendlc-order-updates"
{quiet_hours}

[grants.checkout]
account = "{SECONDARY}"
topology = "spoke"
campaigns = ["order-updates"]
external_id = "{EXTERNAL_ID}"
t_mobile_daily_segments = {{ guaranteed = {guaranteed}, ceiling = {ceiling} }}
max_wait = {{ transactional = "{max_wait}", promotional = "{max_wait}" }}
unknown_result = "{unknown_result}"
"#
    )
}

fn seed(clock: &Arc<ManualClock>) -> Seed {
    let mut seed = Seed::new(clock.clone(), "us-east-1", PRIMARY);
    let keys = |actions: &[&str], keys: &str| LeadingKeys {
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        keys: keys.to_owned(),
    };
    let own = ["GetItem", "PutItem", "UpdateItem"];
    seed.roles = vec![Role {
        arn: GRANT_ROLE.into(),
        external_id: Some(EXTERNAL_ID.into()),
        trusted_account: SECONDARY.into(),
        trusted_principals: vec![EXECUTION_ROLE.into()],
        session_name_pattern: "tendlc-*".into(),
        max_session_seconds: 3600,
        grant: "checkout".into(),
        send_resources: vec![
            NUMBER.into(),
            format!("arn:aws:sms-voice:us-east-1:{PRIMARY}:configuration-set/tendlc-order-updates"),
        ],
        table_leading_keys: vec![
            keys(&own, "L#checkout#*"),
            keys(&own, "C#checkout#*"),
            keys(&["GetItem"], "G#checkout"),
            keys(&["GetItem"], "K#order-updates"),
            keys(&["GetItem"], "B#acme"),
            keys(&["UpdateItem"], "B#acme#*"),
            keys(&["UpdateItem"], "R#*"),
        ],
        ..Role::default()
    }];
    seed.sms.numbers = vec![Number {
        arn: NUMBER.into(),
        phone_number: "+12065550100".into(),
        status: "ACTIVE".into(),
        message_type: "TRANSACTIONAL".into(),
        registration_id: "registration-1".into(),
        ..Number::default()
    }];
    let name = "tendlc-order-updates".into();
    seed.sms.configuration_sets = vec![ConfigurationSet { name, topic_arn: None, disabled: false }];
    seed.sms.opted_out.insert(super::books::OPTED_OUT.to_owned());
    // On a clock that stands still all of a second's texts come at once; rates have tests of their own.
    seed.sms.strict_rates = false;
    let dead = |fifo: &str| Some((format!("arn:aws:sqs:us-east-1:{SECONDARY}:{DEAD}{fifo}"), 1_000));
    let queue = |name: &str| Queue {
        visibility_timeout_seconds: u32::try_from(VISIBILITY).unwrap(),
        retention_seconds: 1_209_600,
        ..Queue::new(SECONDARY, name)
    };
    let fifo = |name: &str| Queue { content_based_deduplication: true, ..queue(name) };
    seed.queues = vec![
        Queue { dead_letter: dead(""), ..queue(QUEUE) },
        Queue { dead_letter: dead(""), ..queue(PROMOTIONAL) },
        Queue { dead_letter: dead(".fifo"), ..fifo(FIFO) },
        queue(DEAD),
        fifo("tendlc-dead-letter.fifo"),
    ];
    seed.tables = vec![tendlc_local::aws::seed::Table::of_tendlc(PRIMARY, "tendlc")];
    seed
}
