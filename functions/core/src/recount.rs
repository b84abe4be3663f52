//! The daily recount: adds up the ledger and the receipts, compares them with the counters, and mends what it finds only
//! towards the safe side.
//!
//! It reads the whole table in pages. DynamoDB rounds up what a page holds, not each item: 40,000 texts a day over the
//! ledger's 35 days are 1.4 million records and about as many messages, 0.6 kB each, so 1.7 GB or some 420,000 read units
//! of 4 kB, consistent ones. At 0.125 dollars a million that is 5 cents a run, beside 400 dollars of texts a day. A page is
//! 1 MB, so there are 1,700 of them: at five a second six minutes, and 1,300 units a second off the table's partitions.
//!
//! The table moves meanwhile. So counters are read before anything else, and that one of them shows less used than the
//! ledger is said only of what had been written down by then: what comes later can but be more.

mod compare;
mod difference;
mod mend;
mod report;
mod scan;
mod span;
mod standing;
mod sums;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

pub use difference::{Cause, Difference, Weight};
pub use report::{ByCampaign, Charged, OfGrant, Price, Report, State};
pub use scan::Read;

use crate::clock::SharedClock;
use crate::day::PacificDay;
use crate::ledger;
use crate::metrics::{Metric, Metrics};
use crate::table::{Table, TableError};
use scan::Ended;
use span::Span;
use sums::Sums;

/// What comparing, mending and answering take: nothing is read any more this long before the invocation ends.
const AFTERWARDS: SignedDuration = SignedDuration::from_secs(20);

/// Why nothing was counted.
#[derive(Debug, thiserror::Error)]
pub enum RecountError {
    /// The table did not answer.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A day that has not begun.
    #[error("the Pacific day {0} has not begun; ask for one before it, or for none: then it is yesterday")]
    ToCome(PacificDay),
    /// A day whose records are no longer all there.
    #[error("the ledger's records of {day} are not all there any more; {oldest} is the oldest day that can be counted")]
    TooOld {
        /// The day that was asked for.
        day: PacificDay,
        /// The oldest that can be.
        oldest: PacificDay,
    },
}

/// The recount of a primary's table.
#[derive(Debug)]
pub struct Recount {
    table: Table,
    clock: SharedClock,
}

impl Recount {
    /// Over a client that may do all on the table.
    pub fn new(table: Table, clock: SharedClock) -> Self {
        Self { table, clock }
    }

    /// Counts a Pacific day, yesterday unless another is asked for, and the months that it lies in; within an invocation
    /// that ends at `deadline`. Of a day that is not over nothing is mended, and nothing if the time does not suffice.
    ///
    /// # Errors
    /// When the table does not answer or the day cannot be counted. What is mended by then stays mended.
    pub async fn run(&self, asked: Option<PacificDay>, deadline: Timestamp) -> Result<Report, RecountError> {
        let begun = self.clock.now();
        let today = PacificDay::of(begun);
        let day = asked.unwrap_or_else(|| today.before());
        let oldest = PacificDay::of(begun - ledger::KEPT + SignedDuration::from_hours(24)).next();
        if day > today {
            return Err(RecountError::ToCome(day));
        }
        if day < oldest {
            return Err(RecountError::TooOld { day, oldest });
        }
        let span = Span::of(day, begun);
        let mut standing = self.standing().await?;
        let before = self.counters(&standing, &span).await?;
        let mut sums = Sums::new(span.clone());
        let read = self.scan(&span, &mut sums, deadline - AFTERWARDS).await?;
        if read.ended == Ended::OutOfTime {
            tracing::error!(
                alarm = "recount",
                %day, pages = read.pages, items = read.items,
                "the table was not read to its end in the time there is, so nothing was compared or mended; \
                 raise the function's time limit"
            );
            Metrics::found(Metric::RecountFound, 1).write(self.clock.now());
            return Ok(Report::cut_short(&span, read));
        }
        standing.add_grants(sums.grants());
        let after = self.counters(&standing, &span).await?;
        let mut compared = compare::compare(&sums, &standing, &before, &after);
        let mut prices = compare::prices(&sums, &standing);
        if day < today {
            self.mend(&mut compared, &span).await?;
            self.lower_prices(&mut prices).await?;
        }
        let differences: Vec<Difference> = compared.into_iter().map(|one| one.difference).collect();
        differences.iter().for_each(Difference::log);
        let alarms = differences.iter().filter(|difference| difference.is_alarm()).count();
        Metrics::found(Metric::RecountFound, alarms).write(self.clock.now());
        let known: BTreeSet<_> = standing.grants().cloned().collect();
        Ok(Report::of(&sums, &known, read, differences, prices))
    }
}
