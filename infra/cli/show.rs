//! Writing to standard output, in lines that a person can read. A reader that goes away (`| head`) ends the program
//! quietly.

use std::io::{BufRead, ErrorKind, IsTerminal as _, Write as _};

use serde::Serialize;

/// So many columns has a line for people at most, but for a word that is longer.
const WIDTH: usize = 100;

/// Text as it is.
pub fn text(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        done => Ok(done?),
    }
}

/// One object, one line.
pub fn line(value: &impl Serialize) -> anyhow::Result<()> {
    text(&format!("{}\n", serde_json::to_string(value)?))
}

/// A text in lines of at most 100 columns, the first with one indent and the others with another.
pub fn folded(text: &str, first: &str, others: &str) -> String {
    let lines = text.lines().enumerate();
    lines.map(|(place, line)| folded_line(line, if place == 0 { first } else { others }, others)).collect()
}

fn folded_line(text: &str, first: &str, others: &str) -> String {
    let (mut folded, mut line) = (String::new(), first.to_owned());
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            folded.push_str(&line);
            folded.push('\n');
            (line, empty) = (others.to_owned(), true);
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    folded.push_str(&line);
    folded.push('\n');
    folded
}

/// `1 mistake`, `2 mistakes`.
pub fn counted(many: usize, noun: &str) -> String {
    let plural = match (many, noun.strip_suffix('y')) {
        (1, _) => noun.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    format!("{many} {plural}")
}

/// Whether a person may be asked.
pub fn asks() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks; only a plain yes is one.
pub fn confirmed(question: &str) -> anyhow::Result<bool> {
    eprint!("{question} [y/N] ");
    std::io::stderr().flush()?;
    Ok(is_yes(&mut std::io::stdin().lock())?)
}

fn is_yes(answers: &mut impl BufRead) -> std::io::Result<bool> {
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_the_hundredth_column_and_long_words_stay_whole() {
        let long = "w".repeat(120);
        let text = format!("{} {long} {}", "word ".repeat(30), "more ".repeat(30));
        let folded = folded(&text, "tendlc.toml:1: ", "    ");
        assert!(folded.starts_with("tendlc.toml:1: word word"));
        assert!(folded.lines().skip(1).all(|line| line.starts_with("    ") && !line.starts_with("     ")), "{folded}");
        assert!(folded.lines().all(|line| line.chars().count() <= 100 || line.trim() == long), "{folded}");
        assert!(folded.lines().filter(|line| line.chars().count() > 94).count() >= 2, "{folded}");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&folded)[1..], words(&text));
    }

    #[test]
    fn one_is_no_plural() {
        for (many, noun, text) in [(1, "mistake", "1 mistake"), (0, "grant", "0 grants"), (2, "primary", "2 primaries")]
        {
            assert_eq!(counted(many, noun), text);
        }
    }

    #[test]
    fn only_a_plain_yes_is_one() {
        for (answer, yes) in
            [("y\n", true), ("yes\n", true), ("", false), ("\n", false), ("n\n", false), ("yo\n", false)]
        {
            assert_eq!(is_yes(&mut answer.as_bytes()).unwrap(), yes, "{answer}");
        }
    }
}
