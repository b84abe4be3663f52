//! Playing events: each is one invocation.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::{Value, json};
use tendlc_local::system::{FunctionName, Played, System};

use super::say;
use crate::args::Output;
use crate::show;

/// The files to play: a folder stands for all of its .json files.
pub fn files(events: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in events {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).with_context(|| format!("failed to read {}", path.display()))?;
        let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        inside.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        inside.sort();
        anyhow::ensure!(!inside.is_empty(), "{} holds no .json file", path.display());
        files.extend(inside);
    }
    Ok(files)
}

pub async fn run(
    system: &System,
    files: &[PathBuf],
    function: Option<FunctionName>,
    output: Output,
) -> anyhow::Result<()> {
    for path in files {
        let text = std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
        let event: Value = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
        let played = system.play(&event, function).await?;
        match output {
            Output::Json => lines(&played, path)?,
            Output::Text => say::played(path, &played)?,
        }
    }
    for unmet in system.aws().unmet_faults() {
        tracing::warn!("{unmet}");
    }
    // Faults are for the functions, not for who looks at what they did.
    system.aws().clear_faults();
    let budgets = system.budgets().await?;
    match output {
        Output::Json => show::line(&json!({ "budgets": budgets })),
        Output::Text => say::budgets(&budgets),
    }
}

fn lines(played: &Played, path: &Path) -> anyhow::Result<()> {
    for outcome in &played.outcomes {
        show::line(outcome)?;
    }
    let (function, event) = (played.function.as_str(), path.display().to_string());
    match &played.reply {
        Ok(reply) => show::line(&json!({ "function": function, "event": event, "reply": reply })),
        Err(error) => show::line(&json!({ "function": function, "event": event, "error": error })),
    }
}
