//! Making the text TOML again where it is not: each syntax error is recorded once and its statement blanked, so that
//! the rest can be read and line numbers stay. The parser recovers too, but into values that nobody wrote.

mod fault;

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::{DeTable, Error};

use fault::{locate, start};

use crate::mistake::Report;
use crate::source::{Source, Statement};

/// A text that is TOML, and what had to be taken out of it.
pub(crate) struct Readable {
    pub(crate) text: String,
    pub(crate) damage: Damage,
}

/// What syntax errors hide: keys that are there, though they cannot be read, must not be called missing.
#[derive(Debug, Default)]
pub(crate) struct Damage {
    hidden: BTreeSet<String>,
    names: bool,
}

impl Damage {
    /// Whether `key` of `table` may be in a place that cannot be read.
    pub(crate) fn hides(&self, table: &str, key: &str) -> bool {
        self.hidden.contains(table) || self.hidden.contains(&join(table, key))
    }

    /// Whether tables may be in places that cannot be read: then a name that is nowhere is not wrong yet.
    pub(crate) fn hides_names(&self) -> bool {
        self.names
    }
}

/// Blanks what is not TOML, and reports it.
pub(crate) fn recover(original: &str, report: &mut Report) -> Readable {
    let mut text = original.to_owned();
    let mut damage = Damage::default();
    while let Some(error) = first_error(&text) {
        let source = Source::new(&text);
        let fault = locate(&source, &error);
        // An error inside a list belongs to the key that the list began with.
        let header = source.header_over(fault.lines.start);
        let path = match source.statement(fault.lines.start) {
            Statement::Header(path) => path,
            Statement::Key(key) => join(&header, &key),
            Statement::Other => header,
        };
        report.mistake(fault.at, path, fault.what, fault.cure);
        if !fault.repeated {
            fault.lines.clone().for_each(|line| hide(&source, line, &mut damage));
        }
        let (from, to) = (source.range(fault.lines.start).start, source.range(fault.lines.end).start);
        let blanked = blank(&text, from..to);
        if blanked == text {
            // Nothing that could be taken out would help: what is left cannot be trusted.
            damage.names = true;
            damage.hidden.insert(String::new());
            text.clear();
        } else {
            text = blanked;
        }
    }
    Readable { text, damage }
}

fn first_error(text: &str) -> Option<Error> {
    let (_, errors) = DeTable::parse_recoverable(text);
    // A text that does not end leaves the bracket around it open at the same place: the text is to blame.
    errors.into_iter().min_by_key(|error| (start(error), !error.message().contains("string")))
}

fn hide(source: &Source<'_>, line: usize, damage: &mut Damage) {
    let header = source.header_over(line);
    match source.statement(line) {
        Statement::Header(path) => {
            damage.names = true;
            damage.hidden.extend(path.split('.').next().map(str::to_owned));
            damage.hidden.insert(path);
        }
        Statement::Key(key) => {
            damage.hidden.insert(join(&header, &key));
        }
        Statement::Other if source.line(line).trim().is_empty() => {}
        Statement::Other => {
            damage.names |= source.line(line).trim_start().starts_with('[');
            damage.hidden.insert(header);
        }
    }
}

fn blank(text: &str, lines: Range<usize>) -> String {
    let keep = |at: usize, c: char| !lines.contains(&at) || c == '\n' || c == '\r';
    text.char_indices()
        .flat_map(|(at, c)| {
            let (shown, times) = if keep(at, c) { (c, 1) } else { (' ', c.len_utf8()) };
            std::iter::repeat_n(shown, times)
        })
        .collect()
}

/// `grants.checkout` and `account` make `grants.checkout.account`.
pub(crate) fn join(table: &str, key: &str) -> String {
    if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recovered(text: &str) -> (String, Vec<(usize, String, String)>) {
        let mut report = Report::default();
        let readable = recover(text, &mut report);
        let mistakes = report.finish(text, "f").err().into_iter().flatten();
        (readable.text, mistakes.map(|found| (found.line, found.path, found.what)).collect())
    }

    #[test]
    fn a_text_that_is_toml_is_left_as_it_is() {
        let text = "[a.b] # é\r\nx = [\n 1,\n]\n";
        assert_eq!(recovered(text), (text.to_owned(), vec![]));
    }

    type Expected<'e> = &'e [(usize, &'e str, &'e str)];

    #[test]
    fn each_broken_statement_is_one_mistake_and_the_others_stay() {
        let cases: [(&str, &str, Expected<'_>); 13] = [
            ("[a.b]\nx = \"é\ny = 1\n", "y = 1", &[(2, "a.b.x", "no closing quote")]),
            ("[a.b]\nx = [1\ny = 1\nz = 2\n[c]\n", "y = 1", &[(2, "a.b.x", "never closed")]),
            ("[a.b]\nx = { c = 1\ny = 1\n[c]\nd = 1\n", "d = 1", &[(2, "a.b.x", "never closed")]),
            ("[a.b]\nx = [\n1\n2\n]\ny = 1\n", "y = 1", &[(4, "a.b.x", "comma")]),
            ("[a.b\nx = 1\n[c]\ny = 1\n", "y = 1", &[(1, "a.b", "no closing `]`")]),
            ("[a.b]\ny = 1\na.c]\nz = 1\n", "y = 1", &[(3, "a.c", "no opening `[`")]),
            ("[a.b]\nx 1\nz = w\ny = 1\n", "y = 1", &[(2, "a.b", "without a value"), (3, "a.b.z", "quotes")]),
            ("[a.b]\nx = \ny = 1\n", "y = 1", &[(2, "a.b.x", "")]),
            ("[a.b]\nx = 1\ny = 1\nx = [\n3]\n", "y = 1", &[(4, "a.b.x", "twice, first in line 2")]),
            ("[a.b]\ny = 1\n[a.b]\nz = 1\n[c]\n", "y = 1", &[(3, "a.b", "twice, first in line 1")]),
            ("[a.b]\ny = 1\nx = \"\"\"a\nb = 1\n", "y = 1", &[(3, "a.b.x", "three quotes")]),
            ("[a.b]\ny = 1\nx = 01\n", "y = 1", &[(3, "a.b.x", "zero")]),
            ("[a.b]\ny = 1\nx = { d = 1, d = 2 }\n", "y = 1", &[(3, "a.b.x", "twice")]),
        ];
        for (text, kept, expected) in cases {
            let (left, found) = recovered(text);
            assert!(left.contains(kept), "{text}\n{left}");
            assert_eq!(left.len(), text.len(), "{text}");
            assert_eq!(found.len(), expected.len(), "{text}\n{found:?}");
            for ((line, path, what), (expected_line, expected_path, part)) in found.iter().zip(expected) {
                assert_eq!((line, path.as_str()), (expected_line, *expected_path), "{text}\n{found:?}");
                assert!(what.contains(part), "{text}\n{what}");
            }
        }
    }

    #[test]
    fn any_text_at_all_comes_to_an_end() {
        for text in
            ["]", "\"\"\"", "just words\nand more", "[", "[[", "=", "\u{0}", "a = [[[[", "a.b = 1\na = 2", "'''\n'"]
        {
            let (left, found) = recovered(text);
            assert!(DeTable::parse(&left).is_ok(), "{text}");
            assert!(!found.is_empty(), "{text}");
        }
    }
}
