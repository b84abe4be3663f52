//! An event source mapping: takes messages from a queue to a function and deletes those that it is done with.

use std::collections::BTreeSet;
use std::num::{NonZeroU8, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, MessageSystemAttributeName};
use tendlc_core::arn::QueueArn;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::batch;
use super::pool::Invoke;
use super::sqs_event::{Received, event};

/// The longest poll that SQS knows.
const POLL_SECONDS: i32 = 20;

/// A queue that answers a long poll at once without a message is asked again after this.
const EMPTY_PAUSE: Duration = Duration::from_millis(50);

/// A queue that cannot be read is asked again after this.
const ERROR_PAUSE: Duration = Duration::from_secs(1);

/// What the mapping makes of the function's response: its FunctionResponseTypes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionResponse {
    /// It lists the messages that failed.
    ReportBatchItemFailures,
    /// It is not looked at: without an error, the whole batch is done.
    Ignored,
}

/// An event source mapping of an SQS queue, standard or FIFO.
#[derive(Clone, Debug)]
pub struct Source<F> {
    /// The client that reads the queue.
    pub client: Client,
    /// Where the queue is.
    pub queue_url: String,
    /// What events call it.
    pub queue_arn: QueueArn,
    /// What is invoked.
    pub function: Arc<F>,
    /// The most messages of an invocation, up to 10.
    pub batch_size: NonZeroU8,
    /// The most invocations at once. SQS itself keeps a FIFO group to one at a time.
    pub max_concurrency: NonZeroUsize,
    /// What becomes of the response.
    pub response: FunctionResponse,
}

impl<F: Invoke> Source<F> {
    /// Polls until `stop` holds true or its sender is gone, then waits for the invocations that still run.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let source = Arc::new(self);
        let places = Arc::new(Semaphore::new(source.max_concurrency.get()));
        let mut running = JoinSet::new();
        loop {
            let (place, batch) = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                next = source.next_batch(&places) => next,
            };
            let source = source.clone();
            running.spawn(async move {
                source.deliver(batch).await;
                drop(place);
            });
            while let Some(Err(error)) = running.try_join_next() {
                tracing::error!(%error, "an invocation ended badly");
            }
        }
        while let Some(ended) = running.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "an invocation ended badly");
            }
        }
    }

    /// Waits for a place first: a message that is received and has to wait for one would use up its
    /// visibility timeout.
    async fn next_batch(&self, places: &Arc<Semaphore>) -> (OwnedSemaphorePermit, Vec<Received>) {
        loop {
            // Nobody closes the semaphore.
            let Ok(place) = places.clone().acquire_owned().await else { std::future::pending().await };
            match self.receive().await {
                Ok(batch) if !batch.is_empty() => return (place, batch),
                Ok(_) => tokio::time::sleep(EMPTY_PAUSE).await,
                Err(error) => {
                    let (kind, code) = told(&error);
                    tracing::warn!(queue = %self.queue_arn, kind, code, "failed to receive messages");
                    tokio::time::sleep(ERROR_PAUSE).await;
                }
            }
        }
    }

    async fn receive(
        &self,
    ) -> Result<Vec<Received>, SdkError<aws_sdk_sqs::operation::receive_message::ReceiveMessageError>> {
        let received = self
            .client
            .receive_message()
            .queue_url(&self.queue_url)
            .max_number_of_messages(i32::from(self.batch_size.get().min(10)))
            .wait_time_seconds(POLL_SECONDS)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send()
            .await?;
        let messages = received.messages.unwrap_or_default();
        Ok(messages.into_iter().filter_map(|message| Received::new(message, &self.queue_arn)).collect())
    }

    /// What fails is left on the queue: it comes back when its visibility timeout ends, which the function may
    /// have set.
    async fn deliver(&self, batch: Vec<Received>) {
        let answer = match self.function.invoke(event(&batch)).await {
            Ok(answer) => answer,
            Err(error) => {
                // Its text is not ours and may quote a body.
                tracing::warn!(queue = %self.queue_arn, error_type = %error.error_type, "the whole batch failed");
                return;
            }
        };
        let ids = batch.iter().map(|message| message.id.as_str()).collect();
        let failed = match self.response {
            FunctionResponse::Ignored => BTreeSet::new(),
            FunctionResponse::ReportBatchItemFailures => match batch::failed(&answer, &ids) {
                Ok(failed) => failed,
                Err(error) => {
                    tracing::warn!(queue = %self.queue_arn, %error, "the whole batch failed");
                    return;
                }
            },
        };
        let done: Vec<&Received> = batch.iter().filter(|message| !failed.contains(message.id.as_str())).collect();
        self.delete(&done).await;
    }

    /// A message that could not be deleted is delivered again.
    async fn delete(&self, done: &[&Received]) {
        let entries: Result<Vec<_>, _> = done
            .iter()
            .enumerate()
            .map(|(place, message)| {
                let entry = DeleteMessageBatchRequestEntry::builder().id(place.to_string());
                entry.receipt_handle(&message.receipt_handle).build()
            })
            .collect();
        let entries = match entries {
            Ok(entries) if !entries.is_empty() => entries,
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "failed to delete messages");
                return;
            }
        };
        let deleted = self.client.delete_message_batch().queue_url(&self.queue_url).set_entries(Some(entries)).send();
        match deleted.await {
            Ok(deleted) => {
                for failed in deleted.failed() {
                    tracing::warn!(queue = %self.queue_arn, code = failed.code(), "failed to delete a message");
                }
            }
            Err(error) => {
                let (kind, code) = told(&error);
                tracing::warn!(queue = %self.queue_arn, kind, code, "failed to delete messages");
            }
        }
    }
}

/// An SDK error without its raw response, which may hold bodies.
fn told<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> (&'static str, String) {
    let kind = match error {
        SdkError::ConstructionFailure(_) => "construction failure",
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(_) => "dispatch failure",
        SdkError::ResponseError(_) => "response error",
        SdkError::ServiceError(_) => "service error",
        _ => "other",
    };
    (kind, error.code().unwrap_or("none").to_owned())
}

#[cfg(test)]
mod tests;
