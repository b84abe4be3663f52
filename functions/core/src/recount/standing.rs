//! What the records allow and the counters show.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::de::DeserializeOwned;

use super::Recount;
use super::span::Span;
use crate::grant::{Brand, Campaign, Grant, Pool};
use crate::name::{CampaignName, GrantName};
use crate::sync::Index;
use crate::table::{Item, Key, Table, TableError};

/// Items of counters, by key.
pub(super) type Counters = HashMap<Key, Item>;

/// The records of a primary.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// By name; `None`: there is no record any more.
    grants: BTreeMap<GrantName, Option<Grant>>,
    pub(super) campaigns: BTreeMap<CampaignName, Campaign>,
    pub(super) brands: Vec<Brand>,
}

impl Standing {
    /// Grants that are gone and have left something in the ledger.
    pub(super) fn add_grants(&mut self, names: BTreeSet<GrantName>) {
        for name in names {
            self.grants.entry(name).or_insert(None);
        }
    }

    pub(super) fn grants(&self) -> impl Iterator<Item = &GrantName> {
        self.grants.keys()
    }

    pub(super) fn grant(&self, name: &GrantName) -> Option<&Grant> {
        self.grants.get(name)?.as_ref()
    }

    fn pools(&self) -> impl Iterator<Item = &Pool> {
        self.brands.iter().flat_map(|brand| brand.pools.keys())
    }
}

impl Recount {
    /// All records, as they are now.
    pub(super) async fn standing(&self) -> Result<Standing, TableError> {
        let index: Index = self.table.read(&Key::index()).await?.unwrap_or_default();
        let grants = index.grants.iter().map(Key::grant);
        let keys = grants.chain(index.campaigns.iter().map(Key::campaign)).chain(index.brands.iter().map(Key::brand));
        let items = self.table.read_many(&*self.clock, keys.collect()).await?;
        let mut standing = Standing::default();
        for name in index.grants {
            let grant = record(&items, &Key::grant(&name))?;
            standing.grants.insert(name, grant);
        }
        for name in index.campaigns {
            if let Some(campaign) = record(&items, &Key::campaign(&name))? {
                standing.campaigns.insert(name, campaign);
            }
        }
        for name in index.brands {
            standing.brands.extend(record::<Brand>(&items, &Key::brand(&name))?);
        }
        Ok(standing)
    }

    /// What the counters show now.
    pub(super) async fn counters(&self, standing: &Standing, span: &Span) -> Result<Counters, TableError> {
        let mut keys: BTreeSet<Key> = standing.pools().map(|pool| Key::pool(pool, span.day)).collect();
        for name in standing.grants() {
            keys.insert(Key::budget(name, span.day));
            keys.extend(span.months.iter().map(|month| Key::month(name, *month)));
        }
        self.table.read_many(&*self.clock, keys).await
    }
}

fn record<T: DeserializeOwned>(items: &HashMap<Key, Item>, key: &Key) -> Result<Option<T>, TableError> {
    items.get(key).map(|item| Table::record(key, item.clone())).transpose()
}
