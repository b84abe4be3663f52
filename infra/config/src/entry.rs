//! What a value may be: reading it and describing it in the schema, side by side so that they cannot differ.

use serde_json::{Value, json};
use toml::Spanned;
use toml::de::{DeInteger, DeValue};

use crate::mistake::Report;
use crate::nearest::nearest;
use crate::read::{Damage, join};

/// A type of value that can stand in `tendlc.toml`.
pub(crate) trait Entry: Sized {
    /// What such a value looks like, as JSON Schema (draft 7).
    fn schema() -> Value;

    /// Reads it; `None` after reporting what is wrong.
    fn read(node: &Node<'_>, report: &mut Report) -> Option<Self>;
}

/// A value in the document.
pub(crate) struct Node<'a> {
    pub(crate) path: String,
    /// Where its key begins.
    pub(crate) key: usize,
    pub(crate) value: &'a Spanned<DeValue<'a>>,
    pub(crate) damage: &'a Damage,
}

impl<'a> Node<'a> {
    /// Where the value begins. A table's own header may stand anywhere, its key does not.
    pub(crate) fn at(&self) -> usize {
        if self.value.get_ref().is_table() { self.key } else { self.value.span().start }
    }

    pub(crate) fn child(&self, name: &str, key: usize, value: &'a Spanned<DeValue<'a>>) -> Node<'a> {
        Node { path: join(&self.path, name), key, value, damage: self.damage }
    }

    pub(crate) fn item(&self, value: &'a Spanned<DeValue<'a>>) -> Node<'a> {
        Node { path: self.path.clone(), key: value.span().start, value, damage: self.damage }
    }

    pub(crate) fn wrong(&self, what: impl Into<String>, cure: impl Into<String>, report: &mut Report) {
        report.mistake(self.at(), self.path.clone(), what, cure);
    }

    /// What the value is, in words.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value.get_ref() {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        }
    }
}

/// A value, quoted for a message: never more than a line, and no phone number, wherever somebody wrote one.
pub(crate) fn shown(text: &str) -> String {
    if text.trim_start().starts_with('+') {
        return "what stands here".to_owned();
    }
    let mut shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().count() > 60 {
        shown.push('…');
    }
    format!("`{}`", shown.replace("\\\"", "\"").replace("\\'", "'"))
}

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whole<const MIN: i64, const MAX: i64>(pub(crate) i64);

/// `None`: too large for any number here.
fn whole(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

impl<const MIN: i64, const MAX: i64> Entry for Whole<MIN, MAX> {
    fn schema() -> Value {
        json!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }

    fn read(node: &Node<'_>, report: &mut Report) -> Option<Self> {
        let cure = || format!("Write a whole number from {MIN} to {MAX}.");
        let what = match node.value.get_ref() {
            DeValue::Integer(number) => match whole(number) {
                Some(number) if (MIN..=MAX).contains(&number) => return Some(Self(number)),
                Some(number) if number < MIN => format!("{number} is too small"),
                _ if number.as_str().starts_with('-') => "the number is too small".to_owned(),
                _ => format!("{} is too large", shown(number.as_str())),
            },
            DeValue::String(_) => "it is text, not a number".to_owned(),
            _ => format!("it is {}, not a whole number", node.kind()),
        };
        let quoted = node.value.get_ref().as_str().is_some_and(|text| text.parse::<i64>().is_ok());
        let cure = if quoted { "Write the number without quotes.".to_owned() } else { cure() };
        node.wrong(what, cure, report);
        None
    }
}

/// One of a few words, each with what it stands for.
pub(crate) fn word<T: Copy>(node: &Node<'_>, words: &[(&'static str, T)], report: &mut Report) -> Option<T> {
    let known = || words.iter().map(|(word, _)| *word);
    let list = known().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" or ");
    let Some(text) = node.value.get_ref().as_str() else {
        node.wrong(format!("it is {}, not a word", node.kind()), format!("Write {list}."), report);
        return None;
    };
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
    if found.is_none() {
        let meant = nearest(text, known()).map(|word| format!(", did you mean \"{word}\"?")).unwrap_or_default();
        node.wrong(format!("{} is not known here{meant}", shown(text)), format!("Write {list}."), report);
    }
    found
}

/// The schema of one of a few words.
pub(crate) fn word_schema<T>(words: &[(&'static str, T)]) -> Value {
    json!({ "enum": words.iter().map(|(word, _)| *word).collect::<Vec<_>>() })
}

/// A list that is not empty and in which nothing is repeated.
#[derive(Clone, Debug)]
pub(crate) struct List<T>(pub(crate) Vec<Spanned<T>>);

impl<T: Entry + PartialEq> Entry for List<T> {
    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema(), "minItems": 1, "uniqueItems": true })
    }

    fn read(node: &Node<'_>, report: &mut Report) -> Option<Self> {
        let Some(array) = node.value.get_ref().as_array() else {
            node.wrong(format!("it is {}, not a list", node.kind()), "Put it in brackets, such as [\"…\"].", report);
            return None;
        };
        if array.is_empty() {
            node.wrong("the list is empty", "Name at least one.", report);
            return None;
        }
        let mut items: Vec<Spanned<T>> = Vec::new();
        for value in array.iter() {
            let item = node.item(value);
            let Some(read) = T::read(&item, report) else { continue };
            if items.iter().any(|known| *known.get_ref() == read) {
                item.wrong("it is in the list twice", "Keep one of them.", report);
            } else {
                items.push(Spanned::new(value.span(), read));
            }
        }
        // Those that can be read are still held against the rest of the file.
        (!items.is_empty()).then_some(Self(items))
    }
}
