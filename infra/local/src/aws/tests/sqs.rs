use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message, MessageAttributeValue,
    MessageSystemAttributeName as System, QueueAttributeName, SendMessageBatchRequestEntry as Entry,
};

use super::*;

struct Queue {
    double: Double,
    client: Client,
    url: String,
}

async fn queue(name: &str) -> Queue {
    let double = Double::start().await;
    let url = double.aws.queue_url(SECONDARY, name);
    Queue { client: Client::new(&double.execution()), url, double }
}

impl Queue {
    async fn send(&self, body: &str) -> String {
        let request = self.client.send_message().queue_url(&self.url).message_body(body);
        request.send().await.unwrap().message_id.unwrap()
    }

    async fn send_to_group(&self, group: &str, body: &str) -> String {
        let request = self.client.send_message().queue_url(&self.url).message_body(body).message_group_id(group);
        request.send().await.unwrap().message_id.unwrap()
    }

    async fn receive(&self) -> Vec<Message> {
        let request = self.client.receive_message().queue_url(&self.url).max_number_of_messages(10);
        request
            .message_system_attribute_names(System::All)
            .message_attribute_names("All")
            .send()
            .await
            .unwrap()
            .messages
            .unwrap_or_default()
    }

    async fn delete(&self, message: &Message) {
        let handle = message.receipt_handle().unwrap();
        self.client.delete_message().queue_url(&self.url).receipt_handle(handle).send().await.unwrap();
    }

    fn change(
        &self,
        handle: &str,
        seconds: i32,
    ) -> aws_sdk_sqs::operation::change_message_visibility::builders::ChangeMessageVisibilityFluentBuilder {
        let request = self.client.change_message_visibility().queue_url(&self.url);
        request.receipt_handle(handle).visibility_timeout(seconds)
    }
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().filter_map(Message::body).collect()
}

fn attribute(kind: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(kind).string_value(value).build().unwrap()
}

#[tokio::test]
async fn a_received_message_is_hidden_until_it_is_deleted_or_its_time_is_up() {
    let queue = queue("tendlc-send").await;
    let id = queue.send("one").await;
    let first = queue.receive().await;
    assert_eq!(first[0].message_id(), Some(id.as_str()));
    assert_eq!(first[0].attributes().unwrap()[&System::ApproximateReceiveCount], "1");
    assert!(queue.receive().await.is_empty());
    queue.double.advance(30);
    let second = queue.receive().await;
    assert_eq!(second[0].attributes().unwrap()[&System::ApproximateReceiveCount], "2");
    queue.delete(&first[0]).await;
    assert_eq!(queue.double.aws.depth(SECONDARY, "tendlc-send").unwrap().in_flight, 1, "an old handle deletes nothing");
    queue.delete(&second[0]).await;
    queue.delete(&second[0]).await;
    assert_eq!(queue.double.aws.depth(SECONDARY, "tendlc-send").unwrap(), Default::default());
}

#[tokio::test]
async fn attributes_and_digests_come_back() {
    let queue = queue("tendlc-send").await;
    let request = queue.client.send_message().queue_url(&queue.url).message_body("body");
    let binary =
        MessageAttributeValue::builder().data_type("Binary").binary_value(b"\0\xff".to_vec().into()).build().unwrap();
    let request = request.message_attributes("number", attribute("Number", "1")).message_attributes("binary", binary);
    let sent = request.message_attributes("text", attribute("String.id", "a")).send().await.unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("841a2d689ad86bd1611447453c22c6fc"));
    let message = &queue.receive().await[0];
    assert_eq!(message.md5_of_message_attributes(), sent.md5_of_message_attributes());
    let attributes = message.message_attributes().unwrap();
    assert_eq!(attributes["binary"].binary_value().unwrap().as_ref(), b"\0\xff");
    queue.double.advance(30);
    let request = queue.client.receive_message().queue_url(&queue.url).message_attribute_names("te.*");
    let message = &request.send().await.unwrap().messages.unwrap()[0];
    assert_eq!(message.message_attributes().unwrap().keys().collect::<Vec<_>>(), ["text"]);
    assert!(message.attributes().is_none());
}

#[tokio::test]
async fn a_message_received_too_often_goes_to_the_dead_letters_with_its_id() {
    let queue = queue("tendlc-send").await;
    let id = queue.send("one").await;
    for _ in 0..2 {
        assert_eq!(queue.receive().await.len(), 1);
        queue.double.advance(30);
    }
    assert!(queue.receive().await.is_empty());
    let dead = queue.double.aws.queue_url(SECONDARY, "tendlc-dead-letter");
    let request = queue.client.receive_message().queue_url(dead).message_system_attribute_names(System::All);
    let messages = request.send().await.unwrap().messages.unwrap();
    assert_eq!((messages[0].message_id(), messages[0].body()), (Some(id.as_str()), Some("one")));
    let source = &messages[0].attributes().unwrap()[&System::DeadLetterQueueSourceArn];
    assert_eq!(source, "arn:aws:sqs:us-east-1:222222222222:tendlc-send");
}

#[tokio::test]
async fn visibility_is_changed_within_twelve_hours_of_the_receipt() {
    let queue = queue("tendlc-send").await;
    queue.send("one").await;
    let handle = queue.receive().await[0].receipt_handle().unwrap().to_owned();
    queue.change(&handle, 42_000).send().await.unwrap();
    queue.double.advance(1300);
    let text = message!(queue.change(&handle, 42_000).send().await);
    assert!(text.contains("Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"), "{text}");
    assert_eq!(code!(queue.change(&handle, 43_201).send().await), "InvalidParameterValue");
    assert_eq!(code!(queue.change(&handle, -1).send().await), "InvalidParameterValue");
    queue.change(&handle, 0).send().await.unwrap();
    assert!(queue.change(&handle, 10).send().await.unwrap_err().into_service_error().is_message_not_inflight());
    assert_eq!(queue.receive().await.len(), 1);
    assert_eq!(code!(queue.change(&handle, 10).send().await), "InvalidParameterValue", "received again since");
    let unknown = queue.change("never given out", 10).send().await.unwrap_err().into_service_error();
    assert!(unknown.is_receipt_handle_is_invalid(), "{unknown:?}");
}

#[tokio::test]
async fn unknown_handles_are_accepted_where_events_are_played() {
    let double = Double::start_with(|seed| seed.lenient_handles = true).await;
    let url = double.aws.queue_url(SECONDARY, "tendlc-send");
    let client = Client::new(&double.execution());
    client.delete_message().queue_url(&url).receipt_handle("played").send().await.unwrap();
    let change = client.change_message_visibility().queue_url(&url).receipt_handle("played").visibility_timeout(5);
    change.send().await.unwrap();
}

#[tokio::test]
async fn a_fifo_group_waits_for_its_first_message() {
    let queue = queue("orders.fifo").await;
    for (group, body) in [("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3")] {
        queue.send_to_group(group, body).await;
    }
    let one = queue.client.receive_message().queue_url(&queue.url).send().await.unwrap().messages.unwrap();
    assert_eq!(bodies(&one), ["a1"]);
    let rest = queue.receive().await;
    assert_eq!(bodies(&rest), ["b1"], "a1 is in flight");
    queue.delete(&one[0]).await;
    let group = queue.receive().await;
    assert_eq!(bodies(&group), ["a2", "a3"]);
    queue.change(group[0].receipt_handle().unwrap(), 100).send().await.unwrap();
    queue.change(group[1].receipt_handle().unwrap(), 0).send().await.unwrap();
    assert!(queue.receive().await.is_empty(), "a3 must not overtake a2");
    queue.double.advance(100);
    assert_eq!(bodies(&queue.receive().await), ["a2", "b1", "a3"], "order is kept");
}

#[tokio::test]
async fn a_fifo_queue_takes_a_deduplication_id_once_in_five_minutes() {
    let queue = queue("orders.fifo").await;
    let first = queue.send_to_group("a", "same").await;
    assert_eq!(queue.send_to_group("a", "same").await, first);
    assert_eq!(queue.double.aws.depth(SECONDARY, "orders.fifo").unwrap().visible, 1);
    queue.double.advance(300);
    assert_ne!(queue.send_to_group("a", "same").await, first);
}

#[tokio::test]
async fn each_kind_of_queue_refuses_what_is_the_others() {
    let queue = queue("strict.fifo").await;
    let to = |name: &str| {
        let url = queue.double.aws.queue_url(SECONDARY, name);
        queue.client.send_message().queue_url(url).message_body("x")
    };
    assert_eq!(code!(to("strict.fifo").send().await), "MissingParameter");
    assert_eq!(code!(to("strict.fifo").message_group_id("a").send().await), "InvalidParameterValue");
    let complete = || to("strict.fifo").message_group_id("a").message_deduplication_id("1");
    assert_eq!(code!(complete().delay_seconds(5).send().await), "InvalidParameterValue");
    assert!(complete().send().await.unwrap().sequence_number.is_some());
    assert_eq!(code!(to("tendlc-send").message_deduplication_id("1").send().await), "InvalidParameterValue");
    assert!(to("tendlc-send").message_group_id("tenant").send().await.is_ok(), "fair queues take groups");
    assert_eq!(code!(to("tendlc-send").delay_seconds(901).send().await), "InvalidParameterValue");
    assert!(to("none").send().await.unwrap_err().into_service_error().is_queue_does_not_exist());
    assert_eq!(code!(to("none").send().await), "AWS.SimpleQueueService.NonExistentQueue");
}

#[tokio::test]
async fn messages_are_held_to_aws_s_sizes_and_characters() {
    let queue = queue("tendlc-send").await;
    let send = |body: String| queue.client.send_message().queue_url(&queue.url).message_body(body);
    assert!(send("a".repeat(1_048_576)).send().await.is_ok());
    assert_eq!(code!(send("a".repeat(1_048_577)).send().await), "InvalidParameterValue");
    let together = send("a".repeat(1_048_570)).message_attributes("name", attribute("String", "v"));
    assert_eq!(code!(together.send().await), "InvalidParameterValue");
    let characters = send("\u{1}".into()).send().await.unwrap_err().into_service_error();
    assert!(characters.is_invalid_message_contents());
    assert_eq!(code!(send(String::new()).send().await), "MissingParameter");
    let mut many = send("x".into());
    for place in 0..11 {
        many = many.message_attributes(format!("a{place}"), attribute("String", "v"));
    }
    assert_eq!(code!(many.send().await), "InvalidParameterValue");
    for (name, value) in [
        ("AWS.x", attribute("String", "v")),
        ("a..b", attribute("String", "v")),
        ("a", attribute("Text", "v")),
        ("a", attribute("String", "")),
        ("a", attribute("Number", "many")),
    ] {
        assert_eq!(
            code!(send("x".into()).message_attributes(name, value).send().await),
            "InvalidParameterValue",
            "{name}"
        );
    }
}

#[tokio::test]
async fn batches_report_each_entry_and_are_checked_as_a_whole() {
    let queue = queue("tendlc-send").await;
    let entry = |id: &str, body: &str| Entry::builder().id(id).message_body(body).build().unwrap();
    let batch =
        |entries: Vec<Entry>| queue.client.send_message_batch().queue_url(&queue.url).set_entries(Some(entries)).send();
    let answer = batch(vec![entry("a", "one"), entry("b", "\u{1}")]).await.unwrap();
    assert_eq!((answer.successful.len(), answer.failed.len()), (1, 1));
    assert_eq!((answer.failed[0].id(), answer.failed[0].code()), ("b", "InvalidMessageContents"));
    let big = "a".repeat(600_000);
    for (entries, expected) in [
        (vec![], "EmptyBatchRequest"),
        (vec![entry("a", "x"), entry("a", "y")], "BatchEntryIdsNotDistinct"),
        (vec![entry("a b", "x")], "InvalidBatchEntryId"),
        (vec![entry("a", &big), entry("b", &big)], "BatchRequestTooLong"),
        ((0..11).map(|place| entry(&place.to_string(), "x")).collect(), "TooManyEntriesInBatchRequest"),
    ] {
        assert_eq!(code!(batch(entries).await), format!("AWS.SimpleQueueService.{expected}"));
    }
    let handle = queue.receive().await[0].receipt_handle().unwrap().to_owned();
    let change = |id: &str, handle: &str, seconds| {
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(id).receipt_handle(handle);
        entry.visibility_timeout(seconds).build().unwrap()
    };
    let request = queue.client.change_message_visibility_batch().queue_url(&queue.url);
    let answer = request.entries(change("a", &handle, 10)).entries(change("b", "unknown", 10)).send().await.unwrap();
    assert_eq!((answer.successful[0].id(), answer.failed[0].code()), ("a", "ReceiptHandleIsInvalid"));
    let delete = |id: &str, handle: &str| {
        DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
    };
    let request = queue.client.delete_message_batch().queue_url(&queue.url);
    let answer = request.entries(delete("a", &handle)).entries(delete("b", "unknown")).send().await.unwrap();
    assert_eq!((answer.successful[0].id(), answer.failed[0].id()), ("a", "b"));
    assert_eq!(queue.double.aws.depth(SECONDARY, "tendlc-send").unwrap(), Default::default());
}

#[tokio::test]
async fn a_long_poll_ends_when_a_message_arrives_or_becomes_visible() {
    let queue = queue("tendlc-send").await;
    let poll = || queue.client.receive_message().queue_url(&queue.url).wait_time_seconds(5).send();
    let (messages, _) = tokio::join!(poll(), async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        queue.send("late").await
    });
    assert_eq!(bodies(messages.unwrap().messages()), ["late"]);
    let (messages, ()) = tokio::join!(poll(), async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        queue.double.advance(30);
    });
    assert_eq!(bodies(messages.unwrap().messages()), ["late"]);
    let request = queue.client.receive_message().queue_url(&queue.url);
    assert_eq!(code!(request.wait_time_seconds(21).send().await), "InvalidParameterValue");
    let request = queue.client.receive_message().queue_url(&queue.url);
    assert_eq!(code!(request.max_number_of_messages(11).send().await), "InvalidParameterValue");
}

#[tokio::test]
async fn delayed_and_expired_messages_follow_the_clock() {
    let mut queue = queue("tendlc-send").await;
    queue.client = Client::new(&queue.double.root(SECONDARY));
    queue.client.send_message().queue_url(&queue.url).message_body("later").delay_seconds(900).send().await.unwrap();
    assert!(queue.receive().await.is_empty());
    queue.double.advance(900);
    assert_eq!(queue.receive().await.len(), 1);
    queue.double.advance(345_600);
    assert!(queue.receive().await.is_empty(), "kept for four days");
}

#[tokio::test]
async fn queues_are_their_accounts_and_those_of_listed_senders() {
    let queue = queue("tendlc-send").await;
    let hub = queue.double.aws.queue_url(PRIMARY, "tendlc-newsletter");
    let send =
        |config: &SdkConfig, url: &str| Client::new(config).send_message().queue_url(url).message_body("x").send();
    assert!(send(&queue.double.root(SECONDARY), &hub).await.is_ok());
    assert!(send(&queue.double.root(PRIMARY), &hub).await.is_ok());
    assert_eq!(code!(send(&queue.double.root("333333333333"), &hub).await), "AccessDenied");
    assert_eq!(code!(send(&queue.double.root(PRIMARY), &queue.url).await), "AccessDenied");
    assert_eq!(code!(send(&queue.double.grant().await, &hub).await), "AccessDenied", "a grant's role only sends texts");
    let receive = Client::new(&queue.double.root(SECONDARY)).receive_message().queue_url(&hub).send().await;
    assert_eq!(code!(receive), "AccessDenied", "senders do not receive");
}

#[tokio::test]
async fn queues_are_found_looked_at_and_purged() {
    let queue = queue("tendlc-send").await;
    let client = &queue.client;
    let url = client.get_queue_url().queue_name("tendlc-send").send().await.unwrap();
    assert_eq!(url.queue_url(), Some(queue.url.as_str()));
    assert_eq!(client.list_queues().queue_name_prefix("tendlc-").send().await.unwrap().queue_urls().len(), 2);
    let page = client.list_queues().max_results(3).send().await.unwrap();
    let rest = client.list_queues().set_next_token(page.next_token.clone()).send().await.unwrap();
    assert_eq!((page.queue_urls().len(), rest.queue_urls().len()), (3, 1));
    queue.send("x").await;
    let request = client.get_queue_attributes().queue_url(&queue.url).attribute_names(QueueAttributeName::All);
    let attributes = request.send().await.unwrap().attributes.unwrap();
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessages], "1");
    assert!(attributes[&QueueAttributeName::RedrivePolicy].contains("\"maxReceiveCount\":2"));
    client.purge_queue().queue_url(&queue.url).send().await.unwrap();
    assert_eq!(queue.double.aws.depth(SECONDARY, "tendlc-send").unwrap().visible, 0);
    let again = client.purge_queue().queue_url(&queue.url).send().await.unwrap_err().into_service_error();
    assert!(again.is_purge_queue_in_progress());
}
