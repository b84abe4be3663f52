//! The function's own process, as Lambda starts it. (These tests also make cargo build the binary for all others.)

#![allow(clippy::expect_used)] // a test may panic

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};

/// Starts the function with nothing in its environment but these; it has to end by itself.
fn start(variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_send-queue"))
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .expect("it starts")
}

/// What one start says, checked to be one line of JSON and a failure.
fn complaint(variables: &[(&str, &str)]) -> String {
    let output = start(variables);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with('{') && said.contains(r#""level":"ERROR""#), "{said}");
    said
}

#[test]
fn a_start_with_nothing_set_ends_at_once_and_names_all_that_is_missing() {
    let said = complaint(&[]);
    for name in ["TENDLC_TABLE_ARN", "TENDLC_TOPOLOGY", "TENDLC_FINGERPRINT_KEY"] {
        assert!(said.contains(name), "{name} is not named: {said}");
    }
}

#[test]
fn lambda_is_told_why_it_cannot_start() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let api = listener.local_addr().expect("an address").to_string();
    let (told, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let (mut heard, mut some) = (Vec::new(), [0; 4096]);
        while !heard.ends_with(b"}") {
            match stream.read(&mut some).expect("words") {
                0 => break,
                read => heard.extend_from_slice(&some[..read]),
            }
        }
        stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").expect("an answer");
        told.send(String::from_utf8(heard).expect("text")).expect("a listener");
    });
    complaint(&[("AWS_LAMBDA_RUNTIME_API", &api)]);
    // It has ended, so whatever it said is said.
    let heard = heard.recv_timeout(std::time::Duration::from_secs(5)).expect("it called");
    assert!(heard.starts_with("POST /2018-06-01/runtime/init/error "), "{heard}");
    assert!(heard.contains("TENDLC_TABLE_ARN is missing"), "{heard}");
}

#[test]
fn a_spoke_without_its_own_variables_is_told_each_of_them() {
    let said = complaint(&[("TENDLC_TOPOLOGY", "spoke")]);
    for name in ["TENDLC_GRANT", "TENDLC_ROLE_ARN", "TENDLC_EXTERNAL_ID", "TENDLC_DEAD_LETTER_QUEUE_URL"] {
        assert!(said.contains(name), "{name} is not named: {said}");
    }
}
