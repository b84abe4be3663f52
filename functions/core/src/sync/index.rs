//! The names of everything in the table.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, TransactWriteItem};
use serde::{Deserialize, Serialize};

use super::record::{Revised, Transacted, not_built};
use super::{Sync, SyncError, Wanted};
use crate::name::{BrandName, CampaignName, GrantName};
use crate::table::{KEY, Key, TableError, text};

/// Names in one transaction, which takes 100 items.
const AT_ONCE: usize = 90;

/// What `I#primary` holds: the names of everything, for tools that must not read the whole ledger to find them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Every grant.
    pub grants: BTreeSet<GrantName>,
    /// Every campaign.
    pub campaigns: BTreeSet<CampaignName>,
    /// Every brand.
    pub brands: BTreeSet<BrandName>,
}

impl Index {
    pub(super) fn of(wanted: &Wanted) -> Self {
        Self {
            grants: wanted.grants.iter().map(|grant| grant.name.clone()).collect(),
            campaigns: wanted.campaigns.iter().map(|campaign| campaign.name.clone()).collect(),
            brands: wanted.brands.iter().map(|brand| brand.name.clone()).collect(),
        }
    }

    fn with(&self, other: &Self) -> Self {
        Self {
            grants: &self.grants | &other.grants,
            campaigns: &self.campaigns | &other.campaigns,
            brands: &self.brands | &other.brands,
        }
    }

    fn without(&self, other: &Self) -> Self {
        Self {
            grants: &self.grants - &other.grants,
            campaigns: &self.campaigns - &other.campaigns,
            brands: &self.brands - &other.brands,
        }
    }
}

/// What a name is of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named<'a> {
    Grant(&'a GrantName),
    Campaign(&'a CampaignName),
    Brand(&'a BrandName),
}

impl Named<'_> {
    fn list(self) -> &'static str {
        match self {
            Self::Grant(_) => "grants",
            Self::Campaign(_) => "campaigns",
            Self::Brand(_) => "brands",
        }
    }

    fn name(self) -> String {
        match self {
            Self::Grant(name) => name.to_string(),
            Self::Campaign(name) => name.to_string(),
            Self::Brand(name) => name.to_string(),
        }
    }

    fn key(self) -> Key {
        match self {
            Self::Grant(name) => Key::grant(name),
            Self::Campaign(name) => Key::campaign(name),
            Self::Brand(name) => Key::brand(name),
        }
    }
}

impl Sync {
    /// Reads the names of everything that is there.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn index(&self) -> Result<Index, TableError> {
        Ok(self.table.read(&Key::index()).await?.unwrap_or_default())
    }

    /// Adds names, and says all that are there now.
    pub(super) async fn add_to_index(&self, names: &Index) -> Result<Index, SyncError> {
        self.change_index(|there| there.with(names), &[]).await
    }

    /// Takes away those of `before` that are not in `names`. What another sync has added since stays.
    pub(super) async fn take_from_index(&self, before: &Index, names: &Index) -> Result<(), SyncError> {
        let gone = before.without(names);
        let all: Vec<Named<'_>> = (gone.grants.iter().map(Named::Grant))
            .chain(gone.campaigns.iter().map(Named::Campaign))
            .chain(gone.brands.iter().map(Named::Brand))
            .collect();
        for some in all.chunks(AT_ONCE) {
            let mut names = Index::default();
            for named in some {
                match *named {
                    Named::Grant(name) => names.grants.insert(name.clone()),
                    Named::Campaign(name) => names.campaigns.insert(name.clone()),
                    Named::Brand(name) => names.brands.insert(name.clone()),
                };
            }
            self.change_index(|there| there.without(&names), some).await?;
        }
        Ok(())
    }

    /// Changes the index, if nothing is there of `gone`.
    async fn change_index(&self, change: impl Fn(&Index) -> Index, gone: &[Named<'_>]) -> Result<Index, SyncError> {
        let key = Key::index();
        self.again("the list of names", async || {
            let there = self.read::<Index>(&key).await?;
            let there = there.unwrap_or(Revised { revision: 0, record: Index::default() });
            let changed = change(&there.record);
            if changed == there.record {
                return Ok(Some(changed));
            }
            let mut items = vec![self.put_next(&key, there.revision, &changed)?];
            for named in gone {
                items.push(self.check(&named.key(), "attribute_not_exists(#name)", (KEY, None))?);
            }
            Ok((self.transact(items).await? == Transacted::Done).then_some(changed))
        })
        .await
    }

    /// For the transaction that makes something new: its name must be in the index, or the next sync would not see it.
    pub(super) fn named(&self, named: Named<'_>) -> Result<TransactWriteItem, TableError> {
        self.check(&Key::index(), "contains(#name, :value)", (named.list(), Some(text(&named.name()))))
    }

    fn check(
        &self,
        key: &Key,
        condition: &str,
        (name, value): (&str, Option<AttributeValue>),
    ) -> Result<TransactWriteItem, TableError> {
        let mut check = ConditionCheck::builder()
            .table_name(&self.table.name)
            .key(KEY, key.value())
            .condition_expression(condition)
            .expression_attribute_names("#name", name);
        if let Some(value) = value {
            check = check.expression_attribute_values(":value", value);
        }
        check
            .build()
            .map(|check| TransactWriteItem::builder().condition_check(check).build())
            .map_err(|error| not_built(key, &error))
    }
}
