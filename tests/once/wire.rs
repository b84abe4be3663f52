//! The wire between a function and AWS: every call of the function passes it, and a test decides what becomes of each.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use tokio::sync::Notify;

use super::turns::Turns;
use super::waves::Waves;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It reaches AWS and its answer comes back.
    Through,
    /// The function dies before it: the call never reaches AWS.
    DiesBefore,
    /// The function dies after it: AWS has done it, and nobody hears of it.
    DiesAfter,
    /// The function dies, and the call reaches AWS later ([`Wire::deliver_late`]).
    DiesAndComesLate,
    /// AWS has done it, and the connection breaks before the answer.
    AnswerLost,
    /// AWS has done it, and something on the way has put a page of its own in the place of the answer.
    Garbled,
    /// Nobody listens at the other end.
    Refused,
    /// No answer, for as long as anybody waits.
    Hangs,
}

/// A call as a test sees it.
#[derive(Clone, Debug)]
pub struct Call {
    /// AWS's name of it.
    pub operation: String,
    /// It writes a ledger record: the first such call of a batch claims, a later one records.
    pub ledger: bool,
}

type Decide = Box<dyn FnMut(&Call) -> Fate + Send>;

/// One function's wire.
#[derive(Clone)]
pub struct Wire(Arc<Line>);

struct Line {
    decide: Mutex<Decide>,
    turns: Option<Turns>,
    waves: Option<Waves>,
    calls: Mutex<Vec<Call>>,
    late: Mutex<VecDeque<(SharedHttpConnector, HttpRequest)>>,
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
        Self::made(decide, None, None)
    }

    /// A wire on which all goes through, in waves.
    pub fn in_waves(waves: &Waves) -> Self {
        Self::made(|_| Fate::Through, None, Some(waves.clone()))
    }

    /// A wire on which `decide` says what becomes of each call, and calls wait for their turn among those of other
    /// functions.
    pub fn with_turns(decide: impl FnMut(&Call) -> Fate + Send + 'static, turns: Turns) -> Self {
        Self::made(decide, Some(turns), None)
    }

    fn made(decide: impl FnMut(&Call) -> Fate + Send + 'static, turns: Option<Turns>, waves: Option<Waves>) -> Self {
        Self(Arc::new(Line {
            decide: Mutex::new(Box::new(decide)),
            turns,
            waves,
            calls: Mutex::default(),
            late: Mutex::default(),
            dead: AtomicBool::new(false),
            died: Notify::new(),
        }))
    }

    /// The client that the function is given.
    pub fn client(&self) -> SharedHttpClient {
        let real = aws_smithy_http_client::Builder::new().build_http();
        SharedHttpClient::new(Client { wire: self.clone(), real })
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.0.calls).clone()
    }

    pub fn clear(&self) {
        lock(&self.0.calls).clear();
    }

    /// Returns when the function has died.
    pub async fn died(&self) {
        let died = self.0.died.notified();
        if !self.0.dead.load(Ordering::SeqCst) {
            died.await;
        }
    }

    /// Whether the function is dead: an environment that died is not used again.
    pub fn is_dead(&self) -> bool {
        self.0.dead.load(Ordering::SeqCst)
    }

    /// Lets a call of a dead function arrive at AWS after all.
    pub async fn deliver_late(&self) {
        let late = lock(&self.0.late).pop_front();
        if let Some((connector, request)) = late {
            // Nobody is left to hear the answer, or that there is none.
            drop(connector.call(request).await);
        }
    }

    async fn die(&self) -> ! {
        self.0.dead.store(true, Ordering::SeqCst);
        self.0.died.notify_waiters();
        std::future::pending().await
    }

    async fn pass(
        &self,
        connector: SharedHttpConnector,
        mut request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        if self.is_dead() {
            std::future::pending::<()>().await;
        }
        let turn = match &self.0.turns {
            Some(turns) => turns.mine().await,
            None => None,
        };
        let call = describe(&request);
        if let Some(waves) = &self.0.waves {
            let flight = waves.mine(&call.operation).await;
            lock(&self.0.calls).push(call);
            let answer = whole(connector.call(request).await?).await;
            drop(flight);
            return answer;
        }
        let fate = (lock(&self.0.decide))(&call);
        lock(&self.0.calls).push(call);
        match fate {
            Fate::Through => connector.call(request).await,
            Fate::DiesBefore => {
                drop(turn);
                self.die().await
            }
            Fate::DiesAfter => {
                drop(connector.call(request).await);
                drop(turn);
                self.die().await
            }
            Fate::DiesAndComesLate => {
                lock(&self.0.late).push_back((connector, request));
                drop(turn);
                self.die().await
            }
            Fate::AnswerLost => {
                drop(connector.call(request).await);
                Err(ConnectorError::io("the connection broke before the answer".into()))
            }
            Fate::Garbled => {
                let mut answer = whole(connector.call(request).await?).await?;
                *answer.body_mut() = SdkBody::from("<html>One moment, please</html>");
                Ok(answer)
            }
            Fate::Refused => {
                request.set_uri(format!("http://127.0.0.1:{}/", free_port())).expect("a valid address");
                connector.call(request).await
            }
            Fate::Hangs => {
                drop(turn);
                std::future::pending().await
            }
        }
    }
}

/// The answer with all of its body, so that nothing of it is still under way.
async fn whole(mut answer: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let body = ByteStream::new(answer.take_body()).collect().await;
    let body = body.map_err(|error| ConnectorError::io(error.into()))?;
    *answer.body_mut() = SdkBody::from(body.to_vec());
    Ok(answer)
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn describe(request: &HttpRequest) -> Call {
    let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
    let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
    let action = || body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or("no operation");
    let operation = target.unwrap_or_else(action).to_owned();
    let ledger = matches!(operation.as_str(), "UpdateItem" | "TransactWriteItems") && body.contains("\"L#");
    Call { operation, ledger }
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
