//! `tendlc sync` and `tendlc check` as an operator runs them.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use serde_json::Value;
use tendlc_core::arn::TableArn;
use tendlc_core::clock::{Clock as _, SystemClock};
use tendlc_core::day::PacificDay;
use tendlc_core::grant::{Brand, Grant, Pool};
use tendlc_core::quota::counter;
use tendlc_core::table::{KEY, Key, Table, number};
use tendlc_local::aws::seed::Seed;
use tendlc_local::aws::{Action, Aws, Fault};

use super::primary::{config, grant_name};

/// The account without a table.
pub async fn account() -> Aws {
    Aws::start(Seed::new(Arc::new(SystemClock::default()), "us-east-1", "111111111111"), None).await.unwrap()
}

/// A folder with a `tendlc.toml`.
pub fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tendlc.toml"), text).unwrap();
    folder
}

pub async fn tendlc(folder: &Path, endpoint: &str, account: &str, arguments: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_tendlc"));
    command.args(arguments).current_dir(folder).env_clear();
    command.env("AWS_ENDPOINT_URL", endpoint);
    if !account.is_empty() {
        command.env("AWS_ACCESS_KEY_ID", account).env("AWS_SECRET_ACCESS_KEY", "any");
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", folder);
    command.stdin(std::process::Stdio::null()).output().await.unwrap()
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn told(output: &Output) -> String {
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
    // What is in the file and hardly meant: each time, in the words of `check`.
    let check = run(&["check"]).await;
    let notes = out(&check);
    let notes = notes.rsplit_once("tendlc.toml is right").unwrap().0;
    assert!(notes.contains("external_id"), "{notes}");
    assert!(told(&first).starts_with(notes) && !told(&first)[notes.len()..].contains("note: "), "{}", told(&first));
    assert_eq!(told(&second), notes);
    let again = run(&["sync", "--yes", "--output", "json"]).await;
    assert_eq!(told(&again), "");
    let answer: Value = serde_json::from_str(&out(&again)).unwrap();
    assert_eq!((&answer["created"], &answer["changes"]), (&Value::Bool(false), &serde_json::json!([])));
    assert_eq!(answer["notes"].as_array().unwrap().len(), notes.matches("note: ").count());
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

    let changed = tendlc_config::EXAMPLE.replace("guaranteed = 1000", "guaranteed = 900");
    let changed = changed.replace("segments_per_second = 40 ", "segments_per_second = 20 ");
    std::fs::write(folder.path().join("tendlc.toml"), changed).unwrap();
    let output = tendlc(folder.path(), aws.endpoint(), "111111111111", &arguments).await;
    let answer: Value = serde_json::from_str(&out(&output)).unwrap();
    let changes = answer["changes"].as_array().unwrap();
    let written = changes.iter().find(|change| change["change"] == "written").unwrap();
    let field = serde_json::json!({ "name": "segments_per_second", "before": "40", "now": "20" });
    assert_eq!((&written["what"], &written["fields"][0]), (&"campaign order-updates".into(), &field), "{written}");
    let before = serde_json::json!({ "guaranteed": 1_000, "ceiling": 10_000 });
    assert_eq!(changes.iter().find(budget).unwrap()["before"], before, "{answer}");
    assert_eq!(changes.len(), 2, "{answer}");
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
    assert_eq!(unasked.status.code(), Some(1), "{unasked:?}");
    for said in ["2 grants, 1 campaign and 1 brand,", "nothing was written", "--yes"] {
        assert!(told(&unasked).contains(said), "{said}: {}", told(&unasked));
    }
    assert!(!aws.counts().contains_key("CreateTable"), "{:?}", aws.counts());
}

/// The changes that were shown before anybody was asked: they are indented, and no others are.
fn shown(output: &Output) -> Vec<String> {
    let told = told(output);
    let told = told.split_once("What would change:\n").map_or("", |(_, changes)| changes);
    let mut shown: Vec<String> = Vec::new();
    for line in told.lines().filter_map(|line| line.strip_prefix("  ")) {
        match (line.strip_prefix("  "), shown.last_mut()) {
            (Some(more), Some(last)) => last.push_str(&format!(" {more}")),
            _ => shown.push(line.to_owned()),
        }
    }
    shown
}

/// Leaves nothing of today's pool, and of tomorrow's where it is near midnight.
async fn use_up_the_pool(table: &Table) {
    let today = PacificDay::of(SystemClock::default().now());
    for day in [today, today.next()] {
        let key = Key::pool(&Pool::of_brand(&"acme".parse().unwrap()), day);
        let update = table.client.update_item().table_name(&table.name).key(KEY, key.value());
        let update = update.update_expression("SET #left = :none").expression_attribute_names("#left", counter::LEFT);
        update.expression_attribute_values(":none", number(0)).send().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_shown_before_it_asks_is_what_it_then_does() {
    let (aws, folder) = (account().await, folder(tendlc_config::EXAMPLE));
    let change = |from: &str, to: &str| {
        let path = folder.path().join("tendlc.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    };
    let newsletter = tendlc_config::EXAMPLE.split("[grants.newsletter]").nth(1).unwrap();
    let steps: [(&str, &str); 6] = [
        ("[brands.acme]", "[brands.acme]"),
        ("guaranteed = 5000", "guaranteed = 7000"),
        // The pool has nothing left by then: what is guaranteed more begins on a later day.
        ("guaranteed = 7000", "guaranteed = 8000"),
        ("t_mobile_daily_segments = 40000 ", "t_mobile_daily_segments = 30000 "),
        ("channel = \"sms-voice\"", "channel = \"sns\""),
        (&format!("[grants.newsletter]{newsletter}"), ""),
    ];
    let mut said = String::new();
    let written = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "CreateTable"];
    for (from, to) in steps {
        change(from, to);
        if to == "guaranteed = 8000" {
            use_up_the_pool(&table(&aws)).await;
        }
        aws.clear_calls();
        let asked = tendlc(folder.path(), aws.endpoint(), "111111111111", &["sync", "--create-table"]).await;
        assert_eq!((asked.status.code(), out(&asked).as_str()), (Some(1), ""), "{}", told(&asked));
        let counts = aws.counts();
        assert!(written.iter().all(|operation| !counts.contains_key(operation)), "{to}: {counts:?}");
        let done = tendlc(folder.path(), aws.endpoint(), "111111111111", &["sync", "--create-table", "--yes"]).await;
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        said.push_str(&out(&done));
        let mut lines: Vec<String> = out(&done).lines().map(str::to_owned).collect();
        assert!(!lines.is_empty() && lines != ["nothing to change"], "{to}");
        let done = |line: &String| line.replace(", it is ", ", it was ");
        let mut ahead: Vec<String> = shown(&asked).iter().map(done).collect();
        for (will, did) in [("write ", "wrote "), ("remove ", "removed ")] {
            ahead.iter_mut().for_each(|line| *line = line.replacen(will, did, 1));
        }
        // Before, a warning says what to do instead; afterwards, what is left to do.
        let warns = |line: &String| line.starts_with("WARNING: ");
        let removed = lines.contains(&"removed grant newsletter".to_owned());
        for said in [&mut ahead, &mut lines] {
            assert_eq!(said.iter().any(|line| warns(line) && line.contains("tendlc-newsletter")), removed, "{said:?}");
            said.retain(|line| !warns(line));
        }
        assert_eq!(ahead, lines, "{to}: {}", told(&asked));
        // What was there before is said in the present until it is changed.
        assert!(!shown(&asked).iter().any(|line| line.contains("it was")), "{}", told(&asked));
        if to == "guaranteed = 8000" {
            let today = PacificDay::of(SystemClock::default().now());
            assert!(!lines[0].contains(&format!("from {today}")), "{lines:?}");
        }
    }
    assert!(said.contains("campaign order-updates: channel sns, it was sms-voice\n"), "{said}");
    assert!(said.contains("campaign order-updates: phone_number (not shown), it was none\n"), "{said}");
    // Where nothing would be written nobody is asked.
    let same = tendlc(folder.path(), aws.endpoint(), "111111111111", &["sync"]).await;
    assert_eq!((same.status.code(), out(&same).as_str()), (Some(0), "nothing to change\n"), "{}", told(&same));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_says_what_stands_in_the_way_and_what_to_type() {
    let (aws, folder) = (account().await, folder(tendlc_config::EXAMPLE));
    let run = async |endpoint: &str, key: &str| {
        let output = tendlc(folder.path(), endpoint, key, &["sync", "--create-table", "--yes"]).await;
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        told(&output)
    };
    let none = run(aws.endpoint(), "").await;
    assert!(none.contains("no AWS credentials") && none.contains("\n  aws sso login --profile NAME\n"), "{none}");
    let refused = run(aws.endpoint(), "AKIAEXAMPLE").await;
    assert!(
        refused.contains("refuses these credentials for the account 111111111111 (InvalidClientTokenId)"),
        "{refused}"
    );
    assert!(refused.contains("\n  aws sso login\n  aws sts get-caller-identity\n"), "{refused}");
    let down = run("http://127.0.0.1:1", "111111111111").await;
    assert!(
        down.contains("no answer from http://127.0.0.1:1") && down.contains("\n  curl -i http://127.0.0.1:1\n"),
        "{down}"
    );
    assert!(!down.contains("credentials"), "{down}");
    for operation in ["DescribeTable", "GetItem"] {
        aws.fault(Fault::always(operation, Action::Deny)).unwrap();
        let denied = run(aws.endpoint(), "111111111111").await;
        assert!(denied.contains("on the table tendlc (AccessDeniedException"), "{operation}: {denied}");
        assert!(denied.contains("dynamodb:DescribeTable, GetItem"), "{operation}: {denied}");
        aws.clear_faults();
    }
    // Of a sync's many calls none is named that it was not.
    for (operation, action, code) in [
        ("TransactWriteItems", Action::Error, "InternalServerError"),
        ("TransactWriteItems", Action::Deny, "AccessDeniedException"),
        ("PutItem", Action::Throttle, "ProvisionedThroughputExceededException"),
    ] {
        aws.fault(Fault::always(operation, action)).unwrap();
        let failed = run(aws.endpoint(), "111111111111").await;
        let first = failed.lines().find(|line| line.starts_with("tendlc: ")).unwrap_or_default();
        assert!(first.contains("table tendlc") && first.contains(code), "{operation}: {failed}");
        assert!(!first.contains("Item"), "{operation}: {failed}");
        aws.clear_faults();
    }
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
    assert!(notes.contains("external_id"), "{notes}");
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
