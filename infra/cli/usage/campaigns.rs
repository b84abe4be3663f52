//! What a grant sent on one campaign: exact where receipts came, estimated where none can.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tendlc_core::grant::{Campaign, ChannelKind};
use tendlc_core::table::{Item, read_number};

use super::amount::Amount;
use super::counts::{Sent, named};

/// What receipts say, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Receipts {
    pub texts: i64,
    /// Billed parts.
    pub segments: i64,
    pub price_usd: Amount,
    pub carrier_fee_usd: Amount,
    /// Both.
    pub cost_usd: Amount,
}

impl Receipts {
    pub fn new(texts: i64, segments: i64, price: i64, fee: i64) -> Self {
        let (price_usd, carrier_fee_usd) = (Amount::micros(price), Amount::micros(fee));
        Self { texts, segments, price_usd, carrier_fee_usd, cost_usd: price_usd + carrier_fee_usd }
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            texts: self.texts + other.texts,
            segments: self.segments + other.segments,
            price_usd: self.price_usd + other.price_usd,
            carrier_fee_usd: self.carrier_fee_usd + other.carrier_fee_usd,
            cost_usd: self.cost_usd + other.cost_usd,
        }
    }
}

/// What texts that have no receipts probably cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Estimate {
    pub segments: i64,
    pub usd: Amount,
}

/// One campaign of a grant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CampaignUse {
    pub campaign: String,
    /// `None`: the campaign is not in the table any more.
    pub channel: Option<ChannelKind>,
    /// Today, as counted; `None` for another month.
    pub today: Option<Sent>,
    /// In the month, as counted; `None`: no day of it is kept.
    pub sent: Option<Sent>,
    pub receipts: Receipts,
    /// What a segment is taken to cost until its receipt tells; `None`: the campaign is not in the table any more.
    pub segment_price_usd: Option<Amount>,
    /// Texts by network.
    pub delivered: BTreeMap<String, i64>,
    /// Texts by reason.
    pub undelivered: BTreeMap<String, i64>,
    /// On the SNS channel, if every day of the month is kept.
    pub estimate: Option<Estimate>,
}

/// Where a campaign's figures are.
pub struct Books<'a> {
    /// The grant's month.
    pub month: &'a Item,
    /// Its days of that month.
    pub days: &'a [&'a Item],
    /// Whether those are all.
    pub complete: bool,
    /// `None` for another month.
    pub today: Option<&'a Item>,
}

impl Books<'_> {
    /// The campaigns that something is known of.
    pub fn names(&self) -> BTreeSet<String> {
        const COUNTED: [&str; 2] = ["texts:", "segments:"];
        let items = [self.month].into_iter().chain(self.days.iter().copied()).chain(self.today);
        let names = items.flat_map(|item| COUNTED.map(|prefix| named(item, prefix)).into_iter().flatten());
        names.map(|(name, _)| name.to_owned()).collect()
    }

    /// What is known of one; `campaign` as it is now.
    pub fn of(&self, name: &str, campaign: Option<&Campaign>) -> CampaignUse {
        let number = |what: &str| read_number(self.month, &format!("{what}:{name}")).unwrap_or(0);
        let receipts = Receipts::new(number("texts"), number("parts"), number("price"), number("fee"));
        let sent = (!self.days.is_empty() || self.complete).then(|| Sent::of(self.days.iter().copied(), name));
        let by = |what: &str| {
            let parts = named(self.month, &format!("{what}:{name}:")).into_iter();
            parts.map(|(part, many)| (part.to_owned(), many)).collect()
        };
        let estimate = campaign.filter(|one| one.channel == ChannelKind::Sns && self.complete).zip(sent);
        let estimate = estimate.map(|(campaign, sent)| {
            // A campaign that changed its channel during the month has receipts for a part of its texts.
            let segments = (sent.segments - receipts.segments).max(0);
            let usd = Amount::micros(segments.saturating_mul(campaign.segment_price.signed()));
            Estimate { segments, usd }
        });
        CampaignUse {
            campaign: name.to_owned(),
            channel: campaign.map(|campaign| campaign.channel),
            today: self.today.map(|today| Sent::of([today], name)),
            sent,
            receipts,
            segment_price_usd: campaign.map(|campaign| Amount::micros(campaign.segment_price.signed())),
            delivered: by("delivered"),
            undelivered: by("undelivered"),
            estimate,
        }
    }
}
