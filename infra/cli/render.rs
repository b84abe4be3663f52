//! `tendlc render`: templates, parameters and policies into a folder.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};
use tendlc_config::{Checked, Config};
use tendlc_core::name::PrimaryName;
use tendlc_deploy::{Code, Given, Owner, Stack, Template, policies, stacks};

use crate::args::{Output, Render};
use crate::sync::chosen;
use crate::{DONE, check, show};

/// What stands for code that nobody has uploaded yet.
const NO_CODE: &str = "tendlc/SET-TO-THE-PREFIX-OF-YOUR-ZIPS";

pub fn run(render: &Render) -> anyhow::Result<u8> {
    let Checked { config, notes } = match check::read(&render.config)? {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(check::refuse(&mistakes, render.output)),
    };
    if render.output == Output::Text {
        eprint!("{}", check::noted(&notes));
    }
    let (name, _) = chosen(&config, render.primary.as_deref())?;
    let written = write(&config, name, render)?;
    match render.output {
        Output::Json => show::line(&json!({ "folder": render.folder, "files": written, "notes": notes }))?,
        Output::Text => show::text(&format!(
            "{} in {}: templates/, parameters/ and policies/ by account, policies.json says what each policy is\n",
            show::counted(written.len(), "file"),
            render.folder.display()
        ))?,
    }
    Ok(DONE)
}

fn write(config: &Config, name: &PrimaryName, render: &Render) -> anyhow::Result<Vec<String>> {
    let folder: &Path = &render.folder;
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for template in Template::ALL {
        files.insert(format!("templates/{}.yaml", template.name()), template.text().to_owned());
    }
    let mut listed = Vec::new();
    for mut stack in stacks(config, name, &Code { prefix: NO_CODE.to_owned() }) {
        if matches!(&stack.owner, Owner::Grant(grant) if stack.template == Template::Grant && render.revoked.contains(grant))
        {
            stack.parameters.insert("Revoked", Given::Text("true".to_owned()));
        }
        let place = format!("{}/{}", stack.account, stack.name);
        files.insert(format!("parameters/{place}.json"), pretty(&parameters(&stack))?);
        for policy in policies(&stack)? {
            let file = format!("policies/{place}/{}.{}.json", policy.resource, policy.kind.as_str());
            files.insert(file.clone(), pretty(&policy.document)?);
            let mut entry = serde_json::to_value(&policy)?;
            entry["file"] = json!(file);
            listed.push(entry);
        }
    }
    files.insert("policies.json".to_owned(), pretty(&json!(listed))?);
    for (file, content) in &files {
        let path = folder.join(file);
        let above = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(above).with_context(|| format!("failed to make {}", above.display()))?;
        std::fs::write(&path, content).with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(files.into_keys().collect())
}

/// As `aws cloudformation deploy --parameter-overrides file://…` takes them. Keys are left out: whoever deploys makes
/// them.
fn parameters(stack: &Stack) -> Value {
    let overrides = stack.parameters.iter().filter_map(|(name, given)| match given {
        Given::Text(text) | Given::KeptOr(text) => Some(format!("{name}={text}")),
        Given::MadeOnce => None,
    });
    overrides.collect()
}

fn pretty(value: &Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
