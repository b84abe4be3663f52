//! What a person is told who starts it, and whether it can be typed.

use std::process::Command;

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::Value;

use super::running::Running;

/// The commands for the AWS CLI, each as a shell takes it apart: its variables, then its arguments.
fn pasted(welcome: &str) -> Vec<(String, Vec<String>)> {
    let pieces = welcome.split("\n\n").filter(|piece| piece.contains("\n  aws "));
    let taken = pieces.map(|piece| {
        let program = r#"aws() { printf '%s\n' "$AWS_ACCESS_KEY_ID" "$@" | tr '\n' '\001'; }; "#;
        let output = Command::new("sh").args(["-c", &format!("{program}{piece}")]).output().expect("a shell");
        assert!(output.status.success(), "{piece}: {output:?}");
        let words = String::from_utf8(output.stdout).expect("UTF-8");
        let mut words = words.trim_end_matches('\u{1}').split('\u{1}').map(str::to_owned);
        (words.next().expect("an access key"), words.collect())
    });
    taken.collect()
}

/// What follows a flag; a value that goes over several lines is put together again.
fn after(words: &[String], flag: &str) -> String {
    let place = words.iter().position(|word| word == flag).unwrap_or_else(|| panic!("no {flag}: {words:?}"));
    let value: Vec<&str> =
        words[place + 1..].iter().map(String::as_str).take_while(|word| !word.starts_with("--")).collect();
    value.join("\n")
}

#[tokio::test]
async fn the_lines_to_paste_work_and_what_became_of_each_is_said() {
    let (running, welcome) = Running::for_a_person(&[]);
    assert!(welcome.lines().all(|line| line.chars().count() <= 100), "{welcome}");
    for queue in ["tendlc-send", "tendlc-send.fifo", "tendlc-send-promotional.fifo"] {
        let url = format!("{}/222222222222/{queue}", running.endpoint());
        assert!(welcome.lines().any(|line| line.split_whitespace().eq([queue, &url])), "{queue}: {welcome}");
    }
    assert!(welcome.contains("version 1 does\nnot for `aws sqs`"), "{welcome}");
    let commands = pasted(&welcome);
    assert_eq!(commands.len(), 2, "{welcome}");
    for (account, words) in &commands {
        assert_eq!((account.as_str(), after(words, "--region").lines().next()), ("222222222222", Some("us-east-1")));
        assert_eq!(after(words, "--endpoint-url"), running.endpoint());
    }
    let [(account, by_queue), (_, by_event)] = &commands[..] else { panic!("{welcome}") };
    let send = running.sqs(account).send_message().queue_url(after(by_queue, "--queue-url"));
    send.message_body(after(by_queue, "--message-body")).send().await.unwrap();

    let entries: Value = serde_json::from_str(&after(by_event, "--entries")).unwrap();
    let text = |name: &str| entries[0][name].as_str().unwrap();
    let entry = PutEventsRequestEntry::builder().event_bus_name(text("EventBusName")).source(text("Source"));
    let entry = entry.detail_type(text("DetailType")).detail(text("Detail")).build();
    let events = aws_sdk_eventbridge::Client::new(&running.account(account));
    events.put_events().entries(entry).send().await.unwrap();
    running.until_sent(2).await;
    running.until("outcomes", || running.written().matches("SMS Accepted").count() == 2).await;
    assert!(running.written().contains("order-1  checkout") && running.written().contains("order-2  checkout"));
}

#[tokio::test]
async fn an_event_that_nobody_takes_is_told_with_what_is_expected() {
    let (running, welcome) = Running::for_a_person(&[]);
    for bus in ["default", "arn:aws:events:us-east-1:111111111111:event-bus/tendlc"] {
        assert!(welcome.contains(&format!("\n  {bus} ")), "{welcome}");
    }
    let put = async |account: &str, bus: &str, kind: &str| {
        let entry = PutEventsRequestEntry::builder().event_bus_name(bus).source("shop").detail_type(kind);
        let entry = entry.detail(r#"{"to":"+12065550123","body":"Your order has shipped"}"#).build();
        let events = aws_sdk_eventbridge::Client::new(&running.account(account));
        events.put_events().entries(entry).send().await.unwrap();
    };
    put("222222222222", "default", "SMS Send Request").await;
    put("444444444444", "default", "SMS Send Requested").await;
    put("222222222222", "nowhere", "SMS Send Requested").await;
    running.until("three lines", || running.written().lines().count() >= 3).await;
    let written = running.written();
    let lines: Vec<&str> = written.lines().collect();
    let has = |parts: &[&str]| lines.iter().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(has(&["shop", "`SMS Send Request`", "any source", "`SMS Send Requested`"]), "{written}");
    assert!(has(&["444444444444", "no rule", "default by 222222222222"]), "{written}");
    assert!(has(&["222222222222", "no bus nowhere", "default"]), "{written}");
    assert!(lines.len() == 3 && !written.contains("206555") && !written.contains("has shipped"), "{written}");
}

#[tokio::test]
async fn what_is_rejected_says_why_below_its_line() {
    let (running, _) = Running::for_a_person(&[]);
    let url = format!("{}/222222222222/tendlc-send", running.endpoint());
    let request = r#"{"to":"+12065550123","body":"Your order has shipped","id":"bad","expires":"soon"}"#;
    running.sqs("222222222222").send_message().queue_url(url).message_body(request).send().await.unwrap();
    running.until("why", || running.written().contains("Correct the request")).await;
    let written = running.written();
    let lines: Vec<&str> = written.lines().collect();
    assert!(lines[0].contains("SMS Rejected   bad  checkout  INVALID_REQUEST"), "{written}");
    assert!(lines[1].starts_with("          `expires` is not a field of a request"), "{written}");
    assert!(lines.iter().all(|line| line.chars().count() <= 100), "{written}");
}
