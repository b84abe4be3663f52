//! What the system does with receipts. The functions here are this test binary: they take whatever they are handed, and
//! answer with their environment.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::*;
use crate::aws::seed::{Status, Step};
use crate::lambda::test_function::{ARGUMENTS, START};

const PRIMARY: &str = "111111111111";

/// A folder of functions; it is gone when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn of(functions: &[FunctionName]) -> Self {
        let folder = std::env::temp_dir().join(format!("tendlc-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        let (program, arguments) = (std::env::current_exe().unwrap(), ARGUMENTS.join(" "));
        let script = format!("#!/bin/sh\n{START}=serve exec '{}' {arguments}\n", program.display());
        for function in functions {
            let path = folder.join(function.as_str());
            std::fs::write(&path, &script).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

async fn start(folder: &Folder) -> Arc<System> {
    let checked = tendlc_config::check(tendlc_config::EXAMPLE, "the example").unwrap();
    let options = Options {
        config: checked.config,
        clock: Arc::default(),
        programs: Programs::Folder(folder.0.clone()),
        port: None,
        faults: Vec::new(),
        log_level: None,
        played: false,
    };
    let system = Arc::new(System::start(options).await.unwrap());
    // What becomes of a text is known at once.
    system.aws().change_sms(|sms| sms.receipts.plan = vec![Step::new(Duration::ZERO, Status::Delivered)]);
    system
}

/// A text of the primary's own, with the campaign's configuration set.
async fn send(system: &System) {
    let config = names::account_config(system.aws(), PRIMARY);
    let credentials = config.credentials_provider().unwrap();
    let config = aws_sdk_pinpointsmsvoicev2::Config::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(config.region().cloned())
        .endpoint_url(system.aws().endpoint())
        .http_client(config.http_client().unwrap())
        .credentials_provider(credentials)
        .build();
    let text = aws_sdk_pinpointsmsvoicev2::Client::from_conf(config).send_text_message();
    let text = text.destination_phone_number("+12065550123").message_body("Hello");
    let text = text.origination_identity("+12065550100").configuration_set_name("tendlc-order-updates");
    text.send().await.unwrap();
}

fn waiting(system: &System) -> usize {
    let depth = system.aws().depth(PRIMARY, "tendlc-receipts").unwrap();
    depth.visible + depth.in_flight + depth.delayed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_come_together_on_one_queue_and_go_to_the_function_for_them() {
    let folder = Folder::of(&FunctionName::ALL);
    let system = start(&folder).await;
    send(&system).await;
    assert_eq!(waiting(&system), 2, "one by the topic and one by the rule");
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(system.serve(stopped));
    let settled = async {
        while waiting(&system) > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), settled).await.unwrap();
    stop.send_replace(true);
    serving.await.unwrap().unwrap();
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_function_takes_receipts_they_stay_and_the_rest_is_served() {
    let [send_queue, send_event, probe, ..] = FunctionName::ALL;
    let folder = Folder::of(&[send_queue, send_event, probe]);
    let system = start(&folder).await;
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(system.serve(stopped));
    send(&system).await;
    assert_eq!(waiting(&system), 2);
    stop.send_replace(true);
    serving.await.unwrap().unwrap();
    assert_eq!(waiting(&system), 2);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_played_batch_of_receipts_runs_in_the_primary_for_no_grant() {
    let folder = Folder::of(&[FunctionName::SettleReceipt]);
    let system = start(&folder).await;
    let arn = format!("arn:aws:sqs:us-east-1:{PRIMARY}:tendlc-receipts");
    let record = json!({ "messageId": "1", "body": "{}", "eventSource": "aws:sqs", "eventSourceARN": arn });
    let played = system.play(&json!({ "Records": [record] }), None).await.unwrap();
    assert_eq!(played.function, FunctionName::SettleReceipt);
    let reply = played.reply.unwrap();
    assert_eq!(reply["arn"], format!("arn:aws:lambda:us-east-1:{PRIMARY}:function:tendlc-settle-receipt"));
    let variables = reply["variables"].as_object().unwrap();
    let ours: Vec<(&str, Option<&str>)> = variables
        .iter()
        .filter(|(name, _)| name.starts_with("TENDLC_") && ![START, CLOCK_AHEAD].contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), value.as_str().filter(|_| name != "TENDLC_FINGERPRINT_KEY")))
        .collect();
    let table = format!("arn:aws:dynamodb:us-east-1:{PRIMARY}:table/tendlc");
    assert_eq!(ours, [("TENDLC_FINGERPRINT_KEY", None), ("TENDLC_TABLE_ARN", Some(table.as_str()))]);
    assert_eq!(variables["TENDLC_FINGERPRINT_KEY"].as_str().map(str::len), Some(64));
    let session = |name: &str| variables.get(name).and_then(Value::as_str).unwrap().to_owned();
    assert!(session("AWS_ACCESS_KEY_ID").starts_with("ASIA") && !session("AWS_SESSION_TOKEN").is_empty());
    system.stop().await;
}

#[tokio::test]
async fn the_primarys_functions_may_put_outcomes_on_every_grants_bus_and_strangers_may_not() {
    let folder = Folder::of(&[]);
    let system = start(&folder).await;
    let put = async |account: &str, owner: &str| {
        let keys = system.aws().issue_session(&format!("arn:aws:iam::{account}:role/tendlc-send"), "settle-receipt");
        let keys = aws_credential_types::Credentials::new(keys.access_key, keys.secret, Some(keys.token), None, "test");
        let config = names::account_config(system.aws(), account);
        let client = aws_sdk_eventbridge::Client::from_conf(
            aws_sdk_eventbridge::config::Builder::from(&config).credentials_provider(keys).build(),
        );
        let bus = format!("arn:aws:events:us-east-1:{owner}:event-bus/default");
        let entry = aws_sdk_eventbridge::types::PutEventsRequestEntry::builder().event_bus_name(bus);
        let entry = entry.source("tendlc").detail_type("SMS Delivered").detail("{}").build();
        client.put_events().entries(entry).send().await.is_ok()
    };
    assert!(put(PRIMARY, "222222222222").await, "a spoke's");
    assert!(put(PRIMARY, "333333333333").await, "a hub's");
    assert!(!put("333333333333", "222222222222").await);
    assert!(!put(PRIMARY, "444444444444").await, "no grant's");
}
