//! Why a request was rejected or has to wait: the words of the contract, and what each means for the request.

use serde::{Deserialize, Serialize};

/// A reason as it stands in outcomes and on dead letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the names are the documentation; SEMANTICS.md has a line for each")]
pub enum Reason {
    InvalidRequest,
    InvalidDestination,
    BodyTooLong,
    IdReused,
    NotGranted,
    Expired,
    OptedOut,
    Blocked,
    PriceOverLimit,
    WaitedTooLong,
    CarrierRejected,
    Unreachable,
    BrandDailyCap,
    GrantDailyBudget,
    GrantSpendBudget,
    PrimarySpendLimit,
    Rate,
    Throttled,
    QuietHours,
    Paused,
    QuotaUnavailable,
    InProgress,
    RoleDenied,
    SenderMisconfigured,
    AccountStopped,
    UnknownResult,
}

/// What a reason means for the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Not sent, and waiting would not help.
    Rejects,
    /// Waits, then is rejected after the grant's `max_wait`.
    Waits,
    /// Waits for an operator, at most an hour, then goes to the dead-letter queue.
    WaitsForOperator,
    /// May have been sent.
    Unknown,
}

impl Reason {
    /// The reason as it stands in an outcome.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "INVALID_REQUEST",
            Self::InvalidDestination => "INVALID_DESTINATION",
            Self::BodyTooLong => "BODY_TOO_LONG",
            Self::IdReused => "ID_REUSED",
            Self::NotGranted => "NOT_GRANTED",
            Self::Expired => "EXPIRED",
            Self::OptedOut => "OPTED_OUT",
            Self::Blocked => "BLOCKED",
            Self::PriceOverLimit => "PRICE_OVER_LIMIT",
            Self::WaitedTooLong => "WAITED_TOO_LONG",
            Self::CarrierRejected => "CARRIER_REJECTED",
            Self::Unreachable => "UNREACHABLE",
            Self::BrandDailyCap => "BRAND_DAILY_CAP",
            Self::GrantDailyBudget => "GRANT_DAILY_BUDGET",
            Self::GrantSpendBudget => "GRANT_SPEND_BUDGET",
            Self::PrimarySpendLimit => "PRIMARY_SPEND_LIMIT",
            Self::Rate => "RATE",
            Self::Throttled => "THROTTLED",
            Self::QuietHours => "QUIET_HOURS",
            Self::Paused => "PAUSED",
            Self::QuotaUnavailable => "QUOTA_UNAVAILABLE",
            Self::InProgress => "IN_PROGRESS",
            Self::RoleDenied => "ROLE_DENIED",
            Self::SenderMisconfigured => "SENDER_MISCONFIGURED",
            Self::AccountStopped => "ACCOUNT_STOPPED",
            Self::UnknownResult => "UNKNOWN_RESULT",
        }
    }

    /// What the reason means for the request.
    pub fn fate(self) -> Fate {
        match self {
            Self::InvalidRequest
            | Self::InvalidDestination
            | Self::BodyTooLong
            | Self::IdReused
            | Self::NotGranted
            | Self::Expired
            | Self::OptedOut
            | Self::Blocked
            | Self::PriceOverLimit
            | Self::WaitedTooLong
            | Self::CarrierRejected
            | Self::Unreachable => Fate::Rejects,
            Self::BrandDailyCap
            | Self::GrantDailyBudget
            | Self::GrantSpendBudget
            | Self::PrimarySpendLimit
            | Self::Rate
            | Self::Throttled
            | Self::QuietHours
            | Self::Paused
            | Self::QuotaUnavailable
            | Self::InProgress => Fate::Waits,
            Self::RoleDenied | Self::SenderMisconfigured | Self::AccountStopped => Fate::WaitsForOperator,
            Self::UnknownResult => Fate::Unknown,
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
