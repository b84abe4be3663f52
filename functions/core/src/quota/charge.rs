//! What was taken for a text, from which counter of which day or month, so that it goes back to where it came from.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::counter::{ALL, LEFT, SPENT, ceiling, guaranteed};
use crate::day::PacificDay;
use crate::grant::Pool;
use crate::money::MicroUsd;
use crate::month::UtcMonth;
use crate::name::GrantName;
use crate::table::{Credit, Key};

/// What was taken for one text on one day, in the cap's unit but for `all`, which is in segments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The Pacific day.
    pub day: PacificDay,
    /// The cap.
    pub pool: Pool,
    /// Off the grant's guarantee.
    pub guaranteed: i64,
    /// Off what no guarantee holds.
    pub shared: i64,
    /// Off the grant's ceiling.
    pub ceiling: i64,
    /// Off the ceiling on all the grant's texts.
    pub all: i64,
}

impl Taken {
    pub(super) fn nothing(day: PacificDay, pool: &Pool) -> Self {
        Self { day, pool: pool.clone(), guaranteed: 0, shared: 0, ceiling: 0, all: 0 }
    }

    fn is_nothing(&self) -> bool {
        (self.guaranteed, self.shared, self.ceiling, self.all) == (0, 0, 0, 0)
    }
}

/// Money that was set aside for one text, until its receipt says what it cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reserved {
    /// The UTC month.
    pub month: UtcMonth,
    /// How much.
    pub amount: MicroUsd,
}

/// All that was taken for one text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    days: Vec<Taken>,
    money: Vec<Reserved>,
}

impl Charge {
    /// Adds what was taken elsewhere.
    pub fn add(&mut self, taken: Taken) {
        if !taken.is_nothing() {
            self.days.push(taken);
        }
    }

    /// Adds money.
    pub fn reserve(&mut self, reserved: Reserved) {
        if reserved.amount > MicroUsd::default() {
            self.money.push(reserved);
        }
    }

    /// What was taken of each day.
    pub fn taken(&self) -> &[Taken] {
        &self.days
    }

    /// The money, by month.
    pub fn reserved(&self) -> &[Reserved] {
        &self.money
    }

    /// As the ledger keeps it. Plain maps and lists always have an attribute; an empty list stands for none.
    pub fn to_attribute(&self) -> AttributeValue {
        serde_dynamo::to_attribute_value(self).unwrap_or_else(|_| AttributeValue::L(Vec::new()))
    }

    /// What gives it all back.
    pub fn credits(&self, grant: &GrantName) -> Vec<Credit> {
        let mut credits = Vec::new();
        for taken in &self.days {
            let budget = Key::budget(grant, taken.day);
            for (key, attribute, amount) in [
                (budget.clone(), guaranteed(&taken.pool), taken.guaranteed),
                (budget.clone(), ceiling(&taken.pool), taken.ceiling),
                (budget, ALL.to_owned(), taken.all),
                (Key::pool(&taken.pool, taken.day), LEFT.to_owned(), taken.shared),
            ] {
                if amount != 0 {
                    credits.push(Credit { key, attribute, amount, kept_until: None });
                }
            }
        }
        for reserved in &self.money {
            let (key, attribute) = (Key::month(grant, reserved.month), SPENT.to_owned());
            credits.push(Credit { key, attribute, amount: -reserved.amount.signed(), kept_until: None });
        }
        credits
    }
}
