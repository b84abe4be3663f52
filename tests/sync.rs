//! Limits and grants on their way into the table: run twice nothing changes, cut off anywhere the next run completes it,
//! and at no moment is anything promised twice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "sync/ahead.rs"]
mod ahead;
#[path = "sync/cap.rs"]
mod cap;
#[path = "sync/ceiling.rs"]
mod ceiling;
#[path = "sync/change.rs"]
mod change;
#[path = "sync/command.rs"]
mod command;
#[path = "sync/consistent.rs"]
mod consistent;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/counters.rs"]
mod counters;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/desk.rs"]
mod desk;
#[path = "sync/eve.rs"]
mod eve;
#[path = "sync/failing.rs"]
mod failing;
#[path = "sync/guarantee.rs"]
mod guarantee;
#[path = "sync/interrupted.rs"]
mod interrupted;
#[path = "sync/live.rs"]
mod live;
#[path = "sync/live_together.rs"]
mod live_together;
#[path = "sync/pause.rs"]
mod pause;
#[path = "sync/pointers.rs"]
mod pointers;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/primary.rs"]
mod primary;
#[path = "sync/random.rs"]
mod random;
#[path = "sync/reading.rs"]
mod reading;
#[path = "sync/rescoped.rs"]
mod rescoped;
#[path = "sync/said.rs"]
mod said;
#[path = "quota/seed.rs"]
mod seed;
#[path = "sync/telling.rs"]
mod telling;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/terms.rs"]
mod terms;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/timeline.rs"]
mod timeline;
#[path = "sync/together.rs"]
mod together;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/wire.rs"]
mod wire;
