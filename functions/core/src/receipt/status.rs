//! How far a text has come.

use crate::reason::Reason;

/// AWS's `messageStatus` (facts, section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "AWS's own words")]
pub enum Status {
    Accepted,
    Blocked,
    CarrierBlocked,
    CarrierUnreachable,
    Delivered,
    Failed,
    Invalid,
    InvalidMessage,
    Pending,
    ProtectBlocked,
    Queued,
    Sent,
    Spam,
    Successful,
    TtlExpired,
    Unknown,
    Unreachable,
    Unroutable,
    /// A word that this release does not know.
    Other,
}

/// What that means for whoever wanted it sent. A later receipt may say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Not yet over.
    OnItsWay,
    /// It has arrived, or the carrier has it and will say no more.
    Delivered,
    /// It has not arrived.
    Undelivered(Reason),
}

impl Status {
    /// Of AWS's word.
    pub fn of(word: &str) -> Self {
        match word {
            "ACCEPTED" => Self::Accepted,
            "BLOCKED" => Self::Blocked,
            "CARRIER_BLOCKED" => Self::CarrierBlocked,
            "CARRIER_UNREACHABLE" => Self::CarrierUnreachable,
            "DELIVERED" => Self::Delivered,
            "FAILED" => Self::Failed,
            "INVALID" => Self::Invalid,
            "INVALID_MESSAGE" => Self::InvalidMessage,
            "PENDING" => Self::Pending,
            "PROTECT_BLOCKED" => Self::ProtectBlocked,
            "QUEUED" => Self::Queued,
            "SENT" => Self::Sent,
            "SPAM" => Self::Spam,
            "SUCCESSFUL" => Self::Successful,
            "TTL_EXPIRED" => Self::TtlExpired,
            "UNKNOWN" => Self::Unknown,
            "UNREACHABLE" => Self::Unreachable,
            "UNROUTABLE" => Self::Unroutable,
            _ => Self::Other,
        }
    }

    /// What it means. Carriers of the United States often send no receipt of the handset: then a final `SUCCESSFUL` is
    /// all that there will be.
    pub fn ending(self, is_final: bool) -> Ending {
        match self {
            Self::Delivered => Ending::Delivered,
            Self::Successful if is_final => Ending::Delivered,
            Self::Accepted | Self::Pending | Self::Queued | Self::Sent | Self::Successful | Self::Other => {
                Ending::OnItsWay
            }
            // Also said while AWS does not know yet; after 72 hours it is the end.
            Self::Unknown if !is_final => Ending::OnItsWay,
            Self::Unknown | Self::Unreachable | Self::CarrierUnreachable | Self::Unroutable => {
                Ending::Undelivered(Reason::Unreachable)
            }
            Self::Invalid => Ending::Undelivered(Reason::InvalidDestination),
            Self::InvalidMessage => Ending::Undelivered(Reason::InvalidRequest),
            Self::Blocked | Self::ProtectBlocked => Ending::Undelivered(Reason::Blocked),
            Self::CarrierBlocked | Self::Spam | Self::Failed => Ending::Undelivered(Reason::CarrierRejected),
            Self::TtlExpired => Ending::Undelivered(Reason::Expired),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successful_is_delivered_only_when_nothing_more_will_come() {
        assert_eq!(Status::of("SUCCESSFUL").ending(true), Ending::Delivered);
        assert_eq!(Status::of("SUCCESSFUL").ending(false), Ending::OnItsWay);
        assert_eq!(Status::of("DELIVERED").ending(false), Ending::Delivered);
        assert_eq!(Status::of("SOMETHING_NEW").ending(true), Ending::OnItsWay);
        assert_eq!(Status::of("CARRIER_BLOCKED").ending(true), Ending::Undelivered(Reason::CarrierRejected));
        assert_eq!(Status::of("TTL_EXPIRED").ending(true), Ending::Undelivered(Reason::Expired));
    }
}
