//! From what the table says to what is reported; the JSON of `--output json` is this.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use serde::Serialize;
use tendlc_core::account::AccountId;
use tendlc_core::day::PacificDay;
use tendlc_core::grant::Grant;
use tendlc_core::month::UtcMonth;
use tendlc_core::name::GrantName;
use tendlc_core::quota::counter::SPENT;
use tendlc_core::table::{Item, Key, read_number};

use super::amount::{Amount, PerMille};
use super::campaigns::{Books, CampaignUse, Receipts};
use super::counts::Counts;
use super::odd;
use super::read::{Days, Found, Scope};
use super::shares::{CapUse, Daily, Share, Today};

/// All that is said. Numbers are whole, money is a decimal string in US dollars, shares are in thousandths.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub month: UtcMonth,
    /// `None` for another month.
    pub today: Option<PacificDay>,
    /// When the table was read.
    pub at: Timestamp,
    /// The Pacific days that the month's counts are of; `None`: none is kept.
    pub days: Option<Span>,
    /// By cap, over all grants; empty for another month.
    pub caps: Vec<CapUse>,
    pub grants: Vec<GrantUse>,
    /// Texts that no request accounts for; `None` where only some grants are asked about.
    pub unmetered: Option<Receipts>,
    /// What else is strange about receipts, by its name; `None` as above.
    pub strange: Option<BTreeMap<String, i64>>,
    /// The sum of all receipts above.
    pub total: Receipts,
}

/// Days from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    pub from: PacificDay,
    pub to: PacificDay,
    /// Whether that is all of the month that has begun.
    pub complete: bool,
}

/// One grant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GrantUse {
    pub grant: GrantName,
    /// `None`: the grant was taken away, and whose it was is not known.
    pub account: Option<AccountId>,
    /// Whether it is no more: it is here for what it used before.
    pub taken_away: bool,
    /// Requests; `None` for another month.
    pub waiting: Option<i64>,
    pub today: Option<GrantToday>,
    pub month: GrantMonth,
    pub campaigns: Vec<CampaignUse>,
}

/// A grant's Pacific day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GrantToday {
    #[serde(flatten)]
    pub counts: Counts,
    pub shares: Vec<Share>,
    pub daily_segments: Option<Daily>,
}

/// A grant's UTC month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GrantMonth {
    /// By the days that are kept; `None`: none is.
    pub counts: Option<Counts>,
    /// What receipts say.
    pub settled_usd: Amount,
    /// For texts without a receipt, if the grant has or had a budget.
    pub set_aside_usd: Amount,
    /// Both: what the budget is held against.
    pub spent_usd: Amount,
    pub budget_usd: Option<Amount>,
    pub spent_per_mille: Option<PerMille>,
    /// What texts on SNS probably cost, which have no receipts; in none of the others.
    pub estimated_usd: Option<Amount>,
}

impl Report {
    pub fn of(found: &Found, scope: &Scope) -> Self {
        let days = scope.days();
        let span = days.kept.first().zip(days.kept.last());
        let span = span.map(|(&from, &to)| Span { from, to, complete: days.complete });
        let look = Look { found, scope, today: scope.today().map(|day| Today { found, day }), days };
        let grants: Vec<GrantUse> =
            found.grants.iter().map(|(name, record)| look.at_grant(name, record.as_ref())).collect();
        let odd = look.item(&Key::oddities(scope.month));
        let everything = scope.grants.is_empty();
        let unmetered = everything.then(|| odd::unmetered(odd));
        let receipts = grants.iter().flat_map(|grant| &grant.campaigns).map(|campaign| campaign.receipts);
        Self {
            month: scope.month,
            today: scope.today(),
            at: Timestamp::from_second(scope.now.as_second()).unwrap_or(scope.now),
            days: span,
            caps: look.today.as_ref().map(Today::cap_uses).unwrap_or_default(),
            unmetered,
            strange: everything.then(|| odd::strange(odd)),
            total: receipts.chain(unmetered).fold(Receipts::default(), Receipts::plus),
            grants,
        }
    }
}

static NOTHING: LazyLock<Item> = LazyLock::new(Item::new);

struct Look<'a> {
    found: &'a Found,
    scope: &'a Scope,
    days: Days,
    today: Option<Today<'a>>,
}

impl Look<'_> {
    fn item(&self, key: &Key) -> &Item {
        self.found.items.get(key).unwrap_or(&NOTHING)
    }

    fn at_grant(&self, name: &GrantName, record: Option<&Grant>) -> GrantUse {
        let days: Vec<&Item> = self.days.kept.iter().map(|day| self.item(&Key::budget(name, *day))).collect();
        let month = self.item(&Key::month(name, self.scope.month));
        let today = self.scope.today().map(|day| self.item(&Key::budget(name, day)));
        let books = Books { month, days: &days, complete: self.days.complete, today };
        let mut names = books.names();
        names.extend(record.into_iter().flat_map(|grant| &grant.campaigns).map(ToString::to_string));
        let campaign = |name: &String| name.parse().ok().and_then(|name| self.found.campaigns.get(&name));
        let campaigns: Vec<CampaignUse> = names.iter().map(|name| books.of(name, campaign(name))).collect();
        let settled_usd = campaigns.iter().map(|campaign| campaign.receipts.cost_usd).sum();
        let spent_usd = Amount::micros(read_number(month, SPENT).unwrap_or(0));
        let budget = record.and_then(|grant| grant.monthly_spend).map(Amount::from);
        let estimates: Vec<Amount> =
            campaigns.iter().filter_map(|campaign| campaign.estimate).map(|estimate| estimate.usd).collect();
        GrantUse {
            grant: name.clone(),
            account: record.map(|grant| &grant.account).or_else(|| self.found.former.get(name)).cloned(),
            taken_away: record.is_none(),
            waiting: self.found.waiting.get(name).copied(),
            today: today.map(|today| GrantToday {
                counts: Counts::of([today]),
                shares: self.today.as_ref().zip(record).map(|(today, grant)| today.shares(grant)).unwrap_or_default(),
                daily_segments: self.today.as_ref().zip(record).and_then(|(today, grant)| today.daily(grant)),
            }),
            month: GrantMonth {
                counts: (!days.is_empty() || self.days.complete).then(|| Counts::of(days)),
                settled_usd,
                set_aside_usd: spent_usd - settled_usd,
                spent_usd,
                budget_usd: budget,
                spent_per_mille: budget.and_then(|budget| PerMille::of(spent_usd.get(), budget.get())),
                estimated_usd: (!estimates.is_empty()).then(|| estimates.into_iter().sum()),
            },
            campaigns,
        }
    }
}

#[cfg(test)]
mod tests;
