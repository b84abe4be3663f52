//! What is left of each budget today.

use serde::Serialize;
use tendlc_core::day::PacificDay;
use tendlc_core::grant::{Brand, Grant, Pool, on_day};
use tendlc_core::name::GrantName;
use tendlc_core::quota::counter;
use tendlc_core::table::{Item, KEY, Key, TableError, read_number};

use super::System;

/// A grant's part of a cap on a Pacific day, in the cap's unit.
#[derive(Clone, Debug, Serialize)]
pub struct Left {
    /// Whose.
    pub grant: GrantName,
    /// Of what: a brand, or a campaign of one.
    pub pool: Pool,
    /// The Pacific day.
    pub day: PacificDay,
    /// What the grant is promised.
    pub guaranteed: i64,
    /// What is left of that.
    pub guaranteed_left: i64,
    /// What it may use at most.
    pub ceiling: i64,
    /// What is left to that.
    pub ceiling_left: i64,
    /// The cap.
    pub cap: i64,
    /// What is left of the cap beyond all guarantees.
    pub shared_left: i64,
    /// The grant's ceiling on all of its texts, whatever cap they count against, in segments; `None`: it has none today.
    pub daily_segments: Option<i64>,
    /// What is left to that.
    pub daily_segments_left: Option<i64>,
}

impl System {
    /// Every grant's budgets as the table has them now.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn budgets(&self) -> Result<Vec<Left>, TableError> {
        let day = PacificDay::of(self.clock.now());
        let mut all = Vec::new();
        for (name, _) in self.grants() {
            let Some(grant) = self.table.read::<Grant>(&Key::grant(name)).await? else { continue };
            let counters = self.item(&Key::budget(name, day)).await?;
            let daily = on_day(&grant.daily_segments, day).and_then(|daily| daily.segments);
            for (pool, values) in &grant.budgets {
                let brand = pool.as_str().split('#').next().and_then(|brand| brand.parse().ok());
                let brand = match brand {
                    Some(brand) => self.table.read::<Brand>(&Key::brand(&brand)).await?,
                    None => None,
                };
                let cap = brand.and_then(|brand| on_day(brand.pools.get(pool)?, day));
                let (Some(budget), Some(cap)) = (on_day(values, day), cap) else { continue };
                let shared = self.item(&Key::pool(pool, day)).await?;
                all.push(Left {
                    grant: name.clone(),
                    pool: pool.clone(),
                    day,
                    guaranteed: budget.guaranteed,
                    guaranteed_left: read_number(&counters, &counter::guaranteed(pool)).unwrap_or(budget.guaranteed),
                    ceiling: budget.ceiling,
                    ceiling_left: read_number(&counters, &counter::ceiling(pool)).unwrap_or(budget.ceiling),
                    cap: cap.cap,
                    shared_left: read_number(&shared, counter::LEFT).unwrap_or(cap.shared()),
                    daily_segments: daily,
                    daily_segments_left: daily.map(|daily| read_number(&counters, counter::ALL).unwrap_or(daily)),
                });
            }
        }
        Ok(all)
    }

    async fn item(&self, key: &Key) -> Result<Item, TableError> {
        let get = self.table.client.get_item().table_name(&self.table.name).key(KEY, key.value()).consistent_read(true);
        Ok(get.send().await.map_err(|error| TableError::of(&error))?.item.unwrap_or_default())
    }
}
