//! Logs: JSON lines, and never what the SDK and the runtime would write at their most talkative.

use std::process::ExitCode;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, filter};

use crate::cannot_start::tell_lambda;

/// Targets whose logs show events, requests or answers below this level, whatever `RUST_LOG` says: the runtime logs
/// the raw event, and the SDK the input of `SendTextMessage` with number and body.
const CAPPED: LevelFilter = LevelFilter::INFO;

/// Writes logs of tendlc's own code as `RUST_LOG` (or `AWS_LAMBDA_LOG_LEVEL`) says, and all others' from INFO up.
pub fn init() {
    let level = std::env::var("RUST_LOG").or_else(|_| std::env::var("AWS_LAMBDA_LOG_LEVEL")).unwrap_or_default();
    // Targets rather than EnvFilter: the same directives without spans, and no regular expressions in every zip.
    let wanted = level.parse::<Targets>().ok().filter(|_| !level.is_empty());
    let wanted = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let capped = filter::filter_fn(|metadata| ours(metadata.target()) || *metadata.level() <= CAPPED);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(std::io::stderr)
        .with_filter(capped);
    // A second start in the same process (tests) keeps the first one's.
    if tracing_subscriber::registry().with(wanted).with(lines).try_init().is_err() {
        tracing::debug!("logs were set up before");
    }
}

/// How a function's process ends: a failure is one log line that reads as a sentence, a word to Lambda, and a status that
/// it counts.
pub fn ended<E: std::fmt::Display>(served: Result<(), E>) -> ExitCode {
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the function cannot go on");
            tell_lambda(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn ours(target: &str) -> bool {
    ["tendlc", "send_queue", "send_event", "probe_health", "settle_receipt"].iter().any(|own| target.starts_with(own))
}
