//! One run: every live limit is read, and the table goes after each at once.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tendlc_core::clock::SharedClock;
use tendlc_core::grant::{Campaign, Live, Reading};
use tendlc_core::limits::{Limit, Reader, Told, Unread, Wants};
use tendlc_core::sync::{Change, Sync, SyncError, Tense};
use tendlc_core::table::{Key, Table};

use crate::report::{self, Refreshed, Report};

/// What bringing the table after the limits takes, and answering: no reading begins or lasts into this.
const AFTERWARDS: SignedDuration = SignedDuration::from_secs(5);

/// What a run works with.
pub(crate) struct Refresh<'a> {
    pub(crate) table: &'a Table,
    pub(crate) reader: &'a Reader,
    pub(crate) sync: &'a Sync,
    pub(crate) clock: &'a SharedClock,
}

/// What came of it so far.
#[derive(Default)]
struct Sofar {
    limits: Vec<Refreshed>,
    changes: Vec<Change>,
    overtaken: Vec<SyncError>,
}

impl Refresh<'_> {
    /// Reads all that is live, within an invocation that ends at `deadline`.
    ///
    /// # Errors
    /// When the table does not answer.
    pub(crate) async fn run(&self, deadline: Timestamp) -> Result<Report, SyncError> {
        let mut sofar = Sofar::default();
        for campaign in self.live().await? {
            let (told, at) = self.read(&campaign, deadline).await;
            match self.sync.keep_reading(&campaign, &told, at).await {
                Ok(None) => {}
                Ok(Some(kept)) => {
                    sofar.changes.extend(kept.change);
                    sofar.add(&campaign, &kept.campaign, &told, at);
                    // A cap that fell is not to wait for the campaigns that are still to be read.
                    if cap(&campaign.live) != cap(&kept.campaign.live) {
                        self.follow(&mut sofar).await?;
                    }
                }
                Err(overtaken @ SyncError::Overtaken(_)) => sofar.overtaken.push(overtaken),
                Err(error) => return Err(error),
            }
        }
        // Also where nothing was told anew: an earlier run may have been cut off.
        self.follow(&mut sofar).await?;
        for line in sofar.changes.iter().flat_map(|change| change.lines(Tense::Done)) {
            if line.starts_with("WARNING") { tracing::warn!("{line}") } else { tracing::info!("{line}") }
        }
        for overtaken in &sofar.overtaken {
            tracing::warn!("{}", report::again(overtaken));
        }
        Ok(Report::of(sofar.limits, sofar.changes, &sofar.overtaken))
    }

    /// The campaigns with live limits, the one that was read longest ago first: where there are more than a run has time
    /// for, the next one begins with the rest.
    async fn live(&self) -> Result<Vec<Campaign>, SyncError> {
        let mut campaigns: Vec<Campaign> = Vec::new();
        for name in &self.sync.index().await?.campaigns {
            campaigns.extend(self.table.read::<Campaign>(&Key::campaign(name)).await?);
        }
        campaigns.retain(|campaign| !campaign.live.is_none());
        campaigns.sort_by_key(|campaign| readings(&campaign.live).map(|(_, reading)| reading.read_at).min());
        Ok(campaigns)
    }

    /// What AWS tells of one campaign, and when.
    async fn read(&self, campaign: &Campaign, deadline: Timestamp) -> (Told, Timestamp) {
        let left = Duration::try_from((deadline - AFTERWARDS).duration_since(self.clock.now()));
        let told = match (Wants::of(campaign), left) {
            // By the runtime's own timer: a call that hangs is not ended by a clock that a test holds still.
            (Some(wants), Ok(left)) if !left.is_zero() => {
                tokio::time::timeout(left, self.reader.read(&wants.source)).await.ok()
            }
            _ => None,
        };
        let told = told.unwrap_or(Told { rate: Err(Unread::NoTime), cap: Err(Unread::NoTime) });
        (told, self.clock.now())
    }

    async fn follow(&self, sofar: &mut Sofar) -> Result<(), SyncError> {
        let followed = self.sync.follow_limits().await?;
        for change in followed.changes {
            // A warning that holds on is said once a run.
            if !sofar.changes.contains(&change) {
                sofar.changes.push(change);
            }
        }
        sofar.overtaken.extend(followed.overtaken);
        Ok(())
    }
}

impl Sofar {
    fn add(&mut self, before: &Campaign, now: &Campaign, told: &Told, at: Timestamp) {
        let was: Vec<(Limit, Reading)> = readings(&before.live).collect();
        for (limit, reading) in readings(&now.live) {
            let Some((_, before_it)) = was.iter().find(|(known, _)| *known == limit) else { continue };
            let unread = match limit {
                Limit::Rate => told.rate.as_ref().err(),
                Limit::Cap => told.cap.as_ref().err(),
            };
            // What is the same is not written anew each minute, and was read now all the same.
            let reading = if unread.is_none() { Reading { read_at: at, ..reading } } else { reading };
            let refreshed = Refreshed::new((&now.name, limit), *before_it, reading, unread, at);
            refreshed.log();
            self.limits.push(refreshed);
        }
    }
}

fn readings(live: &Live) -> impl Iterator<Item = (Limit, Reading)> {
    let rate = live.segments_per_second.map(|reading| (Limit::Rate, reading));
    let cap = live.t_mobile_daily_segments.map(|reading| (Limit::Cap, reading));
    rate.into_iter().chain(cap)
}

fn cap(live: &Live) -> Option<i64> {
    live.t_mobile_daily_segments.map(|reading| reading.value)
}
