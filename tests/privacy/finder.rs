//! Finds what is private in any text, however it is written there.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use serde_json::Value;

/// So many characters of a body in a row are a part of it and of nothing else: fewer, and " one-time password" would be.
const WINDOW: usize = 20;

/// What people write between the digits of a number. Not a colon: times of day are full of digits.
const BETWEEN_DIGITS: [char; 9] = [' ', '(', ')', '-', '.', '/', '_', '+', '\u{a0}'];

/// Knows numbers by their ten digits, and bodies by any part of them.
#[derive(Default)]
pub struct Finder {
    numbers: BTreeSet<String>,
    windows: HashSet<String>,
}

impl Finder {
    /// Knows what the samples hold, and the sender's own number.
    pub fn of_the_samples() -> Self {
        let mut finder = Self::default();
        for request in requests() {
            finder.learn(&request);
        }
        finder.learn_number("+12065550100");
        assert!(finder.numbers.len() > 30 && finder.windows.len() > 300, "the samples hold more than that");
        finder
    }

    /// Learns a request's recipient and body.
    pub fn learn(&mut self, request: &Value) {
        if let Some(to) = request["to"].as_str() {
            self.learn_number(to);
        }
        if let Some(body) = request["body"].as_str() {
            self.learn_body(body);
        }
    }

    fn learn_number(&mut self, number: &str) {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 10 {
            self.numbers.insert(digits[digits.len() - 10..].to_owned());
        }
    }

    fn learn_body(&mut self, body: &str) {
        for plain in plain_parts(body) {
            self.windows.extend(windows(&plain).map(str::to_owned));
        }
    }

    /// What of it is in the text; nothing is good.
    pub fn find(&self, text: &str) -> Vec<String> {
        let mut found = BTreeSet::new();
        for line in text.lines() {
            for digits in digit_runs(line).into_iter().chain(digit_runs(&unescaped(line))) {
                let ten = (0..digits.len().saturating_sub(9)).map(|from| &digits[from..from + 10]);
                found.extend(
                    ten.filter(|ten| self.numbers.contains(*ten)).map(|ten| format!("the number …{}", &ten[6..])),
                );
            }
            for plain in plain_parts(line) {
                let part = windows(&plain).find(|window| self.windows.contains(*window));
                found.extend(part.map(|window| format!("the body …{window}…")));
            }
        }
        found.into_iter().collect()
    }
}

/// Every request in the samples.
pub fn requests() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("events");
    let files = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let mut requests = Vec::new();
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let text = std::fs::read_to_string(path).expect("the file");
        collect(&serde_json::from_str(&text).expect("JSON"), &mut requests);
    }
    requests
}

/// Requests are objects with a recipient, wherever they are, also as JSON in a text.
fn collect(value: &Value, requests: &mut Vec<Value>) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("to") {
                requests.push(value.clone());
            }
            fields.values().for_each(|value| collect(value, requests));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, requests)),
        Value::String(text) if text.starts_with('{') => match serde_json::from_str(text) {
            Ok(inner) => collect(&inner, requests),
            // What is no JSON is private too.
            Err(_) => requests.push(serde_json::json!({ "to": text, "body": text })),
        },
        _ => {}
    }
}

/// The digits of a text, joined over what people write between them.
fn digit_runs(text: &str) -> Vec<String> {
    let mut runs = vec![String::new()];
    for c in text.chars() {
        match runs.last_mut() {
            Some(run) if c.is_ascii_digit() => run.push(c),
            Some(run) if !BETWEEN_DIGITS.contains(&c) && !run.is_empty() => runs.push(String::new()),
            _ => {}
        }
    }
    runs.retain(|run| run.len() >= 10);
    runs
}

/// With bytes in hex, as in a dump, turned back into text.
fn unescaped(text: &str) -> String {
    let hex = text.as_bytes();
    let digit = |place: usize| hex.get(place).and_then(|byte| char::from(*byte).to_digit(16));
    let mut plain = String::with_capacity(text.len());
    let mut place = 0;
    while place < hex.len() {
        let byte = digit(place).zip(digit(place + 1)).and_then(|(high, low)| char::from_u32(high * 16 + low));
        let byte = byte.filter(|c| c.is_ascii_graphic() || *c == ' ');
        place += if byte.is_some() { 2 } else { 1 };
        plain.push(byte.unwrap_or('\n'));
    }
    plain
}

/// What is written the same in every notation: letters, digits, blanks and the like, in lower case.
fn plain_parts(text: &str) -> Vec<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || " .,;:!?%'()-".contains(c);
    let parts = text.split(|c| !plain(c)).filter(|part| part.len() >= WINDOW);
    parts.map(str::to_ascii_lowercase).collect()
}

fn windows(plain: &str) -> impl Iterator<Item = &str> {
    (0..plain.len().saturating_sub(WINDOW - 1)).map(|from| &plain[from..from + WINDOW])
}

#[test]
fn what_is_planted_is_found_however_it_is_written() {
    let finder = Finder::of_the_samples();
    let planted = [
        r#"{"level":"INFO","message":"sent to +12065550101"}"#,
        r#"{"detail":{"id":"12065550101"}}"#,
        "to=2065550101;",
        "(206) 555-0101",
        "206-555-0101",
        "206.555.0101",
        "+1 206 555 0101",
        "1 (206) 555 01-01",
        "%2B12065550101",
        r"\u002b12065550101",
        "2b3132303635353530313031",
        "the sender is +12065550100",
        r#"a body: {\"body\": \"Your order 1001 has shipped.\"}"#,
        "YOUR ORDER 1001 HAS SHIPPED.",
        "… one-time password is 481920. It …",
        r"Thanks for your order, Zo\u00eb",
        r#"Some(b"{\"to\":\"+12065550101\"}")"#,
    ];
    for text in planted {
        assert!(!finder.find(text).is_empty(), "not found: {text}");
        let line = format!("{{\"timestamp\":\"2026-11-20T12:06:55.501000Z\"}}\n{text}\n{{\"fine\":true}}");
        assert!(!finder.find(&line).is_empty(), "not found among others: {text}");
    }
}

#[test]
fn what_is_not_private_is_not_found() {
    let finder = Finder::of_the_samples();
    for text in [
        r#"{"timestamp":"2026-11-20T12:06:55.501012Z","level":"INFO","message":"outcome","id":"order-1001-shipped"}"#,
        "arn:aws:iam::111111111111:role/tendlc-grant-checkout",
        "+12065559999 is nobody's, and so is this text about an order that has not shipped",
        "0f7a2b31-3230-4365-8355-3530313030aa",
    ] {
        assert_eq!(finder.find(text), [""; 0], "{text}");
    }
}
