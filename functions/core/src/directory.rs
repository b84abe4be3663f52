//! The grant with its campaigns and brands, as read from the table, kept for a short while.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::clock::SharedClock;
use crate::grant::{Brand, Campaign, Grant};
use crate::name::{BrandName, CampaignName, GrantName};
use crate::table::{Key, Table, TableError};

/// From this age on a snapshot is read anew beside the work that uses it.
const RENEW: SignedDuration = SignedDuration::from_secs(15);

/// Older than this it is not used: an operator's pause is not to take longer, and a change of the limits of the next
/// day is known everywhere before the day's counters are made.
pub const MOST: SignedDuration = SignedDuration::from_secs(60);

/// What the table said at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The grant.
    pub grant: Grant,
    campaigns: BTreeMap<CampaignName, Campaign>,
    brands: BTreeMap<BrandName, Brand>,
    read_at: Timestamp,
}

impl Snapshot {
    /// A snapshot of records in hand.
    pub fn new(grant: Grant, campaigns: Vec<Campaign>, brands: Vec<Brand>, read_at: Timestamp) -> Self {
        let campaigns = campaigns.into_iter().map(|campaign| (campaign.name.clone(), campaign)).collect();
        let brands = brands.into_iter().map(|brand| (brand.name.clone(), brand)).collect();
        Self { grant, campaigns, brands, read_at }
    }

    /// A campaign that the grant may send on.
    pub fn campaign(&self, name: &CampaignName) -> Option<&Campaign> {
        self.grant.campaigns.contains(name).then(|| self.campaigns.get(name)).flatten()
    }

    /// The grant's only campaign.
    pub fn only_campaign(&self) -> Option<&Campaign> {
        match self.grant.campaigns.as_slice() {
            [only] => self.campaigns.get(only),
            _ => None,
        }
    }

    /// Every campaign of the grant.
    pub fn campaigns(&self) -> impl Iterator<Item = &Campaign> {
        self.campaigns.values()
    }

    /// A campaign's brand.
    pub fn brand(&self, campaign: &Campaign) -> Option<&Brand> {
        self.brands.get(&campaign.brand)
    }

    /// Every brand of the grant's campaigns.
    pub fn brands(&self) -> impl Iterator<Item = &Brand> {
        self.brands.values()
    }
}

/// Why there is no snapshot.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The table has no such grant.
    #[error(
        "the table has no grant {0}; the operator of the primary writes [grants.{0}] into tendlc.toml and runs `tendlc sync`"
    )]
    NoGrant(GrantName),
    /// The table did not answer.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Reads one grant and keeps it.
#[derive(Debug)]
pub struct Directory {
    table: Table,
    grant: GrantName,
    clock: SharedClock,
    kept: Mutex<Option<Arc<Snapshot>>>,
}

impl Directory {
    /// The directory of one grant.
    pub fn new(table: Table, grant: GrantName, clock: SharedClock) -> Arc<Self> {
        Arc::new(Self { table, grant, clock, kept: Mutex::new(None) })
    }

    /// The grant, no older than a minute. One that is no longer new is read again beside the caller's work.
    ///
    /// # Errors
    /// When it is too old and cannot be read.
    pub async fn snapshot(self: &Arc<Self>) -> Result<Arc<Snapshot>, DirectoryError> {
        let now = self.clock.now();
        let kept = self.kept.lock().await.clone();
        match kept {
            Some(snapshot) if now.duration_since(snapshot.read_at).abs() < RENEW => Ok(snapshot),
            Some(snapshot) if now.duration_since(snapshot.read_at).abs() < MOST => {
                let this = Arc::clone(self);
                tokio::spawn(async move {
                    if let Err(error) = this.read().await {
                        tracing::warn!(%error, "the grant could not be read again yet");
                    }
                });
                Ok(snapshot)
            }
            _ => self.read().await,
        }
    }

    /// The grant as it was read last, however long ago that is: no limits, but what waiting is about.
    pub async fn last(&self) -> Option<Arc<Snapshot>> {
        self.kept.lock().await.clone()
    }

    async fn read(&self) -> Result<Arc<Snapshot>, DirectoryError> {
        let read_at = self.clock.now();
        let key = Key::grant(&self.grant);
        let known = self.kept.lock().await.clone();
        // The second time what belongs to the grant is known, so that all is read beside each other.
        let expected = known.map(|known| self.parts_of(known.campaigns.keys().cloned().collect()));
        let (grant, parts) =
            futures::join!(self.table.read::<Grant>(&key), futures::future::OptionFuture::from(expected));
        let grant = grant?.ok_or_else(|| DirectoryError::NoGrant(self.grant.clone()))?;
        let (campaigns, brands) = match parts {
            Some(Ok((campaigns, brands))) if same(&grant, &campaigns) => (campaigns, brands),
            _ => self.parts_of(grant.campaigns.clone()).await?,
        };
        let snapshot = Arc::new(Snapshot::new(grant, campaigns, brands, read_at));
        *self.kept.lock().await = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    async fn parts_of(&self, names: Vec<CampaignName>) -> Result<(Vec<Campaign>, Vec<Brand>), TableError> {
        let campaigns =
            try_join_all(names.iter().map(async |name| self.table.read::<Campaign>(&Key::campaign(name)).await));
        let campaigns: Vec<Campaign> = campaigns.await?.into_iter().flatten().collect();
        // Also the brand that a campaign has left and still counts against today.
        let counted = campaigns.iter().flat_map(|campaign| &campaign.counted).filter_map(|one| one.value.pool.brand());
        let names: BTreeSet<BrandName> =
            campaigns.iter().map(|campaign| campaign.brand.clone()).chain(counted).collect();
        let brands = try_join_all(names.iter().map(async |name| self.table.read::<Brand>(&Key::brand(name)).await));
        let brands = brands.await?.into_iter().flatten().collect();
        Ok((campaigns, brands))
    }
}

fn same(grant: &Grant, campaigns: &[Campaign]) -> bool {
    grant.campaigns.len() == campaigns.len()
        && campaigns.iter().all(|campaign| grant.campaigns.contains(&campaign.name))
}
