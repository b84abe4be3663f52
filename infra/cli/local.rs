//! `tendlc local`: plays events through the whole system, or keeps it up.

mod play;
mod say;
mod serve;
mod welcome;

use std::sync::Arc;

use anyhow::Context as _;
use tendlc_config::Config;
use tendlc_core::clock::SystemClock;
use tendlc_local::system::{Options, Programs, System};

use crate::args::{Local, Output};
use crate::{DONE, check, logs};

pub async fn run(local: Local) -> anyhow::Result<u8> {
    let asked = std::env::var("RUST_LOG").ok();
    let log_level = match local.output {
        Output::Text if asked.is_none() => {
            logs::for_people();
            Some(logs::FUNCTIONS.to_owned())
        }
        _ => {
            tendlc_core::logs::init();
            asked
        }
    };
    let config = match &local.config {
        None => tendlc_config::check(tendlc_config::EXAMPLE, "the built-in configuration"),
        Some(path) => check::read(path)?,
    };
    let config: Config = match config {
        Ok(checked) => checked.config,
        Err(mistakes) => return Ok(check::refuse(&mistakes, local.output)),
    };
    let files = play::files(&local.events)?;
    let programs = match local.functions {
        Some(folder) => Programs::Folder(folder),
        None => Programs::Itself { program: std::env::current_exe()?, arguments: vec!["function".to_owned()] },
    };
    if local.now.is_some() && matches!(programs, Programs::Folder(_)) {
        tracing::warn!(
            "--now sets the clock of the doubles alone: the functions of --functions keep the machine's time, as deployed \
             ones do; where the two are far apart, sessions look expired and waiting times come out wrong"
        );
    }
    let clock = Arc::new(local.now.map(SystemClock::starting_at).unwrap_or_default());
    let played = !local.events.is_empty();
    let options = Options { config, clock, programs, port: local.port, faults: local.faults, played, log_level };
    let system = Arc::new(System::start(options).await.context("failed to start the local system")?);
    let done = if played {
        play::run(&system, &files, local.function, local.output).await
    } else {
        serve::run(&system, local.output).await
    };
    system.stop().await;
    done.map(|()| DONE)
}
