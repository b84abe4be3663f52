//! What goes wrong, for programs: one object, with the cure apart from what is wrong.

use serde_json::Value;
use tempfile::TempDir;

use super::command::{account, folder, out, tendlc, told};

/// Runs it for a program: the exit code, the object, and what people read.
async fn run(endpoint: &str, folder: &TempDir, command: &str) -> (Option<i32>, Value, String) {
    let arguments: Vec<&str> = command.split(' ').chain(["--output", "json"]).collect();
    let output = tendlc(folder.path(), endpoint, "111111111111", &arguments).await;
    let object = serde_json::from_str(&out(&output)).unwrap_or_else(|_| panic!("{output:?}"));
    (output.status.code(), object, told(&output))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_is_an_object_too_for_whoever_asks_for_json() {
    let (aws, one) = (account().await, folder(tendlc_config::EXAMPLE));
    let other = "[primaries.other]\naccount = \"555555555555\"\nregion = \"us-east-1\"";
    let two = folder(&format!("{}\n{other}\n", tendlc_config::EXAMPLE));
    let init = "`tendlc init --example > no.toml`";
    for (folder, command, code, message, cure) in [
        (&one, "check --config no.toml", 2, "failed to read no.toml", Some(init)),
        (&one, "sync --yes", 1, "has no table tendlc in us-east-1", Some("`tendlc sync --create-table`")),
        (&one, "sync --create-table", 1, "nobody is there to ask", Some("say --yes")),
        (&one, "sync --primary mian", 1, "there is no primary mian", Some("there are main")),
        (&two, "sync --yes", 1, "there are several primaries", Some("--primary with one of main, other")),
        (&one, "sync --create-tabel", 2, "unexpected argument '--create-tabel'", None),
    ] {
        let (ended, object, people) = run(aws.endpoint(), folder, command).await;
        let told = |name: &str| object["error"][name].as_str();
        assert_eq!(ended, Some(code), "{command}: {object}");
        assert!(told("message").is_some_and(|told| told.contains(message)), "{command}: {object}");
        assert_eq!(told("cure").is_some(), cure.is_some(), "{command}: {object}");
        assert!(cure.is_none_or(|cure| told("cure").is_some_and(|told| told.contains(cure))), "{command}: {object}");
        assert!(people.contains(message), "people read it as ever: {people}");
    }
    let text = tendlc(one.path(), aws.endpoint(), "111111111111", &["sync", "--yes"]).await;
    assert_eq!(out(&text), "", "without --output json it is on standard error alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mistakes_of_a_file_are_the_same_object_whoever_finds_them() {
    let (aws, mistaken) = (account().await, tendlc_config::EXAMPLE.replace("guaranteed = 5000", "guaranteed = 50000"));
    let mistaken = folder(&mistaken);
    let (code, checked, _) = run(aws.endpoint(), &mistaken, "check").await;
    assert_eq!((code, checked["mistakes"].as_array().map(Vec::len)), (Some(1), Some(2)), "{checked}");
    for command in ["sync", "local --config tendlc.toml"] {
        let (code, object, people) = run(aws.endpoint(), &mistaken, command).await;
        assert_eq!((code, &object), (Some(1), &checked), "{command}");
        assert!(people.contains("tendlc.toml:"), "{people}");
    }
}
