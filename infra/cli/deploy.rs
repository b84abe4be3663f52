//! `tendlc plan` and `tendlc deploy`: what would change in which account, and doing it.

pub mod approved;
pub mod carry;
mod queues;
pub mod say;
pub mod survey;

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _};
use tendlc_config::{Checked, Config, Grant, Primary};
use tendlc_core::account::AccountId;
use tendlc_core::name::{GrantName, PrimaryName};
use tendlc_deploy::{Code, Owner, Stack, Template, stacks};

use crate::account::Way;
use crate::accounts::Accounts;
use crate::args::{Deploy, Output};
use crate::code::Zips;
use crate::sync::chosen;
use crate::wrong::{self, Wrong};
use crate::{DONE, FOUND_WRONG, check, show};
use survey::{AT_ONCE, Survey};

/// Whether it is only looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `tendlc plan`.
    Look,
    /// `tendlc deploy`.
    Do,
}

pub async fn run(deploy: Deploy, mode: Mode) -> anyhow::Result<u8> {
    interruptible(whole(deploy, mode)).await
}

/// Ends with Ctrl-C, and says what that means.
pub async fn interruptible(work: impl Future<Output = anyhow::Result<u8>>) -> anyhow::Result<u8> {
    tokio::select! {
        done = work => done,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            Err(Wrong::error(
                "interrupted; what AWS has begun goes on there",
                "run the same command again: it waits for that and finishes the rest",
            ))
        }
    }
}

async fn whole(deploy: Deploy, mode: Mode) -> anyhow::Result<u8> {
    let Checked { config, notes } = match check::read(&deploy.config)? {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(check::refuse(&mistakes, deploy.output)),
    };
    if deploy.output == Output::Text {
        eprint!("{}", check::noted(&notes));
    }
    let (name, primary) = chosen(&config, deploy.primary.as_deref())?;
    have_external_ids(&config, name)?;
    // Accounts first: building takes minutes, and a wrong profile would be found out after them.
    let grants: Vec<&GrantName> = config.grants.keys().filter(|grant| config.grants[*grant].primary == *name).collect();
    let accounts = Accounts::open(&config, (name, primary), grants.iter().copied()).await?;
    if mode == Mode::Do && !deploy.unapproved {
        approved::look(&config, (name, primary), &accounts, |_| true).await?;
    }
    let zips = match &deploy.functions {
        Some(folder) => Zips::taken(folder, primary.architecture)?,
        None => Zips::built(primary.architecture).await?,
    };
    let wanted = stacks(&config, name, &zips.code);
    have_names_of_their_own(&wanted)?;
    name_strays(&accounts, &config).await;
    let survey = Survey::of(&config, (name, primary), accounts, wanted, &zips).await?;
    go_on(survey, &zips, mode, deploy.yes, deploy.output).await
}

/// What the names of stacks begin with that are of something in the file.
const OWNED: [&str; 4] = ["tendlc-grant-", "tendlc-campaign-", "tendlc-secondary-", "tendlc-tenant-"];

/// A grant that was taken out of the file keeps its role until somebody takes that away, and one that became a spoke or
/// the hub's keeps what it had as the other: whether what waits on its queues may go with it is not for us to say.
async fn name_strays(accounts: &Accounts, config: &Config) {
    let code = Code { prefix: "none".to_owned() };
    let wanted: Vec<Stack> = config.primaries.keys().flat_map(|primary| stacks(config, primary, &code)).collect();
    let (wanted, primaries): (_, Vec<&AccountId>) =
        (&wanted, config.primaries.values().map(|primary| &primary.account).collect());
    let primaries = &primaries;
    let look = accounts.iter().map(|account| async move {
        let own = wanted.iter().filter(|stack| stack.account == account.way.account);
        let names: Vec<&str> = own.map(|stack| stack.name.as_str()).collect();
        let strays = account.cloud.strays(&OWNED, &names, primaries).await.unwrap_or_else(|error| {
            // Who may not list stacks may deploy all the same.
            eprintln!(
                "note: whether {} has stacks of nothing in the file is not known: {error:#}",
                account.way.account
            );
            Vec::new()
        });
        (account, strays)
    });
    let strays: Vec<_> = stream::iter(look).buffered(AT_ONCE).collect().await;
    for (account, stray) in strays.iter().flat_map(|(account, strays)| strays.iter().map(move |stray| (account, stray)))
    {
        let Way { account: id, region, .. } = &account.way;
        eprintln!(
            "note: the stack {stray} in the account {id} is of nothing in the file and stays as it is; this takes it \
             away, with what it made (a grant's role, its queues and what is on them, its functions):\n  aws \
             cloudformation delete-stack --stack-name {stray} --region {region}{}",
            account.way.trouble().profile()
        );
    }
}

/// Shows what would change, asks, and does it.
async fn go_on(survey: Survey<'_>, zips: &Zips, mode: Mode, yes: bool, output: Output) -> anyhow::Result<u8> {
    go_on_after(survey, zips, mode, yes, output, || Ok(())).await
}

/// As [`go_on`], with something that is done first, once it may be.
pub async fn go_on_after(
    survey: Survey<'_>,
    zips: &Zips,
    mode: Mode,
    yes: bool,
    output: Output,
    first: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    if survey.is_nothing() {
        first()?;
        match output {
            Output::Json => show::line(&say::object(&survey))?,
            Output::Text => show::text("nothing to change\n")?,
        }
        return Ok(DONE);
    }
    if mode == Mode::Look {
        survey.withdraw().await?;
        match output {
            Output::Json => show::line(&say::object(&survey))?,
            Output::Text => show::text(&say::table(&survey))?,
        }
        return Ok(DONE);
    }
    if output == Output::Text {
        eprint!("{}", say::table(&survey));
    }
    if !yes {
        if !show::asks() {
            survey.withdraw().await?;
            return Err(Wrong::error("nothing was changed: nobody is there to ask", "say --yes"));
        }
        if !show::confirmed("Go on?")? {
            survey.withdraw().await?;
            eprintln!("nothing was changed");
            wrong::say(&serde_json::json!({ "error": { "message": "nothing was changed" } }), output);
            return Ok(FOUND_WRONG);
        }
    }
    first()?;
    let (told, next) = (say::object(&survey), say::next(&survey));
    carry::out(survey, zips).await?;
    match output {
        Output::Json => show::line(&told)?,
        Output::Text => show::text(&next)?,
    }
    Ok(DONE)
}

/// Two stacks with one name, or two spokes of an account with one role, would be one of each, made anew at each deploy.
fn have_names_of_their_own(stacks: &[Stack]) -> anyhow::Result<()> {
    let mut names: BTreeMap<(String, String), &Owner> = BTreeMap::new();
    let hub_account = stacks.iter().find(|stack| stack.template == Template::Primary).map(|stack| &stack.account);
    for stack in stacks {
        let owner = |owner: &Owner| match owner {
            Owner::Primary => "the primary".to_owned(),
            Owner::Campaign(name) => format!("campaigns.{name}"),
            Owner::Grant(name) => format!("grants.{name}"),
        };
        if let Some(first) = names.insert((stack.account.to_string(), stack.name.clone()), &stack.owner) {
            let what = format!("{} and {} would have the same stack {}", owner(first), owner(&stack.owner), stack.name);
            return Err(Wrong::error(what, "an underscore is written -- in a stack's name: rename one of them"));
        }
        if stack.template != Template::Secondary {
            continue;
        }
        if Some(&stack.account) == hub_account {
            let what = format!(
                "{} is a spoke in the primary's own account, whose functions have its names",
                owner(&stack.owner)
            );
            return Err(Wrong::error(what, "write topology = \"hub\": its functions run in the primary then, too"));
        }
        let role = format!("role/{}", stack.shown().get("FunctionRoleName").cloned().unwrap_or_default());
        if let Some(first) = names.insert((stack.account.to_string(), role.clone()), &stack.owner) {
            let second = owner(&stack.owner);
            let what =
                format!("the functions of {} and {second} would both run as {role} in {}", owner(first), stack.account);
            let own = second.trim_start_matches("grants.");
            let cure =
                format!("write principals = [\"role/tendlc-send-{own}\"] and queues of its own under [{second}]");
            return Err(Wrong::error(what, cure));
        }
    }
    Ok(())
}

/// Every grant of a primary has an external id.
fn have_external_ids(config: &Config, name: &PrimaryName) -> anyhow::Result<()> {
    let mut grants = config.grants.iter().filter(|(_, grant)| grant.primary == *name);
    grants.try_for_each(|(name, grant)| has_external_id(name, grant))
}

/// Without one a role acts for whoever gets a function of the right account to name it.
pub fn has_external_id(name: &GrantName, grant: &Grant) -> anyhow::Result<()> {
    if grant.external_id.is_some() {
        return Ok(());
    }
    let what = format!("the grant {name} has no external_id");
    Err(Wrong::error(
        what,
        format!("write one under [grants.{name}], or let `tendlc init --external-ids` do it for all"),
    ))
}

/// The primary and its name, as they go together everywhere here.
pub type Named<'a> = (&'a PrimaryName, &'a Primary);
