//! The deployed function: wiring only.

use std::process::ExitCode;
use std::sync::Arc;

use tendlc_core::clock::SystemClock;
use tendlc_core::logs;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    logs::init();
    logs::ended(recount::serve(Arc::new(SystemClock::default())).await)
}
