//! Making the text TOML again where it is not: each syntax error is recorded once and its statement blanked, so that
//! the rest can be read and line numbers stay. The parser recovers too, but into values that nobody wrote.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::{DeTable, Error};

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

/// Where a statement is that is not TOML.
struct Fault {
    at: usize,
    lines: Range<usize>,
    what: String,
    cure: &'static str,
    /// Whether the statement says nothing that is not said elsewhere.
    repeated: bool,
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

fn start(error: &Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

fn locate(source: &Source<'_>, error: &Error) -> Fault {
    let at = start(error);
    let line = source.line_of(at);
    if error.message().starts_with("duplicate key") {
        return duplicate(source, at, line);
    }
    if error.message().contains("multi-line")
        && let Some(opening) = (0..=line).rev().find(|line| has_open_block(source.line(*line)))
    {
        return Fault {
            at: source.range(opening).start,
            lines: opening..source.lines(),
            what: "the text that begins here with three quotes never ends".to_owned(),
            cure: "Close it with three quotes; what follows is checked then.",
            repeated: false,
        };
    }
    if let Some(opening) = (0..=line).rev().find(|opening| is_open_until(source, *opening, line)) {
        let closing = closing_line(source, opening);
        let begun = source.range(opening).start;
        // A text that never ends takes the closing bracket with it.
        let in_text = opening == line && error.message().contains("string");
        return match closing {
            None if in_text => syntax(at, opening..opening + 1, error),
            Some(closing) => syntax(at, opening..closing + 1, error),
            None => Fault {
                at: begun + source.line(opening).find(['[', '{']).unwrap_or_default(),
                lines: opening..next_statement(source, opening),
                what: "the bracket that opens here is never closed".to_owned(),
                cure: "Close a list with `]` and a table with `}`.",
                repeated: false,
            },
        };
    }
    let mut fault = syntax(at, statement_lines(source, line), error);
    if error.message().contains("key with no value") && matches!(source.statement(line), Statement::Header(_)) {
        fault.what = "the header has no opening `[`".to_owned();
        fault.cure = "Begin it with `[`.";
    }
    fault
}

fn duplicate(source: &Source<'_>, at: usize, line: usize) -> Fault {
    let statement = source.statement(line);
    let first_line = match statement {
        Statement::Header(_) => 0,
        _ => (0..line).rev().find(|line| matches!(source.statement(*line), Statement::Header(_))).unwrap_or_default(),
    };
    let first = (first_line..line).find(|line| source.statement(*line) == statement);
    let first = first.map(|line| format!(", first in line {}", line + 1)).unwrap_or_default();
    Fault {
        at,
        lines: statement_lines(source, line),
        what: format!("it is there twice{first}"),
        cure: "Keep one of them.",
        repeated: true,
    }
}

fn syntax(at: usize, lines: Range<usize>, error: &Error) -> Fault {
    let known = CURES.iter().find(|(part, ..)| error.message().contains(part));
    let (what, cure) = match known {
        Some((_, what, cure)) => ((*what).to_owned(), *cure),
        None => (format!("this is not TOML: {}", error.message()), "Write `key = value`, with text in quotes."),
    };
    Fault { at, lines, what, cure, repeated: false }
}

const UNQUOTED: &str = "the value is neither a number nor text in quotes";
const QUOTE: &str = "Put text in quotes.";

/// Part of the parser's message, and what to say instead.
const CURES: [(&str, &str, &str); 11] = [
    ("must be quoted", UNQUOTED, QUOTE),
    ("missing opening quote", UNQUOTED, QUOTE),
    ("invalid boolean", UNQUOTED, QUOTE),
    ("invalid datetime", UNQUOTED, QUOTE),
    ("invalid float", UNQUOTED, QUOTE),
    ("unclosed table", "the header has no closing `]`", "Close it with `]`."),
    ("key with no value", "a key without a value", "Write `key = value`, or begin a comment with `#`."),
    ("invalid basic string", "the text has no closing quote", "Close it with `\"` on the same line."),
    ("invalid literal string", "the text has no closing quote", "Close it with `'` on the same line."),
    ("unexpected key or value", "something stands after the value", "Remove it, or begin a comment with `#`."),
    ("missing comma", "a comma is missing", "Write a comma between what stands in brackets."),
];

/// The lines of the statement that begins at `line`: of a header, all that stand under it.
fn statement_lines(source: &Source<'_>, line: usize) -> Range<usize> {
    match source.statement(line) {
        Statement::Header(_) => line..source.next_header(line),
        Statement::Key(_) => line..closing_line(source, line).unwrap_or(line) + 1,
        Statement::Other => line..line + 1,
    }
}

/// The line that closes what `opening` opens, itself if it opens nothing; no value goes beyond the next header.
fn closing_line(source: &Source<'_>, opening: usize) -> Option<usize> {
    let mut open = 0;
    (opening..source.next_header(opening)).find(|line| {
        open += source.opened(*line);
        open <= 0
    })
}

/// Whether the value that begins in the line `opening` still goes on in `line`.
fn is_open_until(source: &Source<'_>, opening: usize, line: usize) -> bool {
    let mut open = 0;
    let mut stays_open = |line| {
        open += source.opened(line);
        open > 0
    };
    matches!(source.statement(opening), Statement::Key(_))
        && stays_open(opening)
        && (opening + 1..line).all(&mut stays_open)
}

fn next_statement(source: &Source<'_>, line: usize) -> usize {
    let begins = |line: &usize| source.statement(*line) != Statement::Other;
    (line + 1..source.lines()).find(begins).unwrap_or(source.lines())
}

fn has_open_block(line: &str) -> bool {
    line.matches("\"\"\"").count() % 2 == 1 || line.matches("'''").count() % 2 == 1
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
