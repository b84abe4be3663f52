//! G1, and what goes with it: for one grant and `id`, AWS accepts at most one send, over redelivery, two functions at
//! once and a crash at any point; and every message ends, with its reason, or still waits.
//!
//! The handlers of `send-queue` and `send-event` run here over the real SDK clients. Between them and the doubles of
//! AWS lies a wire on which each call can be lost, delayed or be the last of its function.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "once/answers.rs"]
mod answers;
#[path = "once/books.rs"]
mod books;
#[path = "once/by_event.rs"]
mod by_event;
#[path = "once/claims.rs"]
mod claims;
#[path = "once/crash.rs"]
mod crash;
#[path = "once/door.rs"]
mod door;
#[path = "once/function.rs"]
mod function;
#[path = "once/invocation.rs"]
mod invocation;
#[path = "once/line.rs"]
mod line;
#[path = "once/mail.rs"]
mod mail;
#[path = "once/operator.rs"]
mod operator;
#[path = "once/outage.rs"]
mod outage;
#[path = "once/quiet.rs"]
mod quiet;
#[path = "once/random.rs"]
mod random;
#[path = "once/repeats.rs"]
mod repeats;
#[path = "once/spend.rs"]
mod spend;
#[path = "once/steps.rs"]
mod steps;
#[path = "once/tally.rs"]
mod tally;
#[path = "once/turns.rs"]
mod turns;
#[path = "once/unknown.rs"]
mod unknown;
#[path = "once/waiting.rs"]
mod waiting;
#[path = "once/waves.rs"]
mod waves;
#[path = "once/wire.rs"]
mod wire;
#[path = "once/world.rs"]
mod world;

/// What random tests begin with: `TENDLC_TEST_SEED`, or another one each time.
fn seed() -> u64 {
    match std::env::var("TENDLC_TEST_SEED") {
        Ok(seed) => seed.parse().expect("TENDLC_TEST_SEED is a number"),
        Err(_) => rand::random(),
    }
}
