//! Where a campaign's limits are told, and which of them are wanted.

use jiff::Timestamp;

use super::{Limit, Told, Unread};
use crate::grant::{Campaign, Live, Reading};
use crate::name::CampaignName;
use crate::table::{Key, Table, TableError};

/// Where AWS tells a campaign's limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The Region of its numbers.
    pub region: String,
    /// Its registration, whose associations are its numbers.
    pub registration: Option<String>,
    /// Where it names none: its number, or its pool.
    pub origination_identity: String,
}

impl Source {
    /// A campaign's, as the table has it.
    pub fn of(campaign: &Campaign) -> Self {
        Self {
            region: campaign.region.clone(),
            registration: campaign.registration.clone(),
            origination_identity: campaign.origination_identity.clone(),
        }
    }
}

/// A campaign of whose limits some are live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wants {
    /// Its name.
    pub campaign: CampaignName,
    /// Where they are told.
    pub source: Source,
    /// Whether its rate is live.
    pub rate: bool,
    /// Whether T-Mobile's cap on its brand is.
    pub cap: bool,
}

impl Wants {
    /// What is live of a campaign, as the table has it; `None`: nothing is.
    pub fn of(campaign: &Campaign) -> Option<Self> {
        let Live { segments_per_second, t_mobile_daily_segments } = campaign.live;
        let (rate, cap) = (segments_per_second.is_some(), t_mobile_daily_segments.is_some());
        let (campaign, source) = (campaign.name.clone(), Source::of(campaign));
        (rate || cap).then_some(Self { campaign, source, rate, cap })
    }

    /// What is wanted of what was told at `read_at`.
    ///
    /// # Errors
    /// With the first limit that was not told, and why.
    pub fn from(&self, told: &Told, read_at: Timestamp) -> Result<Live, (Limit, Unread)> {
        let reading = |wanted: bool, limit: Limit, told: &Result<i64, Unread>| match told {
            _ if !wanted => Ok(None),
            Ok(value) => Ok(Some(Reading { value: *value, read_at })),
            Err(unread) => Err((limit, unread.clone())),
        };
        Ok(Live {
            segments_per_second: reading(self.rate, Limit::Rate, &told.rate)?,
            t_mobile_daily_segments: reading(self.cap, Limit::Cap, &told.cap)?,
        })
    }
}

/// What the table has of what is wanted, read from the same source; `None`: not all of it.
///
/// # Errors
/// When the table does not answer.
pub async fn known(table: &Table, wants: &Wants) -> Result<Option<Live>, TableError> {
    let Some(there) = table.read::<Campaign>(&Key::campaign(&wants.campaign)).await? else { return Ok(None) };
    if Source::of(&there) != wants.source {
        return Ok(None);
    }
    let Live { segments_per_second, t_mobile_daily_segments } = there.live;
    let live = Live {
        segments_per_second: segments_per_second.filter(|_| wants.rate),
        t_mobile_daily_segments: t_mobile_daily_segments.filter(|_| wants.cap),
    };
    let all = live.segments_per_second.is_some() == wants.rate && live.t_mobile_daily_segments.is_some() == wants.cap;
    Ok(all.then_some(live))
}
