//! The accounts of a deployment, each reached once.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use futures::future::join_all;
use tendlc_config::{Config, Primary};
use tendlc_core::account::AccountId;
use tendlc_core::name::{GrantName, PrimaryName};

use crate::account::Way;
use crate::cloud::Cloud;
use crate::wrong::Wrong;

/// An account that is reached.
#[derive(Clone)]
pub struct Account {
    pub config: SdkConfig,
    pub way: Way,
    /// One for all stacks, which share what it may ask again.
    pub cloud: Cloud,
}

/// The accounts that are reached.
pub struct Accounts {
    reached: BTreeMap<AccountId, Account>,
    /// Those that are not, and why.
    pub out_of_reach: BTreeMap<AccountId, anyhow::Error>,
}

impl Accounts {
    /// The primary's and those of some grants. Whichever cannot be reached is found out before anything is done.
    pub async fn open(
        config: &Config,
        primary: (&PrimaryName, &Primary),
        grants: impl IntoIterator<Item = &GrantName>,
    ) -> anyhow::Result<Self> {
        let mut accounts = Self::try_open(config, primary, grants).await;
        match accounts.out_of_reach.pop_first() {
            Some((_, error)) => Err(error),
            None => Ok(accounts),
        }
    }

    /// Those that can be reached, for what can be done without the others.
    pub async fn try_open(
        config: &Config,
        (name, primary): (&PrimaryName, &Primary),
        grants: impl IntoIterator<Item = &GrantName>,
    ) -> Self {
        let mut ways = BTreeMap::from([(primary.account.clone(), Way::to_primary(name, primary))]);
        for grant_name in grants {
            let Some(grant) = config.grants.get(grant_name) else { continue };
            let way = Way::to_grant(grant_name, grant, name, primary);
            // Of several grants of an account the first that says how.
            let known = ways.entry(grant.account.clone()).or_insert_with(|| way.clone());
            if known.profile.is_none() && known.role.is_none() {
                *known = way;
            }
        }
        let opened = join_all(ways.into_values().map(|way| async move {
            let opened =
                way.open().await.map(|config| Account { cloud: Cloud::new(&config, &way), config, way: way.clone() });
            (way.account, opened)
        }));
        let mut accounts = Self { reached: BTreeMap::new(), out_of_reach: BTreeMap::new() };
        for (id, opened) in opened.await {
            match opened {
                Ok(account) => {
                    accounts.reached.insert(id, account);
                }
                Err(error) => {
                    accounts.out_of_reach.insert(id, error);
                }
            }
        }
        accounts
    }

    pub fn get(&self, account: &AccountId) -> anyhow::Result<&Account> {
        self.reached
            .get(account)
            .ok_or_else(|| Wrong::error(format!("the account {account} was not reached"), "report this"))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.reached.values()
    }

    pub fn len(&self) -> usize {
        self.reached.len()
    }
}
