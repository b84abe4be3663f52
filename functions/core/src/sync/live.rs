//! Limits that are AWS's: what campaigns' records say of them, and what follows from that.

use std::collections::BTreeSet;

use super::schedule::newest;
use super::{Index, Sync, Wanted};
use crate::grant::{Asked, Campaign, Live, Pool, Reading};
use crate::limits::Source;
use crate::name::CampaignName;
use crate::table::{Key, TableError};

/// A cap of which campaigns tell each its own: the least of them. One that is to count against another cap from tomorrow
/// on has no say: today's texts stay under the cap that today began with.
pub(super) fn least<'a>(pool: &Pool, campaigns: impl Iterator<Item = &'a Campaign>) -> Option<i64> {
    let counts = |campaign: &&Campaign| newest(&campaign.counted).is_some_and(|counted| counted.pool == *pool);
    let told = campaigns.filter(counts);
    told.filter_map(|campaign| campaign.live.t_mobile_daily_segments).map(|reading| reading.value).min()
}

/// What AWS told since whoever wants this looked at the table is not undone.
pub(super) fn keep_newer(wanted: &mut Campaign, there: &Campaign) {
    if Source::of(wanted) != Source::of(there) {
        return;
    }
    let newer = |wanted: Option<Reading>, there: Option<Reading>| {
        wanted.map(|wanted| there.filter(|there| there.read_at > wanted.read_at).unwrap_or(wanted))
    };
    let (wanted_live, there) = (wanted.live, there.live);
    wanted.live = Live {
        segments_per_second: newer(wanted_live.segments_per_second, there.segments_per_second),
        t_mobile_daily_segments: newer(wanted_live.t_mobile_daily_segments, there.t_mobile_daily_segments),
    };
    if let Some(rate) = wanted.live.milli_segments_per_second() {
        wanted.milli_segments_per_second = rate;
    }
}

impl Sync {
    /// What is wanted, with live caps as the campaigns' records have them by now: AWS may have told another one since
    /// whoever wants this looked.
    pub(super) async fn as_told(&self, wanted: &Wanted, names: &Index) -> Result<Wanted, TableError> {
        let mut told = wanted.clone();
        let live = told.brands.iter_mut().filter(|brand| brand.live).flat_map(|brand| &mut brand.pools);
        for (pool, values) in live {
            let Some(cap) = self.live_cap(pool, &names.campaigns).await? else { continue };
            values.iter_mut().for_each(|entry| entry.value.cap = cap);
            for grant in &mut told.grants {
                let Some(Asked { ceiling: None, .. }) = grant.asked.get(pool) else { continue };
                let budgets = grant.budgets.get_mut(pool).into_iter().flatten();
                budgets.for_each(|entry| entry.value.ceiling = cap);
            }
        }
        Ok(told)
    }

    /// The least that these campaigns' records say of a cap; `None`: nothing.
    pub(super) async fn live_cap(
        &self,
        pool: &Pool,
        names: &BTreeSet<CampaignName>,
    ) -> Result<Option<i64>, TableError> {
        let mut campaigns: Vec<Campaign> = Vec::with_capacity(names.len());
        // A campaign's own cap is nobody else's.
        let own = pool.as_str().split_once('#').map(|(_, campaign)| campaign);
        for name in names.iter().filter(|name| own.is_none_or(|own| own == name.as_str())) {
            campaigns.extend(self.table.read(&Key::campaign(name)).await?);
        }
        Ok(least(pool, campaigns.iter()))
    }
}
