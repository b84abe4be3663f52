//! Carrying a survey out, in the order in which one thing needs another.

use std::sync::Arc;

use futures::stream::{self, StreamExt as _};
use tendlc_core::clock::SystemClock;
use tendlc_deploy::{Template, names};

use super::survey::{AT_ONCE, Item, Survey};
use crate::code::{ALL, SENDING, Zips};
use crate::sync::writing;

/// Stages one after another: code where functions take it from, what grants build on, grants, the table that functions
/// read, functions.
const BEFORE_THE_TABLE: [Template; 3] = [Template::Primary, Template::Campaign, Template::Grant];
const AFTER_THE_TABLE: [Template; 2] = [Template::Secondary, Template::Tenant];

pub async fn out(survey: Survey<'_>, zips: &Zips) -> anyhow::Result<()> {
    stage(&survey, Template::Code).await?;
    upload(&survey, zips).await?;
    for template in BEFORE_THE_TABLE {
        stage(&survey, template).await?;
    }
    let (name, primary) = survey.primary;
    let aws = &survey.accounts.get(&primary.account)?.config;
    if survey.writing.writes {
        let row = survey.board.begin(format!("{} table {}", primary.account, primary.table.resource()), 1);
        let many = writing::write(survey.config, (name, primary), aws, Arc::new(SystemClock::default())).await?;
        row.end(&survey.board, &format!("{many} changes written"));
    }
    for template in AFTER_THE_TABLE {
        stage(&survey, template).await?;
    }
    Ok(())
}

/// All stacks of a template; what is under way is waited for, also where another failed.
async fn stage(survey: &Survey<'_>, template: Template) -> anyhow::Result<()> {
    let some = survey.planned.iter().filter(|planned| planned.stack.template == template && !planned.plan.is_nothing());
    let ended: Vec<(&Item, anyhow::Result<()>)> = stream::iter(some)
        .map(|planned| async move { (planned, one(survey, planned).await) })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut first = None;
    for (planned, result) in ended {
        let Err(error) = result else { continue };
        undo(survey, planned).await?;
        match first {
            None => first = Some(error),
            // One ends the command; none is to be lost.
            Some(_) => survey.board.say(&format!("{error:#}")),
        }
    }
    first.map_or(Ok(()), Err)
}

async fn one(survey: &Survey<'_>, planned: &Item) -> anyhow::Result<()> {
    let cloud = survey.accounts.get(&planned.stack.account)?.cloud();
    let what = format!("{} {}", planned.stack.account, planned.stack.name);
    let row = survey.board.begin(what, planned.plan.changes.len());
    let result = cloud.apply(&planned.plan, |steps| row.done(steps)).await;
    let how = match (&result, planned.plan.is_new) {
        (Err(_), _) => "failed",
        (Ok(()), true) => "created",
        (Ok(()), false) => "updated",
    };
    row.end(&survey.board, how);
    result
}

/// An account where the first thing of ours failed is left as it was found: the bucket that was made for it goes, too.
async fn undo(survey: &Survey<'_>, failed: &Item) -> anyhow::Result<()> {
    let account = survey.accounts.get(&failed.stack.account)?;
    let there = |planned: &&Item| planned.stack.account == failed.stack.account;
    let made_bucket =
        survey.planned.iter().filter(there).any(|planned| {
            planned.stack.template == Template::Code && planned.plan.is_new && !planned.plan.is_nothing()
        });
    let has_others = survey.planned.iter().filter(there).any(|planned| {
        planned.stack.template != Template::Code && planned.stack != failed.stack && !planned.plan.is_new
    });
    let is_first = failed.plan.is_new && [Template::Primary, Template::Secondary].contains(&failed.stack.template);
    if made_bucket && is_first && !has_others {
        let bucket = names::bucket(&failed.stack.account, &failed.stack.region);
        crate::code::empty((&account.config, &account.way), &bucket).await?;
        account.cloud().remove(names::CODE).await?;
        survey.board.say(&format!("{}: what was made there is taken away again", failed.stack.account));
    }
    Ok(())
}

/// Every account that takes functions from a bucket of its own gets what its functions are.
async fn upload(survey: &Survey<'_>, zips: &Zips) -> anyhow::Result<()> {
    let (_, primary) = survey.primary;
    for planned in survey.planned.iter().filter(|planned| planned.stack.template == Template::Code) {
        let stack = &planned.stack;
        let changes = |other: &Item| {
            let takes = [Template::Primary, Template::Secondary].contains(&other.stack.template);
            takes && other.stack.account == stack.account && !other.plan.is_nothing()
        };
        if !survey.planned.iter().any(changes) {
            continue;
        }
        let account = survey.accounts.get(&stack.account)?;
        let names: &[&str] = if stack.account == primary.account { &ALL } else { &SENDING };
        let row = survey.board.begin(format!("{} functions", stack.account), names.len());
        let bucket = names::bucket(&stack.account, &stack.region);
        let put = zips.upload((&account.config, &account.way), &bucket, names).await?;
        row.end(&survey.board, &format!("{put} uploaded"));
    }
    Ok(())
}
