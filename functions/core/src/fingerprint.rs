//! The keyed fingerprint of a request's content, which tells a repeated `id` with other content without
//! keeping the content: the table must not hold a number, and a plain hash of eleven digits is soon reversed.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The 32 random bytes of a grant that its fingerprints are keyed with.
#[derive(Clone)]
pub struct FingerprintKey([u8; 32]);

/// The text is not a fingerprint key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("it is not a fingerprint key: 32 random bytes in hex, 64 digits (`openssl rand -hex 32` makes one)")]
pub struct NotAKey;

impl FromStr for FingerprintKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        if text.len() != 64 || !text.is_ascii() {
            return Err(NotAKey);
        }
        let mut key = [0; 32];
        for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NotAKey)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotAKey)?;
        }
        Ok(Self(key))
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(..)")
    }
}

/// The fingerprint of a request's content, 64 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Over the parts in order; each part's length goes in first, so that no two lists of parts collide.
    pub fn of(key: &FingerprintKey, parts: &[&str]) -> Self {
        // HMAC takes a key of any length: this cannot fail, and an empty fingerprint would match nothing.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.0) else { return Self(String::new()) };
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Self(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Fingerprint {
    fn from(hex: String) -> Self {
        Self(hex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_join_alike_have_different_fingerprints() {
        let key: FingerprintKey = "0f".repeat(32).parse().unwrap();
        assert_ne!(Fingerprint::of(&key, &["ab", "c"]), Fingerprint::of(&key, &["a", "bc"]));
        assert_eq!(Fingerprint::of(&key, &["ab", "c"]), Fingerprint::of(&key, &["ab", "c"]));
    }

    #[test]
    fn a_key_is_64_hex_digits_and_never_printed() {
        for wrong in ["", "zz", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32)] {
            assert!(wrong.parse::<FingerprintKey>().is_err());
        }
        assert!(!format!("{:?}", "ab".repeat(32).parse::<FingerprintKey>().unwrap()).contains("ab"));
    }
}
