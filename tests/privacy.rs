//! G6: no phone number and no body in a log, an error, an outcome or the table. All samples are played with every log
//! turned on, and all that is written is searched for what they hold.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "privacy/answers.rs"]
mod answers;
#[path = "privacy/finder.rs"]
mod finder;
#[allow(dead_code, reason = "the tests of the running system use the rest of it")]
#[path = "served/running.rs"]
mod running;
#[path = "privacy/runs.rs"]
mod runs;
