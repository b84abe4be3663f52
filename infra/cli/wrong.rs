//! What ends the command, and saying it: for people on standard error, for programs also as an object.

use std::fmt;

use serde_json::{Value, json};
use tendlc_local::aws::FaultError;

use crate::args::Output;
use crate::{FOUND_WRONG, USED_WRONG, show};

/// Something wrong that whoever typed it can mend.
#[derive(Debug)]
pub struct Wrong {
    /// What is wrong, where; without a full stop.
    pub what: String,
    /// What to do. Lines to type stand on lines of their own.
    pub cure: String,
}

impl Wrong {
    /// As an error.
    pub fn error(what: impl Into<String>, cure: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self { what: what.into(), cure: cure.into() })
    }
}

impl std::error::Error for Wrong {}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, cure } = self;
        let between = if cure.contains('\n') { ".\n" } else { "; " };
        write!(f, "{what}{between}{cure}")
    }
}

/// Says why the command ends, and gives its exit code.
pub fn ends(error: &anyhow::Error, output: Output) -> u8 {
    eprintln!("tendlc: {error:#}");
    say(&object(error), output);
    // A file that is not there, a port that is taken or a fault that cannot be is a matter of what was typed.
    let typed = error.chain().any(|cause| cause.is::<std::io::Error>() || cause.is::<FaultError>());
    if typed { USED_WRONG } else { FOUND_WRONG }
}

/// A command that was written wrong, or help that was asked for.
pub fn typed(error: &clap::Error) -> u8 {
    // A reader that goes away (`| head`) has read enough.
    if let Err(error) = error.print()
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("tendlc: {error}");
    }
    if !error.use_stderr() {
        return crate::DONE;
    }
    let words: Vec<String> = std::env::args().collect();
    let text = error.to_string();
    // What follows is the usage, for people.
    let text = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
    say(&json!({ "error": { "message": text } }), asked(&words));
    USED_WRONG
}

/// For programs an object, and for people nothing: they have read it.
pub fn say(object: &Value, output: Output) {
    if output == Output::Json
        && let Err(error) = show::line(object)
    {
        eprintln!("tendlc: {error:#}");
    }
}

fn object(error: &anyhow::Error) -> Value {
    let mut told = json!({});
    let mut causes = Vec::new();
    for (place, cause) in error.chain().enumerate() {
        // What was put around others is found from the outside only, and so is what it was put around.
        let text = cause.to_string();
        let outermost = || error.downcast_ref::<Wrong>().filter(|wrong| place == 0 && wrong.to_string() == text);
        let wrong = cause.downcast_ref::<Wrong>().or_else(outermost);
        if let Some(wrong) = wrong {
            told["cure"] = wrong.cure.as_str().into();
        }
        causes.push(wrong.map_or(text, |wrong| wrong.what.clone()));
    }
    told["message"] = causes.join(": ").into();
    json!({ "error": told })
}

/// What was asked for by words that do not make a command.
fn asked(words: &[String]) -> Output {
    let pair = words.windows(2).any(|pair| pair[0] == "--output" && pair[1] == "json");
    if pair || words.iter().any(|word| word == "--output=json") { Output::Json } else { Output::Text }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn an_object_tells_the_cure_apart_from_what_is_wrong() {
        let io = std::io::Error::other("no such file");
        let around = Wrong { what: "failed to read it".to_owned(), cure: "start one".to_owned() };
        let error = anyhow::Error::new(io).context(around);
        assert_eq!(format!("{error:#}"), "failed to read it; start one: no such file");
        let told = json!({ "error": { "message": "failed to read it: no such file", "cure": "start one" } });
        assert_eq!(object(&error), told);
        let below = Err::<(), _>(Wrong::error("it is shut", "open it")).context("failed to begin").unwrap_err();
        let told = json!({ "error": { "message": "failed to begin: it is shut", "cure": "open it" } });
        assert_eq!(object(&below), told);
        assert_eq!(object(&anyhow::anyhow!("just so")), json!({ "error": { "message": "just so" } }));
    }

    #[test]
    fn a_cure_of_several_lines_begins_one_of_its_own() {
        let wrong = |cure: &str| Wrong::error("it is shut", cure).to_string();
        assert_eq!(wrong("open it"), "it is shut; open it");
        assert_eq!(wrong("Open it:\n  open it"), "it is shut.\nOpen it:\n  open it");
    }
}
