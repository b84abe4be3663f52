//! G2, G3, G4 and G8: no quota is ever passed, what there is is used, everybody gets their guarantee, and what cannot be
//! read is closed. Many functions at once take from one table in the doubles, through the real SDK client.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "quota/books.rs"]
mod books;
#[path = "quota/calls.rs"]
mod calls;
#[path = "quota/cap.rs"]
mod cap;
#[path = "quota/closed.rs"]
mod closed;
#[path = "quota/counters.rs"]
mod counters;
#[path = "quota/crash.rs"]
mod crash;
#[path = "quota/credit.rs"]
mod credit;
#[allow(dead_code, reason = "shared with the tests of receipts")]
#[path = "quota/desk.rs"]
mod desk;
#[path = "quota/fair.rs"]
mod fair;
#[path = "quota/function.rs"]
mod function;
#[path = "quota/hundred.rs"]
mod hundred;
#[path = "quota/limits.rs"]
mod limits;
#[path = "quota/midnight.rs"]
mod midnight;
#[allow(dead_code, reason = "shared with the tests of sync")]
#[path = "quota/primary.rs"]
mod primary;
#[path = "quota/random.rs"]
mod random;
#[path = "quota/rate.rs"]
mod rate;
#[path = "quota/seed.rs"]
mod seed;
#[path = "quota/spend.rs"]
mod spend;
#[allow(dead_code, reason = "shared with the tests of sync")]
#[path = "quota/terms.rs"]
mod terms;
#[allow(dead_code, reason = "shared with the tests of sync")]
#[path = "quota/timeline.rs"]
mod timeline;
#[allow(dead_code, reason = "shared with the tests of sync")]
#[path = "quota/wire.rs"]
mod wire;
