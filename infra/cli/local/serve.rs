//! Staying up until a signal, and saying each outcome as it comes.

use std::pin::pin;
use std::sync::Arc;

use serde_json::json;
use tendlc_local::aws::PutEvent;
use tendlc_local::system::{Put, System};
use tokio::sync::watch;

use super::{say, welcome};
use crate::args::Output;
use crate::show;

pub async fn run(system: &Arc<System>, output: Output) -> anyhow::Result<()> {
    let (stop, stopped) = watch::channel(false);
    // All of it before the first line, which says that it is ready.
    let mut interrupted = pin!(interruption()?);
    let mut events = system.aws().watch_events();
    let delivering = tokio::spawn(system.serve(stopped));
    match output {
        Output::Json => {
            let endpoints = json!({ "AWS_ENDPOINT_URL": system.aws().endpoint() });
            let mut first = json!({ "endpoints": endpoints, "queues": system.queues(), "bus": "default" });
            first["fifo_queues"] = json!(system.fifo_queues());
            if let Some(bus) = system.hub_bus() {
                first["hub_bus"] = bus.into();
            }
            show::line(&first)?;
        }
        Output::Text => show::text(&welcome::text(system))?,
    }
    loop {
        tokio::select! {
            ended = &mut interrupted => {
                ended?;
                break;
            }
            Some(put) = events.recv() => outcome(system, put, output)?,
        }
    }
    stop.send_replace(true);
    delivering.await??;
    while let Ok(put) = events.try_recv() {
        outcome(system, put, output)?;
    }
    Ok(())
}

fn outcome(system: &System, put: PutEvent, output: Output) -> anyhow::Result<()> {
    let time = put.time;
    let Some(mut outcome) = Put::of(put) else { return Ok(()) };
    match output {
        Output::Json => show::line(&outcome),
        Output::Text => {
            outcome.told = system.told(&outcome);
            say::outcome(time, &outcome)
        }
    }
}

/// Listens for the signals that end it, from now on.
#[cfg(unix)]
fn interruption() -> anyhow::Result<impl Future<Output = anyhow::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut pressed, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = pressed.recv() => {}
            _ = terminated.recv() => {}
        }
        Ok(())
    })
}

#[cfg(not(unix))]
fn interruption() -> anyhow::Result<impl Future<Output = anyhow::Result<()>>> {
    Ok(async { Ok(tokio::signal::ctrl_c().await?) })
}
