//! `tendlc check`, and reading the configuration for all other verbs.

use std::path::Path;

use serde_json::{Value, json};
use tendlc_config::{Checked, Mistakes, Note};

use crate::args::{Check, Output};
use crate::wrong::{self, Wrong};
use crate::{DONE, FOUND_WRONG, show};

/// What goes on in the next line stands below what it is about.
const INDENT: &str = "    ";

pub fn run(check: &Check) -> anyhow::Result<u8> {
    if check.schema {
        show::text(&tendlc_config::schema())?;
        return Ok(DONE);
    }
    match read(&check.config)? {
        Ok(checked) => {
            match check.output {
                Output::Json => show::line(&json!({ "mistakes": [], "notes": checked.notes }))?,
                Output::Text => {
                    show::text(&noted(&checked.notes))?;
                    let config = &checked.config;
                    let counts = [
                        show::counted(config.primaries.len(), "primary"),
                        show::counted(config.brands.len(), "brand"),
                        show::counted(config.campaigns.len(), "campaign"),
                        show::counted(config.grants.len(), "grant"),
                    ];
                    show::text(&format!("{} is right: {}\n", check.config.display(), counts.join(", ")))?;
                }
            }
            Ok(DONE)
        }
        Err(mistakes) => {
            match check.output {
                Output::Json => wrong::say(&object(&mistakes), check.output),
                Output::Text => {
                    let many = show::counted(mistakes.len(), "mistake");
                    show::text(&format!("{}{many} in {}\n", folded(&mistakes), check.config.display()))?;
                }
            }
            Ok(FOUND_WRONG)
        }
    }
}

/// The mistakes, each beginning with its file and line.
fn folded(mistakes: &Mistakes) -> String {
    mistakes.iter().map(|mistake| show::folded(&mistake.to_string(), "", INDENT)).collect()
}

/// What an operator should know of a file that is right.
pub fn noted(notes: &[Note]) -> String {
    notes.iter().map(|note| show::folded(&note.to_string(), "note: ", INDENT)).collect()
}

/// The file is wrong, says another verb than `check`: in the same words.
pub fn refuse(mistakes: &Mistakes, output: Output) -> u8 {
    eprint!("{}", folded(mistakes));
    wrong::say(&object(mistakes), output);
    FOUND_WRONG
}

fn object(mistakes: &Mistakes) -> Value {
    json!({ "mistakes": mistakes, "notes": [] })
}

/// Reads and checks a file.
pub fn read(path: &Path) -> anyhow::Result<Result<Checked, Mistakes>> {
    let name = path.display().to_string();
    Ok(tendlc_config::check(&text_of(path)?, &name))
}

/// Reads a file for what concerns a primary alone; says what else is wrong in it.
pub fn read_primaries(path: &Path) -> anyhow::Result<Result<Checked, Mistakes>> {
    let name = path.display().to_string();
    let checked = tendlc_config::check_primaries(&text_of(path)?, &name);
    if let Ok(checked) = &checked
        && !checked.notes.is_empty()
    {
        eprint!("{}", checked.notes.iter().map(|one| show::folded(&one.to_string(), "", INDENT)).collect::<String>());
        eprintln!("note: this is left aside: what is asked for needs the primary alone");
    }
    Ok(checked)
}

/// The text of a file.
pub fn text_of(path: &Path) -> anyhow::Result<String> {
    let name = path.display();
    std::fs::read_to_string(path).map_err(|error| {
        let what = format!("failed to read {name}");
        match error.kind() {
            std::io::ErrorKind::NotFound => {
                let cure = format!("`tendlc init --example > {name}` starts one");
                anyhow::Error::new(error).context(Wrong { what, cure })
            }
            _ => anyhow::Error::new(error).context(what),
        }
    })
}
