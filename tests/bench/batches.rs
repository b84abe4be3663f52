//! What a batch of ten costs: tendlc's `send-queue` beside a bare loop over the SDK that knows no quotas and tells
//! nobody. Both are processes of their own behind the Lambda Runtime API, with the same latency put on every call.
//!
//! `cargo bench --bench batches` prints the figures; nothing is asserted. With `TENDLC_FUNCTIONS=target/release` it
//! measures the deployed binary instead of the one inside the command.

mod bare;
mod figures;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tendlc_core::clock::SystemClock;
use tendlc_local::system::{Options, Programs, System};

const BARE: &str = "bare-function";

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    if std::env::args().any(|argument| argument == BARE) {
        return runtime.block_on(bare::serve());
    }
    runtime.block_on(measure())
}

async fn measure() -> anyhow::Result<()> {
    let tendlc = match std::env::var_os("TENDLC_FUNCTIONS") {
        Some(folder) => Programs::Folder(PathBuf::from(folder)),
        None => Programs::Itself {
            program: PathBuf::from(env!("CARGO_BIN_EXE_tendlc")),
            arguments: vec!["function".to_owned()],
        },
    };
    let bare = Programs::Itself { program: std::env::current_exe()?, arguments: vec![BARE.to_owned()] };
    println!("batches of ten texts; sequential = calls that wait for another's answer\n");
    for (title, latency) in [
        ("DynamoDB 5 ms, send 50 ms, all else 5 ms", Some((Duration::from_millis(5), Duration::from_millis(50)))),
        ("no latency", None),
    ] {
        println!("{title}");
        println!("{}", figures::HEADER);
        for (name, programs, outcomes) in
            [("tendlc", &tendlc, false), ("tendlc, outcomes on", &tendlc, true), ("bare loop", &bare, false)]
        {
            let system = start(programs.clone(), outcomes).await?;
            if let Some((table, send)) = latency {
                system.aws().set_latency("*", table);
                system.aws().set_latency("SendTextMessage", send);
            }
            let figures = work::run(&system, if latency.is_some() { 40 } else { 300 }).await?;
            println!("{name:<22}{figures}");
            system.stop().await;
        }
        println!();
    }
    Ok(())
}

async fn start(programs: Programs, outcomes: bool) -> anyhow::Result<System> {
    let bus = if outcomes { "default" } else { "" };
    let text = include_str!("bench.toml").replace("OUTCOME_BUS", bus);
    let config = tendlc_config::check(&text, "bench.toml").map_err(|mistakes| anyhow::anyhow!("{mistakes}"))?.config;
    let clock = Arc::new(SystemClock::default());
    let log_level = Some("error".to_owned());
    let options = Options { config, clock, programs, port: None, faults: Vec::new(), played: true, log_level };
    let system = System::start(options).await?;
    system.aws().change_sms(|sms| sms.strict_rates = false);
    Ok(system)
}
