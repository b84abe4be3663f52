//! A function in as many processes as its invocations need, up to a limit.

use std::future::Future;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::Semaphore;

use super::function::FunctionProcess;
use super::function_error::FunctionError;
use super::launch::Launch;

/// What can be handed an event.
pub trait Invoke: Send + Sync + 'static {
    /// Hands over an event and waits for the answer.
    fn invoke(&self, event: Value) -> impl Future<Output = Result<Value, FunctionError>> + Send;
}

/// A function. Its processes start on demand and are used again while they are idle.
#[derive(Debug)]
pub struct Function {
    launch: Launch,
    idle: Mutex<Vec<FunctionProcess>>,
    places: Semaphore,
}

impl Function {
    /// A function that runs in at most `most` processes at once; further invocations wait.
    pub fn new(launch: Launch, most: NonZeroUsize) -> Self {
        Self { launch, idle: Mutex::default(), places: Semaphore::new(most.get()) }
    }

    /// The function's ARN.
    pub fn arn(&self) -> String {
        self.launch.function_arn()
    }

    /// Starts one more process and returns when it takes invocations.
    ///
    /// # Errors
    /// When there is no such program, or it does not come up.
    pub async fn prepare(&self) -> Result<(), FunctionError> {
        let mut process = FunctionProcess::start(self.launch.clone()).await.map_err(|error| error.told("none"))?;
        process.ready().await?;
        self.idle().push(process);
        Ok(())
    }

    /// Hands an event to an idle process, or to a new one.
    ///
    /// # Errors
    /// See [`FunctionProcess::invoke`].
    pub async fn invoke(&self, event: Value) -> Result<Value, FunctionError> {
        let stopped = || FunctionError::new("Runtime.Stopped", "the function has been stopped");
        let _place = self.places.acquire().await.map_err(|_| stopped())?;
        let idle = self.idle().pop();
        let mut process = idle.unwrap_or_else(|| FunctionProcess::unstarted(self.launch.clone()));
        let answer = process.invoke(event).await;
        self.idle().push(process);
        answer
    }

    /// Takes no more invocations and ends the processes that are idle; those at work end with their invocation
    /// when this is dropped.
    pub async fn stop(&self) {
        self.places.close();
        let idle = std::mem::take(&mut *self.idle());
        for process in idle {
            process.stop().await;
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<FunctionProcess>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Invoke for Function {
    async fn invoke(&self, event: Value) -> Result<Value, FunctionError> {
        Function::invoke(self, event).await
    }
}
