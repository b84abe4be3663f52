//! Whole runs, searched line by line.

use std::process::Command;

use serde_json::json;

use super::finder::{Finder, requests};
use super::running::Running;

/// Everything that can be said is said.
const LOGS: &str = "trace";
const NOW: &str = "2026-11-20T17:00:00Z";

/// What a run of the command wrote: its logs and its output.
fn written(arguments: &[&str]) -> String {
    let command = Command::new(env!("CARGO_BIN_EXE_tendlc"))
        .arg("local")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("RUST_LOG", LOGS)
        .output()
        .expect("the command runs");
    let logs = String::from_utf8_lossy(&command.stderr).into_owned();
    assert!(command.status.success() && logs.contains(r#""level":"INFO""#), "{arguments:?}: {logs}");
    logs + &String::from_utf8_lossy(&command.stdout)
}

fn assert_private(finder: &Finder, what: &str, text: &str) {
    let found = finder.find(text);
    let lines = || text.lines().filter(|line| !finder.find(line).is_empty()).take(3).collect::<Vec<_>>().join("\n");
    assert!(found.is_empty(), "{what}: {found:?} in\n{}", lines());
}

#[test]
fn no_log_and_no_outcome_of_the_samples_holds_a_number_or_a_body() {
    let finder = Finder::of_the_samples();
    for output in ["json", "text"] {
        let written = written(&["events", "--now", NOW, "--output", output]);
        assert!(written.contains("order-1001-shipped"), "outcomes are among it");
        assert_private(&finder, output, &written);
    }
    let over = ["events/sqs-over-budget.json", "--config", "events/over-budget.toml", "--now", NOW, "--output", "json"];
    assert_private(&finder, "over budget", &written(&over));
    let live = ["events/schedule-limits.json", "--config", "events/live-limits.toml", "--now", NOW];
    let written = written(&live);
    assert!(written.contains("t_mobile_daily_segments"), "limits are among it");
    assert_private(&finder, "live limits", &written);
}

#[test]
fn nothing_that_goes_wrong_makes_a_log_or_an_outcome_hold_a_number_or_a_body() {
    let finder = Finder::of_the_samples();
    let always =
        |operation: &str, action: &str| json!({ "operation": operation, "action": action, "times": null }).to_string();
    let mut faults: Vec<Vec<String>> =
        ["throttle", "error", "fail_after_accept", "drop", "opt_out", "spend_limit", "deny"]
            .map(|action| vec![always("SendTextMessage", action)])
            .into();
    for operation in ["AssumeRole", "GetItem", "TransactWriteItems", "SendMessage", "ChangeMessageVisibilityBatch"] {
        faults.push(vec![always(operation, "deny"), always("SendTextMessage", "throttle")]);
    }
    // A run waits for the rate most of its time.
    for some in faults.chunks(6) {
        std::thread::scope(|scope| {
            for faults in some {
                scope.spawn(|| {
                    let mut arguments = vec!["events", "--now", NOW, "--output", "json"];
                    arguments.extend(faults.iter().flat_map(|fault| ["--fault", fault.as_str()]));
                    assert_private(&finder, &faults.join(" and "), &written(&arguments));
                });
            }
        });
    }
}

/// The running system's table as it is.
async fn table(running: &Running) -> String {
    let table = aws_sdk_dynamodb::Client::new(&running.account("111111111111"));
    let scan = table.scan().table_name("tendlc").send().await.expect("the table answers");
    let items = scan.items.unwrap_or_default();
    items.iter().map(|item| format!("{item:?}\n")).collect()
}

#[tokio::test]
async fn no_item_of_the_table_and_no_attribute_of_a_dead_letter_holds_a_number_or_a_body() {
    let finder = Finder::of_the_samples();
    let running = Running::with(&[], &[("RUST_LOG", LOGS)]);
    let (sqs, queue) = (running.sqs("222222222222"), running.queue("tendlc-send"));
    let wait = json!({ "operation": "SendTextMessage", "match": { "to": "+12065550101" }, "action": "spend_limit" });
    let unknown = json!({ "operation": "SendTextMessage", "match": { "to": "+12065550102" }, "action": "error" });
    let denied = json!({ "operation": "SendTextMessage", "match": { "to": "+12065550103" }, "action": "deny" });
    for fault in [wait, unknown, denied] {
        running.fault(&fault);
    }
    let requests = requests();
    for request in &requests {
        sqs.send_message().queue_url(&queue).message_body(request.to_string()).send().await.unwrap();
    }
    sqs.send_message().queue_url(&queue).message_body("+12065550104: not JSON").send().await.unwrap();

    // Until every one has been said something of.
    let said = || running.written().matches(r#""message":"outcome""#).count();
    running.until("outcome of every request", || said() > requests.len()).await;
    let table = table(&running).await;
    for state in ["accepted", "deferred", "rejected", "unknown"] {
        assert!(table.contains(&format!("S(\"{state}\")")), "no {state} record: {table}");
    }
    assert_private(&finder, "the table", &table);

    let dead = running.queue("tendlc-dead-letter");
    let mut letters = 0;
    loop {
        let receive = sqs.receive_message().queue_url(&dead).message_attribute_names("All").max_number_of_messages(10);
        let messages = receive.send().await.unwrap().messages.unwrap_or_default();
        if messages.is_empty() {
            break;
        }
        for message in messages {
            letters += 1;
            let attributes = format!("{:?}", message.message_attributes);
            assert_private(&finder, "a dead letter's attributes", &attributes);
        }
    }
    assert!(letters >= 10, "{letters} dead letters");
    assert_private(&finder, "the logs", &running.terminate().written);
}

#[tokio::test]
async fn what_is_planted_in_a_request_is_found_in_the_log_the_outcome_and_the_table() {
    // An id with somebody else's number passes: tendlc cannot know that it is one. Here it shows that this search sees
    // what is written.
    let finder = Finder::of_the_samples();
    let running = Running::with(&[], &[("RUST_LOG", LOGS)]);
    let planted = json!({ "to": "+12065550177", "body": "A text.", "id": "for-2065550101" });
    let (sqs, queue) = (running.sqs("222222222222"), running.queue("tendlc-send"));
    sqs.send_message().queue_url(queue).message_body(planted.to_string()).send().await.unwrap();
    running.until_sent(1).await;
    running.until("outcome", || running.written().contains(r#""message":"outcome""#)).await;
    assert!(!finder.find(&table(&running).await).is_empty());
    assert!(!finder.find(&running.terminate().written).is_empty());

    let event = json!({ "Records": [{
        "messageId": "62f746b4-84e6-4ceb-95bd-447e7184d454",
        "receiptHandle": "AQEB",
        "body": planted.to_string(),
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:222222222222:tendlc-send",
    }] });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("planted.json");
    std::fs::write(&path, event.to_string()).unwrap();
    let written = written(&[path.to_str().unwrap(), "--output", "json"]);
    let outcomes = written.lines().filter(|line| line.contains("detail-type"));
    assert!(outcomes.clone().count() == 1 && outcomes.clone().all(|line| !finder.find(line).is_empty()), "{written}");
}
