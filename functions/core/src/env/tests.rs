use std::collections::BTreeMap;

use super::*;

fn spoke() -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("TENDLC_TABLE_ARN", "arn:aws:dynamodb:us-east-1:111111111111:table/tendlc".to_owned()),
        ("TENDLC_TOPOLOGY", "spoke".to_owned()),
        ("TENDLC_FINGERPRINT_KEY", "ab".repeat(32)),
        ("TENDLC_QUEUE_URL", "https://sqs/222222222222/tendlc-send".to_owned()),
        ("TENDLC_PROMOTIONAL_QUEUE_URL", "https://sqs/222222222222/tendlc-send-promotional".to_owned()),
        ("TENDLC_GRANT", "checkout".to_owned()),
        ("TENDLC_ROLE_ARN", "arn:aws:iam::111111111111:role/tendlc-grant-checkout".to_owned()),
        ("TENDLC_EXTERNAL_ID", "secret".to_owned()),
        ("TENDLC_DEAD_LETTER_QUEUE_URL", "https://sqs/222222222222/tendlc-dead-letter".to_owned()),
    ])
}

fn read(vars: &BTreeMap<&'static str, String>) -> Result<Settings, EnvError> {
    Settings::read(&|name| vars.get(name).cloned(), HandsOver::Yes)
}

#[test]
fn a_whole_environment_is_read_and_an_empty_bus_is_none() {
    let mut vars = spoke();
    vars.insert("TENDLC_OUTCOME_BUS", String::new());
    assert_eq!(read(&vars).unwrap().spoke.unwrap().outcome_bus, None);
}

#[test]
fn what_is_no_queues_url_and_what_is_the_other_lanes_is_told_at_the_start() {
    let arn = "arn:aws:sqs:us-east-1:222222222222:tendlc-dead-letter";
    for (name, value, why) in [
        ("TENDLC_DEAD_LETTER_QUEUE_URL", arn, "not the URL of a queue"),
        ("TENDLC_DEAD_LETTER_QUEUE_URL", "https://sqs/tendlc-dead-letter", "not the URL of a queue"),
        ("TENDLC_QUEUE_URL", "https://sqs/222222222222/", "not the URL of a queue"),
        ("TENDLC_QUEUE_URL", "https://sqs/222222222222/tendlc-send-promotional", "other lane"),
        ("TENDLC_PROMOTIONAL_QUEUE_URL", "https://sqs/222222222222/tendlc-send", "other lane"),
    ] {
        let mut vars = spoke();
        vars.insert(name, value.to_owned());
        let message = read(&vars).unwrap_err().to_string();
        assert!(message.contains(name) && message.contains(why), "{message}");
    }
}

#[test]
fn all_that_is_missing_or_wrong_is_named_in_one_message() {
    let mut vars = spoke();
    vars.remove("TENDLC_GRANT");
    vars.insert("TENDLC_EXTERNAL_ID", String::new());
    vars.insert("TENDLC_ROLE_ARN", "x".to_owned());
    vars.insert("TENDLC_FINGERPRINT_KEY", "short".to_owned());
    vars.insert("TENDLC_QUEUE_URL", "https://sqs/222222222222/tendlc-send.fifo".to_owned());
    let message = read(&vars).unwrap_err().to_string();
    for name in ["GRANT", "EXTERNAL_ID", "ROLE_ARN", "FINGERPRINT_KEY", "QUEUE_URL"] {
        assert!(message.contains(&format!("TENDLC_{name}")), "{name} in {message}");
    }
}

#[test]
fn an_environment_that_does_not_say_what_it_is_hears_of_all_that_it_lacks() {
    let message = Settings::read(&|_| None, HandsOver::Yes).err().unwrap().to_string();
    let both = ["TABLE_ARN", "TOPOLOGY", "FINGERPRINT_KEY", "QUEUE_URL", "PROMOTIONAL_QUEUE_URL"];
    for name in both.into_iter().chain(["GRANT", "ROLE_ARN", "EXTERNAL_ID", "DEAD_LETTER_QUEUE_URL"]) {
        assert!(message.contains(&format!("TENDLC_{name} ")), "{name} in {message}");
    }
}

#[test]
fn an_external_id_and_a_bus_are_such_as_aws_takes() {
    for (name, value) in [
        ("TENDLC_EXTERNAL_ID", "x"),
        ("TENDLC_EXTERNAL_ID", "has space"),
        ("TENDLC_OUTCOME_BUS", "bad bus!"),
        ("TENDLC_OUTCOME_BUS", "arn:aws:sns:us-east-1:222222222222:topic"),
    ] {
        let mut vars = spoke();
        vars.insert(name, value.to_owned());
        assert!(read(&vars).unwrap_err().to_string().contains(name), "{value}");
    }
    for bus in ["default", "arn:aws:events:us-east-1:222222222222:event-bus/outcomes"] {
        let mut vars = spoke();
        vars.insert("TENDLC_OUTCOME_BUS", bus.to_owned());
        assert_eq!(read(&vars).unwrap().spoke.unwrap().outcome_bus.as_deref(), Some(bus));
    }
}

#[test]
fn a_fifo_queue_is_refused_only_where_something_is_handed_over_to_it() {
    let mut vars = spoke();
    vars.insert("TENDLC_QUEUE_URL", "https://sqs/222222222222/tendlc-send.fifo".to_owned());
    assert!(read(&vars).unwrap_err().to_string().contains("is a FIFO queue"));
    assert!(Settings::read(&|name| vars.get(name).cloned(), HandsOver::No).is_ok());
}

#[test]
fn the_hub_refuses_what_only_a_spoke_is_told() {
    let mut vars = spoke();
    vars.insert("TENDLC_TOPOLOGY", "hub".to_owned());
    let message = read(&vars).unwrap_err().to_string();
    assert!(message.contains("TENDLC_EXTERNAL_ID is set in the hub"), "{message}");
    for name in SPOKE_ONLY {
        vars.remove(name);
    }
    assert!(read(&vars).unwrap().spoke.is_none());
}
