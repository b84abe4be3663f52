//! One in-memory database per account, each behind `dynoxide`'s own HTTP server, which checks and words requests
//! as DynamoDB does. Its requests are forwarded over loopback.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use dynoxide::Database;
use dynoxide::storage_backend::Clock as DatabaseClock;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tendlc_core::clock::SharedClock;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;

use super::super::refusal::Refusal;
use super::super::seed::Table;
use super::super::service::Service;

const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// The double's clock, as the database reads it.
struct Time(SharedClock);

impl DatabaseClock for Time {
    fn now_unix_secs(&self) -> u64 {
        self.0.now().as_second().try_into().unwrap_or(0)
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}

#[derive(Clone)]
struct Running {
    address: String,
    database: Database,
}

/// The databases of all accounts.
pub(crate) struct Databases {
    tables: Vec<Table>,
    clock: SharedClock,
    region: String,
    running: Mutex<HashMap<String, Running>>,
    servers: std::sync::Mutex<Vec<AbortHandle>>,
    client: Client<HttpConnector, Body>,
}

impl Drop for Databases {
    fn drop(&mut self) {
        for server in super::super::state::lock(&self.servers).drain(..) {
            server.abort();
        }
    }
}

impl Databases {
    pub(crate) fn new(tables: Vec<Table>, clock: SharedClock, region: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            tables,
            clock,
            region: region.to_owned(),
            running: Mutex::default(),
            servers: std::sync::Mutex::default(),
            client: Client::builder(TokioExecutor::new()).build(connector),
        }
    }

    /// The partition key's attribute of a seeded table.
    pub(crate) fn key_of(&self, account: &str, table: &str) -> Option<String> {
        let known = self.tables.iter().find(|known| known.account == account && known.name == table);
        known.map(|known| known.key.clone())
    }

    /// Creates the seeded tables.
    pub(crate) async fn create_tables(&self) -> io::Result<()> {
        for table in &self.tables {
            self.set_up(table, "CreateTable", &creation(table)).await?;
            if let Some(attribute) = &table.ttl {
                let enable = json!({
                    "TableName": table.name,
                    "TimeToLiveSpecification": { "Enabled": true, "AttributeName": attribute },
                });
                self.set_up(table, "UpdateTimeToLive", &enable).await?;
            }
        }
        Ok(())
    }

    async fn set_up(&self, table: &Table, operation: &'static str, input: &Value) -> io::Result<()> {
        let body = Bytes::from(input.to_string());
        match self.forward(&table.account, operation, body).await {
            Ok((200, _)) => Ok(()),
            Ok((_, body)) => Err(io::Error::other(String::from_utf8_lossy(&body).into_owned())),
            Err(refusal) => Err(io::Error::other(refusal.message)),
        }
    }

    /// Deletes what has expired.
    pub(crate) async fn sweep(&self, account: &str) -> io::Result<usize> {
        let running = self.running(account).await?;
        running.database.sweep_ttl().map_err(io::Error::other)
    }

    async fn running(&self, account: &str) -> io::Result<Running> {
        let mut all = self.running.lock().await;
        if let Some(running) = all.get(account) {
            return Ok(running.clone());
        }
        let database = Database::memory_with_clock(Arc::new(Time(self.clock.clone()))).map_err(io::Error::other)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let running = Running { address: format!("http://{}/", listener.local_addr()?), database: database.clone() };
        let server = tokio::spawn(dynoxide::server::serve_on(listener, database));
        super::super::state::lock(&self.servers).push(server.abort_handle());
        all.insert(account.to_owned(), running.clone());
        Ok(running)
    }

    /// Asks the account's database; the status and body of its answer.
    pub(crate) async fn forward(&self, account: &str, operation: &str, body: Bytes) -> Result<(u16, Bytes), Refusal> {
        let lost = |_| Refusal::failed(Service::DynamoDb);
        let running = self.running(account).await.map_err(|_| Refusal::failed(Service::DynamoDb))?;
        let request = axum::http::Request::post(running.address)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("x-amz-date", "20260101T000000Z")
            // Who calls was found out before; the database only wants a header of the right form.
            .header("authorization", "AWS4-HMAC-SHA256 Credential=double/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none")
            .body(Body::from(body))
            .map_err(|_| Refusal::failed(Service::DynamoDb))?;
        let response = self.client.request(request).await.map_err(|_| Refusal::failed(Service::DynamoDb))?;
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(Body::new(response.into_body()), LARGEST_ANSWER).await.map_err(lost)?;
        Ok((status, self.localise(operation, account, body)))
    }

    /// The database has an account and a Region of its own, which only descriptions of tables show.
    fn localise(&self, operation: &str, account: &str, body: Bytes) -> Bytes {
        if !operation.ends_with("Table") {
            return body;
        }
        let made_up =
            format!("arn:aws:dynamodb:{}:{}:", dynoxide::streams::LOCAL_REGION, dynoxide::streams::LOCAL_ACCOUNT);
        let real = format!("arn:aws:dynamodb:{}:{account}:", self.region);
        Bytes::from(String::from_utf8_lossy(&body).replace(&made_up, &real))
    }
}

/// What `CreateTable` is asked for.
fn creation(table: &Table) -> Value {
    let mut attributes = BTreeSet::from([table.key.as_str()]);
    let mut indexes = Vec::new();
    for index in &table.indexes {
        let mut schema = vec![json!({ "AttributeName": index.hash, "KeyType": "HASH" })];
        schema.extend(index.range.as_ref().map(|range| json!({ "AttributeName": range, "KeyType": "RANGE" })));
        attributes.extend([index.hash.as_str()].into_iter().chain(index.range.as_deref()));
        indexes.push(json!({
            "IndexName": index.name,
            "KeySchema": schema,
            "Projection": { "ProjectionType": "KEYS_ONLY" },
        }));
    }
    let attribute = |name: &&str| json!({ "AttributeName": name, "AttributeType": "S" });
    let mut create = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes.iter().map(attribute).collect::<Vec<_>>(),
        "KeySchema": [{ "AttributeName": table.key, "KeyType": "HASH" }],
    });
    // An empty list of indexes is refused.
    if !indexes.is_empty() {
        create["GlobalSecondaryIndexes"] = json!(indexes);
    }
    create
}
