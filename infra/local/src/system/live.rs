//! Live limits on the doubles: what their numbers tell at first, and reading it at the start.

use anyhow::Context as _;
use aws_config::SdkConfig;
use tendlc_config::{Config, Readings};
use tendlc_core::clock::SharedClock;
use tendlc_core::limits::Reader;
use tendlc_core::name::PrimaryName;

/// What a number of the doubles tells where the configuration leaves it to AWS, in segments per second: the example's.
pub(super) const RATE: i64 = 40;

/// The same of T-Mobile's daily cap.
pub(super) const CAP: i64 = 40_000;

/// Reads every live limit, as `tendlc sync` does on an empty table.
pub(super) async fn readings(
    config: &Config,
    primary: &PrimaryName,
    aws: SdkConfig,
    clock: &SharedClock,
) -> anyhow::Result<Readings> {
    let reader = Reader::new(aws, SharedClock::clone(clock));
    let mut readings = Readings::new();
    for wants in config.live(primary) {
        let told = reader.read(&wants.source).await;
        let live = wants.from(&told, clock.now()).map_err(|(_, why)| why);
        let live = live.with_context(|| format!("the doubles tell no limits of the campaign {}", wants.campaign))?;
        readings.insert(wants.campaign, live);
    }
    Ok(readings)
}
