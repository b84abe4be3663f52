//! `tendlc sync`: limits and grants into the table, over the real API.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoverySpecification, ScalarAttributeType,
    SseSpecification, TableStatus, TimeToLiveSpecification,
};
use serde_json::json;
use tendlc_config::{Config, Primary};
use tendlc_core::clock::{Clock as _, SharedClock, SystemClock};
use tendlc_core::day::PacificDay;
use tendlc_core::name::PrimaryName;
use tendlc_core::table::{KEY, TTL, Table};

use crate::args::{Output, Sync};
use crate::{DONE, FOUND_WRONG, check, show};

pub async fn run(sync: Sync) -> anyhow::Result<u8> {
    let config = match check::read(&sync.config)? {
        Ok(checked) => checked.config,
        Err(mistakes) => {
            eprintln!("{mistakes}");
            return Ok(FOUND_WRONG);
        }
    };
    let (name, primary) = chosen(&config, sync.primary.as_deref())?;
    let clock = SystemClock::default();
    let wanted = config.wanted(name, PacificDay::of(clock.now()))?;
    let client = client(primary).await?;
    let table = primary.table.resource();
    let there = status(&client, table).await?;
    ensure!(
        there.is_some() || sync.create_table,
        "the account {} has no table {table} in {}; `tendlc sync --create-table` makes it",
        primary.account,
        primary.region
    );
    if !sync.yes {
        eprintln!(
            "In account {} ({}): {}write {} grants, {} campaigns and {} brands into the table {table}; whatever else it \
             grants is taken away.",
            primary.account,
            primary.region,
            if there.is_none() { "make, and " } else { "" },
            wanted.grants.len(),
            wanted.campaigns.len(),
            wanted.brands.len()
        );
        ensure!(show::asks(), "nobody is there to ask; say --yes");
        if !show::confirmed("Go on?")? {
            return Ok(FOUND_WRONG);
        }
    }
    if there.is_none() {
        create(&client, table).await.with_context(|| format!("failed to make the table {table}"))?;
    }
    let clock: SharedClock = Arc::new(clock);
    let changes = tendlc_core::sync::Sync::new(Table::new(client, &primary.table, false), clock).run(&wanted).await?;
    match sync.output {
        Output::Json => {
            show::line(&json!({ "table": primary.table.as_str(), "created": there.is_none(), "changes": changes }))?
        }
        Output::Text if changes.is_empty() => show::text("nothing to change\n")?,
        Output::Text => {
            for change in &changes {
                show::text(&format!("{change}\n"))?;
            }
        }
    }
    Ok(DONE)
}

fn chosen<'a>(config: &'a Config, name: Option<&str>) -> anyhow::Result<(&'a PrimaryName, &'a Primary)> {
    let names = || config.primaries.keys().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    match name {
        Some(name) => config
            .primaries
            .iter()
            .find(|(known, _)| known.as_str() == name)
            .with_context(|| format!("there is no primary {name}; there are {}", names())),
        None if config.primaries.len() > 1 => {
            bail!("there are several primaries; say --primary with one of {}", names())
        }
        None => config.primaries.iter().next().context("the file has no primary"),
    }
}

/// A client that is in the right account: a sync into another would be found out by nobody.
async fn client(primary: &Primary) -> anyhow::Result<Client> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(primary.region.to_string()))
        .http_client(tendlc_core::aws::http_client());
    if let Some(profile) = &primary.profile {
        loader = loader.profile_name(profile.as_str());
    }
    let config = loader.load().await;
    let identity = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await.map_err(|error| {
        let code = error.code().unwrap_or("no credentials, or no answer").to_owned();
        anyhow::anyhow!(
            "failed to find out whose credentials these are ({code}); log in, or set profile under [primaries] in \
             tendlc.toml"
        )
    })?;
    let account = identity.account().unwrap_or_default();
    ensure!(
        account == primary.account.as_str(),
        "these credentials are of the account {account}, and the primary is {}; set profile under [primaries], or \
         AWS_PROFILE",
        primary.account
    );
    Ok(Client::new(&config))
}

async fn status(client: &Client, table: &str) -> anyhow::Result<Option<TableStatus>> {
    match client.describe_table().table_name(table).send().await {
        Ok(answer) => Ok(answer.table.and_then(|table| table.table_status)),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => Ok(None),
        Err(error) => bail!("failed to look at the table {table}: {}", error.code().unwrap_or("no answer")),
    }
}

/// As the template has it: on demand, encrypted, recoverable, with TTL, and not to be deleted by accident.
async fn create(client: &Client, table: &str) -> anyhow::Result<()> {
    client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(
            AttributeDefinition::builder().attribute_name(KEY).attribute_type(ScalarAttributeType::S).build()?,
        )
        .key_schema(KeySchemaElement::builder().attribute_name(KEY).key_type(KeyType::Hash).build()?)
        .sse_specification(SseSpecification::builder().enabled(true).build())
        .deletion_protection_enabled(true)
        .send()
        .await?;
    while status(client, table).await? != Some(TableStatus::Active) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let ttl = TimeToLiveSpecification::builder().attribute_name(TTL).enabled(true).build()?;
    client.update_time_to_live().table_name(table).time_to_live_specification(ttl).send().await?;
    let recovery = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build()?;
    let backups = client.update_continuous_backups().table_name(table);
    if let Err(error) = backups.point_in_time_recovery_specification(recovery).send().await {
        let code = error.code().unwrap_or("no answer");
        eprintln!("the table has no point-in-time recovery yet ({code}); switch it on in the console or deploy");
    }
    Ok(())
}
