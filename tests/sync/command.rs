//! `tendlc sync` and `tendlc check` as an operator runs them.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use serde_json::Value;
use tendlc_core::arn::TableArn;
use tendlc_core::clock::SystemClock;
use tendlc_core::grant::{Brand, Grant};
use tendlc_core::table::{Key, Table};
use tendlc_local::aws::Aws;
use tendlc_local::aws::seed::Seed;

use super::primary::{config, grant_name};

/// The account without a table.
async fn account() -> Aws {
    Aws::start(Seed::new(Arc::new(SystemClock::default()), "us-east-1", "111111111111"), None).await.unwrap()
}

/// A folder with a `tendlc.toml`.
fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tendlc.toml"), text).unwrap();
    folder
}

async fn tendlc(folder: &Path, endpoint: &str, account: &str, arguments: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_tendlc"));
    command.args(arguments).current_dir(folder).env_clear();
    command.env("AWS_ENDPOINT_URL", endpoint).env("AWS_ACCESS_KEY_ID", account).env("AWS_SECRET_ACCESS_KEY", "any");
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", folder);
    command.stdin(std::process::Stdio::null()).output().await.unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn table(aws: &Aws) -> Table {
    let arn: TableArn = "arn:aws:dynamodb:us-east-1:111111111111:table/tendlc".parse().unwrap();
    let http = aws_smithy_http_client::Builder::new().build_http();
    Table::new(aws_sdk_dynamodb::Client::new(&config(aws, http)), &arn, false)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_makes_the_table_and_writes_it_once() {
    let (aws, folder) = (account().await, folder(tendlc_config::EXAMPLE));
    let run = async |arguments: &'static [&'static str]| {
        tendlc(folder.path(), aws.endpoint(), "111111111111", arguments).await
    };
    let none = run(&["sync", "--yes"]).await;
    assert_eq!(none.status.code(), Some(1), "{}", told(&none));
    assert!(told(&none).contains("--create-table"), "{}", told(&none));

    let first = run(&["sync", "--create-table", "--yes"]).await;
    assert_eq!(first.status.code(), Some(0), "{}", told(&first));
    for line in
        ["wrote brand acme", "wrote campaign order-updates", "wrote grant checkout", "5000 guaranteed, 20000 at most"]
    {
        assert!(out(&first).contains(line), "{line}: {}", out(&first));
    }
    let table = table(&aws);
    let grant: Grant = table.read(&Key::grant(&grant_name("checkout"))).await.unwrap().unwrap();
    assert_eq!(grant.account.as_str(), "222222222222");
    let brand: Brand = table.read(&Key::brand(&"acme".parse().unwrap())).await.unwrap().unwrap();
    let cap = brand.pools.values().next().unwrap()[0].value;
    assert_eq!((cap.cap, cap.guaranteed), (40_000, 6_000));
    let described = table.client.describe_time_to_live().table_name("tendlc").send().await.unwrap();
    assert_eq!(described.time_to_live_description().unwrap().attribute_name(), Some("ttl"));

    let second = run(&["sync", "--create-table", "--yes"]).await;
    assert_eq!((second.status.code(), out(&second).as_str()), (Some(0), "nothing to change\n"), "{}", told(&second));
    let again = run(&["sync", "--yes", "--output", "json"]).await;
    let answer: Value = serde_json::from_str(&out(&again)).unwrap();
    assert_eq!((&answer["created"], &answer["changes"]), (&Value::Bool(false), &serde_json::json!([])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_says_the_same_one_object_a_line() {
    let (aws, folder) = (account().await, folder(tendlc_config::EXAMPLE));
    let arguments = ["sync", "--create-table", "--yes", "--output", "json"];
    let output = tendlc(folder.path(), aws.endpoint(), "111111111111", &arguments).await;
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(out(&output).lines().count(), 1);
    let answer: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(answer["created"], Value::Bool(true));
    assert_eq!(answer["table"], "arn:aws:dynamodb:us-east-1:111111111111:table/tendlc");
    let budget = |change: &&Value| change["change"] == "budget" && change["grant"] == "newsletter";
    let changes = answer["changes"].as_array().unwrap();
    assert_eq!(changes.iter().find(budget).unwrap()["guaranteed"], 1_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_writes_into_no_other_account_and_asks_unless_it_may() {
    let (aws, folder) = (account().await, folder(tendlc_config::EXAMPLE));
    let wrong = tendlc(folder.path(), aws.endpoint(), "222222222222", &["sync", "--create-table", "--yes"]).await;
    assert_eq!(wrong.status.code(), Some(1));
    for account in ["222222222222", "111111111111"] {
        assert!(told(&wrong).contains(account), "{}", told(&wrong));
    }
    assert_eq!(out(&wrong), "");
    let unasked = tendlc(folder.path(), aws.endpoint(), "111111111111", &["sync", "--create-table"]).await;
    assert!(matches!(unasked.status.code(), Some(1 | 2)), "{unasked:?}");
    assert!(told(&unasked).contains("--yes") && told(&unasked).contains("2 grants"), "{}", told(&unasked));
    assert!(!aws.counts().contains_key("CreateTable"), "{:?}", aws.counts());

    let down = tendlc(folder.path(), "http://127.0.0.1:1", "111111111111", &["sync", "--yes"]).await;
    assert_eq!(down.status.code(), Some(1));
    assert!(told(&down).contains("failed to find out whose credentials these are"), "{}", told(&down));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_with_mistakes_changes_nothing() {
    let mistaken = tendlc_config::EXAMPLE.replace("guaranteed = 5000", "guaranteed = 50000");
    let (aws, folder) = (account().await, folder(&mistaken));
    let sync = tendlc(folder.path(), aws.endpoint(), "111111111111", &["sync", "--create-table", "--yes"]).await;
    assert_eq!(sync.status.code(), Some(1), "{}", told(&sync));
    assert!(aws.calls().is_empty(), "{:?}", aws.calls());
    assert!(told(&sync).contains("tendlc.toml:"), "{}", told(&sync));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_says_by_its_exit_code_what_it_found() {
    let nowhere = "http://127.0.0.1:1";
    let right = folder(tendlc_config::EXAMPLE);
    let output = tendlc(right.path(), nowhere, "none", &["check"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(out(&output).contains("2 grants"), "{}", out(&output));
    assert!(out(&output).ends_with("tendlc.toml is right: 1 primary, 1 brand, 1 campaign, 2 grants\n"));
    let (notes, last) = out(&output).trim_end().rsplit_once('\n').map(|(n, l)| (n.to_owned(), l.to_owned())).unwrap();
    let begins = |line: &str| line.starts_with("note: tendlc.toml:") || line.starts_with("    ");
    assert!(!last.starts_with("note: ") && notes.lines().all(begins), "{notes}");
    let notes = notes.split_whitespace().collect::<Vec<_>>().join(" ");
    for unheld in ["quiet_hours: it is read, and not held yet", "monthly_spend_usd: it is read, and not held yet"] {
        assert!(notes.contains(unheld), "{notes}");
    }
    assert!(out(&output).lines().all(|line| line.chars().count() <= 100), "{}", out(&output));
    let output = tendlc(right.path(), nowhere, "none", &["check", "--output", "json"]).await;
    let answer: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(answer["mistakes"], serde_json::json!([]));

    let wrong = folder(&tendlc_config::EXAMPLE.replace("brand = \"acme\"", "brand = \"acne\""));
    let output = tendlc(wrong.path(), nowhere, "none", &["check"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).starts_with("tendlc.toml:") && out(&output).contains("acne"), "{}", out(&output));
    assert!(out(&output).ends_with("\n1 mistake in tendlc.toml\n"), "{}", out(&output));
    assert!(out(&output).lines().all(|line| line.chars().count() <= 100), "{}", out(&output));
    let output = tendlc(wrong.path(), nowhere, "none", &["check", "--output", "json"]).await;
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_str(&out(&output)).unwrap();
    assert!(!answer["mistakes"].as_array().unwrap().is_empty());

    for arguments in [&["check", "--config", "not-there.toml"][..], &["check", "--no-such-flag"], &["chekc"]] {
        let output = tendlc(right.path(), nowhere, "none", arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", told(&output));
        assert!(!told(&output).is_empty());
    }
}
