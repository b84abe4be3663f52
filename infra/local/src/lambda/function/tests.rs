use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::*;
use crate::lambda::pool::Function;
use crate::lambda::test_function::launch;

async fn function() -> FunctionProcess {
    FunctionProcess::start(launch("serve")).await.unwrap()
}

#[tokio::test]
async fn a_function_answers_one_invocation_after_the_other_in_one_process() {
    let mut function = function().await;
    let first = function.invoke(json!({})).await.unwrap();
    let answer = function.invoke(json!({"do": "answer", "with": {"batchItemFailures": []}})).await.unwrap();
    let second = function.invoke(json!({})).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert_eq!(first["process"], second["process"]);
    function.stop().await;
}

#[tokio::test]
async fn an_invocation_carries_arn_trace_and_a_deadline_by_the_given_clock() {
    let said = function().await.invoke(json!({})).await.unwrap();
    let deadline: jiff::Timestamp = "2030-01-01T00:00:30Z".parse().unwrap();
    assert_eq!(said["deadline"], deadline.as_millisecond());
    assert_eq!(said["arn"], "arn:aws:lambda:us-east-1:222222222222:function:tendlc-test");
    assert!(said["trace"].as_str().unwrap().starts_with("Root=1-70dbd89e-"), "{}", said["trace"]);
}

#[tokio::test]
async fn a_function_sees_its_own_and_lambdas_variables_and_nothing_of_ours() {
    let said = function().await.invoke(json!({})).await.unwrap();
    let variables = said["variables"].as_object().unwrap();
    assert_eq!(variables["MINE"], "here");
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_NAME"], "tendlc-test");
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "128");
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_VERSION"], "$LATEST");
    assert_eq!(variables["AWS_REGION"], "us-east-1");
    assert_eq!(variables["_HANDLER"], "bootstrap");
    for ours in ["PATH", "HOME", "USER", "CARGO", "CARGO_MANIFEST_DIR"] {
        assert!(!variables.contains_key(ours), "{ours}");
    }
}

#[tokio::test]
async fn an_error_of_the_function_keeps_its_words_and_its_process() {
    let mut function = function().await;
    let before = function.invoke(json!({})).await.unwrap();
    let error = function.invoke(json!({"do": "fail"})).await.unwrap_err();
    assert_eq!(error, FunctionError::new("Mine", "what happened"));
    let error = function.invoke(json!({"do": "panic"})).await.unwrap_err();
    assert_eq!(error.error_message, "Lambda panicked: contained");
    let after = function.invoke(json!({})).await.unwrap();
    assert_eq!(before["process"], after["process"]);
}

#[tokio::test]
async fn a_crash_is_told_as_on_aws_and_the_next_invocation_has_a_new_process() {
    let mut function = function().await;
    let before = function.invoke(json!({})).await.unwrap();
    let error = function.invoke(json!({"do": "exit"})).await.unwrap_err();
    assert_eq!(error.error_type, "Runtime.ExitError");
    assert!(error.error_message.starts_with("RequestId: "), "{error}");
    assert!(error.error_message.ends_with(" Error: Runtime exited with error: exit status 7"), "{error}");
    let after = function.invoke(json!({})).await.unwrap();
    assert_ne!(before["process"], after["process"]);
}

#[tokio::test]
async fn a_function_that_hangs_times_out_and_is_killed_and_replaced() {
    let mut launch = launch("serve");
    launch.timeout = Duration::from_millis(500);
    let mut function = FunctionProcess::start(launch).await.unwrap();
    let process = function.invoke(json!({})).await.unwrap()["process"].clone();
    let error = function.invoke(json!({"do": "hang"})).await.unwrap_err();
    assert_eq!(error.error_type, "Sandbox.Timedout");
    assert!(error.error_message.ends_with(" Error: Task timed out after 0.50 seconds"), "{error}");
    if cfg!(target_os = "linux") {
        assert!(!std::path::Path::new(&format!("/proc/{process}")).exists(), "it still runs");
    }
    assert_ne!(function.invoke(json!({})).await.unwrap()["process"], process);
}

#[tokio::test]
async fn a_function_that_cannot_start_says_so_at_every_invocation() {
    let mut function = FunctionProcess::start(launch("init-error")).await.unwrap();
    for _ in 0..2 {
        let error = function.invoke(json!({})).await.unwrap_err();
        assert_eq!(error, FunctionError::new("Configuration", "TENDLC_TABLE_ARN is missing"));
    }
    let mut function = FunctionProcess::start(launch("exit")).await.unwrap();
    let error = function.invoke(json!({})).await.unwrap_err();
    assert!(error.error_message.ends_with(" Error: Runtime exited with error: exit status 3"), "{error}");
}

/// The paused clock moves on by itself while nothing else can happen: to the limit of the start.
#[tokio::test(start_paused = true)]
async fn a_function_that_hangs_while_it_starts_times_out() {
    let mut function = FunctionProcess::start(launch("hang")).await.unwrap();
    let error = function.invoke(json!({})).await.unwrap_err();
    assert!(error.error_message.ends_with(" Error: Task timed out after 30.00 seconds"), "{error}");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_an_error_at_once() {
    let mut launch = launch("serve");
    launch.program = "/nowhere/bootstrap".into();
    let error = FunctionProcess::start(launch.clone()).await.unwrap_err();
    assert!(error.to_string().starts_with("failed to start /nowhere/bootstrap: "), "{error}");
    let error = Function::new(launch, NonZeroUsize::MIN).invoke(json!({})).await.unwrap_err();
    assert_eq!(error.error_type, "Runtime.InvalidEntrypoint");
}

#[tokio::test]
async fn a_dropped_function_leaves_no_process() {
    let mut function = function().await;
    let process = function.invoke(json!({})).await.unwrap()["process"].clone();
    drop(function);
    let proc = format!("/proc/{process}/exe");
    let began = Instant::now();
    while cfg!(target_os = "linux") && std::fs::read_link(&proc).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(5), "it still runs");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_pool_starts_processes_on_demand_up_to_its_limit_and_uses_idle_ones_again() {
    let function = Arc::new(Function::new(launch("serve"), NonZeroUsize::new(2).unwrap()));
    let nap = |function: Arc<Function>| async move { function.invoke(json!({"do": "nap"})).await.unwrap() };
    let naps = (0..4).map(|_| tokio::spawn(nap(function.clone()))).collect::<Vec<_>>();
    let mut processes = Vec::new();
    for nap in naps {
        processes.push(nap.await.unwrap().as_u64().unwrap());
    }
    processes.sort_unstable();
    processes.dedup();
    assert_eq!(processes.len(), 2);
    let again = function.invoke(json!({"do": "nap"})).await.unwrap().as_u64().unwrap();
    assert!(processes.contains(&again));
    function.stop().await;
    let error = function.invoke(Value::Null).await.unwrap_err();
    assert_eq!(error.error_type, "Runtime.Stopped");
}

#[test]
fn the_values_of_variables_are_not_in_the_debug_output() {
    let mut launch = launch("serve");
    launch.env.insert("TENDLC_FINGERPRINT_KEY".to_owned(), "c0ffee".to_owned());
    let written = format!("{launch:?}");
    assert!(written.contains("TENDLC_FINGERPRINT_KEY") && !written.contains("c0ffee"), "{written}");
}
