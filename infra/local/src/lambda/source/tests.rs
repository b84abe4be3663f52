use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::*;
use crate::lambda::function_error::FunctionError;

type Answer = Result<Value, FunctionError>;

/// A queue over HTTP, which hands out each message once.
#[derive(Debug, Default)]
struct Queue {
    batches: Mutex<VecDeque<Vec<&'static str>>>,
    asked: Mutex<Vec<Value>>,
    deleted: Mutex<Vec<String>>,
}

async fn serve(State(queue): State<Arc<Queue>>, headers: HeaderMap, body: Bytes) -> String {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let operation = headers["x-amz-target"].to_str().unwrap().to_owned();
    if operation == "AmazonSQS.DeleteMessageBatch" {
        let handles =
            request["Entries"].as_array().unwrap().iter().map(|e| e["ReceiptHandle"].as_str().unwrap().to_owned());
        queue.deleted.lock().unwrap().extend(handles);
        return json!({"Successful": [], "Failed": []}).to_string();
    }
    queue.asked.lock().unwrap().push(request);
    let batch = queue.batches.lock().unwrap().pop_front().unwrap_or_default();
    let message =
        |id: &&str| json!({"MessageId": id, "ReceiptHandle": format!("{id}-handle"), "Body": "{}", "MD5OfBody": ""});
    json!({"Messages": batch.iter().map(message).collect::<Vec<_>>()}).to_string()
}

async fn listen(batches: &[&[&'static str]]) -> (Arc<Queue>, Client) {
    let queue = Arc::new(Queue::default());
    queue.batches.lock().unwrap().extend(batches.iter().map(|batch| batch.to_vec()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().route("/", post(serve)).with_state(queue.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("222222222222", "secret", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(format!("http://{address}"));
    (queue, Client::from_conf(config.build()))
}

/// A function that answers every batch alike.
#[derive(Debug)]
struct Fixed {
    answer: Answer,
    at_work: AtomicUsize,
    most_at_work: AtomicUsize,
    batches: Mutex<Vec<usize>>,
}

impl Invoke for Fixed {
    async fn invoke(&self, event: Value) -> Answer {
        let at_work = self.at_work.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_work.fetch_max(at_work, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.at_work.fetch_sub(1, Ordering::SeqCst);
        self.batches.lock().unwrap().push(event["Records"].as_array().unwrap().len());
        self.answer.clone()
    }
}

struct Ran {
    deleted: Vec<String>,
    asked: Value,
    most_at_work: usize,
}

async fn run(batches: &[&[&'static str]], answer: Answer, response: FunctionResponse, most: usize) -> Ran {
    let (queue, client) = listen(batches).await;
    let function = Arc::new(Fixed {
        answer,
        at_work: AtomicUsize::new(0),
        most_at_work: AtomicUsize::new(0),
        batches: Mutex::default(),
    });
    let source = Source {
        client,
        queue_url: "http://sqs.us-east-1.amazonaws.com/222222222222/tendlc-send".to_owned(),
        queue_arn: "arn:aws:sqs:us-east-1:222222222222:tendlc-send".parse().unwrap(),
        function: function.clone(),
        batch_size: NonZeroU8::new(10).unwrap(),
        max_concurrency: NonZeroUsize::new(most).unwrap(),
        response,
    };
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(source.run(stopped));
    while function.batches.lock().unwrap().len() < batches.len() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(true).unwrap();
    timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
    let deleted = std::mem::take(&mut *queue.deleted.lock().unwrap());
    let asked = queue.asked.lock().unwrap()[0].clone();
    Ran { deleted, asked, most_at_work: function.most_at_work.load(Ordering::SeqCst) }
}

const REPORTS: FunctionResponse = FunctionResponse::ReportBatchItemFailures;

#[tokio::test]
async fn what_succeeded_is_deleted_and_what_failed_is_left() {
    let answer = Ok(json!({"batchItemFailures": [{"itemIdentifier": "b"}]}));
    let ran = run(&[&["a", "b", "c"]], answer, REPORTS, 1).await;
    assert_eq!(ran.deleted, ["a-handle", "c-handle"]);
}

#[tokio::test]
async fn the_queue_is_asked_for_everything_that_a_record_holds() {
    let ran = run(&[&["a"]], Ok(Value::Null), REPORTS, 1).await;
    assert_eq!(ran.asked["MaxNumberOfMessages"], 10);
    assert_eq!(ran.asked["MessageAttributeNames"], json!(["All"]));
    assert_eq!(ran.asked["MessageSystemAttributeNames"], json!(["All"]));
    assert_eq!(ran.deleted, ["a-handle"]);
}

#[tokio::test]
async fn an_error_or_a_bad_response_deletes_nothing() {
    let answers = [Err(FunctionError::new("Mine", "")), Ok(json!({"batchItemFailures": [{"itemIdentifier": ""}]}))];
    for answer in answers {
        let ran = run(&[&["a", "b"]], answer, REPORTS, 1).await;
        assert_eq!(ran.deleted, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_mapping_that_ignores_the_response_deletes_the_whole_batch() {
    let answer = Ok(json!({"batchItemFailures": [{"itemIdentifier": "b"}]}));
    let ran = run(&[&["a", "b"]], answer, FunctionResponse::Ignored, 1).await;
    assert_eq!(ran.deleted, ["a-handle", "b-handle"]);
}

#[tokio::test]
async fn no_more_than_the_given_invocations_run_at_once() {
    let batches: [&[&str]; 5] = [&["a"], &["b"], &["c"], &["d"], &["e"]];
    let ran = run(&batches, Ok(Value::Null), REPORTS, 2).await;
    assert_eq!((ran.most_at_work, ran.deleted.len()), (2, 5));
}
