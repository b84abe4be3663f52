//! The wire between one function and AWS: it counts the calls by the item that they are for, and a test decides what
//! becomes of each.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::sync::Notify;

use super::timeline::Timeline;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It reaches AWS and its answer comes back.
    Through,
    /// AWS has done it, and the connection breaks before the answer.
    AnswerLost,
    /// The connection breaks before AWS has it.
    Lost,
    /// DynamoDB refuses it: a transaction is at the item. Its SDK does not try again by itself.
    Conflict,
    /// The function dies before it.
    DiesBefore,
    /// The function dies after it: AWS has done it, and nobody hears of it.
    DiesAfter,
}

/// A call as a test sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// AWS's name of it.
    pub operation: String,
    /// The partition key of an update or a read; empty for all else.
    pub key: String,
    /// The HTTP status of the answer; 0 when there was none.
    pub status: u16,
}

impl Call {
    /// Whether it only looks.
    pub fn is_read(&self) -> bool {
        ["GetItem", "BatchGetItem", "Query"].contains(&self.operation.as_str())
    }

    /// Whether it takes from an item whose key begins so: `B#` a pool, `C#` a budget, `R#` a clock.
    pub fn is_update_of(&self, prefix: &str) -> bool {
        self.operation == "UpdateItem" && self.key.starts_with(prefix)
    }
}

type Decide = Box<dyn FnMut(&Call) -> Fate + Send>;

/// One function's wire.
#[derive(Clone)]
pub struct Wire(Arc<Line>);

struct Line {
    decide: Mutex<Decide>,
    timeline: Option<Timeline>,
    calls: Mutex<Vec<Call>>,
    dead: AtomicBool,
    died: Notify,
}

impl Wire {
    /// A wire on which all goes through.
    pub fn sound() -> Self {
        Self::new(|_| Fate::Through)
    }

    /// A wire on which `decide` says what becomes of each call.
    pub fn new(decide: impl FnMut(&Call) -> Fate + Send + 'static) -> Self {
        Self::made(decide, None)
    }

    /// A wire on which all goes through and takes its time.
    pub fn on_a_timeline(timeline: &Timeline) -> Self {
        Self::made(|_| Fate::Through, Some(timeline.clone()))
    }

    fn made(decide: impl FnMut(&Call) -> Fate + Send + 'static, timeline: Option<Timeline>) -> Self {
        let (dead, died) = (AtomicBool::new(false), Notify::new());
        Self(Arc::new(Line { decide: Mutex::new(Box::new(decide)), timeline, calls: Mutex::default(), dead, died }))
    }

    pub fn client(&self) -> SharedHttpClient {
        let real = aws_smithy_http_client::Builder::new().build_http();
        SharedHttpClient::new(Client { wire: self.clone(), real })
    }

    pub fn calls(&self) -> Vec<Call> {
        lock(&self.0.calls).clone()
    }

    pub fn clear(&self) {
        lock(&self.0.calls).clear();
    }

    /// How often each item was updated, by its key.
    pub fn updates(&self) -> BTreeMap<String, usize> {
        let mut updates = BTreeMap::new();
        for call in lock(&self.0.calls).iter().filter(|call| call.operation == "UpdateItem") {
            *updates.entry(call.key.clone()).or_default() += 1;
        }
        updates
    }

    /// Returns when the function has died.
    pub async fn died(&self) {
        let died = self.0.died.notified();
        if !self.0.dead.load(Ordering::SeqCst) {
            died.await;
        }
    }

    async fn die(&self) -> ! {
        self.0.dead.store(true, Ordering::SeqCst);
        self.0.died.notify_waiters();
        std::future::pending().await
    }

    async fn pass(&self, connector: SharedHttpConnector, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        if self.0.dead.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let mut call = describe(&request);
        let fate = (lock(&self.0.decide))(&call);
        let broken = || ConnectorError::io("the connection broke".into());
        let answer = match fate {
            Fate::Through => match &self.0.timeline {
                Some(timeline) => timeline.call(connector.call(request)).await,
                None => connector.call(request).await,
            },
            Fate::Lost => Err(broken()),
            Fate::Conflict => Ok(conflict()),
            Fate::AnswerLost => {
                drop(connector.call(request).await);
                Err(broken())
            }
            Fate::DiesBefore => self.die().await,
            Fate::DiesAfter => {
                drop(connector.call(request).await);
                self.die().await
            }
        };
        call.status = answer.as_ref().map_or(0, |answer| answer.status().as_u16());
        lock(&self.0.calls).push(call);
        answer
    }
}

fn conflict() -> HttpResponse {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"Transaction is ongoing for the item"}"#;
    HttpResponse::new(400.try_into().expect("a status"), body.into())
}

fn describe(request: &HttpRequest) -> Call {
    let body: serde_json::Value =
        request.body().bytes().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
    let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
    let key = body.pointer("/Key/pk/S").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let without_target = if request.method() == "GET" { "no operation" } else { "AssumeRole" };
    Call { operation: target.unwrap_or(without_target).to_owned(), key, status: 0 }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

#[derive(Debug)]
struct Client {
    wire: Wire,
    real: SharedHttpClient,
}

impl HttpClient for Client {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let real = self.real.http_connector(settings, components);
        SharedHttpConnector::new(Connector { wire: self.wire.clone(), real })
    }
}

#[derive(Debug)]
struct Connector {
    wire: Wire,
    real: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (wire, real) = (self.wire.clone(), self.real.clone());
        HttpConnectorFuture::new(async move { wire.pass(real, request).await })
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
