//! What is known of one text that AWS took: all of its receipts, put together so that their order does not matter.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Arrived;
use crate::day::PacificDay;
use crate::money::MicroUsd;
use crate::month::UtcMonth;
use crate::name::{CampaignName, GrantName};
use crate::quota::{Reserved, Taken};
use crate::receipt::{Cost, Ending, Network, Oddity, Receipt};
use crate::request::RequestId;

/// The record of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Counts its writes: two functions that read the same one do not both write.
    pub revision: i64,
    /// Who sent it; none of these where no request accounts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantName>,
    /// The request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RequestId>,
    /// What it was sent on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignName>,
    /// The moment of its newest receipt, in milliseconds since 1970.
    pub at: i64,
    /// AWS's word of that.
    pub status: String,
    /// What that means: `delivered`, a reason, or nothing yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<String>,
    /// AWS's name of the carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// Its network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// The moment of the newest receipt that has a price, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priced_at: Option<i64>,
    /// AWS's price, in millionths of a dollar.
    #[serde(with = "crate::money::as_micros")]
    pub price: MicroUsd,
    /// The carrier's fee, in millionths of a dollar.
    #[serde(with = "crate::money::as_micros")]
    pub fee: MicroUsd,
    /// Billed parts.
    pub parts: u32,
    /// When AWS took it, as well as that is known, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<i64>,
    /// The month that AWS bills it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<UtcMonth>,
    /// The Pacific day on which AWS took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<PacificDay>,
    /// What was set aside for it and is not any more, since its price is known.
    #[serde(default)]
    pub settled: Vec<Reserved>,
    /// What was given back since another carrier has it.
    #[serde(default)]
    pub freed: Vec<Taken>,
    /// What is strange about it.
    #[serde(default)]
    pub odd: Vec<String>,
    /// The queue's message that changed it last.
    pub by: String,
}

impl Message {
    /// With one receipt more.
    #[must_use]
    pub fn with(mut self, receipt: &Receipt, by: &str, now: Timestamp) -> Self {
        let at = receipt.at.as_millisecond();
        let ending = ending_word(receipt.status.ending(receipt.is_final));
        // Of two of the same moment the one that says more, so that whichever comes first makes no difference.
        let order = |at: i64, ending: &Option<String>, status: &str| (at, ending.clone(), status.to_owned());
        let fresh = self.status.is_empty();
        if fresh || order(at, &ending, &receipt.status_word) > order(self.at, &self.ending, &self.status) {
            // Whoever brought the ending has it told; what only confirms it does not take that over.
            if self.ending != ending {
                by.clone_into(&mut self.by);
            }
            (self.at, self.ending, self.status) = (at, ending, receipt.status_word.clone());
        }
        if let Some(carrier) = &receipt.carrier
            && matches!(self.network, None | Some(Network::Unknown))
            && (self.network.is_none() || carrier.network != Network::Unknown)
        {
            (self.carrier, self.network) = (Some(carrier.name.clone()), Some(carrier.network));
        }
        if let Some(cost) = receipt.cost.filter(|_| is_known(receipt)) {
            let newer = (Some(at), cost.total(), cost.price) > (self.priced_at, self.cost().total(), self.price);
            if self.priced_at.is_none() || newer {
                (self.priced_at, self.price, self.fee) = (Some(at), cost.price, cost.fee);
            }
        }
        self.parts = self.parts.max(receipt.parts.unwrap_or(0));
        // AWS took it before anything was told of it: the earliest moment is the nearest, whichever comes first.
        let known = receipt.requested_at.or(Some(receipt.at).filter(|at| *at != Timestamp::UNIX_EPOCH));
        let earlier = known.filter(|known| self.taken.is_none_or(|taken| known.as_millisecond() < taken));
        if let Some(taken) = earlier.or_else(|| self.month.is_none().then_some(now)) {
            self.taken = earlier.map(Timestamp::as_millisecond).or(self.taken);
            (self.month, self.day) = (Some(UtcMonth::of(taken)), Some(PacificDay::of(taken)));
        }
        for oddity in &receipt.oddities {
            self.mark(*oddity);
        }
        // What is known by now is strange no more.
        if self.network.is_some_and(|network| network != Network::Unknown) {
            self.odd.retain(|word| word != Oddity::UnknownCarrier.as_str());
        }
        self
    }

    /// With all of these.
    #[must_use]
    pub(super) fn with_all(&self, receipts: &[&Arrived], now: Timestamp) -> Self {
        receipts.iter().fold(self.clone(), |message, one| message.with(&one.receipt, &one.by, now))
    }

    /// Keeps that something is strange.
    pub fn mark(&mut self, oddity: Oddity) {
        if !self.odd.iter().any(|word| word == oddity.as_str()) {
            self.odd.push(oddity.as_str().to_owned());
            self.odd.sort();
        }
    }

    /// Whether no request accounts for it.
    pub fn is_unmetered(&self) -> bool {
        self.odd.iter().any(|word| word == Oddity::Unmetered.as_str())
    }

    /// What is strange about it.
    pub fn odd(&self) -> BTreeSet<Oddity> {
        Oddity::ALL.into_iter().filter(|oddity| self.odd.iter().any(|word| word == oddity.as_str())).collect()
    }

    /// What it cost, as far as that is known.
    pub fn cost(&self) -> Cost {
        Cost { price: self.price, fee: self.fee }
    }

    /// What a segment of it cost, rounded up; `None`: not known.
    pub fn segment_price(&self) -> Option<MicroUsd> {
        let parts = u64::from(self.parts);
        let priced = self.priced_at.is_some() && parts > 0;
        priced.then(|| MicroUsd::from_micros(self.cost().total().micros().div_ceil(parts)))
    }
}

/// A text that is on its way has no price yet, whatever the receipt says: what is set aside for it stays.
fn is_known(receipt: &Receipt) -> bool {
    receipt.is_final || receipt.status.ending(receipt.is_final) != Ending::OnItsWay
}

fn ending_word(ending: Ending) -> Option<String> {
    match ending {
        Ending::OnItsWay => None,
        Ending::Delivered => Some("delivered".to_owned()),
        Ending::Undelivered(reason) => Some(reason.as_str().to_owned()),
    }
}
