//! What is strange about a month's receipts, and what to do about it.

use std::collections::BTreeMap;

use tendlc_core::receipt::Oddity;
use tendlc_core::table::{Item, TTL, read_number};

use super::campaigns::Receipts;
use super::counts::named;

/// Texts that no request accounts for.
pub fn unmetered(odd: &Item) -> Receipts {
    let word = Oddity::Unmetered.as_str();
    let number = |name: &str| read_number(odd, name).unwrap_or(0);
    let of = |what: &str| number(&format!("{word}_{what}"));
    Receipts::new(number(word), of("parts"), of("price"), of("fee"))
}

/// What else is strange, by its name. A name that a later release counts by is handed through.
pub fn strange(odd: &Item) -> BTreeMap<String, i64> {
    let others = named(odd, "").into_iter();
    let others = others.filter(|(name, _)| *name != TTL && !name.starts_with(Oddity::Unmetered.as_str()));
    others.map(|(name, many)| (name.to_owned(), many)).collect()
}

/// What it means, and what to do.
pub fn explained(name: &str) -> &'static str {
    let known = Oddity::ALL.into_iter().find(|oddity| oddity.as_str() == name);
    match known {
        Some(Oddity::Unmetered) => {
            "Somebody sends past the functions, or the ledger lost them. The log of settle-receipt names each (alarm \
             `unmetered`); see who may send in the primary besides the grants' roles."
        }
        Some(Oddity::Malformed) => {
            "Messages on the queue of receipts that are none. See who else may put messages on it; nothing was lost."
        }
        Some(Oddity::NotAText) => "Events of pictures, calls or registrations. Nothing to do.",
        Some(Oddity::UnknownStatus) => {
            "AWS used a status that this release does not know; the log of settle-receipt has the word. A newer release \
             may know it."
        }
        Some(Oddity::ImpossiblePrice) => {
            "The price was below zero, above a dollar or no number: it is in no sum here, and what was set aside stays. \
             Compare this month with AWS's bill."
        }
        Some(Oddity::UnknownCarrier) => {
            "The carrier may be on T-Mobile's network, so these stay counted against its cap. The log of settle-receipt \
             has the names."
        }
        Some(Oddity::OtherSegments) => {
            "AWS billed other segments than tendlc counted; money is by AWS's. Please report it, with the log's line."
        }
        None => "This release does not know what that is; a newer one counts it.",
    }
}
