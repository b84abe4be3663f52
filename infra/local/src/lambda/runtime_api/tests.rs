use std::io::{Read, Write};

use super::*;

/// One request on a connection of its own; gives the status and the whole answer.
async fn send(address: String, method: &'static str, path: String, body: String) -> (u16, String) {
    let exchange = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let head = format!("{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        // A refusal may come before the whole body is read.
        let sent = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(|error| format!("{error} after {sent:?}")).unwrap();
        (answer[9..12].parse().unwrap(), answer)
    });
    exchange.await.unwrap()
}

fn invocation(request_id: &str) -> Invocation {
    Invocation {
        request_id: request_id.to_owned(),
        deadline: "2030-01-01T00:00:30Z".parse().unwrap(),
        function_arn: "arn:aws:lambda:us-east-1:222222222222:function:f".to_owned(),
        trace_id: "Root=1-0-0".to_owned(),
        event: r#"{"a":1}"#.to_owned(),
    }
}

async fn answered_with(path: &str, body: &str) -> (u16, Answer) {
    let api = RuntimeApi::start().await.unwrap();
    let posted = async {
        let (status, next) = send(api.address(), "GET", "invocation/next".to_owned(), String::new()).await;
        assert_eq!(status, 200);
        for part in ["lambda-runtime-aws-request-id: 1b", "lambda-runtime-deadline-ms: 1893456030000", r#"{"a":1}"#] {
            assert!(next.contains(part), "{next}");
        }
        send(api.address(), "POST", path.to_owned(), body.to_owned()).await.0
    };
    let (answer, status) = tokio::join!(api.invoke(invocation("1b")), posted);
    (status, answer)
}

#[tokio::test]
async fn an_answer_is_json_and_an_empty_one_is_null() {
    assert_eq!(answered_with("invocation/1b/response", r#"{"b":2}"#).await, (202, Ok(serde_json::json!({"b": 2}))));
    assert_eq!(answered_with("invocation/1b/response", "").await, (202, Ok(Value::Null)));
    let (status, answer) = answered_with("invocation/1b/response", "{not json").await;
    assert_eq!((status, answer.unwrap_err().error_type.as_str()), (202, "Runtime.InvalidResponse"));
}

#[tokio::test]
async fn an_error_keeps_its_type_and_message() {
    let body = r#"{"errorType":"Mine","errorMessage":"what happened"}"#;
    let answer = answered_with("invocation/1b/error", body).await;
    assert_eq!(answer, (202, Err(FunctionError::new("Mine", "what happened"))));
}

#[tokio::test]
async fn an_answer_above_lambdas_limit_is_an_error() {
    let (_, answer) = answered_with("invocation/1b/response", &format!("\"{}\"", "x".repeat(MOST_ANSWER_BYTES))).await;
    assert_eq!(answer.unwrap_err().error_type, "Function.ResponseSizeTooLarge");
}

#[tokio::test]
async fn only_the_invocation_that_runs_can_be_answered() {
    let api = RuntimeApi::start().await.unwrap();
    let (status, _) = send(api.address(), "POST", "invocation/1b/response".to_owned(), "{}".to_owned()).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_process_is_ready_when_it_first_asks_for_an_event() {
    let api = RuntimeApi::start().await.unwrap();
    let address = api.address();
    let asking = tokio::spawn(send(address, "GET", "invocation/next".to_owned(), String::new()));
    assert_eq!(api.started().await, Ok(()));
    asking.abort();
}
