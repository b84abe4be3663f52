//! The deployed function: wiring only.

use std::sync::Arc;

use tendlc_core::clock::SystemClock;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    tendlc_core::logs::init();
    send_event::serve(Arc::new(SystemClock::default())).await
}
