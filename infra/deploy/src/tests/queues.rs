//! Queues and what takes from them: nothing is lost by what AWS lets one leave out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{CONFIG, of_type, with_fifo};

const FOURTEEN_DAYS: i64 = 14 * 24 * 60 * 60;

#[test]
fn every_queue_keeps_its_messages_for_fourteen_days_and_is_encrypted() {
    for text in [CONFIG.to_owned(), with_fifo()] {
        for (name, queue) in of_type(&text, "AWS::SQS::Queue") {
            assert_eq!(queue["MessageRetentionPeriod"], FOURTEEN_DAYS, "{name}");
            assert_eq!(queue["SqsManagedSseEnabled"], true, "{name}");
            let fifo = queue["QueueName"].as_str().unwrap().ends_with(".fifo");
            assert_eq!(queue["FifoQueue"] == true, fifo, "{name}");
        }
    }
}

#[test]
fn every_queue_that_a_function_takes_from_has_dead_letters_and_six_times_the_functions_timeout() {
    for text in [CONFIG.to_owned(), with_fifo()] {
        let queues = by(&of_type(&text, "AWS::SQS::Queue"), "QueueName");
        let functions = by(&of_type(&text, "AWS::Lambda::Function"), "FunctionName");
        for (name, mapping) in of_type(&text, "AWS::Lambda::EventSourceMapping") {
            let of = account(&name);
            let queue = mapping["EventSourceArn"].as_str().unwrap().rsplit(':').next().unwrap();
            let queue = &queues[&(of.clone(), queue.to_owned())];
            let function = mapping["FunctionName"].as_str().unwrap().rsplit(':').next().unwrap();
            let timeout = functions[&(of, function.to_owned())]["Timeout"].as_i64().unwrap();
            assert!(queue["VisibilityTimeout"].as_i64().unwrap() >= 6 * timeout, "{name}");
            assert!(queue["RedrivePolicy"]["deadLetterTargetArn"].is_string(), "{name}");
            assert!(queue["RedrivePolicy"]["maxReceiveCount"].as_i64().unwrap() >= 10, "{name}: waiting is no failure");
        }
    }
}

#[test]
fn every_mapping_reports_failures_one_by_one_and_is_bounded() {
    for (name, mapping) in of_type(CONFIG, "AWS::Lambda::EventSourceMapping") {
        assert_eq!(mapping["FunctionResponseTypes"][0], "ReportBatchItemFailures", "{name}");
        let batch = mapping["BatchSize"].as_i64().unwrap();
        let window = mapping["MaximumBatchingWindowInSeconds"].as_i64().unwrap_or(0);
        assert!(batch <= 10 || window > 0, "{name}: AWS refuses a batch above ten without a window");
        let most: i64 = number(&mapping["ScalingConfig"]["MaximumConcurrency"]);
        assert!((2..=1_000).contains(&most), "{name}");
    }
}

/// A rule's target, an asynchronous invocation and a schedule give up some time.
#[test]
fn what_is_given_up_lands_on_a_queue() {
    for (name, rule) in of_type(CONFIG, "AWS::Events::Rule") {
        for target in rule["Targets"].as_array().unwrap() {
            assert!(target["DeadLetterConfig"]["Arn"].is_string(), "{name}");
        }
    }
    // A job that runs every minute is not kept; a request is.
    let of_requests =
        |function: &Value| function["FunctionName"].as_str().is_some_and(|name| name.ends_with("-send-event"));
    let mut invoked = of_type(CONFIG, "AWS::Lambda::EventInvokeConfig");
    invoked.retain(|_, config| of_requests(config));
    for (name, config) in &invoked {
        assert!(config["DestinationConfig"]["OnFailure"]["Destination"].is_string(), "{name}");
    }
    let mut by_events = of_type(CONFIG, "AWS::Lambda::Function");
    by_events.retain(|_, function| of_requests(function));
    assert!(by_events.len() >= 2 && invoked.len() == by_events.len(), "{invoked:?}");
}

fn by(all: &BTreeMap<String, Value>, key: &str) -> BTreeMap<(String, String), Value> {
    let named =
        |(name, value): (&String, &Value)| ((account(name), value[key].as_str().unwrap().to_owned()), value.clone());
    all.iter().map(named).collect()
}

fn account(name: &str) -> String {
    name.split('/').next().unwrap().to_owned()
}

/// A parameter's number comes as text.
fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

#[test]
fn the_queues_of_receipts_have_the_names_that_the_probe_asks_after() {
    use tendlc_core::receipt::{DEAD_LETTER_QUEUE, QUEUE};
    let queues = of_type(CONFIG, "AWS::SQS::Queue");
    for name in [QUEUE, DEAD_LETTER_QUEUE] {
        assert!(queues.values().any(|queue| queue["QueueName"] == name), "{name}");
    }
}
