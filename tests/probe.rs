//! The health probe, as its own process beside the doubles of AWS: what it says when all is well, and when it is not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "probe/broken.rs"]
mod broken;
#[path = "probe/dry_run.rs"]
mod dry_run;
#[path = "probe/event.rs"]
mod event;
#[path = "probe/figures.rs"]
mod figures;
#[path = "probe/limits.rs"]
mod limits;
#[path = "probe/memory.rs"]
mod memory;
#[path = "probe/number.rs"]
mod number;
#[path = "probe/policy.rs"]
mod policy;
#[path = "probe/registration.rs"]
mod registration;
#[path = "probe/report.rs"]
mod report;
#[path = "probe/role.rs"]
mod role;
#[path = "probe/run.rs"]
mod run;
#[path = "probe/running.rs"]
mod running;
#[path = "probe/simulator.rs"]
mod simulator;
#[path = "probe/table.rs"]
mod table;
#[path = "probe/verify.rs"]
mod verify;
#[path = "probe/whole.rs"]
mod whole;
