//! Grants and prices as they were read a moment ago: they change seldom, and receipts are many.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::directory::MOST;
use crate::grant::{Campaign, Grant};
use crate::money::MicroUsd;
use crate::name::{CampaignName, GrantName};
use crate::table::{Item, Key};

#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    grants: HashMap<GrantName, (Timestamp, Option<Arc<Grant>>)>,
    prices: HashMap<CampaignName, (Timestamp, MicroUsd)>,
}

impl Known {
    /// What is to be read of these.
    pub(super) fn missing(&self, grants: &[GrantName], campaigns: &[CampaignName], now: Timestamp) -> Vec<Key> {
        let kept = self.kept();
        let stale = |at: Option<Timestamp>| at.is_none_or(|at| now.duration_since(at).abs() > MOST);
        let grants = grants.iter().filter(|name| stale(kept.grants.get(*name).map(|(at, _)| *at))).map(Key::grant);
        let campaigns =
            campaigns.iter().filter(|name| stale(kept.prices.get(*name).map(|(at, _)| *at))).map(Key::campaign);
        grants.chain(campaigns).collect()
    }

    /// Keeps what was read; what was asked for and is not there, too.
    pub(super) fn learn(
        &self,
        grants: &[GrantName],
        campaigns: &[CampaignName],
        items: &HashMap<Key, Item>,
        now: Timestamp,
    ) {
        let asked = self.missing(grants, campaigns, now);
        let mut kept = self.kept();
        for name in grants.iter().filter(|name| asked.contains(&Key::grant(name))) {
            let grant = items.get(&Key::grant(name)).and_then(|item| serde_dynamo::from_item(item.clone()).ok());
            kept.grants.insert(name.clone(), (now, grant.map(Arc::new)));
        }
        for name in campaigns.iter().filter(|name| asked.contains(&Key::campaign(name))) {
            let campaign = items.get(&Key::campaign(name));
            let campaign = campaign.and_then(|item| serde_dynamo::from_item::<_, Campaign>(item.clone()).ok());
            // One that is gone learns nothing.
            let price = campaign.map_or(MicroUsd::from_micros(u64::MAX), |campaign| campaign.segment_price);
            kept.prices.insert(name.clone(), (now, price));
        }
    }

    pub(super) fn grant(&self, name: &GrantName) -> Option<Arc<Grant>> {
        self.kept().grants.get(name).and_then(|(_, grant)| grant.clone())
    }

    /// Whether a segment costs more than it is taken for.
    pub(super) fn is_dearer(&self, campaign: &CampaignName, price: MicroUsd) -> bool {
        // Ten times as much is a mistake of somebody's, and would stop every budget.
        let is_likely = |known: MicroUsd| price > known && price <= known.times(10);
        self.kept().prices.get(campaign).is_some_and(|(_, known)| is_likely(*known))
    }

    pub(super) fn price_is(&self, campaign: &CampaignName, price: MicroUsd) {
        if let Some((_, known)) = self.kept().prices.get_mut(campaign) {
            *known = price;
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
