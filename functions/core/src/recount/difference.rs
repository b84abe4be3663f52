//! What does not agree, why, and what to do.

use serde::Serialize;

use crate::name::{CampaignName, GrantName};

/// Why two figures may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A counter shows less used than the ledger.
    ShowsLess,
    /// The totals of receipts are not the sum over messages.
    TotalsDiffer,
    /// AWS has texts that the ledger does not.
    Unmetered,
    /// Texts without any receipt after three days.
    NoReceipt,
    /// The day's report has fewer texts than the ledger.
    TallyShort,
    /// A counter shows more used than the ledger.
    ShowsMore,
    /// Counters of a pool differ each and agree together.
    Shifted,
    /// AWS counted other segments.
    OtherSegments,
    /// The limits that the day had are not known any more.
    LimitsGone,
}

/// How much a difference matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Somebody has to look at it.
    Alarm,
    /// Worth a look.
    Warning,
    /// Known and safe.
    Note,
}

impl Cause {
    /// For people: what it comes of, and what to do.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::ShowsLess => {
                "less is shown as used than was sent: nothing of tendlc does that, so a counter was written by hand or by \
                 somebody who holds a grant's role; look for UpdateItem on the table in CloudTrail's data events"
            }
            Self::TotalsDiffer => {
                "each receipt is posted in one transaction with its message, so these are equal unless somebody wrote \
                 there by hand; look for UpdateItem on the table in CloudTrail's data events"
            }
            Self::Unmetered => {
                "AWS sent texts that no request accounts for: somebody sends past the functions with the role of a grant, \
                 or the ledger lost them; the function settle-receipt has logged each one"
            }
            Self::NoReceipt => {
                "AWS took these texts and told nothing of them in three days: what was set aside for them stays until the \
                 month ends; is the campaign's configuration set connected to the receipts' topic?"
            }
            Self::TallyShort => "a function died after it sent and before it counted; mended in the day's report",
            Self::ShowsMore => {
                "more is shown as used than was sent: a function died between charge and record, or an answer was lost \
                 (at most one batch each), or a text of unknown result was sent again, or texts are on their way just now; \
                 it is safe and ends with the day or month; more than many batches may be somebody who takes what others need"
            }
            Self::Shifted => {
                "this counter has more left and others of its pool less, and together they agree: guarantees were changed \
                 during the day, or somebody moved them by hand"
            }
            Self::OtherSegments => "AWS counted other segments than tendlc: the cap may be counted otherwise, too",
            Self::LimitsGone => "a limit was changed after the day, so that what it was then is no longer known",
        }
    }

    /// How much it matters.
    pub fn weight(self) -> Weight {
        match self {
            Self::ShowsLess | Self::TotalsDiffer | Self::Unmetered => Weight::Alarm,
            Self::NoReceipt | Self::TallyShort | Self::OtherSegments => Weight::Warning,
            Self::ShowsMore | Self::Shifted | Self::LimitsGone => Weight::Note,
        }
    }
}

/// Two figures that do not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Why.
    pub cause: Cause,
    /// How much it matters.
    pub weight: Weight,
    /// Whose; absent: the primary's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantName>,
    /// On which campaign, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignName>,
    /// The Pacific day or UTC month.
    pub period: String,
    /// What was compared: a counter's attribute, or texts.
    pub what: String,
    /// What is shown as used or counted, in the counter's unit.
    pub shown: i64,
    /// What ledger and receipts say.
    pub counted: i64,
    /// Texts of the grant's day that were or may have been sent by functions that died before they wrote down a charge.
    #[serde(skip_serializing_if = "is_zero")]
    pub uncharged: i64,
    /// Whether the counter now says what the ledger does.
    pub mended: bool,
    /// What it comes of, and what to do.
    pub explanation: &'static str,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(count: &i64) -> bool {
    *count == 0
}

impl Difference {
    pub(super) fn new(cause: Cause, period: &impl ToString, what: &str, (shown, counted): (i64, i64)) -> Self {
        Self {
            cause,
            weight: cause.weight(),
            grant: None,
            campaign: None,
            period: period.to_string(),
            what: what.to_owned(),
            shown,
            counted,
            uncharged: 0,
            mended: false,
            explanation: cause.explanation(),
        }
    }

    pub(super) fn of(mut self, grant: &GrantName) -> Self {
        self.grant = Some(grant.clone());
        self
    }

    pub(super) fn on(mut self, campaign: Option<&CampaignName>) -> Self {
        self.campaign = campaign.cloned();
        self
    }

    pub(super) fn is_alarm(&self) -> bool {
        matches!(self.weight, Weight::Alarm)
    }

    /// Says it where somebody looks at 3 a.m.
    pub(super) fn log(&self) {
        let Self { cause, grant, campaign, period, what, shown, counted, uncharged, mended, explanation, weight } =
            self;
        let (grant, campaign) = (grant.as_ref().map(GrantName::as_str), campaign.as_ref().map(CampaignName::as_str));
        match weight {
            Weight::Alarm => tracing::error!(
                alarm = "recount",
                ?cause,
                grant,
                campaign,
                period,
                what,
                shown,
                counted,
                mended,
                "{explanation}"
            ),
            Weight::Warning => {
                tracing::warn!(?cause, grant, campaign, period, what, shown, counted, mended, "{explanation}")
            }
            Weight::Note => {
                tracing::info!(?cause, grant, campaign, period, what, shown, counted, uncharged, "{explanation}")
            }
        }
    }
}
