//! A running `tendlc local`, the accounts' own clients, and what it writes.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::types::Message;
use serde_json::{Value, json};

/// Something that does not happen for so long does not happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// The process; it is killed when this is dropped.
pub struct Running {
    child: Child,
    first: Value,
    written: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

type Output = BufReader<std::process::ChildStdout>;

/// What a process left behind.
pub struct Left {
    /// Its exit code; `None`: a signal ended it.
    pub code: Option<i32>,
    /// All that it and its functions wrote, on both streams, but for its first line.
    pub written: String,
}

impl Running {
    /// Starts it, and returns when its first line is there.
    pub fn start(arguments: &[&str]) -> Self {
        Self::with(arguments, &[])
    }

    pub fn with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let (mut running, mut output) = Self::spawn(&[&["--output", "json"], arguments].concat(), variables);
        let mut line = String::new();
        output.read_line(&mut line).expect("a first line");
        running.first =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line:?}; {}", running.written()));
        running.keep(output);
        running
    }

    /// Starts it as a person does, and returns when all that it says first is there: with that.
    pub fn for_a_person(arguments: &[&str]) -> (Self, String) {
        let (mut running, mut output) = Self::spawn(arguments, &[]);
        let mut welcome = String::new();
        while !welcome.ends_with("Ctrl-C ends it.\n") {
            let more = output.read_line(&mut welcome).expect("a line");
            assert!(more > 0, "it ended: {welcome}{}", running.written());
        }
        let endpoint = welcome.lines().next().and_then(|line| line.split("AWS_ENDPOINT_URL=").nth(1));
        running.first = json!({ "endpoints": { "AWS_ENDPOINT_URL": endpoint.expect("an endpoint") } });
        running.keep(output);
        (running, welcome)
    }

    fn spawn(arguments: &[&str], variables: &[(&str, &str)]) -> (Self, Output) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tendlc"))
            .arg("local")
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_remove("RUST_LOG")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let written = Arc::new(Mutex::new(String::new()));
        let errors = keep(child.stderr.take().expect("its standard error"), Arc::clone(&written));
        let output = BufReader::new(child.stdout.take().expect("its standard output"));
        (Self { child, first: Value::Null, written, readers: vec![errors] }, output)
    }

    fn keep(&mut self, output: Output) {
        self.readers.push(keep(output, Arc::clone(&self.written)));
    }

    /// The first line.
    pub fn first(&self) -> &Value {
        &self.first
    }

    pub fn endpoint(&self) -> &str {
        self.first["endpoints"]["AWS_ENDPOINT_URL"].as_str().expect("an endpoint")
    }

    /// A queue's URL.
    pub fn queue(&self, name: &str) -> String {
        self.first["queues"][name].as_str().unwrap_or_else(|| panic!("no queue {name}: {}", self.first)).to_owned()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// An account's own client configuration: its id is its access key here.
    pub fn account(&self, account: &str) -> SdkConfig {
        self.config(account, "local", None)
    }

    /// A client configuration with these keys.
    pub fn config(&self, key: &str, secret: &str, token: Option<&str>) -> SdkConfig {
        let credentials = Credentials::new(key, secret, token.map(str::to_owned), None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(self.endpoint())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build()
    }

    pub fn sqs(&self, account: &str) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.account(account))
    }

    /// Every text that was accepted, in order.
    pub fn sent(&self) -> Vec<Value> {
        let answer = self.http("GET", "/_tendlc/sent", "");
        let answer: Value = serde_json::from_str(&answer.1).expect("JSON");
        answer["sent"].as_array().expect("a list").clone()
    }

    /// The idempotency keys of the texts that were accepted, in order.
    pub fn sent_ids(&self) -> Vec<String> {
        let ids = self.sent().into_iter().map(|text| text["context"]["tendlc-id"].as_str().expect("an id").to_owned());
        ids.collect()
    }

    pub fn fault(&self, fault: &Value) {
        let (status, body) = self.http("POST", "/_tendlc/faults", &fault.to_string());
        assert_eq!(status, 200, "{body}");
    }

    /// One request to the system's own paths: status and body.
    pub fn http(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let address = self.endpoint().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("it listens");
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        (head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status"), body.to_owned())
    }

    /// Waits until so many texts were accepted.
    pub async fn until_sent(&self, many: usize) {
        self.until(&format!("{many} texts"), || self.sent().len() >= many).await;
    }

    /// Waits for something.
    pub async fn until(&self, what: &str, mut happened: impl FnMut() -> bool) {
        let give_up = Instant::now() + PATIENCE;
        while !happened() {
            assert!(Instant::now() < give_up, "no {what}; it wrote {}", self.written());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Takes a message off a queue, as soon as there is one.
    pub async fn receive(&self, account: &str, queue: &str) -> Message {
        let receive = self.sqs(account).receive_message().queue_url(self.queue(queue)).wait_time_seconds(20);
        let received = receive.message_attribute_names("All").send().await.expect("the queue answers");
        let mut messages = received.messages.unwrap_or_default();
        assert!(!messages.is_empty(), "nothing came on {queue}; it wrote {}", self.written());
        messages.remove(0)
    }

    pub fn written(&self) -> String {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks it to end, as `kill` does, and waits for it.
    pub fn terminate(mut self) -> Left {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        let give_up = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("its status") {
                Some(status) => break status,
                None if Instant::now() < give_up => std::thread::sleep(Duration::from_millis(10)),
                None => panic!("it does not end; it wrote {}", self.written()),
            }
        };
        for reader in self.readers.drain(..) {
            reader.join().expect("its output ends");
        }
        Left { code: status.code(), written: self.written() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            self.child.wait().ok();
        }
    }
}

/// Keeps what is written, line by line, so that nobody waits for a full pipe.
fn keep(stream: impl Read + Send + 'static, written: Arc<Mutex<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
            written.push_str(&line);
            written.push('\n');
        }
    })
}

/// A good request.
pub fn request(id: &str) -> Value {
    let last = id.bytes().fold(7_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 90);
    json!({ "to": format!("+120655501{last:02}"), "body": format!("Your order {id} has shipped."), "id": id })
}
