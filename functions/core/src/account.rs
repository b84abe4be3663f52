//! AWS account ids.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A 12-digit AWS account id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

/// The text is not a 12-digit account id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an AWS account id: it has exactly 12 digits, such as \"222222222222\"")]
pub struct NotAnAccountId(String);

impl AccountId {
    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = NotAnAccountId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnAccountId(text.to_owned()))
        }
    }
}

impl TryFrom<String> for AccountId {
    type Error = NotAnAccountId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_has_exactly_twelve_digits() {
        assert!("222222222222".parse::<AccountId>().is_ok());
        for wrong in ["", "22222222222", "2222222222222", "22222222222x", "２２２２２２２２２２２２"] {
            assert!(wrong.parse::<AccountId>().is_err(), "{wrong}");
        }
    }
}
