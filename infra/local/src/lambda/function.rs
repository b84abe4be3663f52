//! A function in one process, which is started again after every end that was not its own answer.

use serde_json::Value;

use super::environment::Environment;
use super::function_error::FunctionError;
use super::launch::{Launch, StartError};

/// One function process. It is killed when this is dropped.
#[derive(Debug)]
pub struct FunctionProcess {
    launch: Launch,
    environment: Option<Environment>,
}

impl FunctionProcess {
    /// Starts the process without waiting for it to be ready.
    ///
    /// # Errors
    /// [`StartError`] when there is no such program. One that ends or fails while it starts is started again by
    /// its first invocation, which tells so, as on AWS.
    pub async fn start(launch: Launch) -> Result<Self, StartError> {
        let environment = Environment::start(&launch).await?;
        Ok(Self { launch, environment: Some(environment) })
    }

    /// A function whose process starts at its first invocation.
    pub(super) fn unstarted(launch: Launch) -> Self {
        Self { launch, environment: None }
    }

    /// Waits until a process that was started takes invocations.
    ///
    /// # Errors
    /// What it says, or AWS would say of it, when it does not come up.
    pub async fn ready(&mut self) -> Result<(), FunctionError> {
        match &mut self.environment {
            Some(environment) => environment.ready().await,
            None => Ok(()),
        }
    }

    /// Hands the function an event and waits for its answer. A process that crashed or took too long is
    /// replaced at the next invocation; an invocation that is dropped half-way costs its process.
    ///
    /// # Errors
    /// What the function reported, or what AWS says of a process that crashed or took too long.
    pub async fn invoke(&mut self, event: Value) -> Result<Value, FunctionError> {
        let request_id = uuid::Uuid::new_v4().to_string();
        let mut environment = match self.environment.take_if(Environment::alive) {
            Some(environment) => environment,
            None => Environment::start(&self.launch).await.map_err(|error| error.told(&request_id))?,
        };
        match environment.invoke(&self.launch, &request_id, event.to_string()).await {
            Ok(answer) => {
                self.environment = Some(environment);
                answer
            }
            Err(error) => {
                environment.stop().await;
                Err(error)
            }
        }
    }

    /// Ends the process once everything that it wrote is passed on.
    pub async fn stop(self) {
        if let Some(environment) = self.environment {
            environment.stop().await;
        }
    }
}

#[cfg(test)]
mod tests;
