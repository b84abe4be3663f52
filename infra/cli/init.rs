//! `tendlc init`: a `tendlc.toml` to start with.

mod found;
mod read;
mod roles;
mod write;

use anyhow::Context as _;
use serde_json::json;

use crate::args::{Init, Output};
use crate::grant::file::File;
use crate::wrong::Wrong;
use crate::{DONE, show};

pub async fn run(init: Init) -> anyhow::Result<u8> {
    if init.example {
        return example(init.output);
    }
    if init.external_ids {
        return external_ids(&init);
    }
    import(&init).await
}

fn example(output: Output) -> anyhow::Result<u8> {
    match output {
        Output::Text => show::text(tendlc_config::EXAMPLE)?,
        Output::Json => show::line(&json!({ "example": tendlc_config::EXAMPLE }))?,
    }
    Ok(DONE)
}

fn external_ids(init: &Init) -> anyhow::Result<u8> {
    let edited = File::read(&init.config)?.with_external_ids()?;
    let many = edited.added.len();
    edited.write(&init.config)?;
    match init.output {
        Output::Json => show::line(&json!({ "file": init.config, "written": many }))?,
        Output::Text => {
            show::text(&format!("{} written into {}\n", show::counted(many, "external id"), init.config.display()))?;
        }
    }
    Ok(DONE)
}

/// What the account has becomes a file, and what is to be done about it a plan.
async fn import(init: &Init) -> anyhow::Result<u8> {
    let shown = init.config.display();
    if init.config.exists() {
        let what = format!("{shown} is there already, and is not overwritten");
        return Err(Wrong::error(what, "say --config with another name, or `tendlc init --external-ids`"));
    }
    let Some(region) = &init.region else {
        let what = "nobody said in which Region the numbers are";
        return Err(Wrong::error(what, "tendlc init --region us-east-1 (or --example for a file to fill in)"));
    };
    eprintln!("asking AWS, one call a second");
    let found = read::everything(init.profile.as_deref(), region.as_str()).await?;
    let file = write::file(&found, init.profile.as_deref(), region.as_str());
    let plan = write::plan(&found, &init.config);
    std::fs::write(&init.config, &file).with_context(|| format!("failed to write {shown}"))?;
    match init.output {
        Output::Json => show::line(&json!({ "file": init.config, "found": found, "plan": plan }))?,
        Output::Text => {
            show::text(&format!("{shown} is written:\n"))?;
            for (place, step) in plan.iter().enumerate() {
                show::text(&show::folded(&format!("{}. {step}", place + 1), "  ", "     "))?;
            }
        }
    }
    Ok(DONE)
}
