//! `tendlc usage` of a system that is up, in its three forms, against what the system itself says.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use tendlc_core::clock::SystemClock;
use tendlc_local::aws::Aws;
use tendlc_local::aws::seed::{Seed, Table};

use super::receipts::told;
use super::running::{Running, request};

const ACCOUNT: &str = "222222222222";
/// A key of one's own, as someone has it who tries it out.
const STRANGER: &str = "AKIAANYBODY";
/// The bare doubles let in accounts alone, by their ids.
const PRIMARY: &str = "111111111111";

fn usage(running: &Running, folder: &Path, arguments: &[&str]) -> Output {
    tendlc((running.endpoint(), STRANGER), folder, &[&["usage"], arguments].concat())
}

fn tendlc((endpoint, key): (&str, &str), folder: &Path, arguments: &[&str]) -> Output {
    let config = folder.join("tendlc.toml");
    if !config.exists() {
        std::fs::write(&config, tendlc_config::EXAMPLE).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_tendlc"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder);
    command.env("AWS_ENDPOINT_URL", endpoint).env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", "any");
    command.stdin(Stdio::null()).output().unwrap()
}

fn out(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", err(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn micros(dollars: &Value) -> i64 {
    let (whole, fraction) = dollars.as_str().unwrap().split_once('.').unwrap();
    format!("{whole}{fraction:0<6}").parse().unwrap()
}

/// Three texts, one of two segments; one to a number that 10DLC does not reach; and one that was sent before.
async fn send(running: &Running) {
    let (sqs, queue) = (running.sqs(ACCOUNT), running.queue("tendlc-send"));
    let put = async |body: Value| {
        sqs.send_message().queue_url(&queue).message_body(body.to_string()).send().await.unwrap();
    };
    let mut long = request("long");
    long["body"] = "a word ".repeat(30).trim().into();
    let mut wrong = request("wrong");
    wrong["to"] = "+18005550123".into();
    put(request("one")).await;
    put(request("two")).await;
    put(long).await;
    put(wrong).await;
    running.until_sent(3).await;
    put(request("one")).await;
    running.until("receipts", || told(running, "SMS Delivered").len() == 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_says_in_every_form_what_was_sent_and_what_it_cost() {
    let (running, folder) = (Running::start(&[]), tempfile::tempdir().unwrap());
    send(&running).await;
    let mut report = Value::Null;
    running
        .until("the counts of all five", || {
            report = serde_json::from_str(&out(&usage(&running, folder.path(), &["--output", "json"]))).unwrap();
            let today = &report["grants"][0]["today"];
            (&today["duplicates"], &today["rejected"]) == (&json!(1), &json!({ "INVALID_DESTINATION": 1 }))
                && report["total"]["texts"] == json!(3)
        })
        .await;
    let sent = running.sent();
    let segments: i64 = sent.iter().map(|text| text["segments"].as_i64().unwrap()).sum();
    let delivered = told(&running, "SMS Delivered");
    let cost: i64 = delivered.iter().map(|outcome| micros(&outcome["price_usd"])).sum();
    assert!(segments == 4 && cost > 0, "{sent:?}");

    let checkout = &report["grants"][0];
    assert_eq!((&checkout["grant"], &checkout["account"]), (&json!("checkout"), &json!(ACCOUNT)));
    let today = &checkout["today"];
    assert_eq!((&today["texts"], &today["segments"]), (&json!(3), &json!(segments)));
    let campaign = &checkout["campaigns"][0];
    assert_eq!(campaign["receipts"]["segments"], json!(segments));
    assert_eq!((micros(&campaign["receipts"]["cost_usd"]), micros(&report["total"]["cost_usd"])), (cost, cost));
    assert_eq!((micros(&checkout["month"]["settled_usd"]), micros(&checkout["month"]["set_aside_usd"])), (cost, 0));
    let mut carriers = serde_json::Map::new();
    for outcome in &delivered {
        let name = outcome["carrier"].as_str().unwrap();
        let network = ["T-Mobile", "AT&T", "Verizon"].into_iter().find(|network| name.contains(network)).unwrap();
        let many = carriers.get(network).and_then(Value::as_i64).unwrap_or(0) + 1;
        carriers.insert(network.to_owned(), many.into());
    }
    assert_eq!(campaign["delivered"], Value::Object(carriers));
    // What other carriers deliver does not count for T-Mobile, and has come back.
    let t_mobile: i64 = (sent.iter())
        .filter(|text| {
            let of = |outcome: &&Value| outcome["message_id"] == text["message_id"];
            delivered.iter().find(of).unwrap()["carrier"].as_str().unwrap().contains("T-Mobile")
        })
        .map(|text| text["segments"].as_i64().unwrap())
        .sum();
    let share = &today["shares"][0];
    assert_eq!((&share["ceiling_used"], &share["guaranteed_used"]), (&json!(t_mobile), &json!(t_mobile)));
    assert_eq!(report["caps"][0]["used"], json!(t_mobile));

    let csv = out(&usage(&running, folder.path(), &["--csv"]));
    let costs = csv.lines().skip(1).map(|line| micros(&line.split(',').nth(10).unwrap().into()));
    assert_eq!(costs.sum::<i64>(), cost, "{csv}");
    assert!(csv.contains(&format!(",{ACCOUNT},checkout,order-updates,3,{segments},3,0,")), "{csv}");

    let text = out(&usage(&running, folder.path(), &[]));
    for part in ["rejected: 1 INVALID_DESTINATION", "All receipts: 3 texts, 4 segments", "of 20000", "T-Mobile"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100) && text.is_ascii(), "{text}");

    // Who is taken away owes what it used.
    let (before, rest) = tendlc_config::EXAMPLE.split_once("# A spoke").unwrap();
    let (_, after) = rest.split_once("# A hub").unwrap();
    std::fs::write(folder.path().join("tendlc.toml"), format!("{before}# A hub{after}")).unwrap();
    out(&tendlc((running.endpoint(), STRANGER), folder.path(), &["sync", "--yes"]));
    assert_eq!(out(&usage(&running, folder.path(), &["--csv"])), csv);
    let text = out(&usage(&running, folder.path(), &[]));
    assert!(text.contains("taken away; here for what it used"), "{text}");
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_with_the_cure() {
    let (running, folder) = (Running::start(&[]), tempfile::tempdir().unwrap());
    let run = |arguments: &[&str]| usage(&running, folder.path(), arguments);

    let narrowed: Value = serde_json::from_str(&out(&run(&["--grant", "newsletter", "--output", "json"]))).unwrap();
    assert_eq!(narrowed["grants"].as_array().unwrap().len(), 1);
    let nobody = run(&["--grant", "nobody", "--output", "json"]);
    assert_eq!(nobody.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&nobody.stdout).unwrap();
    assert!(told["error"]["message"].as_str().unwrap().ends_with("has no grant nobody"), "{told}");
    assert!(told["error"]["cure"].as_str().unwrap().contains("checkout, newsletter"), "{told}");

    let early = run(&["--month", "2199-01"]);
    assert!(early.status.code() == Some(1) && err(&early).contains("2199-01 has not begun"), "{}", err(&early));
    for wrong in [["--month", "November"].as_slice(), &["--csv", "--output", "json"], &["--grant", "a b"]] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong:?}");
    }
    let long_ago = out(&run(&["--month", "2024-02"]));
    assert!(long_ago.contains("All receipts: 0 texts, 0 segments, $0.00."), "{long_ago}");

    for (operation, needs) in [("Query", "index/waiting"), ("BatchGetItem", "BatchGetItem"), ("GetItem", "GetItem")] {
        running.fault(&json!({ "operation": operation, "action": "deny" }));
        let denied = run(&[]);
        assert_eq!(denied.status.code(), Some(1), "{operation}");
        assert!(err(&denied).contains("may not read the table tendlc") && err(&denied).contains(needs));
    }
    let other = tendlc_config::EXAMPLE.replace("region = \"us-east-1\"", "region = \"us-east-1\"\ntable = \"other\"");
    std::fs::write(folder.path().join("tendlc.toml"), other).unwrap();
    let missing = run(&[]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(err(&missing).contains("no table other") && err(&missing).contains("--create-table"), "{}", err(&missing));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_nobody_has_synced_yet_is_said_to_be_empty() {
    let folder = tempfile::tempdir().unwrap();
    let mut seed = Seed::new(Arc::new(SystemClock::default()), "us-east-1", PRIMARY);
    seed.tables.push(Table::of_tendlc(PRIMARY, "tendlc"));
    let aws = Aws::start(seed, None).await.unwrap();
    let empty = tokio::task::block_in_place(|| tendlc((aws.endpoint(), PRIMARY), folder.path(), &["usage"]));
    assert_eq!(empty.status.code(), Some(1));
    assert!(err(&empty).contains("holds nothing yet; `tendlc sync`"), "{}", err(&empty));
}
