//! What a function process writes: it goes to our standard error, because standard output belongs to results.

use std::io::Write;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::task::JoinHandle;

/// What a line in CloudWatch's embedded metric format begins with.
const METRIC: &[u8] = br#"{"_aws":"#;

/// What becomes of metrics, which are lines of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metrics {
    Shown,
    /// Whoever does not read logs does not read them either.
    Hidden,
}

/// Passes a stream on line by line until it ends.
pub(super) fn forward(
    stream: impl AsyncRead + Unpin + Send + 'static,
    label: Option<String>,
    metrics: Metrics,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        // Lines are bytes, not text: a function may write what is not UTF-8.
        while let Ok(1..) = stream.read_until(b'\n', &mut line).await {
            if !line.ends_with(b"\n") {
                line.push(b'\n');
            }
            let hidden = metrics == Metrics::Hidden && line.starts_with(METRIC);
            if !hidden && write(label.as_deref(), &line).is_err() {
                // Nobody reads our standard error any more. The stream is drained all the same: a function
                // that waits for room in its pipe would hang.
                tracing::trace!("a line of a function was lost");
            }
            line.clear();
        }
    })
}

/// One write per line, so that the lines of several processes do not mix.
fn write(label: Option<&str>, line: &[u8]) -> std::io::Result<()> {
    let mut whole = label.map(|name| format!("[{name}] ").into_bytes()).unwrap_or_default();
    whole.extend_from_slice(line);
    std::io::stderr().lock().write_all(&whole)
}
