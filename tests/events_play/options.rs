//! What can be asked of `tendlc local`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::commands::{Run, local, sample};

#[test]
fn a_folder_stands_for_all_its_events_in_their_order() {
    let run = local(&["events", "--now", "2026-11-20T17:00:00Z"]);
    let functions: Vec<&Value> = run.events().iter().map(|event| &event.answer["function"]).collect();
    let mut wanted = vec!["send-event"; 3];
    wanted.extend(["refresh-limits", "probe-health", "probe-health", "recount"]);
    wanted.extend(["send-queue"; 11]);
    wanted.extend(["settle-receipt", "settle-receipt", "send-queue"]);
    assert_eq!(functions, wanted, "by name: event-…, schedule-…, sns-…, sqs-…");
    // No sample stands in another's way: only the one that is about it says anything again.
    for event in run.events().iter().filter(|event| event.answer["event"] != "events/sqs-duplicate-ids.json") {
        for outcome in event.outcomes {
            assert_eq!(outcome["detail"].get("duplicate"), None, "{}: {outcome}", event.answer["event"]);
        }
    }
}

#[test]
fn what_is_played_twice_is_sent_once() {
    let file = sample("sqs-single.json");
    let run = local(&[&file, &file, &file]);
    let events = run.events();
    let duplicate = |place: usize| events[place].outcomes[0]["detail"].get("duplicate").cloned();
    assert_eq!([duplicate(0), duplicate(1), duplicate(2)], [None, Some(json!(true)), Some(json!(true))]);
    assert_eq!(run.budget("checkout")["ceiling_left"], 19_999);
}

#[test]
fn now_is_the_clock_of_the_doubles_and_of_the_functions() {
    // A minute before a Pacific midnight, on the eve of the change to daylight saving time.
    let run = local(&[&sample("sqs-single.json"), "--now", "2027-03-14T07:58:30Z"]);
    assert_eq!(run.event().said()[0].0, "SMS Accepted");
    assert_eq!(run.budget("checkout")["day"], "2027-03-13");

    let over = ["--config", "events/over-budget.toml", "--now", "2027-03-13T20:00:00Z"];
    let file = sample("sqs-over-budget.json");
    let run = local(&[&[file.as_str()], over.as_slice()].concat());
    let retry_at = run.event().outcomes[2]["detail"]["retry_at"].as_str().unwrap().to_owned();
    assert!(retry_at.starts_with("2027-03-13T20:05"), "{retry_at}");

    // The sample expired on 19 November; a day before that it had not.
    let run = local(&[&sample("sqs-expired.json"), "--now", "2026-11-19T17:00:00Z"]);
    assert_eq!(run.event().said()[0].0, "SMS Accepted");
}

#[test]
fn a_fault_from_the_start_does_what_it_says() {
    let cases = [
        ("throttle", "SMS Deferred", "THROTTLED", 1),
        ("error", "SMS Unknown", "UNKNOWN_RESULT", 1),
        ("fail_after_accept", "SMS Unknown", "UNKNOWN_RESULT", 1),
        ("drop", "SMS Unknown", "UNKNOWN_RESULT", 1),
        ("opt_out", "SMS Rejected", "OPTED_OUT", 0),
        ("spend_limit", "SMS Deferred", "PRIMARY_SPEND_LIMIT", 1),
        ("deny", "SMS Deferred", "ROLE_DENIED", 1),
    ];
    for (action, said, reason, stay) in cases {
        let fault = json!({ "operation": "SendTextMessage", "action": action }).to_string();
        let run = local(&[&sample("sqs-single.json"), "--fault", &fault]);
        let played = run.event();
        let outcome = (said.to_owned(), "order-1001-shipped".to_owned(), Some(reason.to_owned()));
        assert_eq!(played.said(), [outcome], "{action}");
        assert_eq!(played.failures().len(), stay, "{action}");
        let kept = i64::from(said == "SMS Unknown");
        assert_eq!(
            run.budget("checkout")["ceiling_left"],
            20_000 - kept,
            "{action}: what may have been sent stays charged"
        );
        assert!(!run.logs.contains("could not be hidden"), "{action}: a played event's handle is taken");
    }
}

#[test]
fn a_fault_for_one_recipient_or_one_call_spares_the_others() {
    let by_number = r#"{"operation":"SendTextMessage","match":{"to":"+12065550103"},"action":"opt_out"}"#;
    let by_order = r#"{"operation":"SendTextMessage","match":{"nth":2},"action":"throttle"}"#;
    let run = local(&[&sample("sqs-batch-of-ten.json"), "--fault", by_number, "--fault", by_order]);
    let played = run.event();
    let of = |wanted: &str| played.reasons().iter().filter(|reason| reason.as_deref() == Some(wanted)).count();
    assert_eq!(played.said().iter().filter(|(said, ..)| said == "SMS Accepted").count(), 8);
    assert_eq!((of("OPTED_OUT"), played.reasons()[2].as_deref()), (1, Some("OPTED_OUT")));
    assert_eq!((of("THROTTLED"), played.failures().len()), (1, 1));

    let on = r#"{"operation":"SendTextMessage","match":{"nth":4},"action":"throttle","times":3}"#;
    let run = local(&[&sample("sqs-batch-of-ten.json"), "--fault", on]);
    assert_eq!(run.event().failures().len(), 3, "the fourth, the fifth and the sixth");
    assert!(!run.logs.contains("the fault throttle"), "as often as it says: {}", run.logs);
}

#[test]
fn a_fault_of_the_table_is_the_functions_alone() {
    for operation in ["GetItem", "UpdateItem", "TransactWriteItems"] {
        let fault = json!({ "operation": operation, "action": "deny", "times": null }).to_string();
        let file = if operation == "TransactWriteItems" { "sqs-batch-of-ten.json" } else { "sqs-single.json" };
        let run = local(&[&sample(file), "--fault", &fault]);
        let played = run.event();
        let denied = |reason: &Option<String>| reason.as_deref() == Some("ROLE_DENIED");
        assert!(played.reasons().iter().all(denied), "{operation}: {:?}", played.said());
        assert_eq!(played.failures().len(), played.outcomes.len(), "{operation}: nothing is lost");
    }
}

/// The one object of a run that could not be done.
fn told(run: &Run) -> String {
    assert_eq!(run.lines.len(), 1, "{:?}", run.lines);
    run.lines[0]["error"]["message"].as_str().expect("a message").to_owned()
}

#[test]
fn what_is_used_wrong_is_said_and_ends_with_2() {
    let single = sample("sqs-single.json");
    let cases: [(&[&str], &[&str]); 8] = [
        (
            &[&single, "--function", "send-quue"],
            &["send-quue", "send-queue", "send-event", "probe-health", "refresh-limits", "recount"],
        ),
        (&["events/no-such.json"], &["events/no-such.json"]),
        (&[&single, "--fault", "throttle"], &["--fault", "SendTextMessage"]),
        (
            &[&single, "--fault", r#"{"operation":"SendTextMesage","action":"throttle"}"#],
            &["SendTextMesage", "SendTextMessage", "UpdateItem"],
        ),
        (&[&single, "--fault", r#"{"operation":"Publish","action":"throtle"}"#], &["throtle", "throttle", "opt_out"]),
        (&[&single, "--fault", r#"{"operation":"GetItem","action":"opt_out"}"#], &["GetItem", "SendTextMessage"]),
        (
            &[&single, "--fault", r#"{"operation":"SendTextMessage","match":{"nth":0},"action":"drop"}"#],
            &["`nth` counts from 1"],
        ),
        (
            &[
                &single,
                "--fault",
                r#"{"operation":"SendTextMessage","match":{"to":"+12065550103","nth":2},"action":"drop"}"#,
            ],
            &["`to` or `nth`, not both"],
        ),
    ];
    for (arguments, words) in cases {
        let run = local(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.logs);
        assert!(words.iter().all(|word| run.logs.contains(word)), "{arguments:?}: {}", run.logs);
        let told = told(&run);
        assert!(words.iter().all(|word| told.contains(word)), "{arguments:?}: {told}");
    }
}

#[test]
fn what_is_found_wrong_is_said_and_ends_with_1() {
    let single = sample("sqs-single.json");
    let cases: [(&[&str], &[&str]); 2] = [
        (&["events/README.md"], &["README.md", "JSON"]),
        (&[&single, "--functions", "events"], &["send-queue", "cargo build"]),
    ];
    for (arguments, words) in cases {
        let run = local(arguments);
        assert_eq!(run.code, 1, "{arguments:?}: {}", run.logs);
        assert!(words.iter().all(|word| run.logs.contains(word)), "{arguments:?}: {}", run.logs);
        let told = told(&run);
        assert!(words.iter().all(|word| told.contains(word)), "{arguments:?}: {told}");
    }
}

#[test]
fn a_wrong_configuration_ends_with_1_and_all_its_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tendlc.toml");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("events/over-budget.toml")).unwrap();
    std::fs::write(&path, text.replace("guaranteed = 3", "guaranteed = 300").replace("\"acme\"", "\"acne\"")).unwrap();
    let run = local(&[&sample("sqs-single.json"), "--config", path.to_str().unwrap()]);
    assert_eq!((run.code, run.lines.len()), (1, 1));
    assert!(run.logs.contains("acne"), "{}", run.logs);
    let mistakes = run.lines[0]["mistakes"].as_array().unwrap();
    assert!(mistakes.len() > 1 && mistakes.iter().any(|mistake| mistake.to_string().contains("acne")), "{mistakes:?}");
}

#[test]
fn outcomes_reach_every_bus_that_the_configuration_names_whoever_owns_it() {
    let example =
        std::process::Command::new(env!("CARGO_BIN_EXE_tendlc")).args(["init", "--example"]).output().unwrap();
    let example = String::from_utf8(example.stdout).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tendlc.toml");
    let files = [sample("sqs-single.json"), sample("sqs-hub.json"), sample("event-single.json")];
    let bus = |rest: &str| format!("arn:aws:events:us-east-1:{rest}");
    for (spoke, hub) in [
        // One bus for all in an account without a grant; the hub's own; each other's.
        (bus("444444444444:event-bus/central"), bus("444444444444:event-bus/central")),
        (bus("111111111111:event-bus/tendlc"), bus("111111111111:event-bus/tendlc")),
        (bus("333333333333:event-bus/default"), bus("222222222222:event-bus/default")),
        (bus("444444444444:event-bus/default"), "default".to_owned()),
    ] {
        let mut text = example.clone();
        for (topology, bus) in [("spoke", &spoke), ("hub", &hub)] {
            let line = format!("topology = \"{topology}\"");
            assert_eq!(text.matches(&line).count(), 1, "{text}");
            text = text.replace(&line, &format!("outcome_bus = \"{bus}\"\n{line}"));
        }
        std::fs::write(&path, text).unwrap();
        let files = files.each_ref().map(String::as_str);
        let run = local(&[files.as_slice(), &["--config", path.to_str().unwrap()]].concat());
        let said: Vec<usize> = run.events().iter().map(|event| event.outcomes.len()).collect();
        assert_eq!(said, [1, 2, 1], "{spoke} and {hub}: {}", run.logs);
    }
}

/// Where the functions' own binaries are, beside the command's.
fn built(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_tendlc")).parent().expect("the command is in a folder");
    let binary = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        binary.is_file(),
        "{} is not there: this test runs the functions as they are deployed; build them first with `cargo build \
         --workspace`",
        binary.display()
    );
    binary
}

#[cfg(unix)]
const FUNCTIONS: [&str; 6] =
    ["send-queue", "send-event", "probe-health", "settle-receipt", "refresh-limits", "recount"];

/// A folder that has all of them by their names.
#[cfg(unix)]
fn all_built() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in FUNCTIONS {
        std::os::unix::fs::symlink(built(name), folder.path().join(name)).expect("a link");
    }
    folder
}

#[cfg(unix)]
#[test]
fn built_functions_keep_the_machines_time_whatever_now_says_and_that_is_said_once() {
    let folder = all_built();
    let functions = ["--functions", folder.path().to_str().unwrap()];
    let files = [sample("sqs-single.json"), sample("sqs-hub.json"), sample("event-single.json")];
    let files = files.each_ref().map(String::as_str);
    for now in ["2026-01-05T12:00:00Z", "2036-06-01T12:00:00Z"] {
        let run = local(&[files.as_slice(), &functions, &["--now", now]].concat());
        let all = run.events();
        let mut said = all.iter().flat_map(|event| event.said());
        assert!(said.all(|(said, ..)| said == "SMS Accepted"), "{now}: {:?} {}", run.lines, run.logs);
        assert_eq!(all.iter().map(|event| event.outcomes.len()).collect::<Vec<_>>(), [1, 2, 1], "{now}");
        let budget = run.budget("checkout");
        assert_eq!(budget["ceiling_left"], 19_998, "on the functions' own day: {budget}");
        assert_eq!(run.logs.matches("keep the machine's time").count(), 1, "{}", run.logs);
    }
    let run = local(&[files.as_slice(), &functions].concat());
    assert!(!run.logs.contains("machine's time"), "nothing to say without --now: {}", run.logs);
}

#[cfg(unix)]
#[test]
fn built_functions_say_the_same_as_the_commands_own() {
    let flat = all_built();
    let deep = tempfile::tempdir().unwrap();
    for name in FUNCTIONS {
        std::fs::create_dir(deep.path().join(name)).unwrap();
        std::os::unix::fs::symlink(built(name), deep.path().join(name).join("bootstrap")).unwrap();
    }
    // Without --now: a deployed function does not take its clock from anybody.
    let samples = ["event-single.json", "sqs-batch-of-ten.json", "sqs-hub.json", "event-hub.json", "sns-event.json"];
    let files = samples.map(sample);
    let mut arguments: Vec<&str> = files.iter().map(String::as_str).collect();
    let own = local(&arguments);
    for folder in [flat.path(), deep.path()] {
        arguments.truncate(files.len());
        arguments.extend(["--functions", folder.to_str().unwrap()]);
        let run = local(&arguments);
        let said = |run: &Run| run.events().iter().map(|event| event.said()).collect::<Vec<_>>();
        assert_eq!(said(&run), said(&own));
        let answers = |run: &Run| -> Vec<Value> {
            run.events().iter().map(|event| json!([event.answer.get("reply"), event.answer["function"]])).collect()
        };
        assert_eq!(answers(&run), answers(&own));
        assert_eq!(run.budget("checkout"), own.budget("checkout"));
    }
}
