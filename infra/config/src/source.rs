//! The text as lines: where an offset is, and what each line is about, even where the text is not TOML.

use std::ops::Range;

/// A text, cut into lines.
pub(crate) struct Source<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

/// What a line begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Statement {
    /// `[grants.checkout]`: the dotted path.
    Header(String),
    /// `account = …`: the key.
    Key(String),
    /// A blank line, a comment, or the inside of a value.
    Other,
}

impl<'t> Source<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The line and the column of a byte, both from 1.
    pub(crate) fn place(&self, at: usize) -> (usize, usize) {
        let line = self.line_of(at);
        let before = self.text.get(self.range(line).start..at).unwrap_or_default();
        (line + 1, before.chars().count() + 1)
    }

    /// The index of the line that a byte is in, from 0.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    pub(crate) fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The bytes of a line, its line break included.
    pub(crate) fn range(&self, line: usize) -> Range<usize> {
        let offset = |line: usize| self.starts.get(line).copied().unwrap_or(self.text.len());
        offset(line)..offset(line + 1)
    }

    pub(crate) fn line(&self, line: usize) -> &'t str {
        self.text.get(self.range(line)).unwrap_or_default()
    }

    pub(crate) fn statement(&self, line: usize) -> Statement {
        let line = self.line(line).trim();
        let plain = |name: &str| name.replace(['"', '\''], "").split('.').map(str::trim).collect::<Vec<_>>().join(".");
        if let Some(header) = line.strip_prefix('[') {
            let end = header.find([']', '#', '\n']).unwrap_or(header.len());
            let name = plain(header[..end].trim_start_matches('['));
            return if is_path(&name) { Statement::Header(name) } else { Statement::Other };
        }
        // A header that has lost its first bracket; a list of names has no dots.
        let end = line.split('#').next().unwrap_or_default().trim_end();
        if let Some(name) = end.strip_suffix(']').map(plain).filter(|name| name.contains('.') && is_path(name)) {
            return Statement::Header(name);
        }
        match line.split_once('=') {
            Some((key, _)) if is_path(&plain(key)) => Statement::Key(plain(key)),
            _ => Statement::Other,
        }
    }

    /// The header that `line` stands under; empty above the first.
    pub(crate) fn header_over(&self, line: usize) -> String {
        let above = (0..line).rev().map(|line| self.statement(line));
        above
            .filter_map(|statement| if let Statement::Header(path) = statement { Some(path) } else { None })
            .next()
            .unwrap_or_default()
    }

    /// The first line after `line` that is a header, or the number of lines.
    pub(crate) fn next_header(&self, line: usize) -> usize {
        let header = |line: &usize| matches!(self.statement(*line), Statement::Header(_));
        (line + 1..self.lines()).find(header).unwrap_or(self.lines())
    }

    /// How many brackets and braces a line opens, less those that it closes; strings and comments do not count.
    pub(crate) fn opened(&self, line: usize) -> i32 {
        let (mut open, mut quote, mut escaped) = (0, None, false);
        for c in self.line(line).chars() {
            match (quote, c) {
                (Some('"'), '\\') if !escaped => {
                    escaped = true;
                    continue;
                }
                (Some(end), c) if end == c && !escaped => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(c),
                (None, '#') => break,
                (None, '[' | '{') => open += 1,
                (None, ']' | '}') => open -= 1,
                (None, _) => {}
            }
            escaped = false;
        }
        open
    }
}

fn is_path(name: &str) -> bool {
    let is_key =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    name.split('.').all(is_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_counts_characters_and_not_bytes() {
        let source = Source::new("a = 1\né = 2\r\n");
        assert_eq!(source.place(0), (1, 1));
        assert_eq!(source.place("a = 1\né".len()), (2, 2));
        assert_eq!(source.place(usize::MAX).0, 3);
    }

    #[test]
    fn a_line_says_what_it_begins() {
        let statement = |line| Source::new(line).statement(0);
        assert_eq!(statement("[grants . \"checkout\"] # c"), Statement::Header("grants.checkout".to_owned()));
        assert_eq!(statement("[grants.checkout"), Statement::Header("grants.checkout".to_owned()));
        assert_eq!(statement("  account=\"1\""), Statement::Key("account".to_owned()));
        assert_eq!(statement("grants.checkout] # c"), Statement::Header("grants.checkout".to_owned()));
        for other in ["", "# account = 1", "\"order-updates\",", "]", "[\"a\", \"b\"]"] {
            assert_eq!(statement(other), Statement::Other, "{other}");
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        for (line, open) in [("a = [", 1), ("a = \"[\\\"[\" # [", 0), ("}]", -2), ("a = '\\' ]", -1)] {
            assert_eq!(Source::new(line).opened(0), open, "{line}");
        }
    }
}
