//! The function's own process, as Lambda starts it. (These tests also make cargo build the binary for all others.)

#![allow(clippy::expect_used)] // a test may panic

use std::process::{Command, Output};

/// Starts the function with nothing in its environment but these; it has to end by itself.
fn start(variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_recount")).env_clear().envs(variables.iter().copied()).output().expect("it starts")
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
    assert!(said.contains("TENDLC_TABLE_ARN"), "{said}");
}
