//! `tendlc`: the command line. Wiring only.

mod args;
mod check;
mod function;
mod init;
mod local;
mod logs;
mod reasons;
mod show;
mod sync;
mod tables;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Verb};

/// Done; found wrong; used wrong (clap's own code is 2 too).
const DONE: u8 = 0;
const FOUND_WRONG: u8 = 1;
const USED_WRONG: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let done = runtime.block_on(async {
        match arguments.verb {
            Verb::Local(local) => local::run(local).await,
            Verb::Check(check) => check::run(&check),
            Verb::Init(init) => init::run(&init),
            Verb::Sync(sync) => sync::run(sync).await,
            Verb::Function { name } => function::run(&name).await,
        }
    });
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("tendlc: {error:#}");
    // A file that is not there, a port that is taken or a fault that cannot be is a matter of what was typed.
    let typed = error.chain().any(|cause| cause.is::<std::io::Error>() || cause.is::<tendlc_local::aws::FaultError>());
    ExitCode::from(if typed { USED_WRONG } else { FOUND_WRONG })
}
