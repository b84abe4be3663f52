//! What a recount answers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::difference::{Difference, Weight};
use super::scan::Read;
use super::span::Span;
use super::sums::Sums;
use crate::day::PacificDay;
use crate::money::MicroUsd;
use crate::month::UtcMonth;
use crate::name::{CampaignName, GrantName};
use crate::quota::counter::SPENT;
use crate::table::Key;

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// All agrees, but for what is known and safe.
    Agrees,
    /// Something is worth a look.
    Differs,
    /// Somebody has to look at it.
    Alarm,
    /// The time did not suffice: nothing was compared.
    CutShort,
}

/// A recount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How it went.
    pub status: State,
    /// The Pacific day.
    pub day: PacificDay,
    /// The UTC months that were counted with it.
    pub months: BTreeSet<UtcMonth>,
    /// How far it came.
    pub read: Read,
    /// Every grant with what the ledger says of it.
    pub grants: Vec<OfGrant>,
    /// What does not agree, the worst first.
    pub differences: Vec<Difference>,
    /// What segments were taken to cost and need not be.
    pub prices: Vec<Price>,
}

/// What the ledger and the receipts say of a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfGrant {
    /// Which.
    pub grant: GrantName,
    /// Texts of the day that AWS has or may have.
    pub campaigns: BTreeMap<CampaignName, ByCampaign>,
    /// What is charged on the day, by the counter's attribute, in its unit.
    pub charged: Charged,
    /// What is spent in each month, in dollars: receipts, and what is set aside for texts without one.
    pub spent_usd: BTreeMap<UtcMonth, String>,
}

/// By the counter's attribute.
pub type Charged = BTreeMap<String, i64>;

/// Texts of a campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByCampaign {
    /// How many.
    pub texts: i64,
    /// Their segments.
    pub segments: i64,
}

/// What a segment of a campaign is taken to cost, and the dearest that was paid lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Price {
    /// Which campaign.
    pub campaign: CampaignName,
    /// What a segment was taken to cost.
    pub before: MicroUsd,
    /// What the dearest of the last two days did.
    pub dearest: MicroUsd,
    /// Whether it is taken to cost that from now on.
    pub lowered: bool,
}

impl Report {
    pub(super) fn of(
        sums: &Sums,
        grants: &BTreeSet<GrantName>,
        read: Read,
        differences: Vec<Difference>,
        prices: Vec<Price>,
    ) -> Self {
        let worst = differences.iter().map(|difference| difference.weight).min();
        let status = match worst {
            Some(Weight::Alarm) => State::Alarm,
            Some(Weight::Warning) => State::Differs,
            Some(Weight::Note) | None => State::Agrees,
        };
        let grants = grants.iter().map(|name| OfGrant::of(sums, name)).collect();
        let Span { day, months, .. } = sums.span.clone();
        Self { status, day, months, read, grants, differences, prices }
    }

    pub(super) fn cut_short(span: &Span, read: Read) -> Self {
        let Span { day, months, .. } = span.clone();
        let (grants, differences, prices) = Default::default();
        Self { status: State::CutShort, day, months, read, grants, differences, prices }
    }
}

impl OfGrant {
    fn of(sums: &Sums, name: &GrantName) -> Self {
        let day = Key::budget(name, sums.span.day);
        let of_campaign = sums.texts.iter().filter(|((grant, _), _)| grant == name);
        let campaigns = of_campaign.map(|((_, campaign), texts)| {
            (campaign.clone(), ByCampaign { texts: texts.texts, segments: texts.segments })
        });
        let spent = |month: &UtcMonth| {
            let micros = sums.moved(&Key::month(name, *month), SPENT).all;
            (*month, MicroUsd::from_micros(micros.max(0).unsigned_abs()).to_string())
        };
        Self {
            grant: name.clone(),
            campaigns: campaigns.collect(),
            charged: sums.of_item(&day).map(|(attribute, moved)| (attribute.to_owned(), -moved.all)).collect(),
            spent_usd: sums.span.months.iter().map(spent).collect(),
        }
    }
}
