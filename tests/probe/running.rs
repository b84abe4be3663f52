//! The probe as a process of its own, or in this one, beside the doubles of AWS.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, LambdaEvent};
use probe_health::Handler;
use serde_json::{Value, json};
use tendlc_core::clock::SystemClock;
use tendlc_core::env::ProbeSettings;
use tendlc_core::table::{KEY, Key};
use tendlc_local::aws::Fault;
use tendlc_local::system::{Options, Programs, System};

use super::report::Report;

pub const SPOKE: &str = "222222222222";
pub const PRIMARY: &str = "111111111111";

pub fn trigger(account: &str) -> Value {
    json!({ "source": "aws.scheduler", "detail-type": "Scheduled Event", "account": account, "detail": "{}" })
}

/// The command plays the sample, and says what the function answered.
pub fn command(arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tendlc"));
    let output = command.arg("local").args(arguments).args(["--output", "json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let logs = String::from_utf8(output.stderr).unwrap();
    assert!(!logs.contains("4254147755") && !logs.contains("2065550100"), "{logs}");
    let lines = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(lines.lines().find(|line| line.contains("\"function\"")).unwrap()).unwrap()
}

pub async fn system(config: &str) -> System {
    let config = tendlc_config::check(config, "tendlc.toml").unwrap_or_else(|mistakes| panic!("{mistakes}")).config;
    let program = env!("CARGO_BIN_EXE_tendlc").into();
    let programs = Programs::Itself { program, arguments: vec!["function".to_owned()] };
    let (clock, faults) = (Default::default(), Vec::new());
    System::start(Options { config, clock, programs, port: None, faults, log_level: None, played: true }).await.unwrap()
}

pub async fn example() -> System {
    system(tendlc_config::EXAMPLE).await
}

pub async fn probe(system: &System, account: &str) -> Report {
    Report::of(system.play(&trigger(account), None).await.unwrap().reply.unwrap())
}

pub async fn after(fault: Fault) -> Report {
    let system = example().await;
    system.aws().fault(fault).unwrap();
    probe(&system, SPOKE).await
}

/// The spoke's probe in this process, for what the system's own function is never told: another role, less time.
pub async fn probe_in_here(system: &System, role: &str, time: SignedDuration) -> Report {
    let keys = system.aws().issue_session(&format!("arn:aws:iam::{SPOKE}:role/tendlc-send"), "test");
    let credentials = Credentials::new(keys.access_key, keys.secret, Some(keys.token), None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(system.aws().endpoint())
        .http_client(tendlc_core::aws::http_client())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let external_id =
        system.aws().change_roles(|roles| roles.iter().find_map(|role| role.external_id.clone())).unwrap();
    let variables = BTreeMap::from([
        ("TENDLC_TABLE_ARN", format!("arn:aws:dynamodb:us-east-1:{PRIMARY}:table/tendlc")),
        ("TENDLC_TOPOLOGY", "spoke".to_owned()),
        ("TENDLC_GRANT", "checkout".to_owned()),
        ("TENDLC_ROLE_ARN", role.to_owned()),
        ("TENDLC_EXTERNAL_ID", external_id),
        ("TENDLC_DEAD_LETTER_QUEUE_URL", "http://127.0.0.1/222222222222/tendlc-dead-letter".to_owned()),
    ]);
    let settings = ProbeSettings::read(&|name| variables.get(name).cloned()).unwrap();
    let handler = Handler::new(config, settings, Arc::new(SystemClock::default()));
    let mut context = Context::default();
    context.deadline = (Timestamp::now() + time).as_millisecond().try_into().unwrap();
    context.invoked_function_arn = format!("arn:aws:lambda:us-east-1:{SPOKE}:function:tendlc-probe-health");
    let report = handler.handle(LambdaEvent::new(trigger(SPOKE), context)).await.unwrap();
    Report::of(serde_json::to_value(report).unwrap())
}

/// Sets an attribute of a record.
pub async fn set(system: &System, key: Key, name: &str, value: AttributeValue) {
    let table = system.table();
    let update = table.client.update_item().table_name(&table.name).key(KEY, key.value());
    let update = update.update_expression("SET #n = :v").expression_attribute_names("#n", name);
    update.expression_attribute_values(":v", value).send().await.unwrap();
}
