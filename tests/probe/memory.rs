//! What a probe keeps from run to run, and what it tells of a change.

use serde_json::{Value, json};
use tendlc_core::table::{Key, number};
use tendlc_local::aws::{Action, Fault};
use tendlc_local::system::{FunctionName, Put, System};

use super::report::Report;
use super::running::{PRIMARY, SPOKE, example, set, trigger};

/// What a run answers and says.
async fn run(system: &System, account: &str) -> (Report, Vec<Put>) {
    let played = system.play(&trigger(account), None).await.unwrap();
    (Report::of(played.reply.unwrap()), played.outcomes)
}

async fn kept(system: &System, account: &str) -> Value {
    let event = json!({ "kept": true, "account": account });
    system.play(&event, Some(FunctionName::ProbeHealth)).await.unwrap().reply.unwrap()
}

fn since<'r>(report: &'r Report, name: &str) -> &'r str {
    let checks = report.reply["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap()["since"].as_str().unwrap()
}

fn changes(said: &[Put]) -> Vec<(&str, &str, &str)> {
    let [put] = said else { panic!("{said:?}") };
    assert_eq!((put.source.as_str(), put.detail_type.as_str()), ("tendlc", "SMS Health Changed"));
    let word = |value: &'_ Value| value.as_str().map_or("", |text| Box::leak(text.to_owned().into_boxed_str()));
    let changes = put.detail["changes"].as_array().unwrap();
    changes.iter().map(|change| (word(&change["name"]), word(&change["was"]), word(&change["state"]))).collect()
}

#[tokio::test]
async fn a_spoke_that_is_well_from_the_beginning_says_nothing_and_each_change_is_said_once() {
    let system = example().await;
    let (report, said) = run(&system, SPOKE).await;
    report.stands("healthy", &[]);
    assert!(said.is_empty(), "{said:?}");

    system.aws().fault(Fault::always("AssumeRole", Action::Deny)).unwrap();
    let (broken, said) = run(&system, SPOKE).await;
    assert_eq!(changes(&said), [("assume-role", "", "failing")], "what could not be looked at is no change");
    let detail = &said[0].detail;
    assert_eq!(
        (&detail["grant"], &detail["account"], &detail["status"]),
        (&json!("checkout"), &json!(SPOKE), &json!("failing"))
    );
    assert!(detail["changes"][0]["cure"].as_str().unwrap().contains("trust policy"), "{detail:#}");
    assert!(since(&broken, "assume-role") > since(&report, "assume-role"));

    let (still, said) = run(&system, SPOKE).await;
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(since(&still, "assume-role"), since(&broken, "assume-role"));

    system.aws().clear_faults();
    let (mended, said) = run(&system, SPOKE).await;
    mended.stands("healthy", &[]);
    assert_eq!(changes(&said), [("assume-role", "failing", "healthy")]);
    assert_eq!(since(&mended, "number:order-updates"), since(&report, "number:order-updates"));
    assert!(run(&system, SPOKE).await.1.is_empty());
}

#[tokio::test]
async fn the_primary_tells_its_own_bus() {
    let system = example().await;
    let mut events = system.aws().watch_events();
    system.aws().change_sms(|sms| sms.tier = "SANDBOX".to_owned());
    let (report, _) = run(&system, PRIMARY).await;
    assert_eq!(report.state("production"), "failing");
    let event = events.try_recv().unwrap();
    assert_eq!((event.bus_account.as_str(), event.bus.as_str()), (PRIMARY, "default"));
    let changes = event.detail["changes"].as_array().unwrap();
    let states = changes.iter().map(|change| (change["name"].as_str().unwrap(), change["state"].as_str().unwrap()));
    let states: Vec<_> = states.collect();
    assert_eq!(states, [("dry-run:newsletter/order-updates", "failing"), ("production", "failing")]);
    assert!(event.detail.get("grant").is_none(), "{:#}", event.detail);
    run(&system, PRIMARY).await;
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn what_the_bus_did_not_take_is_said_after_the_next_run() {
    let system = example().await;
    system.aws().fault(Fault::always("AssumeRole", Action::Deny)).unwrap();
    system.aws().fault(Fault::always("PutEvents", Action::Deny)).unwrap();
    let (broken, said) = run(&system, SPOKE).await;
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(broken.state("events"), "degraded");
    assert!(broken.text("events").contains("allow events:PutEvents"), "{:#}", broken.reply);
    system.aws().clear_faults();
    system.aws().fault(Fault::always("AssumeRole", Action::Deny)).unwrap();
    let (still, said) = run(&system, SPOKE).await;
    assert!(changes(&said).contains(&("assume-role", "", "failing")));
    assert_eq!(since(&still, "assume-role"), since(&broken, "assume-role"));
}

#[tokio::test]
async fn a_memory_that_may_not_be_written_is_unknown_and_names_the_permission() {
    let system = example().await;
    system.aws().fault(Fault::always("PutItem", Action::Deny)).unwrap();
    let (report, said) = run(&system, SPOKE).await;
    report.stands("unknown", &[("memory", "unknown")]);
    assert!(report.text("memory").contains("dynamodb:PutItem"), "{:#}", report.reply);
    assert!(said.is_empty(), "{said:?}");
}

#[tokio::test]
async fn what_the_last_run_found_is_told_without_asking_anybody_else() {
    let system = example().await;
    assert_eq!(kept(&system, SPOKE).await["checks"], json!([]));
    system.aws().fault(Fault::always("AssumeRole", Action::Deny)).unwrap();
    let (broken, _) = run(&system, SPOKE).await;
    system.aws().clear_calls();
    let kept = Report::of(kept(&system, SPOKE).await);
    let standing = |report: &Report| {
        let checks = report.reply["checks"].as_array().unwrap().iter();
        // What was not looked at has no since, and nothing is kept of it.
        let looked = checks.filter(|check| check.get("since").is_some());
        let mut checks: Vec<_> = looked
            .map(|check| (check["name"].to_string(), check["state"].to_string(), check["since"].to_string()))
            .collect();
        checks.sort();
        (report.reply["status"].clone(), report.reply["at"].clone(), checks)
    };
    assert_eq!(standing(&kept), standing(&broken));
    assert_eq!(system.aws().counts().keys().copied().collect::<Vec<_>>(), ["GetItem"]);
}

#[tokio::test]
async fn what_another_release_kept_is_counted_on_from_and_found_again() {
    let system = example().await;
    let (key, malformed) = (Key::health(None), tendlc_core::table::text("of another form"));
    set(&system, key.clone(), "revision", number(41)).await;
    set(&system, key, "checks", malformed).await;
    let mut events = system.aws().watch_events();
    system.aws().change_sms(|sms| sms.tier = "SANDBOX".to_owned());
    run(&system, PRIMARY).await;
    assert!(events.try_recv().is_ok(), "it is told, as at a first run");
    run(&system, PRIMARY).await;
    assert!(events.try_recv().is_err(), "and kept");
}

#[tokio::test]
async fn of_two_runs_at_once_one_is_kept_and_tells() {
    let system = example().await;
    run(&system, PRIMARY).await;
    let mut events = system.aws().watch_events();
    system.aws().change_sms(|sms| sms.tier = "SANDBOX".to_owned());
    // So that both have read what was kept before either has written.
    system.aws().set_latency("PutItem", std::time::Duration::from_millis(1_200));
    let (one, other) = futures::future::join(run(&system, PRIMARY), run(&system, PRIMARY)).await;
    assert_eq!((one.0.state("production"), other.0.state("production")), ("failing", "failing"));
    let mut told = 0;
    while events.try_recv().is_ok() {
        told += 1;
    }
    assert_eq!(told, 1);
}

#[tokio::test]
async fn a_run_whose_answer_from_the_table_is_lost_was_kept_all_the_same_and_tells_once() {
    let system = example().await;
    run(&system, SPOKE).await;
    system.aws().fault(Fault::next("PutItem", Action::FailAfterAccept)).unwrap();
    system.aws().change_sms(|sms| sms.tier = "SANDBOX".to_owned());
    let (report, said) = run(&system, SPOKE).await;
    report.stands("failing", &[("dry-run:order-updates", "failing")]);
    assert_eq!(changes(&said).len(), 1, "{said:?}");
    let (_, again) = run(&system, SPOKE).await;
    assert!(again.is_empty(), "{again:?}");
}
