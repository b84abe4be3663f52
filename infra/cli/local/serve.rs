//! Staying up until a signal, and saying each outcome as it comes.

use std::pin::pin;
use std::sync::Arc;

use serde_json::{Value, json};
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
            first["credentials"] = credentials(system.aws().region());
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

/// Keys that reach every queue and bus, by the variables that AWS's SDKs and tools read; some read the one name of the
/// Region, some the other.
fn credentials(region: &str) -> Value {
    json!({
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    })
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
