//! The HTTP server: it finds out which operation is meant and who calls, lets faults and latency have their way,
//! and writes the answer as the operation's service does.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::caller::Caller;
use super::calls::Call;
use super::faults::Action;
use super::form::Form;
use super::refusal::Refusal;
use super::service::{Operation, Protocol, Service};
use super::shape::Members;
use super::state::State;
use super::{cbor, cloudwatch, control, dynamodb, events, sms, sns, sqs, stranger, sts};

/// The header by which a request says that it is CBOR.
const CBOR: &str = "smithy-protocol";

/// DynamoDB takes the largest bodies.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// A request, ready to be done.
pub(crate) struct Request {
    pub(crate) operation: Operation,
    pub(crate) caller: Caller,
    pub(crate) input: Input,
    pub(crate) fault: Option<Action>,
}

/// What the request says.
pub(crate) enum Input {
    Json(Value, Bytes),
    Form(Form),
}

/// What is answered when all went well.
pub(crate) enum Answer {
    Json(Value),
    /// The inside of the `…Result` element.
    Xml(String),
    /// Another server's answer as it stands.
    Raw(u16, Bytes),
}

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was dropped on order")]
struct Dropped;

/// Serves until `stop` changes or its sender is gone.
pub(crate) async fn serve(listener: TcpListener, state: Arc<State>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(connection(stream, state.clone(), stop.clone()));
                }
                // Out of file descriptors, most likely: others will be closed in a moment.
                Err(error) => {
                    tracing::warn!(%error, "the double could not accept a connection");
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
            }
        }
    }
}

async fn connection(stream: TcpStream, state: Arc<State>, mut stop: watch::Receiver<bool>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let service = service_fn(move |request| answer(state.clone(), request));
    let serving = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        _ = stop.changed() => {}
        // Clients that go away and connections dropped on order both end here; neither is anybody's mistake.
        ended = serving => if let Err(error) = ended { tracing::debug!(%error, "a connection ended early") },
    }
}

async fn answer(state: Arc<State>, request: axum::http::Request<Incoming>) -> Result<Response<Body>, Dropped> {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(Body::new(body), LARGEST_BODY).await else {
        return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large or was cut off"));
    };
    if head.uri.path().starts_with("/_tendlc/") {
        return Ok(control::answer(&state, &head, &body));
    }
    let form = !["x-amz-target", CBOR].iter().any(|name| head.headers.contains_key(*name));
    let form = form.then(|| Form::parse(&body));
    let operation = match which(&head, form.as_ref()) {
        Ok(operation) => operation,
        Err(Some((service, name))) => {
            let refusal = Refusal::unknown_operation(service, &name);
            return Ok(write(service, &name, Err(refusal)).0);
        }
        Err(None) => return Ok(plain(StatusCode::NOT_FOUND, "neither X-Amz-Target nor Action names an operation")),
    };
    let mut call = Call {
        operation: operation.name,
        start: state.calls.elapsed(),
        end: state.calls.elapsed(),
        request_bytes: body.len(),
        response_bytes: 0,
        status: 0,
    };
    let result = match admit(&state, operation, &head, form, body) {
        Err(refusal) => Err(refusal),
        Ok(request) => match request.fault {
            Some(Action::Hang) => {
                state.calls.record(call, false);
                let never: Infallible = std::future::pending().await;
                match never {}
            }
            Some(Action::Drop) => {
                state.calls.record(call, false);
                return Err(Dropped);
            }
            // A client that stops waiting does not undo what AWS has begun, except that a long poll gives up.
            _ if operation.name == "ReceiveMessage" => perform(&state, request).await,
            _ => {
                let working = tokio::spawn({
                    let state = state.clone();
                    async move { perform(&state, request).await }
                });
                working.await.unwrap_or_else(|_| Err(Refusal::failed(operation.service)))
            }
        },
    };
    let throttled = result.as_ref().err().is_some_and(Refusal::is_throttle);
    let (response, size) = write(operation.service, operation.name, result);
    call.end = state.calls.elapsed();
    (call.response_bytes, call.status) = (size, response.status().as_u16());
    state.calls.record(call, throttled);
    Ok(response)
}

/// The operation that is meant; else the service and the name, as far as they can be told.
fn which(head: &Parts, form: Option<&Form>) -> Result<Operation, Option<(Service, String)>> {
    if let Some(form) = form {
        let action = form.get("Action").ok_or(None)?;
        return Operation::of_action(action).ok_or_else(|| Some((Service::Sts, action.to_owned())));
    }
    if head.headers.contains_key(CBOR) {
        let (service, operation) = Operation::of_path(head.uri.path()).ok_or(None)?;
        return operation.ok_or_else(|| Some((service, head.uri.path().to_owned())));
    }
    let target = head.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).ok_or(None)?;
    let (service, operation) = Operation::of_target(target).ok_or(None)?;
    operation.ok_or_else(|| Some((service, target.rsplit('.').next().unwrap_or_default().to_owned())))
}

/// Checks who calls, reads the input, and takes a fault if one is due.
fn admit(
    state: &State,
    operation: Operation,
    head: &Parts,
    form: Option<Form>,
    body: Bytes,
) -> Result<Request, Refusal> {
    let service = operation.service;
    let strangers = state.strangers.as_ref();
    let caller = state.sessions.caller(service, &state.region, state.now(), &head.headers, strangers.is_some())?;
    let input = match form {
        Some(form) => Input::Form(form),
        None if service.protocol() == Protocol::Cbor => Input::Json(cbor::read(&body)?, body),
        None if body.is_empty() => Input::Json(Value::Object(serde_json::Map::new()), body),
        None => {
            let value: Value = serde_json::from_slice(&body).map_err(|_| Refusal::unreadable("input"))?;
            if !value.is_object() {
                return Err(Refusal::unreadable("input"));
            }
            Input::Json(value, body)
        }
    };
    let stranger = || strangers.map(|strangers| stranger::caller(state, strangers, operation, &input));
    let caller = caller.or_else(stranger).ok_or_else(|| Refusal::unknown_token(service))?;
    let to = match &input {
        Input::Json(value, _) => value.get("DestinationPhoneNumber").and_then(Value::as_str),
        Input::Form(form) => form.get("PhoneNumber"),
    };
    let fault = state.faults.take(operation.name, to);
    Ok(Request { operation, caller, input, fault })
}

async fn perform(state: &State, request: Request) -> Result<Answer, Refusal> {
    let service = request.operation.service;
    let latency = state.calls.latency(request.operation);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    match request.fault {
        Some(Action::Throttle) => return Err(Refusal::throttled(service)),
        Some(Action::Error) => return Err(Refusal::failed(service)),
        Some(Action::Deny) => {
            let action = format!("{}:{}", service.signing_name(), request.operation.name);
            return Err(Refusal::denied(service, &request.caller.arn(), &action, "*"));
        }
        _ => {}
    }
    let fails_afterwards = request.fault == Some(Action::FailAfterAccept);
    let result = match service {
        Service::Sts => sts::perform(state, &request),
        Service::SmsVoice => sms::perform(state, &request),
        Service::Sns => sns::perform(state, &request),
        Service::Sqs => sqs::perform(state, &request).await,
        Service::Events => events::perform(state, &request),
        Service::DynamoDb => dynamodb::perform(state, &request).await,
        Service::CloudWatch => cloudwatch::perform(state, &request),
    };
    if fails_afterwards && result.is_ok() { Err(Refusal::failed(service)) } else { result }
}

/// The response, and the size of its body.
fn write(service: Service, operation: &str, result: Result<Answer, Refusal>) -> (Response<Body>, usize) {
    let id = uuid::Uuid::new_v4().to_string();
    let mut query_error = None;
    let (status, body) = match result {
        Ok(Answer::Json(value)) if service.protocol() == Protocol::Cbor => (200, Bytes::from(cbor::write(&value))),
        Ok(Answer::Json(value)) => (200, Bytes::from(value.to_string())),
        Ok(Answer::Raw(status, body)) => (status, body),
        Ok(Answer::Xml(inside)) => {
            let namespace = service.xml_namespace();
            let body = format!(
                "<{operation}Response xmlns=\"{namespace}\"><{operation}Result>{inside}</{operation}Result>\
                 <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
            );
            (200, Bytes::from(body))
        }
        Err(refusal) => {
            if service == Service::Sqs {
                query_error = Some(refusal.query_error());
            }
            let body = match service.protocol() {
                Protocol::Json => Bytes::from(refusal.json(service).to_string()),
                Protocol::Query => Bytes::from(refusal.xml(service, &id)),
                Protocol::Cbor => Bytes::from(cbor::write(&refusal.json(service))),
            };
            (refusal.status, body)
        }
    };
    let size = body.len();
    let mut response = Response::builder()
        .status(status)
        .header("content-type", service.content_type())
        .header("x-amzn-requestid", id);
    if service.protocol() == Protocol::Cbor {
        response = response.header(CBOR, "rpc-v2-cbor");
    }
    if let Some(error) = query_error {
        response = response.header("x-amzn-query-error", error);
    }
    let response = response.body(Body::from(body));
    (response.unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR, "the answer could not be written")), size)
}

/// A response of the double's own.
pub(crate) fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = status;
    response
}

impl Request {
    /// The input of a JSON operation.
    pub(crate) fn members(&self) -> Result<Members<'_>, Refusal> {
        match &self.input {
            Input::Json(value, _) => Members::of(value),
            Input::Form(_) => Err(Refusal::unreadable("input")),
        }
    }

    /// The input of a query operation.
    pub(crate) fn form(&self) -> Result<&Form, Refusal> {
        match &self.input {
            Input::Form(form) => Ok(form),
            Input::Json(..) => Err(Refusal::unreadable("input")),
        }
    }

    /// The refusal for an action on a resource.
    pub(crate) fn denied(&self, action: &str, resource: &str) -> Refusal {
        Refusal::denied(self.operation.service, &self.caller.arn(), action, resource)
    }
}

/// Binds `127.0.0.1`, on any free port when none is given.
pub(crate) async fn bind(port: Option<u16>) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port.unwrap_or(0))).await
}
