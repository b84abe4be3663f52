use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry as Entry;
use aws_sdk_eventbridge::types::builders::PutEventsRequestEntryBuilder;

use super::*;

fn entry() -> PutEventsRequestEntryBuilder {
    Entry::builder().source("tendlc").detail_type("SMS Accepted").detail(r#"{"id":"1"}"#).event_bus_name("outcomes")
}

#[tokio::test]
async fn accepted_entries_are_told_with_their_bus() {
    let double = Double::start().await;
    let mut watch = double.aws.watch_events();
    let client = Client::new(&double.execution());
    let by_arn = entry().event_bus_name("arn:aws:events:us-east-1:222222222222:event-bus/outcomes").build();
    let answer = client.put_events().entries(entry().build()).entries(by_arn).send().await.unwrap();
    assert_eq!(answer.failed_entry_count, 0);
    for entry in answer.entries() {
        let event = watch.recv().await.unwrap();
        assert_eq!((event.bus_account.as_str(), event.bus.as_str()), (SECONDARY, "outcomes"));
        assert_eq!((Some(event.id.as_str()), event.time), (entry.event_id(), at("2026-11-20T12:00:00Z")));
        assert_eq!((event.source.as_str(), event.detail["id"].as_str()), ("tendlc", Some("1")));
    }
}

#[tokio::test]
async fn wrong_entries_fail_alone() {
    let double = Double::start().await;
    let mut watch = double.aws.watch_events();
    let entries = [
        entry().detail("not json"),
        entry().detail("[1]"),
        entry().source("aws.sms-voice"),
        entry().set_source(None),
        entry().set_detail_type(None),
        entry().set_detail(None),
        entry().source("good"),
    ];
    let request = Client::new(&double.execution()).put_events();
    let answer =
        request.set_entries(Some(entries.map(PutEventsRequestEntryBuilder::build).into())).send().await.unwrap();
    let codes: Vec<_> = answer.entries().iter().map(|entry| entry.error_code().unwrap_or("")).collect();
    let invalid = "InvalidArgument";
    let expected = ["MalformedDetail", "MalformedDetail", "NotAuthorizedForSource", invalid, invalid, invalid, ""];
    assert_eq!((codes.as_slice(), answer.failed_entry_count), (expected.as_slice(), 6));
    assert_eq!(watch.recv().await.unwrap().source, "good");
}

#[tokio::test]
async fn a_bus_that_does_not_exist_swallows_events_as_aws_does() {
    let double = Double::start().await;
    let mut watch = double.aws.watch_events();
    let client = Client::new(&double.execution());
    let answer = client.put_events().entries(entry().event_bus_name("none").build()).send().await.unwrap();
    assert!(answer.failed_entry_count == 0 && answer.entries()[0].event_id().is_some());
    assert!(watch.try_recv().is_err());
}

#[tokio::test]
async fn another_accounts_bus_needs_its_policy() {
    let double = Double::start().await;
    let put = |config: SdkConfig, name: &str| {
        let bus = format!("arn:aws:events:us-east-1:{SECONDARY}:event-bus/{name}");
        Client::new(&config).put_events().entries(entry().event_bus_name(bus).build()).send()
    };
    assert!(put(double.root(PRIMARY), "outcomes").await.is_ok());
    assert_eq!(code!(put(double.root(PRIMARY), "private").await), "AccessDeniedException");
    assert_eq!(code!(put(double.root("333333333333"), "outcomes").await), "AccessDeniedException");
    assert_eq!(
        code!(put(double.grant().await, "outcomes").await),
        "AccessDeniedException",
        "a grant's role only sends"
    );
}

#[tokio::test]
async fn the_number_and_size_of_entries_is_bounded() {
    let double = Double::start().await;
    let client = Client::new(&double.execution());
    let put = |count: usize, size: usize| {
        let detail = format!(r#"{{"x":"{}"}}"#, "a".repeat(size));
        client.put_events().set_entries(Some(vec![entry().detail(detail).build(); count])).send()
    };
    assert_eq!(code!(put(0, 1).await), "ValidationException");
    assert_eq!(code!(put(11, 1).await), "ValidationException");
    assert!(put(10, 100_000).await.is_ok());
    assert_eq!(code!(put(10, 105_000).await), "ValidationException");
    assert_eq!(
        code!(client.put_events().entries(entry().event_bus_name("a b").build()).send().await),
        "ValidationException"
    );
}
