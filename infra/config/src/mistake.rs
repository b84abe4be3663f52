//! A mistake in `tendlc.toml`: where it is, what it is, and its cure.

use std::fmt;

use serde::Serialize;

use crate::source::Source;

/// Something wrong in the file. The same form serves for a [`Note`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The file, as the caller called it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// The key, such as `grants.checkout.account`; empty where the text is not TOML at all.
    pub path: String,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to do about it: a sentence.
    pub cure: String,
}

/// Something worth knowing that is not wrong.
pub type Note = Mistake;

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        let stop = if self.what.ends_with('?') { "" } else { "." };
        write!(f, "{}{stop} {}", self.what, self.cure)
    }
}

/// Every mistake of a file, by line; at least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Each of them, by line.
    pub fn iter(&self) -> std::slice::Iter<'_, Mistake> {
        self.0.iter()
    }

    /// How many; never 0.
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<'a> IntoIterator for &'a Mistakes {
    type Item = &'a Mistake;
    type IntoIter = std::slice::Iter<'a, Mistake>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Mistakes {
    type Item = Mistake;
    type IntoIter = std::vec::IntoIter<Mistake>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// One a line.
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            let end_of_last = if index == 0 { "" } else { "\n" };
            write!(f, "{end_of_last}{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// What has been found so far, placed by byte offset; lines are counted once, at the end.
#[derive(Debug, Default)]
pub(crate) struct Report {
    mistakes: Vec<Found>,
    notes: Vec<Found>,
}

#[derive(Debug)]
struct Found {
    at: usize,
    path: String,
    what: String,
    cure: String,
}

impl Report {
    /// Something is wrong at the byte `at`.
    pub(crate) fn mistake(
        &mut self,
        at: usize,
        path: impl Into<String>,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.mistakes.push(Found { at, path: path.into(), what: what.into(), cure: cure.into() });
    }

    /// Something is worth knowing.
    pub(crate) fn note(
        &mut self,
        at: usize,
        path: impl Into<String>,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.notes.push(Found { at, path: path.into(), what: what.into(), cure: cure.into() });
    }

    /// The notes, if nothing is wrong.
    pub(crate) fn finish(self, text: &str, file: &str) -> Result<Vec<Note>, Mistakes> {
        let source = Source::new(text);
        let placed = |mut found: Vec<Found>| -> Vec<Mistake> {
            found.sort_by_key(|found| found.at);
            let place = |Found { at, path, what, cure }| {
                let (line, column) = source.place(at);
                Mistake { file: file.to_owned(), line, column, path, what, cure }
            };
            found.into_iter().map(place).collect()
        };
        if self.mistakes.is_empty() { Ok(placed(self.notes)) } else { Err(Mistakes(placed(self.mistakes))) }
    }
}
