//! The table itself: whether it is there, and making it.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    PointInTimeRecoverySpecification, Projection, ProjectionType, ScalarAttributeType, SseSpecification, TableStatus,
    TimeToLiveSpecification,
};
use tendlc_core::table::{BY_MESSAGE, KEY, TTL, Table, WAITING};

use super::reach::{Failure, Reach};
use crate::wrong::Wrong;

pub async fn is_there(table: &Table, reach: &Reach<'_>) -> anyhow::Result<bool> {
    status(table, reach).await.map(|status| status.is_some())
}

async fn status(table: &Table, reach: &Reach<'_>) -> anyhow::Result<Option<TableStatus>> {
    match table.client.describe_table().table_name(&table.name).send().await {
        Ok(answer) => Ok(answer.table.and_then(|table| table.table_status)),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => Ok(None),
        Err(error) => Err(reach.failed("dynamodb", "DescribeTable", &Failure::of(&error))),
    }
}

/// A table that an older release made lacks what today's functions ask it.
pub async fn has_todays_layout(table: &Table, reach: &Reach<'_>) -> anyhow::Result<()> {
    let answer = table.client.describe_table().table_name(&table.name).send().await;
    let answer = answer.map_err(|error| reach.failed("dynamodb", "DescribeTable", &Failure::of(&error)))?;
    let Some(found) = answer.table else { return Ok(()) };
    let (name, region) = (&table.name, &reach.primary.region);
    let keys: Vec<&str> = found.key_schema().iter().map(KeySchemaElement::attribute_name).collect();
    if keys != [KEY] {
        let what = format!("the table {name} has the key {}, and tendlc's has `{KEY}` alone", keys.join(", "));
        let cure = format!("it is somebody else's: name another as `table` under [primaries.{}]", reach.name);
        return Err(Wrong::error(what, cure));
    }
    let has = |index: &str| found.global_secondary_indexes().iter().any(|one| one.index_name() == Some(index));
    let Some(missing) = INDEXES.into_iter().find(|index| !has(index)) else { return Ok(()) };
    let update = format!(
        "[{{\"Create\":{{\"IndexName\":\"{missing}\",\"KeySchema\":[{{\"AttributeName\":\"{missing}\",\"KeyType\":\"HASH\"}}],\
         \"Projection\":{{\"ProjectionType\":\"KEYS_ONLY\"}}}}}}]"
    );
    Err(Wrong::error(
        format!("the table {name} is of an older layout: it has no index `{missing}`"),
        format!(
            "This makes it, while the table is in use; then run the same command again:\n  aws dynamodb update-table \
             --region {region} --table-name {name} --attribute-definitions \
             AttributeName={missing},AttributeType=S --global-secondary-index-updates '{update}'"
        ),
    ))
}

/// Each is named as its one key, and has nothing but keys.
const INDEXES: [&str; 2] = [BY_MESSAGE, WAITING];

/// Waits until it can be worked with.
pub async fn until_active(table: &Table, reach: &Reach<'_>) -> anyhow::Result<()> {
    loop {
        match status(table, reach).await? {
            Some(TableStatus::Active) => return Ok(()),
            Some(_) => tokio::time::sleep(Duration::from_secs(1)).await,
            None => {
                return Err(Wrong::error(format!("the table {} is gone", table.name), "run the same command again"));
            }
        }
    }
}

fn attribute(name: &str) -> anyhow::Result<AttributeDefinition> {
    Ok(AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()?)
}

/// As the template has it: on demand, encrypted, recoverable, with TTL, and not to be deleted by accident.
pub async fn create(table: &Table, reach: &Reach<'_>) -> anyhow::Result<()> {
    let (client, name) = (&table.client, &table.name);
    let mut made = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute(KEY)?)
        .key_schema(KeySchemaElement::builder().attribute_name(KEY).key_type(KeyType::Hash).build()?)
        .sse_specification(SseSpecification::builder().enabled(true).build())
        .deletion_protection_enabled(true);
    for name in INDEXES {
        made = made.attribute_definitions(attribute(name)?).global_secondary_indexes(
            GlobalSecondaryIndex::builder()
                .index_name(name)
                .key_schema(KeySchemaElement::builder().attribute_name(name).key_type(KeyType::Hash).build()?)
                .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
                .build()?,
        );
    }
    made.send().await.map_err(|error| reach.failed("dynamodb", "CreateTable", &Failure::of(&error)))?;
    until_active(table, reach).await?;
    let ttl = TimeToLiveSpecification::builder().attribute_name(TTL).enabled(true).build()?;
    let ttl = client.update_time_to_live().table_name(name).time_to_live_specification(ttl);
    ttl.send().await.map_err(|error| reach.failed("dynamodb", "UpdateTimeToLive", &Failure::of(&error)))?;
    let recovery = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build()?;
    let backups = client.update_continuous_backups().table_name(name);
    if let Err(error) = backups.point_in_time_recovery_specification(recovery).send().await {
        let failure = Failure::of(&error);
        eprintln!("the table has no point-in-time recovery yet ({failure}); switch it on in the console");
    }
    Ok(())
}
