//! What is not counted: a campaign's numbers and rates, a grant's account, role, queues and waiting; and the ceiling on
//! all of a grant's texts, which is no part of any cap.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::budget::{Aim, Begins, Made};
use super::counters::Move;
use super::index::Named;
use super::pointer::{self, unserved};
use super::record::Transacted;
use super::schedule::{from_today, newest, plain, turn};
use super::{Change, Sync, SyncError, field, live};
use crate::day::PacificDay;
use crate::grant::{Campaign, Counted, DailySegments, Grant, Pool, Since, on_day};
use crate::name::{CampaignName, GrantName};
use crate::quota::counter;
use crate::table::{Key, TableError};

impl Sync {
    /// Writes a campaign, and says which caps its texts count against today and no longer on the days to come.
    pub(super) async fn put_campaign(
        &self,
        wanted: &Campaign,
        changes: &mut Vec<Change>,
    ) -> Result<BTreeSet<Pool>, SyncError> {
        let key = Key::campaign(&wanted.name);
        let what = format!("campaign {}", wanted.name);
        let (change, leaving) = self
            .again(&what, async || {
                let there = self.read::<Campaign>(&key).await?;
                let old = there.as_ref().map(|there| &there.record);
                let mut campaign = wanted.clone();
                campaign.paused = old.is_some_and(|old| old.paused);
                // Receipts know better than a file.
                campaign.segment_price = old.map_or(wanted.segment_price, |old| old.segment_price);
                if let Some(old) = old {
                    live::keep_newer(&mut campaign, old);
                }
                let (days, free) = self.days(self.clock.now());
                let before = old.map(|old| from_today(&old.counted, days[0])).unwrap_or_default();
                campaign.counted = recounted(&before, &wanted.counted, &days, free);
                let leaving = leaving(&campaign.counted);
                // What has passed is dropped with the next change, and is no change itself.
                let unchanged = |old: &Campaign| Campaign { counted: before.clone(), ..old.clone() } == campaign;
                if old.is_some_and(unchanged) {
                    return Ok(Some((None, leaving)));
                }
                let revision = there.as_ref().map_or(0, |there| there.revision);
                let named = self.named(Named::Campaign(&campaign.name))?;
                let done = self.transact(vec![self.put_next(&key, revision, &campaign)?, named]).await?;
                let what = what.clone();
                let change = match old {
                    None => Change::New { what },
                    Some(old) => Change::Written { what, fields: field::of_campaign(old, &before, &campaign) },
                };
                Ok((done == Transacted::Done).then_some((Some(change), leaving)))
            })
            .await?;
        changes.extend(change);
        Ok(leaving)
    }

    /// Takes a campaign away.
    pub(super) async fn remove_campaign(
        &self,
        name: &CampaignName,
        changes: &mut Vec<Change>,
    ) -> Result<(), SyncError> {
        self.delete(&Key::campaign(name)).await?;
        changes.push(Change::Removed { what: format!("campaign {name}") });
        Ok(())
    }

    /// Brings everything of a grant to what is wanted; a new one first with nothing promised.
    pub(super) async fn put_grant(
        &self,
        wanted: &Grant,
        claimed: &BTreeSet<Key>,
        changes: &mut Vec<Change>,
    ) -> Result<(), SyncError> {
        let what = format!("grant {}", wanted.name);
        changes.extend(self.again(&what, async || self.put_particulars(wanted, claimed).await).await?);
        for (pool, values) in &wanted.budgets {
            if let Some(budget) = newest(values) {
                let made = Made::Wanted(wanted.asked.get(pool).copied());
                let aim = Aim { budget, begins: Begins::Today, made };
                self.set_budget(&wanted.name, pool, aim, changes).await?;
            }
        }
        Ok(())
    }

    /// Moves what is left to the ceiling on all texts of a grant.
    pub(super) fn move_all(
        &self,
        name: &GrantName,
        day: PacificDay,
        begins: i64,
        by: i64,
    ) -> Result<TransactWriteItem, TableError> {
        let all = Move { attribute: counter::ALL.to_owned(), begins, by, covered: false };
        self.move_counters(&Key::budget(name, day), day, &[all])
    }

    /// `None`: overtaken.
    async fn put_particulars(
        &self,
        wanted: &Grant,
        claimed: &BTreeSet<Key>,
    ) -> Result<Option<Vec<Change>>, TableError> {
        let key = Key::grant(&wanted.name);
        let there = self.read::<Grant>(&key).await?;
        let old = there.as_ref().map(|there| &there.record);
        let (days, free) = self.days(self.clock.now());
        let mut grant = wanted.clone();
        grant.paused = old.is_some_and(|old| old.paused);
        // A file without one does not take away what the role's trust asks for.
        grant.external_id = wanted.external_id.clone().or_else(|| old.and_then(|old| old.external_id.clone()));
        grant.budgets = old.map(|old| old.budgets.clone()).unwrap_or_default();
        let segments = newest(&wanted.daily_segments).and_then(|daily| daily.segments);
        let before = old.map(|old| from_today(&old.daily_segments, days[0])).unwrap_or_default();
        grant.daily_segments = ceilings(&before, segments, &days, free);
        let unchanged = |old: &Grant| {
            // What has passed is dropped with the next change, and is no change itself.
            Grant { daily_segments: grant.daily_segments.clone(), ..old.clone() } == grant
        };
        if old.is_some_and(unchanged) && before == grant.daily_segments {
            return Ok(Some(Vec::new()));
        }
        let revision = there.as_ref().map_or(0, |there| there.revision);
        // Whoever wrote it meanwhile may have moved what leads to it, too.
        pointer::keys(wanted).iter().for_each(|key| self.seen.forget(key));
        let mut items = vec![self.put_next(&key, revision, &grant)?, self.named(Named::Grant(&grant.name))?];
        for &day in &days {
            // A grant that was removed today and is back has counted on from nothing.
            let begins = if old.is_none() { Some(0) } else { all_on(&before, day) };
            if let (Some(begins), Some(after)) = (begins, all_on(&grant.daily_segments, day))
                && begins != after
            {
                items.push(self.move_all(&wanted.name, day, begins, after - begins)?);
            }
        }
        if let Some(old) = old {
            items.extend(self.stale_pointers(old, wanted, claimed).await?);
        }
        let warning = old.and_then(|old| unserved(old, Some(wanted), claimed));
        let what = format!("grant {}", wanted.name);
        let fields = old.map(|old| field::of_grant(old, &grant)).unwrap_or_default();
        let turn = turn(&before, &grant.daily_segments, &DailySegments { segments }, days[0]);
        let turn = turn.map(|(from, before)| (from, before.and_then(|daily| daily.segments)));
        let mut changes = match turn.filter(|(_, before)| *before != segments) {
            Some((from, before)) => vec![Change::DailySegments { grant: wanted.name.clone(), before, segments, from }],
            None => Vec::new(),
        };
        if old.is_none() {
            changes.insert(0, Change::New { what });
        } else if !fields.is_empty() || changes.is_empty() {
            changes.insert(0, Change::Written { what, fields });
        }
        changes.extend(warning);
        Ok((self.transact(items).await? == Transacted::Done).then_some(changes))
    }
}

/// What a campaign's texts count against: as before on the days that have begun, else as wanted.
fn recounted(
    before: &[Since<Counted>],
    wanted: &[Since<Counted>],
    days: &[PacificDay],
    free: PacificDay,
) -> Vec<Since<Counted>> {
    let Some(value) = newest(wanted) else { return before.to_vec() };
    let of = |day: &PacificDay| on_day(before, *day).unwrap_or_else(|| value.clone());
    let kept = days.iter().map(|day| Since { from: *day, value: of(day) });
    plain(kept.chain([Since { from: free, value: value.clone() }]).collect())
}

fn leaving(counted: &[Since<Counted>]) -> BTreeSet<Pool> {
    let stays = newest(counted).map(|counted| counted.pool);
    counted.iter().map(|one| one.value.pool.clone()).filter(|pool| Some(pool) != stays.as_ref()).collect()
}

/// The ceiling on all texts of a day.
pub(super) fn all_on(values: &[Since<DailySegments>], day: PacificDay) -> Option<i64> {
    on_day(values, day).and_then(|daily| daily.segments)
}

/// The ceiling on all texts: it is moved on a day on which it was counted from the start, and begins with the first
/// free day where it was not.
fn ceilings(
    before: &[Since<DailySegments>],
    wanted: Option<i64>,
    days: &[PacificDay],
    free: PacificDay,
) -> Vec<Since<DailySegments>> {
    let value = DailySegments { segments: wanted };
    let counted = |day: &PacificDay| {
        before.is_empty() || on_day(before, *day).is_some_and(|daily| daily.segments.is_some()) || wanted.is_none()
    };
    let of = |day: &PacificDay| if counted(day) { value } else { DailySegments { segments: None } };
    let moved = days.iter().map(|day| Since { from: *day, value: of(day) });
    plain(moved.chain([Since { from: free, value }]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> PacificDay {
        text.parse().unwrap()
    }

    fn since(from: &str, segments: Option<i64>) -> Since<DailySegments> {
        Since { from: day(from), value: DailySegments { segments } }
    }

    #[test]
    fn a_ceiling_begins_at_once_for_a_new_grant_and_where_it_was_counted_before() {
        let (days, free) = ([day("2026-11-20")], day("2026-11-21"));
        assert_eq!(ceilings(&[], Some(5), &days, free), [since("2026-11-20", Some(5))]);
        assert_eq!(ceilings(&[since("2026-11-20", Some(9))], Some(5), &days, free), [since("2026-11-20", Some(5))]);
        assert_eq!(ceilings(&[since("2026-11-20", Some(9))], None, &days, free), [since("2026-11-20", None)]);
    }

    #[test]
    fn one_that_nobody_counted_begins_with_the_first_free_day_and_one_put_off_stays() {
        let (days, free) = ([day("2026-11-20"), day("2026-11-21")], day("2026-11-22"));
        let begun = ceilings(&[since("2026-11-20", None)], Some(5), &days, free);
        assert_eq!(begun, [since("2026-11-20", None), since("2026-11-22", Some(5))]);
        let put_off = [since("2026-11-20", None), since("2026-11-21", Some(5))];
        assert_eq!(ceilings(&put_off, Some(5), &days, free), put_off);
    }
}
