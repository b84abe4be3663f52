//! What would change in all accounts: a change set for each stack that is not as wanted, and what the table would get.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use futures::stream::{self, StreamExt as _};
use tendlc_config::Config;
use tendlc_core::clock::SystemClock;
use tendlc_core::grant::Topology;
use tendlc_core::table::Table;
use tendlc_deploy::{Given, Stack, Template, names};

use super::{Named, queues};
use crate::accounts::Accounts;
use crate::cloud::plan::Planned;
use crate::cloud::state::State;
use crate::code::{ALL, SENDING, Zips};
use crate::progress::Board;
use crate::show;
use crate::sync::writing::{self, Writing};
use crate::sync::{create, reach::Reach};

/// Stacks that are looked at or changed at the same time: CloudFormation takes few requests a second.
pub const AT_ONCE: usize = 4;

/// What would change.
pub struct Survey<'a> {
    pub config: &'a Config,
    pub primary: Named<'a>,
    pub accounts: Accounts,
    pub board: Board,
    /// In the order in which they are applied; those with nothing to do, too.
    pub planned: Vec<Item>,
    pub writing: Writing,
    /// Functions' zips that are not in buckets that are there.
    pub missing_zips: usize,
    /// The change sets that were begun to be carried out: what becomes of those is for AWS to say.
    begun: Mutex<BTreeSet<String>>,
}

/// A stack, and how it comes to be as it is wanted.
#[derive(Debug)]
pub struct Item {
    pub stack: Stack,
    pub plan: Planned,
}

impl<'a> Survey<'a> {
    pub async fn of(
        config: &'a Config,
        primary: Named<'a>,
        accounts: Accounts,
        mut wanted: Vec<Stack>,
        zips: &Zips,
    ) -> anyhow::Result<Self> {
        let board = Board::new();
        let there = adopt_table(primary, &accounts, &mut wanted).await?;
        let row = board.begin(
            format!(
                "looking at {} in {}",
                show::counted(wanted.len(), "stack"),
                show::counted(accounts.len(), "account")
            ),
            wanted.len(),
        );
        let (accounts_ref, board_ref) = (&accounts, &board);
        let looked: Vec<(Stack, anyhow::Result<Planned>)> = stream::iter(wanted)
            .map(|stack| async move {
                let busy = |status: &str| {
                    board_ref.say(&format!("{} in {} is in {status}: waiting for its end", stack.name, stack.account));
                };
                let plan = async { accounts_ref.get(&stack.account)?.cloud.plan(&stack, once(busy)).await }.await;
                (stack, plan)
            })
            .buffered(AT_ONCE)
            .inspect(|_| row.step())
            .collect()
            .await;
        row.end(&board, "done");
        let (mut planned, mut failure) = (Vec::new(), None);
        for (stack, plan) in looked {
            match plan {
                Ok(plan) => planned.push(Item { stack, plan }),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let writing = Writing { changes: Vec::new(), writes: false };
        let mut survey =
            Self { config, primary, accounts, board, planned, writing, missing_zips: 0, begun: Mutex::default() };
        let rest = match failure {
            Some(error) => Err(error),
            None => survey.look_further(there, zips).await,
        };
        if let Err(error) = rest {
            // Nothing is left behind of a look that came to nothing.
            survey.withdraw().await?;
            return Err(error);
        }
        Ok(survey)
    }

    /// What the table would get, which zips are missing, and what would be lost.
    async fn look_further(&mut self, there: bool, zips: &Zips) -> anyhow::Result<()> {
        let aws = self.accounts.get(&self.primary.1.account)?.config.clone();
        self.writing = writing::look(self.config, self.primary, &aws, there, Arc::new(SystemClock::default())).await?;
        for item in self.planned.iter().filter(|item| item.stack.template == Template::Code && !item.plan.is_new) {
            let account = self.accounts.get(&item.stack.account)?;
            let names: &[&str] = if item.stack.account == self.primary.1.account { &ALL } else { &SENDING };
            let bucket = names::bucket(&item.stack.account, &item.stack.region);
            self.missing_zips += zips.missing((&account.config, &account.way), &bucket, names).await?.len();
        }
        queues::keep_messages(self).await
    }

    /// Whether everything is as wanted.
    pub fn is_nothing(&self) -> bool {
        self.planned.iter().all(|item| item.plan.is_nothing()) && !self.writing.writes && self.missing_zips == 0
    }

    /// Whether some grant's functions run in the primary.
    pub fn has_hub(&self) -> bool {
        let mut grants = self.config.grants.values();
        grants.any(|grant| grant.primary == *self.primary.0 && grant.topology == Topology::Hub)
    }

    /// It is being carried out from now on.
    pub fn begins(&self, item: &Item) {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.extend(item.plan.change_set.clone());
    }

    /// Whether it was begun.
    pub fn has_begun(&self, item: &Item) -> bool {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        item.plan.change_set.as_ref().is_some_and(|name| begun.contains(name))
    }

    /// Takes all change sets away that were not begun.
    pub async fn withdraw(&self) -> anyhow::Result<()> {
        for item in self.planned.iter().filter(|item| !self.has_begun(item)) {
            self.accounts.get(&item.stack.account)?.cloud.withdraw(&item.plan).await?;
        }
        Ok(())
    }
}

/// Says it the first time only.
pub fn once(mut say: impl FnMut(&str)) -> impl FnMut(&str) {
    let mut said = false;
    move |text| {
        if !said {
            say(text);
        }
        said = true;
    }
}

/// A table that is there before the stack is was made by `tendlc sync`, or is what `tendlc destroy` has left: the stack
/// leaves it as it is. Says whether there is one.
async fn adopt_table((name, primary): Named<'_>, accounts: &Accounts, wanted: &mut [Stack]) -> anyhow::Result<bool> {
    let account = accounts.get(&primary.account)?;
    let reach = Reach { name, primary };
    let table = Table::new(aws_sdk_dynamodb::Client::new(&account.config), &primary.table, false);
    let there = create::is_there(&table, &reach).await?;
    if there {
        create::has_todays_layout(&table, &reach).await?;
    }
    let Some(stack) = wanted.iter_mut().find(|stack| stack.template == Template::Primary) else { return Ok(there) };
    if there && !matches!(account.cloud.state(&stack.name, |_| {}).await?, State::There(_)) {
        stack.parameters.insert("MakeTable", Given::Text("false".to_owned()));
    }
    Ok(there)
}
