//! What a sync would change, found out on a copy: the table's records and today's counters are read into an embedded
//! table, and the same sync runs over that. Whatever the one does, the other does.

use std::collections::{BTreeSet, HashMap};

use anyhow::Context as _;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::config::Credentials;
use futures::future::try_join_all;
use serde::de::DeserializeOwned;
use tendlc_config::Primary;
use tendlc_core::clock::SharedClock;
use tendlc_core::day::{AFTER_MIDNIGHT, PacificDay};
use tendlc_core::grant::{Brand, Grant};
use tendlc_core::sync::{Change, Index, Sync, SyncError, Wanted};
use tendlc_core::table::{Item, Key, Table, TableError};
use tendlc_local::aws::Aws;
use tendlc_local::aws::seed::{self, Seed};

/// Records that are written into the copy at the same time.
const AT_ONCE: usize = 20;

/// What would be done.
pub struct Plan {
    /// What would be said of it.
    pub changes: Vec<Change>,
    /// Whether anything would be written at all: an interrupted run may have left what no change tells of.
    pub writes: bool,
}

/// Reads `table` (`None`: it is still to be made) and works out what a sync would change.
pub async fn plan(
    table: Option<&Table>,
    primary: &Primary,
    wanted: &Wanted,
    clock: SharedClock,
) -> anyhow::Result<Plan> {
    let (aws, copy) = empty(primary, clock.clone()).await.context("failed to make a copy of the table in memory")?;
    if let Some(table) = table {
        let original = Original { table, clock: &clock };
        original.fill(&copy, wanted).await.map_err(SyncError::from)?;
    }
    aws.clear_calls();
    let changes = Sync::new(copy, clock).run(wanted).await?;
    // What a condition refused was tried and not written.
    let wrote = |operation: &str| aws.counts().get(operation).is_some_and(|count| count.calls > count.refused);
    let writes = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"].into_iter().any(wrote);
    Ok(Plan { changes, writes })
}

async fn empty(primary: &Primary, clock: SharedClock) -> anyhow::Result<(Aws, Table)> {
    let account = primary.account.as_str();
    let mut seed = Seed::new(clock, primary.region.as_str(), account);
    seed.tables.push(seed::Table::of_tendlc(account, primary.table.resource()));
    let aws = Aws::start(seed, None).await?;
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(primary.region.to_string()))
        .endpoint_url(aws.endpoint())
        .credentials_provider(Credentials::new(account, "copy", None, None, "tendlc sync"))
        .http_client(tendlc_core::aws::http_client())
        .build();
    let table = Table::new(aws_sdk_dynamodb::Client::from_conf(config), &primary.table, false);
    Ok((aws, table))
}

/// Where a copy is taken from.
struct Original<'a> {
    table: &'a Table,
    clock: &'a SharedClock,
}

impl Original<'_> {
    /// Copies everything that a sync looks at.
    async fn fill(&self, copy: &Table, wanted: &Wanted) -> Result<(), TableError> {
        self.put(copy, BTreeSet::from([Key::index()])).await?;
        let mut names: Index = copy.read(&Key::index()).await?.unwrap_or_default();
        names.grants.extend(wanted.grants.iter().map(|grant| grant.name.clone()));
        names.campaigns.extend(wanted.campaigns.iter().map(|campaign| campaign.name.clone()));
        names.brands.extend(wanted.brands.iter().map(|brand| brand.name.clone()));

        // A sync just before midnight moves the next day's counters, too.
        let today = PacificDay::of(self.clock.now() - AFTER_MIDNIGHT);
        let days = [today, today.next()];
        let mut records: BTreeSet<Key> = BTreeSet::new();
        records.extend(names.campaigns.iter().map(Key::campaign));
        records.extend(names.brands.iter().map(Key::brand));
        for name in &names.grants {
            records.insert(Key::grant(name));
            records.extend(days.map(|day| Key::budget(name, day)));
        }
        let mut there = self.put(copy, records).await?;

        let mut behind: BTreeSet<Key> = BTreeSet::new();
        let (mut grants, mut brands) = (wanted.grants.clone(), wanted.brands.clone());
        grants.extend(names.grants.iter().filter_map(|name| taken::<Grant>(&mut there, &Key::grant(name))));
        brands.extend(names.brands.iter().filter_map(|name| taken::<Brand>(&mut there, &Key::brand(name))));
        for grant in &grants {
            behind.insert(Key::hub_account(&grant.account));
            let queues = grant.queues.iter().flat_map(|queues| [&queues.transactional, &queues.promotional]);
            behind.extend(queues.map(Key::hub_queue));
        }
        for pool in brands.iter().flat_map(|brand| brand.pools.keys()) {
            behind.extend(days.map(|day| Key::pool(pool, day)));
        }
        self.put(copy, behind).await?;
        Ok(())
    }

    /// Copies the items that are there, and tells them.
    async fn put(&self, copy: &Table, keys: BTreeSet<Key>) -> Result<HashMap<Key, Item>, TableError> {
        let items = self.table.read_many(self.clock.as_ref(), keys).await?;
        let all: Vec<&Item> = items.values().collect();
        for some in all.chunks(AT_ONCE) {
            let puts = some.iter().map(|item| {
                let put = copy.client.put_item().table_name(&copy.name).set_item(Some((*item).clone()));
                put.send()
            });
            try_join_all(puts).await.map_err(|error| TableError::of(&error))?;
        }
        Ok(items)
    }
}

/// The record of this key; what is malformed is told by the sync that meets it.
fn taken<T: DeserializeOwned>(items: &mut HashMap<Key, Item>, key: &Key) -> Option<T> {
    items.remove(key).and_then(|item| Table::record(key, item).ok())
}
