//! How it starts and ends, and what can be asked of it in between.

use serde_json::json;

use super::running::{Running, request};

const ACCOUNT: &str = "222222222222";

/// The processes that a process has started.
#[cfg(target_os = "linux")]
fn children(pid: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let of: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(format!("/proc/{of}/stat")).ok()?;
        // After the name in brackets: the state, then the parent.
        let parent: u32 = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        (parent == pid).then_some(of)
    });
    processes.collect()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_signal_ends_it_and_its_functions() {
    let running = Running::start(&[]);
    let (sqs, queue) = (running.sqs(ACCOUNT), running.queue("tendlc-send"));
    sqs.send_message().queue_url(queue).message_body(request("a").to_string()).send().await.unwrap();
    running.until_sent(1).await;
    let functions = children(running.pid());
    assert!(!functions.is_empty(), "the functions are processes of their own");
    let left = running.terminate();
    assert_eq!(left.code, Some(0), "{}", left.written);
    let alive: Vec<u32> =
        functions.into_iter().filter(|pid| std::path::Path::new(&format!("/proc/{pid}")).exists()).collect();
    assert!(alive.is_empty(), "functions that outlived it: {alive:?}");
    assert!(!left.written.contains("panicked"), "{}", left.written);
}

/// Its first line says that it is ready: a signal that came right after it once killed it.
#[test]
fn a_signal_ends_it_however_soon_it_comes() {
    for _ in 0..5 {
        let left = Running::start(&[]).terminate();
        assert_eq!(left.code, Some(0), "{}", left.written);
    }
}

#[tokio::test]
async fn it_listens_where_it_is_told_and_says_when_it_cannot() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port().to_string()
    };
    let running = Running::start(&["--port", &port]);
    assert_eq!(running.endpoint(), format!("http://127.0.0.1:{port}"));
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_tendlc")).args(["local", "--port", &port]).output();
    let second = second.unwrap();
    assert_eq!(second.status.code(), Some(2));
    let told = String::from_utf8_lossy(&second.stderr);
    assert!(told.contains(&format!("port {port} is not free")) && told.contains("--port 0"), "{told}");
    let any = Running::start(&["--port", "0"]);
    assert!(!any.endpoint().ends_with(":0") && any.endpoint() != running.endpoint(), "{}", any.endpoint());
}

#[tokio::test]
async fn what_is_asked_wrong_of_its_own_paths_is_said() {
    let running = Running::start(&["--fault", r#"{"operation":"SendTextMessage","action":"opt_out"}"#]);
    let post = |fault: serde_json::Value| running.http("POST", "/_tendlc/faults", &fault.to_string());
    let (status, body) = post(json!({ "operation": "SendTextMesage", "action": "throttle" }));
    assert!(status == 400 && body.contains("SendTextMesage"), "{body}");
    let (status, body) = post(json!({ "operation": "SendTextMessage", "action": "throtle" }));
    assert!(status == 400 && body.contains("throttle"), "{body}");
    assert_eq!(running.http("GET", "/_tendlc/nothing", "").0, 404);
    // The fault from the start is there until it is taken away.
    let set = running.http("GET", "/_tendlc/faults", "").1;
    assert_eq!(set, r#"{"faults":[{"action":"opt_out","operation":"SendTextMessage","times":1}]}"#);
    assert_eq!(running.http("DELETE", "/_tendlc/faults", "").0, 200);
    let (sqs, queue) = (running.sqs(ACCOUNT), running.queue("tendlc-send"));
    sqs.send_message().queue_url(queue).message_body(request("a").to_string()).send().await.unwrap();
    running.until_sent(1).await;
}
