//! Logs of the command itself, in text for people.

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// `RUST_LOG` of the functions, unless the operator has set it: what becomes of a request is in the results already, and
/// so is the error of an invocation, which the runtime would log a second time.
pub const FUNCTIONS: &str = "error,lambda_runtime=off";

/// Warnings of tendlc's own, and of everybody else errors alone: each line is one that a newcomer reads.
pub fn for_people() {
    let targets = Targets::new().with_default(LevelFilter::ERROR).with_target("tendlc", LevelFilter::WARN);
    let lines = tracing_subscriber::fmt::layer()
        .compact()
        .without_time()
        .with_target(false)
        .with_writer(std::io::stderr)
        .with_filter(targets);
    // A second start in the same process (tests) keeps the first one's.
    if tracing_subscriber::registry().with(lines).try_init().is_err() {
        tracing::debug!("logs were set up before");
    }
}
