//! The names that an operator gives to grants, campaigns, brands and primaries.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text cannot be a name in `tendlc.toml`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` cannot be a name: 1 to 40 letters, digits, hyphens and underscores, beginning with a letter or digit, \
     such as \"order-updates\""
)]
pub struct NotAName(String);

/// Names become parts of role names (64 characters with `tendlc-grant-`), queue names, table keys (where `#`
/// separates) and role session names, so they are held to what all of these allow.
fn valid(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAName;

            fn from_str(text: &str) -> Result<Self, NotAName> {
                if valid(text) { Ok(Self(text.to_owned())) } else { Err(NotAName(text.to_owned())) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAName;

            fn try_from(text: String) -> Result<Self, NotAName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// A `[primaries.NAME]` of `tendlc.toml`.
    PrimaryName;
    /// A `[brands.NAME]` of `tendlc.toml`.
    BrandName;
    /// A `[campaigns.NAME]` of `tendlc.toml`.
    CampaignName;
    /// A `[grants.NAME]` of `tendlc.toml`.
    GrantName;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_holds_what_a_key_a_queue_or_a_session_name_forbids() {
        for right in ["a", "checkout", "order-updates", "team_2", "2FA"] {
            assert!(right.parse::<GrantName>().is_ok(), "{right}");
        }
        for wrong in ["", "-a", "a#b", "a b", "a.b", "a/b", "a:b", "é", &"a".repeat(41)] {
            assert!(wrong.parse::<GrantName>().is_err(), "{wrong}");
        }
    }
}
