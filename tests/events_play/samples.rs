//! Each sample, and what is expected of it: the list here is the folder's content.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::commands::{Played, local, read, sample};

/// Noon in the east and nine in Seattle, and before any of the samples' times run out that shall not.
const NOW: &str = "2026-11-20T17:00:00Z";

type Check = fn(&Played<'_>, &Value);

/// Every sample: its file, its function, what else is asked of the command, and its check.
const SAMPLES: [(&str, &str, &[&str], Check); 21] = [
    ("event-bad.json", "send-event", &[], event_bad),
    ("event-hub.json", "send-event", &[], event_hub),
    ("event-single.json", "send-event", &[], event_single),
    ("schedule-limits.json", "refresh-limits", &["--config", "events/live-limits.toml"], schedule_limits),
    ("schedule-probe-primary.json", "probe-health", &[], schedule_probe_primary),
    ("schedule-probe.json", "probe-health", &[], schedule_probe),
    ("schedule-recount.json", "recount", &[], schedule_recount),
    ("sns-event.json", "send-queue", &["--function", "send-queue"], sns_event),
    ("sqs-batch-of-ten.json", "send-queue", &[], batch_of_ten),
    ("sqs-duplicate-ids.json", "send-queue", &[], duplicate_ids),
    ("sqs-expired.json", "send-queue", &[], expired),
    ("sqs-fifo.json", "send-queue", &[], fifo),
    ("sqs-hub.json", "send-queue", &[], hub),
    ("sqs-mixed.json", "send-queue", &[], mixed),
    ("sqs-opted-out.json", "send-queue", &[], opted_out),
    ("sqs-over-budget.json", "send-queue", &["--config", "events/over-budget.toml"], over_budget),
    ("sqs-promotional.json", "send-queue", &[], promotional),
    ("sqs-quiet.json", "send-queue", &[], quiet),
    (
        "sqs-receipts-simulator.json",
        "settle-receipt",
        &["--config", "events/simulator.toml"],
        receipts_of_the_simulator,
    ),
    ("sqs-receipts.json", "settle-receipt", &[], receipts),
    ("sqs-single.json", "send-queue", &[], single),
];

fn play(file: &str) {
    let (_, function, more, check) = SAMPLES.into_iter().find(|(name, ..)| *name == file).expect("a sample");
    let path = sample(file);
    let arguments = [&[path.as_str(), "--now", NOW], more].concat();
    let run = local(&arguments);
    let played = run.event();
    assert_eq!(played.answer["function"], function);
    assert_eq!(played.answer["event"], path);
    check(&played, &Value::Array(run.lines.clone()));
}

macro_rules! samples {
    ($($name:ident: $file:literal;)*) => {
        $(#[test]
        fn $name() {
            play($file);
        })*

        #[test]
        fn every_sample_is_played() {
            let played: BTreeSet<String> = [$($file),*].into_iter().map(str::to_owned).collect();
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("events");
            let files = std::fs::read_dir(folder).expect("the folder").map(|entry| {
                entry.expect("an entry").file_name().into_string().expect("a name in UTF-8")
            });
            let files: BTreeSet<String> = files.filter(|name| name.ends_with(".json")).collect();
            assert_eq!(files, played, "each file in events/ is played by a test, and each that is played is there");
            assert_eq!(SAMPLES.map(|(name, ..)| name.to_owned()).into_iter().collect::<BTreeSet<_>>(), played);
        }
    };
}

samples! {
    a_misspelt_field_of_an_event_is_rejected: "event-bad.json";
    an_event_of_a_hub_account_is_its_grants: "event-hub.json";
    an_event_is_sent: "event-single.json";
    live_limits_are_what_the_numbers_tell: "schedule-limits.json";
    a_schedules_event_in_the_primary_is_about_all_of_it: "schedule-probe-primary.json";
    a_schedules_event_is_the_probes: "schedule-probe.json";
    a_schedule_that_is_named_after_the_recount_is_its: "schedule-recount.json";
    an_event_of_sns_is_refused_by_name: "sns-event.json";
    ten_texts_are_sent: "sqs-batch-of-ten.json";
    an_id_three_times_is_one_text: "sqs-duplicate-ids.json";
    an_old_password_is_not_sent: "sqs-expired.json";
    each_group_is_sent_in_its_order: "sqs-fifo.json";
    a_hub_queue_is_its_grants: "sqs-hub.json";
    bad_requests_do_not_hold_up_good_ones: "sqs-mixed.json";
    who_said_stop_gets_nothing: "sqs-opted-out.json";
    a_used_up_budget_defers_or_rejects: "sqs-over-budget.json";
    the_promotional_lane_is_sent: "sqs-promotional.json";
    who_still_sleeps_gets_it_later: "sqs-quiet.json";
    receipts_of_what_the_probe_sent_to_simulated_phones_are_in_no_book: "sqs-receipts-simulator.json";
    receipts_of_texts_that_nobody_asked_for_are_counted: "sqs-receipts.json";
    one_text_is_sent: "sqs-single.json";
}

fn said(played: &Played<'_>) -> Vec<(String, String, Option<String>)> {
    played.said()
}

fn was(said: &str, id: &str, reason: Option<&str>) -> (String, String, Option<String>) {
    (said.to_owned(), id.to_owned(), reason.map(str::to_owned))
}

/// What the run's budgets say a grant has used of its guarantee, its ceiling and the pool.
fn used(lines: &Value, grant: &str) -> (i64, i64) {
    let budgets = lines.as_array().and_then(|lines| lines.last()).expect("budgets")["budgets"].as_array();
    let budget = budgets.into_iter().flatten().find(|budget| budget["grant"] == grant).expect("the grant");
    let number = |name: &str| budget[name].as_i64().expect("a number");
    (number("guaranteed") - number("guaranteed_left"), number("ceiling") - number("ceiling_left"))
}

fn event_bad(played: &Played<'_>, lines: &Value) {
    let id = "20c48699-1259-473f-876d-db04b0291f4d";
    assert_eq!(said(played), [was("SMS Rejected", id, Some("INVALID_REQUEST"))], "the event's own id is its key");
    assert_eq!(played.answer["reply"], json!({ "id": id, "ending": "dead-letter", "reason": "INVALID_REQUEST" }));
    assert_eq!(used(lines, "checkout"), (0, 0));
}

fn event_hub(played: &Played<'_>, lines: &Value) {
    assert_eq!(said(played), [was("SMS Accepted", "subscription-91", None)]);
    let detail = &played.outcomes[0]["detail"];
    assert_eq!((&detail["grant"], &detail["account"]), (&json!("newsletter"), &json!("333333333333")));
    assert_eq!((used(lines, "newsletter"), used(lines, "checkout")), ((1, 1), (0, 0)));
}

fn event_single(played: &Played<'_>, lines: &Value) {
    assert_eq!(said(played), [was("SMS Accepted", "order-1090-shipped", None)]);
    assert_eq!(played.outcomes[0]["detail"]["context"], json!({ "team": "checkout" }));
    assert_eq!(played.answer["reply"], json!({ "id": "order-1090-shipped", "ending": "done" }));
    assert_eq!(used(lines, "checkout"), (1, 1));
}

fn schedule_limits(played: &Played<'_>, lines: &Value) {
    assert_eq!(said(played), []);
    let reply = &played.answer["reply"];
    assert_eq!((&reply["status"], &reply["changes"]), (&json!("fresh"), &json!([])), "{reply}");
    let limits = reply["limits"].as_array().expect("a report");
    let told = |limit: &Value| (limit["limit"].clone(), limit["value"].clone(), limit.get("error").is_none());
    let expected =
        [(json!("segments_per_second"), json!(40), true), (json!("t_mobile_daily_segments"), json!(40_000), true)];
    assert_eq!(limits.iter().map(told).collect::<Vec<_>>(), expected);
    let budgets = lines.as_array().and_then(|lines| lines.last()).expect("budgets")["budgets"].clone();
    assert_eq!((&budgets[0]["cap"], &budgets[0]["ceiling"]), (&json!(40_000), &json!(40_000)), "{budgets}");
}

fn schedule_probe(played: &Played<'_>, _: &Value) {
    assert_eq!(said(played), []);
    let reply = &played.answer["reply"];
    assert_eq!(reply["status"], "healthy", "{reply}");
    let checks = reply["checks"].as_array().expect("a report");
    assert!(checks.iter().all(|check| check["name"].is_string() && check["state"] == "healthy"), "{reply}");
    assert!(checks.iter().any(|check| check["name"] == "assume-role"), "{reply}");
}

fn schedule_probe_primary(played: &Played<'_>, _: &Value) {
    let reply = &played.answer["reply"];
    assert_eq!(reply["status"], "healthy", "{reply}");
    let names =
        reply["checks"].as_array().expect("a report").iter().map(|check| check["name"].as_str().expect("a name"));
    let names: BTreeSet<&str> = names.collect();
    for name in ["table", "production", "spend", "cap:acme", "receipts:tendlc-order-updates", "assume-role:newsletter"]
    {
        assert!(names.contains(name), "{name}: {reply}");
    }
}

fn schedule_recount(played: &Played<'_>, _: &Value) {
    assert_eq!(said(played), []);
    let reply = &played.answer["reply"];
    assert_eq!((&reply["status"], &reply["day"]), (&json!("agrees"), &json!("2026-11-19")), "{reply}");
    assert_eq!((&reply["differences"], &reply["months"]), (&json!([]), &json!(["2026-11"])), "{reply}");
    let grants = reply["grants"].as_array().expect("a report").iter();
    assert_eq!(grants.map(|grant| &grant["grant"]).collect::<Vec<_>>(), ["checkout", "newsletter"]);
}

fn sns_event(played: &Played<'_>, _: &Value) {
    assert_eq!(said(played), []);
    assert!(played.error().1.contains("aws:sns"), "{:?}", played.error());
}

fn batch_of_ten(played: &Played<'_>, lines: &Value) {
    let event = read("sqs-batch-of-ten.json");
    let own =
        [None, Some("order-1002-shipped"), None, None, None, None, None, None, None, Some("order-1010-delivered")];
    let ids = own.iter().enumerate().map(|(place, own)| {
        let message = event["Records"][place]["messageId"].as_str().expect("a message id");
        was("SMS Accepted", own.unwrap_or(message), None)
    });
    assert_eq!(said(played), ids.collect::<Vec<_>>(), "in the order of the batch, by their own ids or the messages'");
    assert_eq!(played.failures(), [""; 0]);
    let of = |place: usize, name: &str| played.outcomes[place]["detail"][name].clone();
    assert_eq!((of(4, "encoding"), of(4, "segments")), (json!("UNICODE"), json!(2)));
    assert_eq!((of(5, "encoding"), of(5, "segments")), (json!("GSM"), json!(2)));
    assert_eq!(of(6, "context"), json!({ "team": "refunds", "ticket": "R-1007" }));
    for outcome in played.outcomes {
        let detail = &outcome["detail"];
        assert_eq!((&detail["version"], &detail["grant"]), (&json!(1), &json!("checkout")));
        assert_eq!((&detail["account"], &detail["campaign"]), (&json!("222222222222"), &json!("order-updates")));
        assert!(
            detail["message_id"].is_string() && detail.get("reason").is_none() && detail.get("duplicate").is_none()
        );
    }
    assert_eq!(used(lines, "checkout"), (12, 12), "twelve segments");
}

fn duplicate_ids(played: &Played<'_>, lines: &Value) {
    let id = "order-1051-confirmed";
    let (yes, no) = (was("SMS Accepted", id, None), was("SMS Rejected", id, Some("ID_REUSED")));
    assert_eq!(said(played), [yes.clone(), yes, no]);
    let duplicate = |place: usize| played.outcomes[place]["detail"].get("duplicate").cloned();
    assert_eq!((duplicate(0), duplicate(1)), (None, Some(json!(true))));
    assert_eq!(played.outcomes[0]["detail"]["message_id"], played.outcomes[1]["detail"]["message_id"]);
    assert_eq!((played.failures(), used(lines, "checkout")), (vec![], (1, 1)));
}

fn expired(played: &Played<'_>, lines: &Value) {
    assert_eq!(said(played), [was("SMS Rejected", "login-7f3a", Some("EXPIRED"))]);
    assert_eq!((played.failures(), used(lines, "checkout")), (vec![], (0, 0)));
}

fn fifo(played: &Played<'_>, lines: &Value) {
    assert!(said(played).iter().all(|(said, ..)| said == "SMS Accepted"));
    let order = |group: &str| -> Vec<String> {
        said(played).into_iter().map(|(_, id, _)| id).filter(|id| id.starts_with(group)).collect()
    };
    assert_eq!(order("order-1021"), ["order-1021-packed", "order-1021-shipped", "order-1021-delivered"]);
    assert_eq!(order("order-1022"), ["order-1022-packed", "order-1022-shipped"]);
    assert_eq!(order("order-1023"), ["order-1023-packed"]);
    assert_eq!((played.failures(), used(lines, "checkout")), (vec![], (6, 6)));
}

fn hub(played: &Played<'_>, lines: &Value) {
    let accepted = |id| was("SMS Accepted", id, None);
    assert_eq!(said(played), [accepted("subscription-80"), accepted("subscription-81")]);
    assert!(played.outcomes.iter().all(|outcome| outcome["detail"]["grant"] == "newsletter"));
    assert_eq!((used(lines, "newsletter"), used(lines, "checkout")), ((2, 2), (0, 0)));
}

fn mixed(played: &Played<'_>, lines: &Value) {
    let event = read("sqs-mixed.json");
    let message = |place: usize| event["Records"][place]["messageId"].as_str().expect("a message id").to_owned();
    let no = |id: &str, reason| was("SMS Rejected", id, Some(reason));
    let yes = |id| was("SMS Accepted", id, None);
    // The one that is too long names an id of its own, or none.
    let too_long = said(played)[7].1.clone();
    let wanted = [
        yes("good-first"),
        no(&message(1), "INVALID_REQUEST"),
        no("unknown-field", "INVALID_REQUEST"),
        no("bad-number", "INVALID_DESTINATION"),
        yes("good-middle"),
        no("toll-free-number", "INVALID_DESTINATION"),
        no("blank-body", "INVALID_REQUEST"),
        no(&too_long, "BODY_TOO_LONG"),
        no("unknown-campaign", "NOT_GRANTED"),
        yes("good-last"),
    ];
    assert_eq!(said(played), wanted);
    assert_eq!((played.failures(), used(lines, "checkout")), (vec![], (3, 3)), "no message stays");
}

fn receipts(played: &Played<'_>, lines: &Value) {
    assert_eq!((said(played), played.failures()), (vec![], vec![]));
    assert_eq!((used(lines, "checkout"), used(lines, "newsletter")), ((0, 0), (0, 0)));
}

fn receipts_of_the_simulator(played: &Played<'_>, lines: &Value) {
    receipts(played, lines);
    let (_, logs) = super::commands::seen(
        &[&sample("sqs-receipts-simulator.json"), "--config", "events/simulator.toml"],
        Some("info"),
    );
    assert!(!logs.contains("unmetered") && logs.contains("\"SimulatorTold\":2.0"), "{logs}");
}

fn opted_out(played: &Played<'_>, lines: &Value) {
    assert_eq!(said(played), [was("SMS Rejected", "order-1099-shipped", Some("OPTED_OUT"))]);
    assert_eq!((played.failures(), used(lines, "checkout")), (vec![], (0, 0)), "its segment is given back");
}

fn over_budget(played: &Played<'_>, lines: &Value) {
    let event = read("sqs-over-budget.json");
    let messages: Vec<&str> =
        (0..5).map(|place| event["Records"][place]["messageId"].as_str().expect("a message id")).collect();
    let kinds: Vec<String> = said(played).into_iter().map(|(said, ..)| said).collect();
    assert_eq!(kinds, ["SMS Accepted", "SMS Accepted", "SMS Deferred", "SMS Deferred", "SMS Rejected"]);
    let reason = || Some("GRANT_DAILY_BUDGET".to_owned());
    assert_eq!(played.reasons(), [None, None, reason(), reason(), reason()]);
    for outcome in &played.outcomes[2..4] {
        assert_eq!(outcome["detail"]["retry_at"].as_str().map(|at| &at[..16]), Some("2026-11-20T17:05"));
    }
    assert_eq!(played.failures(), messages[2..4], "those that wait stay, in the order of the batch");
    assert_eq!(used(lines, "checkout"), (3, 6), "three of the guarantee, three of the pool, and no more");
}

fn promotional(played: &Played<'_>, lines: &Value) {
    let accepted = |id| was("SMS Accepted", id, None);
    let wanted = [accepted("lamps-2026-11-recipient-31"), accepted("lamps-2026-11-recipient-32")];
    assert_eq!(said(played), wanted);
    assert_eq!((played.failures(), used(lines, "checkout")), (vec![], (2, 2)));
}

/// Seven in the morning in Honolulu.
fn quiet(played: &Played<'_>, lines: &Value) {
    let waits = Some("QUIET_HOURS");
    let wanted = [
        was("SMS Accepted", "lamps-2026-11-recipient-33", None),
        was("SMS Deferred", "lamps-2026-11-recipient-34", waits),
        was("SMS Rejected", "lamps-2026-11-recipient-35", waits),
    ];
    assert_eq!(said(played), wanted);
    let until = played.outcomes[1]["detail"]["retry_at"].as_str().map(|at| &at[..15]);
    assert_eq!(until, Some("2026-11-20T18:0"), "eight there");
    let event = read("sqs-quiet.json");
    assert_eq!(played.failures(), [event["Records"][1]["messageId"].as_str().expect("a message id")]);
    assert_eq!(used(lines, "checkout"), (1, 1), "what waits and what is rejected costs nothing");
}

fn single(played: &Played<'_>, lines: &Value) {
    assert_eq!(said(played), [was("SMS Accepted", "order-1001-shipped", None)]);
    assert_eq!((played.failures(), used(lines, "checkout")), (vec![], (1, 1)));
}
