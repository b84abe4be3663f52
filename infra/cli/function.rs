//! This program as one of the functions, for `tendlc local`: the same code as the deployed binaries, with a clock
//! that can be set.

use std::sync::Arc;

use jiff::SignedDuration;
use tendlc_core::clock::{SharedClock, SystemClock};
use tendlc_local::system::CLOCK_AHEAD;

pub async fn run(name: &str) -> anyhow::Result<u8> {
    tendlc_core::logs::init();
    let ahead = std::env::var(CLOCK_AHEAD).ok().and_then(|millis| millis.parse().ok()).unwrap_or(0);
    let clock: SharedClock = Arc::new(SystemClock::ahead_by(SignedDuration::from_millis(ahead)));
    let served = match name {
        "send-queue" => send_queue::serve(clock).await,
        "send-event" => send_event::serve(clock).await,
        "probe-health" => probe_health::serve(clock).await,
        "settle-receipt" => settle_receipt::serve(clock).await,
        "refresh-limits" => refresh_limits::serve(clock).await,
        "recount" => recount::serve(clock).await,
        other => anyhow::bail!("there is no function {other}"),
    };
    served.map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(crate::DONE)
}
