//! What a person sees of played events.

use serde_json::json;

use super::commands::{Made, local, read, sample, seen};

const NOW: [&str; 2] = ["--now", "2026-11-20T17:00:00Z"];

/// The indented text below the row of a request.
fn below(text: &str, id: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.contains(&format!(" {id} "))).skip(1);
    let below: Vec<&str> = lines.take_while(|line| line.starts_with("     ")).map(str::trim).collect();
    below.join(" ")
}

#[test]
fn below_what_is_not_accepted_stands_why_and_what_to_do() {
    let (text, _) = seen(&[&[sample("sqs-mixed.json").as_str()], NOW.as_slice()].concat(), None);
    for (id, why, cure) in [
        ("unknown-field", "is not a field of a request", "Correct the request"),
        ("toll-free-number", "`to`: ", "use the recipient's number there"),
        ("blank-body", "`body`: ", "Correct the request"),
        ("unknown-campaign", "the grant checkout has no such campaign; it has order-updates", "tendlc sync"),
    ] {
        let below = below(&text, id);
        assert!(below.contains(why) && below.contains(cure), "{id}: {below}\n{text}");
    }
    assert_eq!(below(&text, "good-first"), "", "{text}");
    let (text, _) = seen(&[&[sample("sqs-opted-out.json").as_str()], NOW.as_slice()].concat(), None);
    assert!(below(&text, "order-1099-shipped").contains("has to text START"), "{text}");
}

#[test]
fn what_nobody_has_granted_says_where_it_came_from_and_who_lets_it_in() {
    let (mut by_queue, mut by_event) = (read("sqs-single.json"), read("event-single.json"));
    let queue = "arn:aws:sqs:us-east-1:111111111111:tendlc-elsewhere";
    by_queue["Records"][0]["eventSourceARN"] = queue.into();
    by_event["account"] = "444444444444".into();
    let queue = format!("No grant has the queue {queue}.");
    for (event, id, why) in [
        (by_queue, "order-1001-shipped", queue.as_str()),
        (by_event, "order-1090-shipped", "No grant has the account 444444444444."),
    ] {
        let (text, _) = seen(&[Made::of(&event).path()], None);
        let below = below(&text, id);
        assert!(below.starts_with(why) && below.contains("runs `tendlc sync`"), "{below}\n{text}");
    }
}

#[test]
fn what_waits_says_for_what_and_what_would_help() {
    let over = ["--config", "events/over-budget.toml"];
    let (text, _) = seen(&[&[sample("sqs-over-budget.json").as_str()], NOW.as_slice(), over.as_slice()].concat(), None);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(text.matches("Raise that in tendlc.toml").count(), 3, "two wait, one is rejected: {text}");
    assert_eq!(text.matches("asks not to wait").count(), 1, "{text}");
}

#[test]
fn a_live_limit_that_could_not_be_read_says_why_and_what_to_do_below_its_row() {
    let fault = r#"{"operation":"DescribePhoneNumbers","action":"deny","times":null}"#;
    let file = sample("schedule-limits.json");
    let live = [file.as_str(), "--config", "events/live-limits.toml"];
    let (text, _) = seen(&live, None);
    assert!(text.contains("status: fresh") && below(&text, "segments_per_second").is_empty(), "{text}");
    let (text, logs) = seen(&[live.as_slice(), &["--fault", fault]].concat(), None);
    let below = below(&text, "segments_per_second");
    assert!(below.contains("refused sms-voice:DescribePhoneNumbers") && below.contains("allow sms-voice:"), "{text}");
    assert!(text.contains("status: stale") && !logs.contains("+1206"), "{text}{logs}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn no_line_is_long_and_none_shows_a_number_or_a_body() {
    let (text, logs) = seen(&[&["events"], NOW.as_slice()].concat(), None);
    // A reply is JSON, as the function answered it.
    let long = |line: &&str| line.chars().count() > 100 && !line.starts_with("reply: {");
    assert_eq!(text.lines().find(long), None, "{text}");
    for private in ["206555", "+1206", "has shipped."] {
        assert!(!text.contains(private), "{private}: {text}");
    }
    // Of texts that nobody asked for the log tells, and nothing else does.
    let other: Vec<&str> = logs.lines().filter(|line| !line.contains("\"alarm\":\"unmetered\"")).collect();
    assert_eq!(other, [""; 0], "who plays events reads results and no logs");
}

#[test]
fn a_fault_that_nothing_met_is_told_and_one_that_was_met_is_not() {
    let file = sample("sqs-single.json");
    let faults = [
        r#"{"operation":"SendMessage","action":"deny"}"#,
        r#"{"operation":"SendTextMessage","action":"throttle","times":2}"#,
        r#"{"operation":"PutEvents","action":"throttle"}"#,
    ];
    let faults: Vec<&str> = faults.iter().flat_map(|fault| ["--fault", fault]).collect();
    let arguments = [&[file.as_str()], NOW.as_slice(), faults.as_slice()].concat();
    let (_, told) = seen(&arguments, None);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(lines[0].contains("the fault deny of SendMessage was never met; nothing has called SendMessage"), "{told}");
    assert!(lines[1].contains("the fault throttle of SendTextMessage was met 1 of 2 times: 1 left"), "{told}");
    let logs = local(&arguments).logs;
    assert!(logs.contains("the fault deny of SendMessage was never met"), "programs' logs have it too: {logs}");
}

#[test]
fn logs_are_there_for_whoever_asks() {
    let file = sample("sns-event.json");
    let arguments = [&[file.as_str()], NOW.as_slice()].concat();
    let (_, logs) = seen(&arguments, Some("info"));
    assert!(logs.lines().any(|line| line.starts_with('{') && line.contains("aws:sns")), "{logs}");
}

#[test]
fn what_is_left_of_the_ceiling_on_all_texts_is_shown_beside_the_budgets() {
    let batch = sample("sqs-batch-of-ten.json");
    let run = local(&[&[batch.as_str()], NOW.as_slice()].concat());
    let (spoke, hub) = (run.budget("checkout"), run.budget("newsletter"));
    assert_eq!((&spoke["daily_segments"], &spoke["daily_segments_left"]), (&json!(60_000), &json!(59_988)));
    assert_eq!((&hub["daily_segments"], &hub["daily_segments_left"]), (&json!(null), &json!(null)));
    let (text, _) = seen(&[&[batch.as_str()], NOW.as_slice()].concat(), None);
    let row = |grant: &str| text.lines().rfind(|line| line.starts_with(&format!(" {grant} "))).unwrap().to_owned();
    assert!(text.contains("on the Pacific day 2026-11-20,"), "{text}");
    assert!(row("checkout").ends_with(" 59988 of 60000") && row("newsletter").ends_with("-"), "{text}");
}
