//! `tendlc grant`: gives one account access, with one command.

pub mod file;

use tendlc_config::{Checked, Config};
use tendlc_core::grant::Topology;
use tendlc_core::name::{GrantName, PrimaryName};
use tendlc_deploy::{Code, Given, Owner, Stack, Template, names, stacks};

use crate::accounts::Accounts;
use crate::args::{Grant, Output};
use crate::check;
use crate::cloud::state::State;
use crate::code::Zips;
use crate::deploy::survey::Survey;
use crate::deploy::{self, Mode, Named};
use crate::sync::chosen;
use crate::wrong::Wrong;

pub async fn run(grant: Grant) -> anyhow::Result<u8> {
    deploy::interruptible(whole(grant)).await
}

async fn whole(grant: Grant) -> anyhow::Result<u8> {
    let file = file::File::read(&grant.config)?;
    let edited = file.with(&grant)?;
    let path = grant.config.display().to_string();
    let Checked { config, notes } = match tendlc_config::check(&edited.text, &path) {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(check::refuse(&mistakes, grant.output)),
    };
    if grant.output == Output::Text {
        eprint!("{}", check::noted(&notes));
    }
    let Some(entry) = config.grants.get(&grant.name) else {
        return Err(Wrong::error(format!("{path} has no grant {}", grant.name), "name one that it has"));
    };
    let (name, primary) = chosen(&config, Some(entry.primary.as_str()))?;
    deploy::has_external_id(&grant.name, entry)?;
    let accounts = Accounts::open(&config, (name, primary), [&grant.name]).await?;
    if !grant.unapproved {
        deploy::approved::look(&config, (name, primary), &accounts, |name| entry.campaigns.contains(name)).await?;
    }
    let deployed = deployed_code((name, primary), &accounts).await?;
    let (zips, code) = match entry.topology {
        // A hub's grant has no functions of its own.
        Topology::Hub => (Zips::none(deployed.clone()), deployed),
        Topology::Spoke => {
            let account = accounts.get(&primary.account)?;
            let bucket = names::bucket(&primary.account, primary.region.as_str());
            let zips = Zips::fetched((&account.config, &account.way), &bucket, &deployed).await?;
            (zips, deployed)
        }
    };
    let wanted = own(&config, name, &grant.name, &code);
    let survey = Survey::of(&config, (name, primary), accounts, wanted, &zips).await?;
    for line in &edited.added {
        // As in a plan: it is not for whoever looks over a shoulder.
        let shown = if line.trim_start().starts_with("external_id") { "external_id = (not shown)" } else { line };
        eprintln!("{path}: {shown}");
    }
    let write = || edited.write(&grant.config);
    deploy::go_on_after(survey, &zips, Mode::Do, grant.yes, grant.output, write).await
}

/// The code that the primary's functions run.
async fn deployed_code((_, primary): Named<'_>, accounts: &Accounts) -> anyhow::Result<Code> {
    let cloud = &accounts.get(&primary.account)?.cloud;
    let prefix = match cloud.state(names::PRIMARY, |_| {}).await? {
        State::There(there) => there.parameters.get("CodePrefix").cloned(),
        _ => None,
    };
    prefix.map(|prefix| Code { prefix }).ok_or_else(|| {
        let what = format!("the account {} has no stack {}", primary.account, names::PRIMARY);
        Wrong::error(what, "`tendlc deploy` makes it, and all grants of tendlc.toml with it")
    })
}

/// The stacks of one grant alone, given again where it was revoked; and the primary's where the hub is not open yet for
/// such a grant.
fn own(config: &Config, name: &PrimaryName, grant: &GrantName, code: &Code) -> Vec<Stack> {
    let entry = &config.grants[grant];
    let campaigns = &entry.campaigns;
    let mut own: Vec<Stack> = stacks(config, name, code)
        .into_iter()
        .filter(|stack| match (&stack.owner, stack.template) {
            (_, Template::Code) => stack.account == entry.account && entry.topology == Topology::Spoke,
            (Owner::Grant(owner), _) => owner == grant,
            (Owner::Campaign(campaign), _) => campaigns.contains(campaign),
            (Owner::Primary, _) => entry.topology == Topology::Hub,
        })
        .collect();
    for stack in own.iter_mut().filter(|stack| stack.template == Template::Grant) {
        stack.parameters.insert("Revoked", Given::Text("false".to_owned()));
    }
    own
}
