//! The accounts of a deployment, each reached once.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use futures::future::try_join_all;
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
}

impl Account {
    pub fn cloud(&self) -> Cloud {
        Cloud::new(&self.config, &self.way)
    }
}

/// The accounts that are reached.
pub struct Accounts(BTreeMap<AccountId, Account>);

impl Accounts {
    /// The primary's and those of some grants. Whichever cannot be reached is found out before anything is done.
    pub async fn open(
        config: &Config,
        (name, primary): (&PrimaryName, &Primary),
        grants: impl IntoIterator<Item = &GrantName>,
    ) -> anyhow::Result<Self> {
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
        let opened = try_join_all(ways.into_values().map(|way| async move {
            let config = way.open().await?;
            anyhow::Ok((way.account.clone(), Account { config, way }))
        }));
        Ok(Self(opened.await?.into_iter().collect()))
    }

    pub fn get(&self, account: &AccountId) -> anyhow::Result<&Account> {
        self.0.get(account).ok_or_else(|| Wrong::error(format!("the account {account} was not reached"), "report this"))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}
