//! How many segments a text is billed as: quotas, budgets and prices count these, never messages.
//!
//! A part has 140 octets. In GSM-7 that is 160 septets, or 153 beside the header that ties several parts
//! together; in UCS-2 it is 70 UTF-16 units, or 67. Nothing is normalised or replaced: what is counted is what is
//! sent.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// How a text is encoded. AWS picks it, and a caller cannot override it: one character outside GSM-7 is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Encoding {
    /// GSM-7, in septets.
    #[serde(rename = "GSM")]
    Gsm,
    /// UCS-2, in UTF-16 units.
    #[serde(rename = "UNICODE")]
    Unicode,
}

impl Encoding {
    /// The word of the contract: `GSM` or `UNICODE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gsm => "GSM",
            Self::Unicode => "UNICODE",
        }
    }

    /// The longest text that AWS takes, in septets or UTF-16 units. Its API model says 1600 characters, but its
    /// documentation says these, and longer ones fail as an invalid message after they were accepted.
    const fn most(self) -> usize {
        match self {
            Self::Gsm => 1530,
            Self::Unicode => 630,
        }
    }

    /// What fits into a text of one part.
    const fn alone(self) -> usize {
        match self {
            Self::Gsm => 160,
            Self::Unicode => 70,
        }
    }

    /// What fits into each part of a text of several.
    const fn each(self) -> usize {
        match self {
            Self::Gsm => 153,
            Self::Unicode => 67,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A number of billed parts; a text has at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Segments(NonZeroU32);

impl Segments {
    /// This many parts, unless it is none.
    pub const fn new(parts: u32) -> Option<Self> {
        match NonZeroU32::new(parts) {
            Some(parts) => Some(Self(parts)),
            None => None,
        }
    }

    /// The number of parts, at least 1.
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

/// What a text costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// How it is encoded.
    pub encoding: Encoding,
    /// How many parts it is billed as.
    pub segments: Segments,
}

/// The text cannot be sent. Its message never holds any of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// There is nothing to read in it.
    #[error("the text is empty or only white space, which AWS refuses; send at least one visible character")]
    Blank,
    /// It is longer than AWS takes.
    #[error("{}", too_long(*.length, *.most, *.first_outside_gsm))]
    TooLong {
        /// How it would be encoded, and so what `length` and `most` count.
        encoding: Encoding,
        /// Its length in septets (GSM-7) or UTF-16 units.
        length: usize,
        /// The longest text in that encoding.
        most: usize,
        /// Where the first character stands, counted from 1, that keeps the text out of GSM-7 and makes the limit
        /// the lower one.
        first_outside_gsm: Option<usize>,
    },
}

fn too_long(length: usize, most: usize, first_outside_gsm: Option<usize>) -> String {
    match first_outside_gsm {
        None => format!(
            "the text has {length} septets in GSM-7 and AWS takes at most {most}; shorten it or split it into several \
             requests"
        ),
        Some(position) => format!(
            "the text has {length} UTF-16 units and AWS takes at most {most}, because the character at position \
             {position} is outside GSM-7; shorten it, or replace every such character (often a curly quote, a dash or \
             an emoji) and have {} septets",
            Encoding::Gsm.most()
        ),
    }
}

/// Finds how a text is encoded and counts its parts.
///
/// The limit is on the length, as AWS documents it, and the parts are counted as they are cut: an extension
/// character or a surrogate pair is never torn, so that a part may hold one less, and a text within 1530 septets may
/// be 11 parts although 1530 is 10 times 153. To count 10 would let a quota be passed.
///
/// # Errors
/// [`BodyError`] when AWS would refuse the text.
pub fn measure(body: &str) -> Result<Measure, BodyError> {
    if body.trim().is_empty() {
        return Err(BodyError::Blank);
    }
    let (encoding, widths) = match body.chars().map(septets).collect::<Option<Vec<_>>>() {
        Some(widths) => (Encoding::Gsm, widths),
        None => (Encoding::Unicode, body.chars().map(char::len_utf16).collect()),
    };
    let (length, most) = (widths.iter().sum(), encoding.most());
    if length > most {
        let first_outside_gsm = body.chars().position(|c| septets(c).is_none()).map(|before| before + 1);
        return Err(BodyError::TooLong { encoding, length, most, first_outside_gsm });
    }
    let parts = if length <= encoding.alone() { NonZeroU32::MIN } else { cut(&widths, encoding.each()) };
    Ok(Measure { encoding, segments: Segments(parts) })
}

/// Fills one part after the other, each to at most `each`, without tearing a character.
fn cut(widths: &[usize], each: usize) -> NonZeroU32 {
    let (mut parts, mut used) = (NonZeroU32::MIN, 0);
    for width in widths {
        if used + width > each {
            parts = parts.saturating_add(1);
            used = 0;
        }
        used += width;
    }
    parts
}

/// The septets of a character in GSM-7, `None` outside of it. This is AWS's list: the 3GPP alphabet without the
/// form feed, and without the escape, which is no character of its own.
const fn septets(c: char) -> Option<usize> {
    match c {
        'A'..='Z' | 'a'..='z' | '0'..='9' | ' ' | '\n' | '\r' => Some(1),
        '!' | '"' | '#' | '$' | '%' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | '-' | '.' | '/' => Some(1),
        ':' | ';' | '<' | '=' | '>' | '?' | '@' | '_' | '¡' | '¿' | '£' | '¤' | '¥' | '§' => Some(1),
        'à' | 'è' | 'é' | 'ì' | 'ò' | 'ù' | 'Ç' | 'É' | 'Ñ' | 'ñ' => Some(1),
        'Å' | 'å' | 'Ä' | 'ä' | 'Æ' | 'æ' | 'Ö' | 'ö' | 'Ø' | 'ø' | 'Ü' | 'ü' | 'ß' => Some(1),
        'Γ' | 'Δ' | 'Θ' | 'Λ' | 'Ξ' | 'Π' | 'Σ' | 'Φ' | 'Ψ' | 'Ω' => Some(1),
        '^' | '{' | '}' | '\\' | '[' | ']' | '~' | '|' | '€' => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
