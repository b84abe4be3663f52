//! Every way in, and every way out.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::{Value, json};

use super::running::{Running, request};

const SPOKE: &str = "222222222222";
const HUB_GRANT: &str = "333333333333";

/// Puts a request on a bus, as an account.
async fn put(running: &Running, account: &str, bus: &str, detail: &Value) -> Result<(), String> {
    let entry = PutEventsRequestEntry::builder().source("acme.shop").detail_type("SMS Send Requested");
    let entry = entry.detail(detail.to_string()).event_bus_name(bus).build();
    let events = aws_sdk_eventbridge::Client::new(&running.account(account));
    match events.put_events().entries(entry).send().await {
        Ok(answer) if answer.failed_entry_count() == 0 => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

async fn send(running: &Running, account: &str, queue: &str, request: &Value) -> Result<(), String> {
    let send = running.sqs(account).send_message().queue_url(running.queue(queue)).message_body(request.to_string());
    send.send().await.map(|_| ()).map_err(|error| format!("{error:?}"))
}

#[tokio::test]
async fn the_first_line_names_all_that_a_workload_needs_and_all_of_it_works_at_once() {
    let running = Running::start(&[]);
    let first = running.first().as_object().unwrap();
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        ["bus", "credentials", "endpoints", "fifo_queues", "hub_bus", "queues"]
    );
    assert_eq!(first["hub_bus"], "arn:aws:events:us-east-1:111111111111:event-bus/tendlc");
    let fifo: Vec<&String> = first["fifo_queues"].as_object().unwrap().keys().collect();
    assert_eq!(fifo, ["tendlc-send-promotional.fifo", "tendlc-send.fifo"], "a hub's grant has none beside its queues");
    let beside = format!("{}.fifo", first["queues"]["tendlc-send"].as_str().unwrap());
    assert_eq!(first["fifo_queues"]["tendlc-send.fifo"], beside);
    assert_eq!(first["bus"], "default");
    let queues: Vec<&String> = first["queues"].as_object().unwrap().keys().collect();
    let spoke = ["tendlc-dead-letter", "tendlc-send", "tendlc-send-promotional"];
    let hub = ["tendlc-newsletter", "tendlc-newsletter-dead-letter", "tendlc-newsletter-promotional"];
    let mut all = [hub, spoke].concat();
    all.sort_unstable();
    assert_eq!(queues, all);

    // The bus first: whatever is put there before somebody listens is lost.
    put(&running, SPOKE, first["bus"].as_str().unwrap(), &request("by-event")).await.unwrap();
    send(&running, SPOKE, "tendlc-send", &request("by-queue")).await.unwrap();
    running.until_sent(2).await;
    let mut ids = running.sent_ids();
    ids.sort();
    assert_eq!(ids, ["by-event", "by-queue"]);
    let text = running.sent().into_iter().find(|text| text["context"]["tendlc-id"] == "by-queue").unwrap();
    assert_eq!((&text["to"], &text["body"]), (&request("by-queue")["to"], &request("by-queue")["body"]));
    let role = "arn:aws:iam::111111111111:role/tendlc-grant-checkout";
    assert_eq!((&text["role_arn"], &text["context"]["tendlc-grant"]), (&json!(role), &json!("checkout")));
}

#[tokio::test]
async fn any_credentials_will_do_and_those_of_the_first_line_do() {
    let running = Running::start(&[]);
    let told = &running.first()["credentials"];
    let told = |name: &str| told[name].as_str().unwrap().to_owned();
    assert_eq!([told("AWS_REGION"), told("AWS_DEFAULT_REGION")], ["us-east-1", "us-east-1"]);
    let hints = (told("AWS_ACCESS_KEY_ID"), told("AWS_SECRET_ACCESS_KEY"));
    let made_up = ("AKIAIOSFODNN7EXAMPLE".to_owned(), "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned());
    for (place, (key, secret)) in [hints, made_up].into_iter().enumerate() {
        let config = running.config(&key, &secret, Some("any"));
        let sqs = aws_sdk_sqs::Client::new(&config);
        for queue in ["tendlc-send", "tendlc-newsletter"] {
            let url = sqs.get_queue_url().queue_name(queue).send().await.unwrap().queue_url.unwrap();
            assert_eq!(url, running.queue(queue), "found by its name, whoever has it");
            let request = request(&format!("{queue}-{place}")).to_string();
            sqs.send_message().queue_url(url).message_body(request).send().await.unwrap();
        }
        let (own, hub) = (running.first()["bus"].as_str(), running.first()["hub_bus"].as_str());
        for (bus, id) in [(own, "event"), (hub, "hub-event")] {
            let entry = PutEventsRequestEntry::builder().source("acme.shop").detail_type("SMS Send Requested");
            let entry = entry.detail(request(&format!("{id}-{place}")).to_string()).event_bus_name(bus.unwrap());
            let put = aws_sdk_eventbridge::Client::new(&config).put_events().entries(entry.build()).send().await;
            assert_eq!(put.unwrap().failed_entry_count(), 0);
        }
    }
    running.until_sent(8).await;
    for text in running.sent() {
        let (id, grant) = (text["context"]["tendlc-id"].as_str().unwrap(), text["context"]["tendlc-grant"].clone());
        let hub = id.starts_with("tendlc-newsletter") || id.starts_with("hub");
        assert_eq!(grant, if hub { "newsletter" } else { "checkout" }, "{id}");
    }
}

#[tokio::test]
async fn each_outcome_is_a_line_as_it_comes() {
    let running = Running::start(&[]);
    send(&running, SPOKE, "tendlc-send", &request("good")).await.unwrap();
    send(&running, SPOKE, "tendlc-send", &json!({ "to": "+12065550101", "body": "", "id": "bad" })).await.unwrap();
    let outcomes = || -> Vec<Value> {
        let lines = running.written();
        let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        // The logs are objects, too.
        lines.filter(|line| line.get("detail-type").is_some()).collect()
    };
    running.until("outcomes", || outcomes().len() >= 2).await;
    for (id, said) in [("good", "SMS Accepted"), ("bad", "SMS Rejected")] {
        let outcome = outcomes().into_iter().find(|outcome| outcome["detail"]["id"] == id).unwrap();
        let keys: Vec<&String> = outcome.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["detail", "detail-type", "source"], "as for a played file");
        assert_eq!((&outcome["source"], &outcome["detail-type"]), (&json!("tendlc"), &json!(said)));
    }
    assert_eq!(outcomes().len(), 2);
}

#[tokio::test]
async fn every_lane_of_every_grant_is_served() {
    // By day: at night the promotional ones would wait for the morning.
    let running = Running::start(&["--now", "2026-11-20T17:00:00Z"]);
    for (account, queue) in [
        (SPOKE, "tendlc-send"),
        (SPOKE, "tendlc-send-promotional"),
        (HUB_GRANT, "tendlc-newsletter"),
        (HUB_GRANT, "tendlc-newsletter-promotional"),
    ] {
        send(&running, account, queue, &request(&format!("on-{queue}"))).await.unwrap();
    }
    // The hub's bus takes what its secondaries put there by themselves or have forwarded from their own.
    let bus = "arn:aws:events:us-east-1:111111111111:event-bus/tendlc";
    put(&running, HUB_GRANT, bus, &request("on-the-hubs-bus")).await.unwrap();
    put(&running, HUB_GRANT, "default", &request("on-its-own-bus")).await.unwrap();
    running.until_sent(6).await;
    for text in running.sent() {
        let (id, grant) = (text["context"]["tendlc-id"].as_str().unwrap(), text["context"]["tendlc-grant"].clone());
        let spoke = id.starts_with("on-tendlc-send");
        assert_eq!(grant, if spoke { "checkout" } else { "newsletter" }, "{id}");
    }
}

/// A request on one would be nobody's: the hub knows a grant by the queues that its record names.
#[tokio::test]
async fn beside_a_hubs_queues_there_are_no_others() {
    let running = Running::start(&[]);
    let listed = running.sqs("111111111111").list_queues().send().await.unwrap();
    let names: Vec<&str> = listed.queue_urls().iter().map(|url| url.rsplit('/').next().unwrap()).collect();
    let hub = ["tendlc-newsletter", "tendlc-newsletter-dead-letter", "tendlc-newsletter-promotional"];
    let receipts = ["tendlc-receipts", "tendlc-receipts-dead-letter"];
    assert_eq!(names, [hub.as_slice(), receipts.as_slice()].concat());
    let listed = running.sqs(SPOKE).list_queues().send().await.unwrap();
    let fifo = listed.queue_urls().iter().filter(|url| url.ends_with(".fifo"));
    assert_eq!(fifo.count(), 3, "a spoke has one beside each");
}

#[tokio::test]
async fn an_account_reaches_its_own_entrances_only() {
    let running = Running::start(&[]);
    for (account, queue) in [(HUB_GRANT, "tendlc-send"), (SPOKE, "tendlc-newsletter"), ("444444444444", "tendlc-send")]
    {
        let refused = send(&running, account, queue, &request("not-mine")).await;
        assert!(refused.is_err_and(|error| error.contains("AccessDenied")), "{account} on {queue}");
    }
    let bus = "arn:aws:events:us-east-1:111111111111:event-bus/tendlc";
    assert!(put(&running, SPOKE, bus, &request("not-mine")).await.is_err_and(|error| error.contains("AccessDenied")));
    // A bus of an account without a grant takes the event, and no rule of tendlc's is there.
    put(&running, "444444444444", "default", &request("nobodys")).await.unwrap();
    send(&running, SPOKE, "tendlc-send", &request("mine")).await.unwrap();
    running.until_sent(1).await;
    assert_eq!(running.sent_ids(), ["mine"]);
}

#[tokio::test]
async fn what_is_rejected_lands_on_its_grants_dead_letter_queue_with_reason_and_id() {
    let running = Running::start(&[]);
    let mut stop = request("said-stop");
    stop["to"] = Value::from("+12065550199");
    for (account, queue, dead) in [
        (SPOKE, "tendlc-send", "tendlc-dead-letter"),
        (HUB_GRANT, "tendlc-newsletter", "tendlc-newsletter-dead-letter"),
    ] {
        send(&running, account, queue, &stop).await.unwrap();
        let owner = if account == HUB_GRANT { "111111111111" } else { account };
        let letter = running.receive(owner, dead).await;
        let attributes = letter.message_attributes.unwrap();
        let attribute = |name: &str| attributes[name].string_value.clone().unwrap();
        assert_eq!((attribute("reason"), attribute("id")), ("OPTED_OUT".to_owned(), "said-stop".to_owned()));
        assert_eq!(attribute("grant"), if account == HUB_GRANT { "newsletter" } else { "checkout" });
        assert!(!attribute("detail").is_empty());
        let body: Value = serde_json::from_str(&letter.body.unwrap()).unwrap();
        let mut resolved = stop.clone();
        resolved["kind"] = Value::from("transactional");
        assert_eq!(body, resolved, "it can be replayed on any queue as the same request");
    }
    // One that came without an id of its own gets its message's, so that a replay is the same request.
    send(&running, SPOKE, "tendlc-send", &json!({ "to": "+12065550199", "body": "No id." })).await.unwrap();
    let letter = running.receive(SPOKE, "tendlc-dead-letter").await;
    let body: Value = serde_json::from_str(&letter.body.unwrap()).unwrap();
    assert_eq!(body["id"].as_str(), letter.message_attributes.unwrap()["id"].string_value.as_deref());
    assert!(running.sent().is_empty());
}
