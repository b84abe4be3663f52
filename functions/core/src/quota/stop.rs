//! AWS's own limit on what the primary may spend in a month. Where one function meets it, all stop: the mark is on the
//! primary's clock, which every text needs a place on, so it costs nobody a call to ask for it.

use jiff::{SignedDuration, Timestamp};

use super::Quota;
use super::verdict::Part;
use crate::month::UtcMonth;
use crate::name::PrimaryName;
use crate::reason::Reason;
use crate::table::{Change, Key, TableError, Write, number};

/// Until when the clock gives no places, in microseconds since 1970.
pub(super) const STOPPED: &str = "stopped";

/// The condition that a clock is not stopped, which only a primary's ever is.
pub(super) const NOT_STOPPED: &str = "(attribute_not_exists(#stopped) OR #stopped <= :now)";

/// AWS does not say when its limit is lifted, so a few texts ask it again each minute. It bills nothing for a refusal.
const ASK_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// Texts that wait for it come back over so long: not all of them are what asks again.
const SPREAD_MILLIS: i64 = 240_000;

impl Quota {
    /// Stops a primary that has reached AWS's spend limit, for everybody, until it is worth asking again.
    ///
    /// # Errors
    /// When the table does not answer; then only this environment has stopped.
    pub async fn stop(&self, primary: &PrimaryName) -> Result<(), TableError> {
        let now = self.clock.now();
        // A new month has a new limit.
        let until = (now + ASK_AGAIN).min(UtcMonth::of(now).next().start());
        let key = Key::primary_clock(primary);
        let item = [(STOPPED.to_owned(), number(until.as_microsecond()))].into_iter().collect();
        self.memory.learn(now, &key, &item, &[STOPPED]);
        self.memory.refused(now, &key);
        let write = Write {
            key,
            update: "SET #stopped = :until".to_owned(),
            condition: "attribute_not_exists(#stopped) OR #stopped < :until".to_owned(),
            values: vec![("until", number(until.as_microsecond()))],
        };
        let changed = self.table.change(&*self.clock, vec![Change::of(write)]).await;
        changed.into_iter().try_for_each(|changed| changed.map(|_| ()))
    }
}

/// A text that waits for the limit to be lifted.
pub(super) fn refused(until: Timestamp) -> Part {
    let until = until + SignedDuration::from_millis(fastrand::i64(0..=SPREAD_MILLIS));
    Part::Refused { reason: Reason::PrimarySpendLimit, until }
}
