//! The Lambda Runtime API (2018-06-01) for one function process: what a runtime polls, and where it answers.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::function_error::FunctionError;

/// Lambda's limit on what a function may answer with.
const MOST_ANSWER_BYTES: usize = 6 * 1024 * 1024 + 100;

/// What an invocation ended with.
pub(super) type Answer = Result<Value, FunctionError>;

/// An event on its way to a function.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) request_id: String,
    pub(super) deadline: Timestamp,
    pub(super) function_arn: String,
    pub(super) trace_id: String,
    /// JSON.
    pub(super) event: String,
}

/// How far the process has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has not asked for an event yet.
    Starting,
    /// It has.
    Ready,
    /// It said that it cannot start.
    Failed(FunctionError),
}

/// The API of one process; it ends with this value.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
    events: mpsc::Sender<Invocation>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    phase: watch::Sender<Phase>,
    events: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    running: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
}

impl RuntimeApi {
    /// Listens on a free port of 127.0.0.1.
    pub(super) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (events, receiver) = mpsc::channel(1);
        let shared = Arc::new(Shared {
            phase: watch::Sender::new(Phase::Starting),
            events: tokio::sync::Mutex::new(receiver),
            running: Mutex::new(None),
        });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::max(MOST_ANSWER_BYTES))
            .with_state(shared.clone());
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the Runtime API stopped");
            }
        });
        Ok(Self { address, shared, events, server })
    }

    /// Host and port, as AWS_LAMBDA_RUNTIME_API wants it.
    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Waits until the process is ready or has said that it cannot be.
    pub(super) async fn started(&self) -> Result<(), FunctionError> {
        let mut phase = self.shared.phase.subscribe();
        // The sender lives in `shared`, so the wait itself cannot fail.
        match phase.wait_for(|phase| *phase != Phase::Starting).await.as_deref() {
            Ok(Phase::Failed(error)) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// The error that the process has said it cannot start with.
    pub(super) fn init_error(&self) -> Option<FunctionError> {
        match &*self.shared.phase.borrow() {
            Phase::Failed(error) => Some(error.clone()),
            Phase::Starting | Phase::Ready => None,
        }
    }

    /// Hands the event to the process and waits for its answer.
    pub(super) async fn invoke(&self, invocation: Invocation) -> Answer {
        let (sender, answer) = oneshot::channel();
        *lock(&self.shared.running) = Some((invocation.request_id.clone(), sender));
        let gone = || FunctionError::new("Runtime.Unknown", "the Runtime API has stopped");
        self.events.send(invocation).await.map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.phase.send_if_modified(|phase| {
        let first = *phase == Phase::Starting;
        if first {
            *phase = Phase::Ready;
        }
        first
    });
    // No event is lost when the process goes away during the wait: `recv` takes one only as it returns.
    let Some(invocation) = shared.events.lock().await.recv().await else {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, "Runtime.Unknown", "the Runtime API has stopped");
    };
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", invocation.request_id),
        ("lambda-runtime-deadline-ms", invocation.deadline.as_millisecond().to_string()),
        ("lambda-runtime-invoked-function-arn", invocation.function_arn),
        ("lambda-runtime-trace-id", invocation.trace_id),
    ];
    (headers, invocation.event).into_response()
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let answer = match body {
        // AWS takes an empty answer for null.
        Ok(body) if body.is_empty() => Ok(Value::Null),
        Ok(body) => serde_json::from_slice(&body)
            .map_err(|_| FunctionError::new("Runtime.InvalidResponse", "the function's answer is not JSON")),
        Err(_) => Err(FunctionError::new(
            "Function.ResponseSizeTooLarge",
            format!("Response payload size exceeded maximum allowed payload size ({MOST_ANSWER_BYTES} bytes)."),
        )),
    };
    shared.answer(&id, answer)
}

async fn error(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    shared.answer(&id, Err(posted(&headers, &body.unwrap_or_default())))
}

async fn init_error(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    shared.phase.send_replace(Phase::Failed(posted(&headers, &body.unwrap_or_default())));
    accepted()
}

impl Shared {
    /// Only the invocation that runs can be answered, and only once.
    fn answer(&self, id: &str, answer: Answer) -> Response {
        let running = lock(&self.running).take_if(|(running, _)| running == id);
        match running.map(|(_, sender)| sender.send(answer)) {
            Some(Ok(())) => accepted(),
            Some(Err(_)) | None => refuse(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
        }
    }
}

fn posted(headers: &HeaderMap, body: &[u8]) -> FunctionError {
    let error_type = headers.get("lambda-runtime-function-error-type").and_then(|value| value.to_str().ok());
    FunctionError::posted(body, error_type)
}

fn accepted() -> Response {
    json(StatusCode::ACCEPTED, &serde_json::json!({"status": "OK"}))
}

fn refuse(status: StatusCode, error_type: &str, error_message: &str) -> Response {
    json(status, &serde_json::json!({"errorType": error_type, "errorMessage": error_message}))
}

fn json(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests;
