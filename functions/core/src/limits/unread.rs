//! Why a limit could not be read, and what to do about it. Numbers are named by their ids alone.

use std::fmt;

use serde::Serialize;

/// A limit that can be live, by its name in `tendlc.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Limit {
    /// A campaign's rate, in segments per second.
    #[serde(rename = "segments_per_second")]
    Rate,
    /// T-Mobile's daily cap.
    #[serde(rename = "t_mobile_daily_segments")]
    Cap,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rate => "segments_per_second",
            Self::Cap => "t_mobile_daily_segments",
        })
    }
}

/// Why a limit was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// The caller may not ask.
    #[error("AWS refused sms-voice:{operation} ({told})")]
    Denied {
        /// What was asked.
        operation: &'static str,
        /// AWS's code and request id.
        told: String,
    },
    /// There is no such thing.
    #[error("AWS has no {what}")]
    Missing {
        /// Its kind and its id.
        what: String,
    },
    /// Nobody answered.
    #[error("sms-voice:{operation} was not answered ({told})")]
    Unanswered {
        /// What was asked.
        operation: &'static str,
        /// AWS's code and request id, or how the connection ended.
        told: String,
    },
    /// Nothing to ask about.
    #[error("no number belongs to {of}")]
    NoNumbers {
        /// A registration or a pool.
        of: String,
    },
    /// The numbers are there and say nothing of it.
    #[error("AWS tells no {limit} for {number}")]
    NotTold {
        /// What is missing.
        limit: Limit,
        /// One of the numbers.
        number: String,
    },
    /// A number that cannot be a limit. AWS tells whole numbers, so a rate below one a second may be among them.
    #[error("AWS tells {value} as {limit} of {number}, which is no limit")]
    NoLimit {
        /// What it is to be.
        limit: Limit,
        /// The number.
        number: String,
        /// What was told.
        value: i64,
    },
    /// The run ended before.
    #[error("the run's time was over before its turn")]
    NoTime,
}

impl Unread {
    /// What to do about it: a sentence without a full stop. `limit` is the one that is missing.
    pub fn cure(&self, limit: Limit) -> String {
        match self {
            Self::Denied { .. } => "allow sms-voice:DescribePhoneNumbers, ListRegistrationAssociations and \
                                    ListPoolOriginationIdentities to whoever asks"
                .to_owned(),
            Self::Missing { .. } => "correct `registration` or `origination_identity` of the campaign in tendlc.toml, \
                                     then `tendlc sync`"
                .to_owned(),
            Self::Unanswered { .. } => "ask again in a minute; if it stays so, look at AWS's own health".to_owned(),
            Self::NoNumbers { .. } => "associate the campaign's numbers with it (CreateRegistrationAssociation, \
                                       AssociateOriginationIdentity), or correct the campaign in tendlc.toml"
                .to_owned(),
            Self::NotTold { .. } | Self::NoLimit { .. } => {
                format!("write `{limit}` as a number in tendlc.toml, as AWS's console shows it, then `tendlc sync`")
            }
            Self::NoTime => "raise the function's timeout: calls to AWS are made one a second".to_owned(),
        }
    }
}
