//! A function for tests: this very test binary, started again with a test that serves events.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};
use tendlc_core::clock::{ManualClock, SharedClock};

use super::launch::Launch;

pub(crate) const START: &str = "TENDLC_TEST_FUNCTION";

/// What makes this binary the function.
pub(crate) const ARGUMENTS: [&str; 3] = ["lambda::test_function::serves_events", "--exact", "--nocapture"];

/// The function with a way to start: `serve`, `exit`, `init-error` or `hang`.
pub(super) fn launch(start: &str) -> Launch {
    let clock: SharedClock = Arc::new(ManualClock::new("2030-01-01T00:00:00Z".parse().unwrap()));
    Launch {
        program: std::env::current_exe().unwrap(),
        args: ARGUMENTS.map(str::to_owned).to_vec(),
        env: BTreeMap::from([(START.to_owned(), start.to_owned()), ("MINE".to_owned(), "here".to_owned())]),
        name: "tendlc-test".to_owned(),
        account: "222222222222".parse().unwrap(),
        region: "us-east-1".to_owned(),
        memory_mb: 128,
        timeout: Duration::from_secs(30),
        clock,
        label_lines: true,
    }
}

/// Not a test: the function itself, when the variable is there.
#[test]
fn serves_events() {
    match std::env::var(START).as_deref() {
        Err(_) => {}
        Ok("serve") => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(lambda_runtime::run(service_fn(handle))).unwrap();
        }
        Ok("exit") => std::process::exit(3),
        Ok("init-error") => {
            post_init_error();
            std::process::exit(1);
        }
        Ok(_) => std::thread::sleep(Duration::from_secs(600)),
    }
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    match event.payload["do"].as_str() {
        Some("answer") => Ok(event.payload["with"].clone()),
        Some("fail") => Err(Diagnostic { error_type: "Mine".to_owned(), error_message: "what happened".to_owned() }),
        Some("exit") => std::process::exit(7),
        Some("panic") => panic!("contained"),
        Some("hang") => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            Ok(Value::Null)
        }
        Some("nap") => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            Ok(json!(std::process::id()))
        }
        _ => Ok(json!({
            "process": std::process::id(),
            "variables": std::env::vars().collect::<BTreeMap<_, _>>(),
            "deadline": event.context.deadline,
            "arn": event.context.invoked_function_arn,
            "trace": event.context.xray_trace_id,
        })),
    }
}

/// By hand: `lambda_runtime` has no public call for it.
fn post_init_error() {
    let mut stream = TcpStream::connect(std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap()).unwrap();
    let body = r#"{"errorType":"Configuration","errorMessage":"TENDLC_TABLE_ARN is missing"}"#;
    write!(
        stream,
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
}
