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
const BEFORE_THE_TABLE: [Template; 4] = [Template::Primary, Template::Watch, Template::Campaign, Template::Grant];
const AFTER_THE_TABLE: [Template; 2] = [Template::Secondary, Template::Tenant];

pub async fn out(survey: Survey<'_>, zips: &Zips) -> anyhow::Result<()> {
    let done = stages(&survey, zips).await;
    if let Err(first) = &done
        && let Err(second) = give_up(&survey).await
        && first.to_string() != second.to_string()
    {
        survey.board.say(&format!("{second:#}"));
    }
    done
}

async fn stages(survey: &Survey<'_>, zips: &Zips) -> anyhow::Result<()> {
    stage(survey, Template::Code).await?;
    upload(survey, zips).await?;
    for template in BEFORE_THE_TABLE {
        stage(survey, template).await?;
    }
    let (name, primary) = survey.primary;
    let aws = &survey.accounts.get(&primary.account)?.config;
    if survey.writing.writes {
        let row = survey.board.begin(format!("{} table {}", primary.account, primary.table.resource()), 1);
        let many = writing::write(survey.config, (name, primary), aws, Arc::new(SystemClock::default())).await?;
        row.end(&survey.board, &format!("{many} changes written"));
    }
    for template in AFTER_THE_TABLE {
        stage(survey, template).await?;
    }
    Ok(())
}

/// All stacks of a template; what is under way is waited for, also where another failed.
async fn stage(survey: &Survey<'_>, template: Template) -> anyhow::Result<()> {
    let some = survey.planned.iter().filter(|planned| planned.stack.template == template && !planned.plan.is_nothing());
    // Grants of a hub all write the policy of its one bus.
    let at_once = if template == Template::Grant && survey.has_hub() { 1 } else { AT_ONCE };
    let ended: Vec<anyhow::Result<()>> =
        stream::iter(some).map(|planned| one(survey, planned)).buffer_unordered(at_once).collect().await;
    let mut first = None;
    for result in ended {
        let Err(error) = result else { continue };
        match &first {
            None => first = Some(error),
            // One ends the command; none is to be lost, and none told twice.
            Some(known) if known.to_string() == error.to_string() => {}
            Some(_) => survey.board.say(&format!("{error:#}")),
        }
    }
    first.map_or(Ok(()), Err)
}

async fn one(survey: &Survey<'_>, planned: &Item) -> anyhow::Result<()> {
    let cloud = &survey.accounts.get(&planned.stack.account)?.cloud;
    let what = format!("{} {}", planned.stack.account, planned.stack.name);
    let row = survey.board.begin(what, planned.plan.changes.len());
    survey.begins(planned);
    let result = cloud.apply(&planned.plan, |steps| row.done(steps)).await;
    let how = match (&result, planned.plan.is_new) {
        (Err(_), _) => "failed",
        (Ok(()), true) => "created",
        (Ok(()), false) => "updated",
    };
    row.end(&survey.board, how);
    result
}

/// What was announced and not begun is taken back, and an account in which nothing came to be is left as it was found: the
/// bucket that was made for it goes, too.
async fn give_up(survey: &Survey<'_>) -> anyhow::Result<()> {
    survey.withdraw().await?;
    for item in survey.planned.iter().filter(|item| item.stack.template == Template::Code && item.plan.is_new) {
        let stack = &item.stack;
        let account = survey.accounts.get(&stack.account)?;
        let cloud = &account.cloud;
        // Asked of the account and not of the plan: what was made a moment ago takes its functions from there, too.
        if survey.has_begun(item)
            && cloud.strays(&["tendlc-"], &[names::CODE], &[&survey.primary.1.account]).await?.is_empty()
        {
            let bucket = names::bucket(&stack.account, &stack.region);
            crate::code::empty((&account.config, &account.way), &bucket).await?;
            cloud.remove(names::CODE).await?;
            survey.board.say(&format!("{}: what was made there is taken away again", stack.account));
        }
    }
    Ok(())
}

/// Every account that takes functions from a bucket of its own gets what its functions are. What is there already is only
/// looked at, so a bucket that somebody has emptied is filled again.
async fn upload(survey: &Survey<'_>, zips: &Zips) -> anyhow::Result<()> {
    let (_, primary) = survey.primary;
    for item in survey.planned.iter().filter(|item| item.stack.template == Template::Code) {
        let stack = &item.stack;
        let account = survey.accounts.get(&stack.account)?;
        let names: &[&str] = if stack.account == primary.account { &ALL } else { &SENDING };
        let row = survey.board.begin(format!("{} functions", stack.account), names.len());
        let bucket = names::bucket(&stack.account, &stack.region);
        let put = zips.upload((&account.config, &account.way), &bucket, names).await?;
        row.end(&survey.board, &format!("{put} uploaded"));
    }
    Ok(())
}
