//! `tendlc check`, and reading the configuration for all other verbs.

use std::path::Path;

use serde_json::json;
use tendlc_config::{Checked, Mistakes};

use crate::args::{Check, Output};
use crate::{DONE, FOUND_WRONG, show};

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
                    for note in &checked.notes {
                        show::text(&format!("{note}\n"))?;
                    }
                    let config = &checked.config;
                    show::text(&format!(
                        "{} is right: {} primaries, {} brands, {} campaigns, {} grants\n",
                        check.config.display(),
                        config.primaries.len(),
                        config.brands.len(),
                        config.campaigns.len(),
                        config.grants.len()
                    ))?;
                }
            }
            Ok(DONE)
        }
        Err(mistakes) => {
            match check.output {
                Output::Json => show::line(&json!({ "mistakes": mistakes, "notes": [] }))?,
                Output::Text => {
                    show::text(&format!("{mistakes}\n{} mistakes in {}\n", mistakes.len(), check.config.display()))?;
                }
            }
            Ok(FOUND_WRONG)
        }
    }
}

/// Reads and checks a file.
pub fn read(path: &Path) -> anyhow::Result<Result<Checked, Mistakes>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let starts = match error.kind() {
            std::io::ErrorKind::NotFound => format!("; `tendlc init --example > {name}` starts one"),
            _ => String::new(),
        };
        anyhow::Error::new(error).context(format!("failed to read {name}{starts}"))
    })?;
    Ok(tendlc_config::check(&text, &name))
}
