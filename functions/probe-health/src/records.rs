//! The table: whether it answers, and whether it says all that the functions go by.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use tendlc_core::clock::SharedClock;
use tendlc_core::directory::{Directory, DirectoryError, Snapshot};
use tendlc_core::grant::{Brand, Campaign, Grant};
use tendlc_core::name::{CampaignName, GrantName};
use tendlc_core::sync::{Index, former_grants};
use tendlc_core::table::{Item, Key, Table, TableError};

use crate::check::Finding;

const SYNC: &str = "`tendlc sync`";

/// What the primary's table holds.
pub struct Holdings {
    /// Every grant.
    pub grants: Vec<Grant>,
    /// Every campaign.
    pub campaigns: BTreeMap<CampaignName, Campaign>,
    /// Every brand.
    pub brands: Vec<Brand>,
    /// The grants that were taken away: what they spent in the month is spent.
    pub former: BTreeSet<GrantName>,
}

/// Reads what a spoke's functions read before they send: the grant, its campaigns and their brands.
pub async fn grant(table: &Table, name: &GrantName, clock: &SharedClock) -> (Finding, Option<Arc<Snapshot>>) {
    match Directory::new(table.clone(), name.clone(), Arc::clone(clock)).snapshot().await {
        Ok(snapshot) => (complete(&snapshot), Some(snapshot)),
        Err(DirectoryError::NoGrant(name)) => {
            let cure = format!("write [grants.{name}] into tendlc.toml and run `tendlc sync`");
            (Finding::failing(format!("the table answers, but it has no grant {name}"), cure), None)
        }
        Err(DirectoryError::Table(error)) => (silent(&error), None),
    }
}

fn complete(snapshot: &Snapshot) -> Finding {
    let grant = &snapshot.grant;
    let missing = grant.campaigns.iter().find(|name| snapshot.campaign(name).is_none());
    if let Some(name) = missing {
        return Finding::failing(format!("the grant names the campaign {name}, which the table does not have"), SYNC);
    }
    if let Some(campaign) = snapshot.campaigns().find(|campaign| snapshot.brand(campaign).is_none()) {
        let (name, brand) = (&campaign.name, &campaign.brand);
        return Finding::failing(
            format!("the campaign {name} is of the brand {brand}, which the table does not have"),
            SYNC,
        );
    }
    let detail = format!("the table answers with the grant {} (campaigns: {})", grant.name, grant.campaigns.len());
    paused([grant], snapshot.campaigns()).unwrap_or_else(|| Finding::healthy(detail))
}

/// Reads the names of everything, and every record that they name.
pub async fn everything(table: &Table, clock: &SharedClock) -> (Finding, Option<Holdings>) {
    match read(table, clock).await {
        Ok((finding, holdings)) => (finding, holdings),
        Err(error) => (silent(&error), None),
    }
}

async fn read(table: &Table, clock: &SharedClock) -> Result<(Finding, Option<Holdings>), TableError> {
    let Some(index) = table.read::<Index>(&Key::index()).await? else {
        let cure = "`tendlc sync` writes limits and grants into it";
        return Ok((Finding::failing("the table answers, but nothing was ever written into it", cure), None));
    };
    let (grants, campaigns) = (index.grants.iter().map(Key::grant), index.campaigns.iter().map(Key::campaign));
    let keys = grants.chain(campaigns).chain(index.brands.iter().map(Key::brand)).chain([Key::former()]).collect();
    let mut items = table.read_many(clock.as_ref(), keys).await?;
    let former = items.remove(&Key::former()).map(|item| former_grants(&item).into_keys().collect());
    let mut missing = Vec::new();
    let grants: Vec<Grant> = records(&mut items, &index.grants, ("grant", Key::grant), &mut missing)?;
    let campaigns: Vec<Campaign> = records(&mut items, &index.campaigns, ("campaign", Key::campaign), &mut missing)?;
    let brands: Vec<Brand> = records(&mut items, &index.brands, ("brand", Key::brand), &mut missing)?;
    let campaigns: BTreeMap<_, _> = campaigns.into_iter().map(|campaign| (campaign.name.clone(), campaign)).collect();
    let finding = if missing.is_empty() {
        let detail = format!("the table answers (grants: {}, campaigns: {})", grants.len(), campaigns.len());
        paused(&grants, campaigns.values()).unwrap_or_else(|| Finding::healthy(detail))
    } else {
        // Names are there before their records and until after them.
        Finding::degraded(format!("a sync was interrupted: no record of {}", missing.join(", ")), SYNC)
    };
    Ok((finding, Some(Holdings { grants, campaigns, brands, former: former.unwrap_or_default() })))
}

/// The records of these names; those that are not there are `missing`.
fn records<N: std::fmt::Display, T: DeserializeOwned>(
    items: &mut HashMap<Key, Item>,
    names: &BTreeSet<N>,
    (what, key): (&str, fn(&N) -> Key),
    missing: &mut Vec<String>,
) -> Result<Vec<T>, TableError> {
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        let key = key(name);
        match items.remove(&key) {
            Some(item) => found.push(Table::record(&key, item)?),
            None => missing.push(format!("{what} {name}")),
        }
    }
    Ok(found)
}

/// Somebody stopped it: nothing is broken, but nothing goes out either.
fn paused<'a>(
    grants: impl IntoIterator<Item = &'a Grant>,
    campaigns: impl IntoIterator<Item = &'a Campaign>,
) -> Option<Finding> {
    if let Some(campaign) = campaigns.into_iter().find(|campaign| campaign.paused) {
        let detail = format!("the campaign {} is paused: all its texts wait", campaign.name);
        return Some(Finding::degraded(detail, "`tendlc resume --all`"));
    }
    let grant = grants.into_iter().find(|grant| grant.paused)?;
    let (detail, cure) =
        (format!("the grant {} is paused: all its texts wait", grant.name), format!("`tendlc resume {}`", grant.name));
    Some(Finding::degraded(detail, cure))
}

/// Nothing is sent without the table, so a silent one is no unknown.
pub fn silent(error: &TableError) -> Finding {
    let cure = match error {
        TableError::Denied { .. } => {
            "`tendlc grant NAME` undoes a revocation; else `tendlc verify` names the statement that \
                                      the caller's policy lacks, and `tendlc deploy` writes it"
                .to_owned()
        }
        TableError::Unavailable { code, .. } if code == "ResourceNotFoundException" => {
            "correct TENDLC_TABLE_ARN, or make the table: `tendlc sync --create-table`".to_owned()
        }
        TableError::Unavailable { .. } => {
            "everything waits meanwhile: look at DynamoDB's own health, and at the function's way there".to_owned()
        }
        TableError::Malformed { .. } | TableError::Overtaken => SYNC.to_owned(),
    };
    Finding::failing(error.to_string(), cure)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::check::State;
    use crate::fixtures;

    fn snapshot(change: impl FnOnce(&mut Grant)) -> Snapshot {
        let mut grant = fixtures::grant();
        change(&mut grant);
        Snapshot::new(grant, vec![fixtures::campaign()], vec![fixtures::brand()], Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_grant_whose_records_are_all_there_is_healthy() {
        assert_eq!(complete(&snapshot(|_| {})).state, State::Healthy);
    }

    #[test]
    fn a_missing_campaign_is_failing_and_a_paused_grant_is_degraded() {
        let missing = complete(&snapshot(|grant| grant.campaigns.push("gone".parse().unwrap())));
        assert_eq!((missing.state, missing.detail.contains("gone")), (State::Failing, true));
        let paused = complete(&snapshot(|grant| grant.paused = true));
        assert_eq!((paused.state, paused.cure.as_deref()), (State::Degraded, Some("`tendlc resume checkout`")));
        let unbranded = Snapshot::new(fixtures::grant(), vec![fixtures::campaign()], vec![], Timestamp::UNIX_EPOCH);
        assert_eq!(complete(&unbranded).state, State::Failing);
    }

    #[test]
    fn a_table_that_does_not_answer_is_failing() {
        for code in ["timeout", "ResourceNotFoundException"] {
            let error = TableError::Unavailable { code: code.to_owned(), request_id: "1b".to_owned() };
            assert_eq!(silent(&error).state, State::Failing, "{code}");
        }
    }
}
