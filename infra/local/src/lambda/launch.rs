//! How a function's process is started, and in what environment.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use jiff::Timestamp;
use tendlc_core::account::AccountId;
use tendlc_core::clock::SharedClock;
use tokio::process::Command;

use super::function_error::FunctionError;
use super::logs::Metrics;

/// A function's program and configuration.
#[derive(Clone)]
pub struct Launch {
    /// The program, called `bootstrap` on AWS.
    pub program: PathBuf,
    /// Its arguments; AWS gives none.
    pub args: Vec<String>,
    /// The function's own variables. What Lambda sets itself goes before them, as on AWS.
    pub env: BTreeMap<String, String>,
    /// The function's name.
    pub name: String,
    /// The account that it runs in.
    pub account: AccountId,
    /// The Region that it runs in.
    pub region: String,
    /// What it is told of its memory; nothing enforces it.
    pub memory_mb: u32,
    /// The longest that an invocation may take, in real time.
    pub timeout: Duration,
    /// The clock that deadlines are told by.
    pub clock: SharedClock,
    /// Puts the function's name before each line that it writes.
    pub label_lines: bool,
}

/// A process that could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The program.
    #[error("failed to start {}: {source}", program.display())]
    Program {
        /// What was to be started.
        program: PathBuf,
        /// Why it could not be.
        source: std::io::Error,
    },
    /// The Runtime API.
    #[error("failed to listen on 127.0.0.1 for the Runtime API: {0}")]
    RuntimeApi(#[source] std::io::Error),
}

impl StartError {
    /// How an invocation reports it.
    pub(super) fn told(&self, request_id: &str) -> FunctionError {
        FunctionError::new("Runtime.InvalidEntrypoint", format!("RequestId: {request_id} Error: {self}"))
    }
}

impl Launch {
    /// The ARN that the function is invoked by.
    pub fn function_arn(&self) -> String {
        format!("arn:aws:lambda:{}:{}:function:{}", self.region, self.account, self.name)
    }

    /// Whether its metrics are shown: as what it logs at INFO.
    pub(super) fn metrics(&self) -> Metrics {
        let quiet = |level: &String| ["off", "error", "warn"].iter().any(|quiet| level.starts_with(quiet));
        if self.env.get("RUST_LOG").is_some_and(quiet) { Metrics::Hidden } else { Metrics::Shown }
    }

    /// The deadline of an invocation that begins now.
    pub(super) fn deadline(&self) -> Timestamp {
        let now = self.clock.now();
        now.checked_add(self.timeout).unwrap_or(now)
    }

    /// The command, with an environment that holds nothing of ours: what works here by accident of the
    /// developer's shell would fail on AWS.
    pub(super) fn command(&self, runtime_api: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).env_clear().envs(&self.env).envs(self.lambda_variables(runtime_api));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // Ctrl-C is for us: a function that gets it too would look like one that crashed.
        #[cfg(unix)]
        command.process_group(0);
        command
    }

    fn lambda_variables(&self, runtime_api: &str) -> Vec<(&'static str, String)> {
        let day = self.clock.now().strftime("%Y/%m/%d");
        vec![
            ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", self.name.clone()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.memory_mb.to_string()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", self.name)),
            ("AWS_LAMBDA_LOG_STREAM_NAME", format!("{day}/[$LATEST]{}", uuid::Uuid::new_v4().simple())),
            ("AWS_REGION", self.region.clone()),
            ("AWS_DEFAULT_REGION", self.region.clone()),
            ("TZ", ":UTC".to_owned()),
            ("_HANDLER", "bootstrap".to_owned()),
        ]
    }
}

/// Without the values of the variables: keys and external ids are among them.
impl fmt::Debug for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Launch")
            .field("program", &self.program)
            .field("name", &self.name)
            .field("variables", &self.env.keys())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
