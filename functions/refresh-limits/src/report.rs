//! What the function answers: each live limit as it is now, how old that is, and what to do where it could not be read.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tendlc_core::grant::Reading;
use tendlc_core::limits::{Limit, Unread};
use tendlc_core::name::CampaignName;
use tendlc_core::sync::{Change, SyncError};

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Every live limit was read, and the table says it.
    Fresh,
    /// Some were not read, or not written: they are as they were before.
    Stale,
}

/// One live limit. A number is named by its id alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refreshed {
    /// Whose.
    pub campaign: CampaignName,
    /// Which.
    pub limit: Limit,
    /// What holds now, in the limit's unit.
    pub value: i64,
    /// What held before.
    pub before: i64,
    /// When AWS told it last. Where that was not in this run, up to five minutes before that.
    pub read_at: Timestamp,
    /// How old that is.
    pub age_seconds: i64,
    /// Why it was not read; absent: it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

/// The function's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How it went.
    pub status: State,
    /// Every live limit, by campaign.
    pub limits: Vec<Refreshed>,
    /// What was changed in the table, and warnings.
    pub changes: Vec<Change>,
    /// What others always were faster at; the next run tries again.
    pub overtaken: Vec<String>,
}

impl Refreshed {
    /// A limit that was `before` and is `now`, and why it was not read.
    pub(crate) fn new(
        (campaign, limit): (&CampaignName, Limit),
        before: Reading,
        now: Reading,
        unread: Option<&Unread>,
        at: Timestamp,
    ) -> Self {
        Self {
            campaign: campaign.clone(),
            limit,
            value: now.value,
            before: before.value,
            read_at: now.read_at,
            age_seconds: at.duration_since(now.read_at).as_secs().max(0),
            error: unread.map(ToString::to_string),
            cure: unread.map(|unread| unread.cure(limit)),
        }
    }

    /// Says it where somebody looks at 3 a.m.
    pub(crate) fn log(&self) {
        let Self { campaign, limit, value, before, read_at, age_seconds, error, cure } = self;
        let (limit, age) = (limit.to_string(), format!("{:#}", SignedDuration::from_secs(*age_seconds)));
        match error {
            Some(error) => tracing::warn!(
                %campaign, limit, value, %read_at, age, error, cure,
                "a live limit could not be read and stays as it was"
            ),
            None => tracing::info!(%campaign, limit, value, before, %read_at, age, "a live limit was read"),
        }
    }
}

impl Report {
    pub(crate) fn of(mut limits: Vec<Refreshed>, changes: Vec<Change>, overtaken: &[SyncError]) -> Self {
        limits.sort_by(|one, other| (&one.campaign, one.limit).cmp(&(&other.campaign, other.limit)));
        let stale = !overtaken.is_empty() || limits.iter().any(|limit| limit.error.is_some());
        let status = if stale { State::Stale } else { State::Fresh };
        Self { status, limits, changes, overtaken: overtaken.iter().map(again).collect() }
    }
}

/// Nobody has to do anything about it.
pub(crate) fn again(error: &SyncError) -> String {
    match error {
        SyncError::Overtaken(what) => format!("{what} is being changed by somebody else; the next run tries again"),
        SyncError::Table(error) => error.to_string(),
    }
}
