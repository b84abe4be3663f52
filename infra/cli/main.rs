//! `tendlc`: the command line. Wiring only.

mod account;
mod accounts;
mod args;
mod check;
mod cloud;
mod code;
mod deploy;
mod destroy;
mod function;
mod grant;
mod init;
mod local;
mod logs;
mod pause;
mod probe;
mod progress;
mod reasons;
mod redrive;
mod registration;
mod render;
mod revoke;
mod show;
mod status;
mod sync;
mod tables;
mod trouble;
mod usage;
mod verify;
mod wrong;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Verb};

/// Done; found wrong; used wrong (clap's own code is 2 too).
const DONE: u8 = 0;
const FOUND_WRONG: u8 = 1;
const USED_WRONG: u8 = 2;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return ExitCode::from(wrong::typed(&error)),
    };
    let output = arguments.verb.output();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ExitCode::from(wrong::ends(&error.into(), output)),
    };
    let done = runtime.block_on(async {
        match arguments.verb {
            Verb::Local(local) => local::run(local).await,
            Verb::Check(check) => check::run(&check),
            Verb::Init(init) => init::run(init).await,
            Verb::Render(render) => render::run(&render),
            Verb::Plan(deploy) => deploy::run(deploy, deploy::Mode::Look).await,
            Verb::Deploy(deploy) => deploy::run(deploy, deploy::Mode::Do).await,
            Verb::Verify(verify) => verify::run(verify).await,
            Verb::Status(status) => status::run(status).await,
            Verb::Redrive(redrive) => redrive::run(redrive).await,
            Verb::Registration(registration) => registration::run(registration).await,
            Verb::Destroy(destroy) => destroy::run(destroy).await,
            Verb::Grant(grant) => grant::run(grant).await,
            Verb::Revoke(revoke) => revoke::run(revoke).await,
            Verb::Pause(pause) => pause::run(pause, pause::Turn::Off).await,
            Verb::Resume(pause) => pause::run(pause, pause::Turn::On).await,
            Verb::Sync(sync) => sync::run(sync).await,
            Verb::Usage(usage) => usage::run(usage).await,
            Verb::Function { name } => function::run(&name).await,
        }
    });
    ExitCode::from(done.unwrap_or_else(|error| wrong::ends(&error, output)))
}
