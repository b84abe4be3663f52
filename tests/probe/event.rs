//! Which events make it run.

use serde_json::json;
use tendlc_local::system::FunctionName;

use super::report::Report;
use super::running::{SPOKE, command, example};

#[test]
fn an_event_that_holds_requests_is_refused_by_name() {
    for (file, named) in [
        ("events/sqs-single.json", "aws:sqs"),
        ("events/sns-event.json", "aws:sns"),
        ("events/event-single.json", "SMS Send Requested"),
    ] {
        let line = command(&["--function", "probe-health", file]);
        assert_eq!(line["error"]["errorType"], "NotATrigger", "{file}");
        assert!(line["error"]["errorMessage"].as_str().unwrap().contains(named), "{file}: {line}");
    }
}

#[tokio::test]
async fn any_other_event_is_a_trigger() {
    let system = example().await;
    let played = system.play(&json!({ "account": SPOKE }), Some(FunctionName::ProbeHealth)).await.unwrap();
    assert_eq!(Report::of(played.reply.unwrap()).status(), "healthy");
}
