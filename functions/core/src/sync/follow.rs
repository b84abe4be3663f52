//! Following AWS: what it tells goes into the campaigns' records, and caps, guarantees and ceilings go after it, today
//! too. Nothing here undoes what an operator's sync writes at the same time: a limit that is no longer live is left alone,
//! and so is a budget that is asked for otherwise.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use super::budget::{Aim, Begins, Made};
use super::cap::To;
use super::live::least;
use super::promise;
use super::record::Transacted;
use super::schedule::{from_today, newest};
use super::{Change, Index, Sync, SyncError, Wanted, field, today};
use crate::grant::{Brand, Budget, Campaign, Cap, Grant, Pool, Reading, Since};
use crate::limits::{Source, Told, Unread};
use crate::name::GrantName;
use crate::table::{Key, TableError};

/// So old is a reading in the table at most while AWS goes on telling the same: then its moment is written anew. Once a
/// minute would be a write a minute for nothing; the age that is told of a reading may be so much more than it is.
const RENEW: SignedDuration = SignedDuration::from_mins(5);

/// Grants that are read at the same time.
const AT_ONCE: usize = 20;

/// What became of a reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The campaign as its record is now.
    pub campaign: Campaign,
    /// What was changed, if anything but the moment of the reading.
    pub change: Option<Change>,
}

/// What followed from what AWS tells.
#[derive(Debug, Default)]
pub struct Followed {
    /// What was changed, and warnings.
    pub changes: Vec<Change>,
    /// What could not be done, where others always were faster: the next run tries again.
    pub overtaken: Vec<SyncError>,
}

impl Sync {
    /// Writes what AWS told of a campaign's live limits at `read_at` into its record; a limit that was not told keeps its
    /// last value. `None`: the campaign is gone, or is another one by now.
    ///
    /// # Errors
    /// When the table does not answer, or others always are faster.
    pub async fn keep_reading(
        &self,
        seen: &Campaign,
        told: &Told,
        read_at: Timestamp,
    ) -> Result<Option<Kept>, SyncError> {
        let key = Key::campaign(&seen.name);
        let what = format!("campaign {}", seen.name);
        self.again(&what, async || {
            let Some(there) = self.read::<Campaign>(&key).await? else { return Ok(Some(None)) };
            let old = there.record;
            if Source::of(&old) != Source::of(seen) {
                return Ok(Some(None));
            }
            let mut campaign = old.clone();
            campaign.live.segments_per_second = next(old.live.segments_per_second, &told.rate, read_at);
            campaign.live.t_mobile_daily_segments = next(old.live.t_mobile_daily_segments, &told.cap, read_at);
            if let Some(rate) = campaign.live.milli_segments_per_second() {
                campaign.milli_segments_per_second = rate;
            }
            if campaign == old {
                return Ok(Some(Some(Kept { campaign, change: None })));
            }
            let fields = field::of_campaign(&old, &old.counted, &campaign);
            let change = (!fields.is_empty()).then(|| Change::Written { what: what.clone(), fields });
            let done = self.transact(vec![self.put_next(&key, there.revision, &campaign)?]).await?;
            Ok((done == Transacted::Done).then_some(Some(Kept { campaign, change })))
        })
        .await
    }

    /// Brings every live cap to the least that its campaigns' records say, and with it the guarantees and ceilings of
    /// the grants that have a share of it. Where nothing has changed, nothing is written.
    ///
    /// # Errors
    /// When the table does not answer. What is done by then stays done and is consistent.
    pub async fn follow_limits(&self) -> Result<Followed, SyncError> {
        let mut followed = Followed::default();
        let names = self.index().await?;
        let mut wanted = Wanted { brands: self.live_brands(&names).await?, ..Wanted::default() };
        if wanted.brands.is_empty() {
            return Ok(followed);
        }
        let grants = self.asking(&names).await?;
        wanted.grants =
            grants.iter().map(|grant| Grant { budgets: shares(grant, &wanted.brands), ..grant.clone() }).collect();
        let (wanted, warnings) = promise::that_can_be_kept(&wanted);
        followed.changes.extend(warnings);
        // As in a whole sync: guarantees go down before caps and up after them.
        let today = today(self.clock.now());
        let too_high = |values: &[Since<Budget>], budget: Budget| {
            from_today(values, today).iter().any(|entry| entry.value.guaranteed > budget.guaranteed)
        };
        self.follow_budgets(&wanted, &grants, too_high, &mut followed).await?;
        for brand in &wanted.brands {
            for pool in brand.pools.keys() {
                let to = To::Live { campaigns: &names.campaigns, unless: None };
                let done = self.bring_cap(&brand.name, pool, to, &names, &mut followed.changes).await;
                followed.take(done)?;
            }
        }
        // What was put off until tomorrow is not tried again.
        let otherwise = |values: &[Since<Budget>], budget: Budget| newest(values) != Some(budget);
        self.follow_budgets(&wanted, &grants, otherwise, &mut followed).await?;
        Ok(followed)
    }

    /// The brands whose caps are live, with those caps as the campaigns' records say.
    async fn live_brands(&self, names: &Index) -> Result<Vec<Brand>, TableError> {
        let mut campaigns: Vec<Campaign> = Vec::new();
        for name in &names.campaigns {
            campaigns.extend(self.table.read::<Campaign>(&Key::campaign(name)).await?);
        }
        let today = today(self.clock.now());
        let mut brands = Vec::new();
        for name in &names.brands {
            let brand = self.table.read::<Brand>(&Key::brand(name)).await?;
            let Some(mut brand) = brand.filter(|brand| brand.live) else { continue };
            let caps = brand.pools.keys().filter_map(|pool| Some((pool.clone(), least(pool, campaigns.iter())?)));
            let since = |cap| vec![Since { from: today, value: Cap { cap, guaranteed: 0 } }];
            brand.pools = caps.map(|(pool, cap)| (pool, since(cap))).collect();
            brands.push(brand);
        }
        Ok(brands)
    }

    /// The grants that ask for a share of a live cap.
    async fn asking(&self, names: &Index) -> Result<Vec<Grant>, TableError> {
        let mut grants: Vec<Grant> = Vec::new();
        let all: Vec<&GrantName> = names.grants.iter().collect();
        for some in all.chunks(AT_ONCE) {
            let read = some.iter().map(async |name| self.table.read::<Grant>(&Key::grant(name)).await);
            grants.extend(try_join_all(read).await?.into_iter().flatten());
        }
        grants.retain(|grant| !grant.asked.is_empty());
        Ok(grants)
    }

    /// Brings the budgets of grants that differ from what is wanted to it.
    async fn follow_budgets(
        &self,
        wanted: &Wanted,
        there: &[Grant],
        differ: impl Fn(&[Since<Budget>], Budget) -> bool,
        followed: &mut Followed,
    ) -> Result<(), SyncError> {
        for (grant, there) in wanted.grants.iter().zip(there) {
            for (pool, values) in &grant.budgets {
                let (Some(budget), Some(asked)) = (newest(values), grant.asked.get(pool)) else { continue };
                let has = there.budgets.get(pool).map_or(&[][..], Vec::as_slice);
                if differ(has, budget) {
                    let aim = Aim { budget, begins: Begins::Today, made: Made::Follows(*asked) };
                    let done = self.set_budget(&grant.name, pool, aim, &mut followed.changes).await;
                    followed.take(done)?;
                }
            }
        }
        Ok(())
    }
}

/// What a grant asks for of these brands' caps.
fn shares(grant: &Grant, brands: &[Brand]) -> BTreeMap<Pool, Vec<Since<Budget>>> {
    let caps = brands.iter().flat_map(|brand| &brand.pools);
    let share = |(pool, values): (&Pool, &Vec<Since<Cap>>)| {
        let (asked, cap) = (grant.asked.get(pool)?, values.first()?);
        let value = Budget { guaranteed: asked.guaranteed, ceiling: asked.ceiling.unwrap_or(cap.value.cap) };
        Some((pool.clone(), vec![Since { from: cap.from, value }]))
    };
    caps.filter_map(share).collect()
}

impl Followed {
    /// What others were faster at is left to the next run, and what comes after it is still done.
    fn take(&mut self, done: Result<(), SyncError>) -> Result<(), SyncError> {
        match done {
            Err(overtaken @ SyncError::Overtaken(_)) => self.overtaken.push(overtaken),
            done => done?,
        }
        Ok(())
    }
}

/// A limit after it was asked for: what was told, or what is known from before.
fn next(last: Option<Reading>, told: &Result<i64, Unread>, read_at: Timestamp) -> Option<Reading> {
    let last = last?;
    let Ok(value) = told else { return Some(last) };
    let same = last.value == *value && read_at.duration_since(last.read_at) < RENEW;
    // Somebody else has asked since.
    if same || last.read_at > read_at { Some(last) } else { Some(Reading { value: *value, read_at }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_that_is_the_same_is_written_anew_only_when_it_is_old() {
        let read_at: Timestamp = "2026-11-20T20:00:00Z".parse().unwrap();
        let last = Reading { value: 40, read_at };
        let (soon, later) = (read_at + SignedDuration::from_mins(4), read_at + SignedDuration::from_mins(5));
        assert_eq!(next(Some(last), &Ok(40), soon), Some(last));
        assert_eq!(next(Some(last), &Ok(40), later), Some(Reading { value: 40, read_at: later }));
        assert_eq!(next(Some(last), &Ok(39), soon), Some(Reading { value: 39, read_at: soon }));
    }

    #[test]
    fn what_is_not_told_stays_and_what_is_not_live_stays_so() {
        let read_at: Timestamp = "2026-11-20T20:00:00Z".parse().unwrap();
        let last = Reading { value: 40, read_at };
        assert_eq!(next(Some(last), &Err(Unread::NoTime), read_at + RENEW * 9), Some(last));
        assert_eq!(next(None, &Ok(40), read_at), None);
        let before = read_at - SignedDuration::from_secs(1);
        assert_eq!(next(Some(last), &Ok(1), before), Some(last), "an older answer that comes later");
    }
}
