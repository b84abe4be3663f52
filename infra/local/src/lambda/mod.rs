//! AWS Lambda on this machine: function processes behind the Runtime API, and what invokes them.

pub mod batch;
mod environment;
pub mod event;
mod exit;
pub mod function;
pub mod function_error;
pub mod launch;
mod logs;
pub mod pool;
mod runtime_api;
pub mod source;
mod sqs_event;
#[cfg(test)]
pub(crate) mod test_function;

pub use function::FunctionProcess;
pub use function_error::FunctionError;
pub use launch::{Launch, StartError};
pub use pool::{Function, Invoke};
pub use source::{FunctionResponse, Source};
