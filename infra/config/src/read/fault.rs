//! Where a syntax error is: the statement that has it, what is wrong with it, and its cure.

use std::ops::Range;

use toml::de::Error;

use crate::source::{Source, Statement};

/// Where a statement is that is not TOML.
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) lines: Range<usize>,
    pub(super) what: String,
    pub(super) cure: &'static str,
    /// Whether the statement says nothing that is not said elsewhere.
    pub(super) repeated: bool,
}

/// Where the parser says that it is.
pub(super) fn start(error: &Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

/// The fault that an error stands for.
pub(super) fn locate(source: &Source<'_>, error: &Error) -> Fault {
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
