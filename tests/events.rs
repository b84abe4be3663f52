//! Every file in `events/`, played by the command as a person would play it, and what `tendlc local` promises to
//! whoever reads its output (design, section 5.5).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "events_play/commands.rs"]
mod commands;
#[path = "events_play/made_up.rs"]
mod made_up;
#[path = "events_play/metrics.rs"]
mod metrics;
#[path = "events_play/options.rs"]
mod options;
#[path = "events_play/people.rs"]
mod people;
#[path = "events_play/readme.rs"]
mod readme;
#[path = "events_play/samples.rs"]
mod samples;
