//! Writing limits and grants into the table, and changing them while a day goes on.
//!
//! A day's counters are made from the limits of their day by whoever comes first, so a limit of a day that has begun is
//! never changed under them: a change moves the counters themselves, made first where they are not there yet, in one
//! transaction with the records. What cannot be had today begins with the next Pacific day.
//!
//! At every moment `cap = what is used + the shared pool + all unused guarantees` holds for the day.

mod budget;
mod cap;
mod change;
mod counters;
mod field;
mod follow;
mod index;
mod live;
mod particulars;
mod pointer;
mod promise;
mod record;
mod removal;
mod schedule;
mod seen;
mod shrink;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

pub use change::{Change, Tense};
pub use field::Field;
pub use follow::{Followed, Kept};
pub use index::Index;
pub use removal::former_grants;

use crate::clock::SharedClock;
use crate::day::{AFTER_MIDNIGHT, PacificDay};
use crate::grant::{Brand, Campaign, Grant};
use crate::table::{Table, TableError};
use seen::Seen;

/// So long before midnight the next day's counters may be there already (a function charges to both days in the last
/// five minutes, from a snapshot of up to a minute ago), so a change moves them too.
const EVE: SignedDuration = SignedDuration::from_mins(10);

/// The first day whose counters may still be taken from. It is the old one for a moment after midnight, since texts are
/// charged to it then.
fn today(now: Timestamp) -> PacificDay {
    PacificDay::of(now - AFTER_MIDNIGHT)
}

/// What the table is to say. Of each list of values only the newest counts: it is what is wanted now.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Every grant.
    pub grants: Vec<Grant>,
    /// Every campaign.
    pub campaigns: Vec<Campaign>,
    /// Every brand.
    pub brands: Vec<Brand>,
}

/// Why the table does not say what it should.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// It did not answer.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Somebody else was always faster.
    #[error("{0} was changed by somebody else at the same time; run `tendlc sync` again")]
    Overtaken(String),
}

/// Makes the table say what is wanted. Run twice, the second finds nothing to do.
#[derive(Debug)]
pub struct Sync {
    table: Table,
    clock: SharedClock,
    seen: Seen,
}

impl Sync {
    /// Over a client that may do all on the table.
    pub fn new(table: Table, clock: SharedClock) -> Self {
        Self { table, clock, seen: Seen::default() }
    }

    /// Does it, and says what it changed.
    ///
    /// # Errors
    /// When the table does not answer, or another sync runs. What is done by then stays done and is consistent.
    pub async fn run(&self, wanted: &Wanted) -> Result<Vec<Change>, SyncError> {
        let _remembering = self.seen.begin();
        self.bring_to(wanted).await
    }

    async fn bring_to(&self, wanted: &Wanted) -> Result<Vec<Change>, SyncError> {
        let mut changes = Vec::new();
        let names = Index::of(wanted);
        // Named before they are there and until they are gone, so that an interrupted run leaves nothing unseen.
        let all = self.add_to_index(&names).await?;
        self.see_all(wanted, &all).await?;
        let claimed = wanted.grants.iter().flat_map(pointer::keys).collect();
        for brand in &wanted.brands {
            self.found_brand(brand, &mut changes).await?;
        }
        let mut leaving = BTreeSet::new();
        for campaign in &wanted.campaigns {
            leaving.extend(self.put_campaign(campaign, &mut changes).await?);
        }
        let wanted = self.as_told(wanted, &names).await?;
        let (wanted, warnings) = promise::that_can_be_kept(&wanted);
        changes.splice(0..0, warnings);
        // Guarantees go down before caps and up after them, so that none is promised twice on the way.
        for name in all.grants.difference(&names.grants) {
            self.take_back(name).await?;
        }
        for grant in &wanted.grants {
            self.lower(grant, &leaving, &mut changes).await?;
        }
        for brand in &wanted.brands {
            self.change_caps(brand, &names.campaigns, &all, &mut changes).await?;
        }
        for grant in &wanted.grants {
            self.put_grant(grant, &claimed, &mut changes).await?;
            self.point_to(grant).await?;
        }
        // Last, so that a queue that passes from one grant to another is somebody's all the time.
        for name in all.grants.difference(&names.grants) {
            self.remove_grant(name, &claimed, &mut changes).await?;
        }
        for name in all.campaigns.difference(&names.campaigns) {
            self.remove_campaign(name, &mut changes).await?;
        }
        for name in all.brands.difference(&names.brands) {
            self.remove_brand(name, &mut changes).await?;
        }
        self.take_from_index(&all, &names).await?;
        Ok(changes)
    }

    /// The days whose counters a change of now moves, and the first day that is free of them.
    fn days(&self, now: Timestamp) -> (Vec<PacificDay>, PacificDay) {
        let today = today(now);
        if today.end().duration_since(now) <= EVE {
            (vec![today, today.next()], today.next().next())
        } else {
            (vec![today], today.next())
        }
    }
}
