//! The function's own process, as Lambda starts it. (These tests also make cargo build the binary for all others.)

#![allow(clippy::expect_used)] // a test may panic

use std::process::Command;

#[test]
fn a_start_with_nothing_set_ends_at_once_and_names_all_that_is_missing() {
    let output = Command::new(env!("CARGO_BIN_EXE_settle-receipt")).env_clear().output().expect("it starts");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).expect("text");
    for name in ["TENDLC_TABLE_ARN", "TENDLC_FINGERPRINT_KEY"] {
        assert!(said.contains(name), "{name} is not named: {said}");
    }
}
