//! What the hub has fetched before its first batch.

use std::sync::Arc;

use tendlc_core::arn::QueueArn;
use tendlc_core::env::{HandsOver, Settings};
use tendlc_core::served::{Serves, Vouched};
use tendlc_local::aws::{Action, Fault};

use super::pointers::hub;
use super::primary::{NOON, Primary, config};
use super::terms::Terms;
use super::wire::Wire;

fn settings() -> Settings {
    let key = "ab".repeat(32);
    let lookup = |name: &str| {
        let value = match name {
            "TENDLC_TABLE_ARN" => "arn:aws:dynamodb:us-east-1:111111111111:table/tendlc",
            "TENDLC_TOPOLOGY" => "hub",
            "TENDLC_FINGERPRINT_KEY" => key.as_str(),
            _ => return None,
        };
        Some(value.to_owned())
    };
    Settings::read(&lookup, HandsOver::No).unwrap()
}

/// A hub's function that has started, over a table with these grants.
async fn started(grants: &[(&str, &str, &str)]) -> (Serves, Wire) {
    let (serves, wire, _) = started_in(grants).await;
    (serves, wire)
}

async fn started_in(grants: &[(&str, &str, &str)]) -> (Serves, Wire, Primary) {
    let terms = grants.iter().fold(Terms::cap(100), |terms, (name, ..)| terms.grant(name, 0, 50));
    let primary = Primary::empty(NOON, &terms.grants).await;
    primary.run(&hub(&primary, grants)).await.unwrap();
    let wire = Wire::sound();
    let serves = Serves::new(config(&primary.aws, wire.client()), settings(), "send-queue", primary.clock.clone());
    serves.warm_up(10).await;
    (serves, wire, primary)
}

#[tokio::test]
async fn while_the_table_does_not_answer_a_hub_still_knows_whom_it_served_and_nobody_else() {
    let (serves, _, primary) = started_in(&[("a", "one", "222222222222")]).await;
    let queue = |name: &str| Vouched::Queue(format!("arn:aws:sqs:us-east-1:111111111111:{name}").parse().unwrap());
    let before = serves.find(&queue("one")).await.unwrap().unwrap();
    primary.clock.advance(jiff::SignedDuration::from_mins(5));
    primary.aws.fault(Fault::always("GetItem", Action::Error)).unwrap();
    let found = serves.find(&queue("one")).await.unwrap().unwrap();
    assert!(Arc::ptr_eq(&before, &found), "its requests are told so, and end");
    assert!(serves.find(&queue("another")).await.is_err(), "and nobody is refused for it");
}

#[tokio::test]
async fn a_hub_of_few_grants_knows_them_before_its_first_batch_whichever_way_that_comes() {
    let (serves, wire) = started(&[("a", "one", "222222222222"), ("b", "two", "333333333333")]).await;
    let calls = wire.calls();
    let roles = calls.iter().filter(|call| call.operation == "AssumeRole").count();
    assert_eq!(roles, 2, "one session a grant");
    let queue = |name: &str| -> QueueArn { format!("arn:aws:sqs:us-east-1:111111111111:{name}").parse().unwrap() };
    let mut found = Vec::new();
    for way in [
        Vouched::Queue(queue("one")),
        Vouched::Queue(queue("one-promotional")),
        Vouched::Account("222222222222".parse().unwrap()),
    ] {
        found.push(serves.find(&way).await.unwrap().unwrap());
    }
    assert!(found.iter().all(|served| served.grant.as_str() == "a" && Arc::ptr_eq(served, &found[0])));
    let other = serves.find(&Vouched::Queue(queue("two-promotional"))).await.unwrap().unwrap();
    assert_eq!(other.grant.as_str(), "b");
    assert_eq!(wire.calls().len(), calls.len(), "nothing was left to ask for");
}

#[tokio::test]
async fn a_hub_of_many_grants_assumes_no_role_ahead() {
    let names = ["a", "b", "c", "d", "e"];
    let grants = names.map(|name| (name, name, "222222222222"));
    let (_, wire) = started(&grants[..1]).await;
    assert!(wire.calls().iter().any(|call| call.operation == "AssumeRole"));
    let (_, wire) = started(&grants).await;
    assert_eq!(wire.calls().len(), 1, "the list of names: {:?}", wire.calls());
}
