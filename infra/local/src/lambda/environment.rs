//! One execution environment: a process and the Runtime API that is its alone. It serves one invocation at a
//! time and is never used again after one that did not end by itself.

use std::time::Duration;

use tokio::process::Child;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::exit;
use super::function_error::FunctionError;
use super::launch::{Launch, StartError};
use super::logs;
use super::runtime_api::{Answer, Invocation, RuntimeApi};

/// AWS gives a start ten seconds, and runs one that takes longer again within the invocation's own time.
const START_LIMIT: Duration = Duration::from_secs(10);

/// What a dead process has written is read out within this time; a child of its own may hold the pipe open.
const DRAIN_LIMIT: Duration = Duration::from_secs(1);

/// A process and its Runtime API.
#[derive(Debug)]
pub(super) struct Environment {
    child: Child,
    api: RuntimeApi,
    logs: Vec<JoinHandle<()>>,
}

impl Environment {
    /// Starts the process; whether it comes up shows at its first invocation.
    pub(super) async fn start(launch: &Launch) -> Result<Self, StartError> {
        let api = RuntimeApi::start().await.map_err(StartError::RuntimeApi)?;
        let mut child = launch
            .command(&api.address())
            .spawn()
            .map_err(|source| StartError::Program { program: launch.program.clone(), source })?;
        let label = launch.label_lines.then(|| launch.name.clone());
        let metrics = launch.metrics();
        let logs = [
            child.stdout.take().map(|stream| logs::forward(stream, label.clone(), metrics)),
            child.stderr.take().map(|stream| logs::forward(stream, label, metrics)),
        ];
        Ok(Self { child, api, logs: logs.into_iter().flatten().collect() })
    }

    /// Whether the process runs.
    pub(super) fn alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until the process takes invocations.
    pub(super) async fn ready(&mut self) -> Result<(), FunctionError> {
        tokio::select! {
            biased;
            started = self.api.started() => started,
            status = self.child.wait() => Err(self.ended("none", status)),
            () = sleep(START_LIMIT) => Err(exit::timed_out("none", START_LIMIT)),
        }
    }

    /// One invocation. The inner result is the function's answer; the outer error means that the environment
    /// is of no more use.
    pub(super) async fn invoke(
        &mut self,
        launch: &Launch,
        request_id: &str,
        event: String,
    ) -> Result<Answer, FunctionError> {
        tokio::select! {
            biased;
            started = self.api.started() => started?,
            status = self.child.wait() => return Err(self.ended(request_id, status)),
            () = sleep(START_LIMIT + launch.timeout) => return Err(exit::timed_out(request_id, launch.timeout)),
        }
        let deadline = launch.deadline();
        let invocation = Invocation {
            request_id: request_id.to_owned(),
            deadline,
            function_arn: launch.function_arn(),
            trace_id: trace_id(deadline.as_second()),
            event,
        };
        tokio::select! {
            biased;
            answer = self.api.invoke(invocation) => Ok(answer),
            status = self.child.wait() => Err(self.ended(request_id, status)),
            () = sleep(launch.timeout) => Err(exit::timed_out(request_id, launch.timeout)),
        }
    }

    /// Kills the process and reads out what it has written.
    pub(super) async fn stop(mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::debug!(%error, "a function's process was already gone");
        }
        for log in self.logs {
            if timeout(DRAIN_LIMIT, log).await.is_err() {
                tracing::debug!("a function's process left its output open");
            }
        }
    }

    fn ended(&self, request_id: &str, status: std::io::Result<std::process::ExitStatus>) -> FunctionError {
        // A process that cannot start says why and goes: its own words tell more than its exit.
        if let Some(error) = self.api.init_error() {
            return error;
        }
        match status {
            Ok(status) => exit::exited(request_id, status),
            Err(error) => FunctionError::new("Runtime.ExitError", format!("RequestId: {request_id} Error: {error}")),
        }
    }
}

/// An X-Ray trace id, of a trace that nobody samples.
fn trace_id(second: i64) -> String {
    let root = uuid::Uuid::new_v4().simple().to_string();
    let parent = uuid::Uuid::new_v4().simple().to_string();
    format!("Root=1-{second:08x}-{};Parent={};Sampled=0", &root[..24], &parent[..16])
}
