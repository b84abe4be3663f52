//! The known word that is most like an unknown one.

/// The candidate nearest to `word`, if it is near enough that it may have been meant.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_ascii_lowercase();
    let scored = candidates.into_iter().map(|candidate| (distance(&word, &candidate.to_ascii_lowercase()), candidate));
    let (distance, candidate) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance * 2 <= candidate.len().max(word.len())).then_some(candidate)
}

/// How many letters have to be changed, put in, left out or swapped with a neighbour.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let changed = rows[i][j] + usize::from(a != b);
            let mut least = changed.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_what_was_meant_and_a_strange_one_finds_nothing() {
        let known = ["account", "campaigns", "max_wait", "queue"];
        assert_eq!(nearest("acount", known), Some("account"));
        assert_eq!(nearest("campaign", known), Some("campaigns"));
        assert_eq!(nearest("MAX_WAIT", known), Some("max_wait"));
        assert_eq!(nearest("queeu", known), Some("queue"));
        assert_eq!(nearest("timezone", known), None);
        assert_eq!(nearest("x", []), None);
    }
}
