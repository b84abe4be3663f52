//! The double's own paths under `/_tendlc/`, for harnesses that are not written in Rust.

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{Method, Response, StatusCode};
use serde_json::json;

use super::faults::Fault;
use super::server::plain;
use super::state::State;

pub(crate) fn answer(state: &State, head: &Parts, body: &Bytes) -> Response<Body> {
    match (&head.method, head.uri.path()) {
        (&Method::GET, "/_tendlc/sent") => json_response(&json!({ "sent": state.sms.sent() })),
        (&Method::GET, "/_tendlc/calls") => json_response(&json!({ "calls": state.calls.counts() })),
        (&Method::DELETE, "/_tendlc/calls") => {
            state.calls.clear();
            json_response(&json!({}))
        }
        (&Method::GET, "/_tendlc/faults") => json_response(&json!({ "faults": state.faults.list() })),
        (&Method::POST, "/_tendlc/faults") => set(state, body),
        (&Method::DELETE, "/_tendlc/faults") => {
            state.faults.clear();
            json_response(&json!({}))
        }
        _ => plain(StatusCode::NOT_FOUND, "there are GET sent, GET and DELETE calls, GET, POST and DELETE faults\n"),
    }
}

fn set(state: &State, body: &Bytes) -> Response<Body> {
    let fault: Result<Fault, String> = serde_json::from_slice(body).map_err(|error| error.to_string());
    match fault.and_then(|fault| state.faults.set(fault).map_err(|error| error.to_string())) {
        Ok(()) => json_response(&json!({})),
        Err(error) => {
            let mut response = json_response(&json!({ "error": error }));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
    }
}

fn json_response(value: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    response.headers_mut().insert("content-type", axum::http::HeaderValue::from_static("application/json"));
    response
}
