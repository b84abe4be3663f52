//! What `tendlc verify` asks besides: whether what must not work does not.

use serde_json::{Value, json};
use tendlc_local::aws::seed::{LeadingKeys, Role};
use tendlc_local::system::System;

use super::report::Report;
use super::running::{PRIMARY, SPOKE, example, trigger};

const DENIED: [&str; 6] = [
    "denied/no-external-id",
    "denied/another-number",
    "denied/own-limits",
    "denied/other-grant",
    "denied/other-counters",
    "denied/topics",
];

fn question(account: &str) -> Value {
    let mut event = trigger(account);
    event["verify"] = json!(true);
    event
}

async fn verify(system: &System, account: &str) -> Report {
    Report::of(system.play(&question(account), None).await.unwrap().reply.unwrap())
}

/// With a role that is wider than it should be.
async fn with(change: impl Fn(&mut Role)) -> Report {
    let system = example().await;
    system.aws().change_roles(|roles| roles.iter_mut().filter(|role| role.grant == "checkout").for_each(&change));
    verify(&system, SPOKE).await
}

fn may_update(role: &mut Role, keys: &str) {
    role.table_leading_keys.push(LeadingKeys { actions: vec!["UpdateItem".to_owned()], keys: keys.to_owned() });
}

#[tokio::test]
async fn a_role_as_it_should_be_is_denied_everything_that_it_must_not_do() {
    let system = example().await;
    let report = verify(&system, SPOKE).await;
    report.stands("healthy", &[]);
    for check in DENIED {
        assert!(report.text(check).contains("nobody "), "{}", report.text(check));
    }
    assert!(system.aws().sent().is_empty(), "it sends nothing");
}

#[tokio::test]
async fn the_schedule_does_not_ask_for_it() {
    let report = Report::of(example().await.play(&trigger(SPOKE), None).await.unwrap().reply.unwrap());
    assert!(!report.reply.to_string().contains("denied/"));
}

#[tokio::test]
async fn each_thing_that_a_role_may_do_and_must_not_is_failing_and_names_the_statement() {
    let report = with(|role| role.external_id = None).await;
    report.stands("failing", &[("denied/no-external-id", "failing")]);
    assert!(report.text("denied/no-external-id").contains("statement Assume"));

    let report = with(|role| role.send_resources.push("*".to_owned())).await;
    report.stands("failing", &[("denied/another-number", "failing")]);
    assert!(report.text("denied/another-number").contains("statement Send"));

    with(|role| may_update(role, "G#checkout")).await.stands("failing", &[("denied/own-limits", "failing")]);
    // A pattern that ends too early.
    let report = with(|role| may_update(role, "L#checkout*")).await;
    report.stands("failing", &[("denied/other-grant", "failing")]);
    assert!(report.text("denied/other-grant").contains("dynamodb:LeadingKeys"));
    with(|role| may_update(role, "C#*")).await.stands("failing", &[("denied/other-counters", "failing")]);
}

#[tokio::test]
async fn the_hubs_probe_tries_it_as_each_of_its_grants() {
    let system = example().await;
    let report = verify(&system, PRIMARY).await;
    report.stands("healthy", &[]);
    for check in DENIED {
        assert_eq!(report.state(&format!("{check}:newsletter")), "healthy");
    }
    assert!(system.aws().sent().is_empty());
}
