//! `tendlc destroy`: takes away what `tendlc deploy` made, in the opposite order.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use anyhow::Context as _;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use tendlc_config::Checked;
use tendlc_core::account::AccountId;
use tendlc_core::name::GrantName;
use tendlc_core::table::Table;
use tendlc_deploy::{Code, Owner, Stack, Template, names, stacks};

use crate::accounts::Accounts;
use crate::args::{Destroy, Output};
use crate::deploy::survey::AT_ONCE;
use crate::deploy::{Named, interruptible};
use crate::progress::Board;
use crate::sync::reach::{Failure, Reach};
use crate::sync::{chosen, create};
use crate::wrong::{self, Wrong};
use crate::{DONE, FOUND_WRONG, check, code, show};

/// What is there to be taken away.
struct Found {
    /// In the order in which they go.
    stacks: Vec<Stack>,
    table: bool,
}

pub async fn run(destroy: Destroy) -> anyhow::Result<u8> {
    interruptible(whole(destroy)).await
}

async fn whole(destroy: Destroy) -> anyhow::Result<u8> {
    let Checked { config, .. } = match check::read(&destroy.config)? {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(check::refuse(&mistakes, destroy.output)),
    };
    let (name, primary) = chosen(&config, destroy.primary.as_deref())?;
    let of_primary = |grant: &&GrantName| config.grants.get(*grant).is_some_and(|grant| grant.primary == *name);
    let meant = |grant: &&GrantName| destroy.grant.as_ref().is_none_or(|only| only == *grant);
    let grants: Vec<&GrantName> = config.grants.keys().filter(of_primary).filter(meant).collect();
    if let (Some(unknown), []) = (&destroy.grant, grants.as_slice()) {
        let what = format!("there is no [grants.{unknown}] of the primary {name}");
        return Err(Wrong::error(what, "take it away before you take it out of the file"));
    }
    let accounts = Accounts::open(&config, (name, primary), grants).await?;
    let mut wanted = stacks(&config, name, &Code { prefix: "none".to_owned() });
    if let Some(only) = &destroy.grant {
        keep_own(&mut wanted, only);
    }
    // Whatever needs something goes before it.
    wanted.sort_by_key(|stack| (stack.template == Template::Code, Reverse(stack.template)));
    let found = look((name, primary), &accounts, wanted, destroy.delete_ledger).await?;
    if found.stacks.is_empty() && !found.table {
        show_done(&found, primary.table.resource(), destroy.output, "nothing is there")?;
        return Ok(DONE);
    }
    if !destroy.yes {
        eprint!("{}", said(&found, (name, primary), &destroy));
        if !show::asks() {
            return Err(Wrong::error("nothing was taken away: nobody is there to ask", "say --yes"));
        }
        if !show::confirmed("Take all of this away?")? {
            eprintln!("nothing was taken away");
            wrong::say(&json!({ "error": { "message": "nothing was taken away" } }), destroy.output);
            return Ok(FOUND_WRONG);
        }
    }
    take_away(&found, (name, primary), &accounts).await?;
    let next = destroy
        .grant
        .as_ref()
        .map(|grant| format!("done; take [grants.{grant}] out of {}, then `tendlc sync`", destroy.config.display()));
    show_done(&found, primary.table.resource(), destroy.output, next.as_deref().unwrap_or("done"))?;
    Ok(DONE)
}

/// Leaves what one grant has for itself: its stacks, and the bucket of an account where it is the only one.
fn keep_own(wanted: &mut Vec<Stack>, grant: &GrantName) {
    let own = Owner::Grant(grant.clone());
    let others: BTreeSet<AccountId> = wanted
        .iter()
        .filter(|stack| stack.owner != own && stack.template != Template::Code)
        .map(|stack| stack.account.clone())
        .collect();
    let accounts: BTreeSet<AccountId> =
        wanted.iter().filter(|stack| stack.owner == own).map(|stack| stack.account.clone()).collect();
    wanted.retain(|stack| match stack.template {
        Template::Code => accounts.contains(&stack.account) && !others.contains(&stack.account),
        _ => stack.owner == own,
    });
}

async fn look(
    (name, primary): Named<'_>,
    accounts: &Accounts,
    wanted: Vec<Stack>,
    with_ledger: bool,
) -> anyhow::Result<Found> {
    let there: Vec<Option<Stack>> = stream::iter(wanted)
        .map(|stack| async move {
            // However it stands: one that could not be deleted is tried again.
            let there = accounts.get(&stack.account)?.cloud.described(&stack.name).await?;
            anyhow::Ok(there.is_some().then_some(stack))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let table =
        with_ledger && create::is_there(&table_of((name, primary), accounts)?, &Reach { name, primary }).await?;
    Ok(Found { stacks: there.into_iter().flatten().collect(), table })
}

async fn take_away(found: &Found, primary: Named<'_>, accounts: &Accounts) -> anyhow::Result<()> {
    let board = Board::new();
    let mut rest = found.stacks.as_slice();
    while let Some(first) = rest.first() {
        let many = rest.iter().take_while(|stack| stack.template == first.template).count();
        let (stage, later) = rest.split_at(many);
        let board = &board;
        stream::iter(stage)
            .map(|stack| async move {
                let account = accounts.get(&stack.account)?;
                let row = board.begin(format!("{} {}", stack.account, stack.name), 1);
                if stack.template == Template::Code {
                    let bucket = names::bucket(&stack.account, &stack.region);
                    code::empty((&account.config, &account.way), &bucket).await?;
                }
                account.cloud.remove(&stack.name).await?;
                row.end(board, "taken away");
                anyhow::Ok(())
            })
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        rest = later;
    }
    if found.table {
        let table = table_of(primary, accounts)?;
        let row = board.begin(format!("{} table {}", primary.1.account, table.name), 1);
        delete_table(&table, &Reach { name: primary.0, primary: primary.1 }).await?;
        row.end(&board, "taken away");
    }
    Ok(())
}

fn table_of((_, primary): Named<'_>, accounts: &Accounts) -> anyhow::Result<Table> {
    let config = &accounts.get(&primary.account)?.config;
    Ok(Table::new(aws_sdk_dynamodb::Client::new(config), &primary.table, false))
}

/// It is protected from deletion by accident; this is none.
async fn delete_table(table: &Table, reach: &Reach<'_>) -> anyhow::Result<()> {
    let Table { client, name, .. } = table;
    let update = client.update_table().table_name(name).deletion_protection_enabled(false);
    update.send().await.map_err(|error| reach.failed("dynamodb", "UpdateTable", &Failure::of(&error)))?;
    create::until_active(table, reach).await.context("failed to wait for the table")?;
    let delete = client.delete_table().table_name(name);
    delete.send().await.map_err(|error| reach.failed("dynamodb", "DeleteTable", &Failure::of(&error)))?;
    while create::is_there(table, reach).await? {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    Ok(())
}

fn said(found: &Found, (_, primary): Named<'_>, destroy: &Destroy) -> String {
    let mut text = String::new();
    let accounts: BTreeSet<&AccountId> = found.stacks.iter().map(|stack| &stack.account).collect();
    for account in accounts {
        text.push_str(&format!("account {account}\n"));
        for stack in found.stacks.iter().filter(|stack| stack.account == *account) {
            let queues = match stack.template {
                Template::Secondary => " with its queues and what waits on them",
                Template::Grant => " with its role and, in the hub, its queues and what waits on them",
                _ => "",
            };
            text.push_str(&format!("  - {}{queues}\n", stack.name));
        }
    }
    let table = primary.table.resource();
    if destroy.grant.is_some() {
        return text;
    }
    text.push_str(&if found.table {
        format!("the table {table}: what was sent, and to be sent once, is not known any more\n")
    } else if destroy.delete_ledger {
        format!("there is no table {table}\n")
    } else {
        format!(
            "the table {table} stays (--delete-ledger takes it, too); the keys that its records are compared by go, so \
             after another deploy a request that comes again is ID_REUSED: never sent twice, and not replayed either\n"
        )
    });
    text
}

fn show_done(found: &Found, table: &str, output: Output, done: &str) -> anyhow::Result<()> {
    let stacks = found.stacks.iter().map(|stack| json!({ "account": stack.account, "stack": stack.name }));
    let table = found.table.then_some(table);
    match output {
        Output::Json => show::line(&json!({ "removed": stacks.collect::<Value>(), "table": table })),
        Output::Text => show::text(&format!("{done}\n")),
    }
}
