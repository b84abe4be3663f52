//! `tendlc local` without events: the whole system as processes, kept up, with what a workload's own clients see of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "served/entrances.rs"]
mod entrances;
#[path = "served/life.rs"]
mod life;
#[path = "served/people.rs"]
mod people;
#[path = "served/receipts.rs"]
mod receipts;
#[path = "served/running.rs"]
mod running;
#[path = "served/usage.rs"]
mod usage;
#[path = "served/waiting.rs"]
mod waiting;
