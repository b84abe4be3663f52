//! Staying up: what is put on the queues and buses is delivered, as AWS would.

use std::num::{NonZeroU8, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tendlc_core::account::AccountId;
use tendlc_core::arn::QueueArn;
use tendlc_core::grant::Topology;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::System;
use super::event::FunctionName;
use super::names::{account_config, home, lanes};
use super::receipts;
use crate::aws::PutEvent;
use crate::lambda::{Function, FunctionResponse, Source};

/// AWS's most for a mapping with standard batches, and enough for any rate of a campaign here.
const BATCH: NonZeroU8 = NonZeroU8::new(10).unwrap();
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// Lambda tries an event that failed again after a minute and after two more.
const RETRIES: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// How often live limits are read.
const MINUTE: Duration = Duration::from_secs(60);

impl System {
    /// Delivers what comes from now on, also before this is polled, until `stop` holds true.
    ///
    /// # Errors
    /// When a function cannot be found.
    pub fn serve(
        self: &Arc<Self>,
        stop: watch::Receiver<bool>,
    ) -> impl Future<Output = anyhow::Result<()>> + Send + use<> {
        let events = self.aws.watch_events();
        Arc::clone(self).deliver(stop, events)
    }

    async fn deliver(
        self: Arc<Self>,
        stop: watch::Receiver<bool>,
        events: mpsc::UnboundedReceiver<PutEvent>,
    ) -> anyhow::Result<()> {
        let mut tasks = JoinSet::new();
        let primary = self.primary_account();
        for (name, grant) in self.grants() {
            let spoke = (grant.topology == Topology::Spoke).then_some(name);
            let function = self.fleet.function(FunctionName::SendQueue, spoke)?;
            for queue in lanes(grant) {
                tasks.spawn(self.source(home(grant, primary), queue, &function).run(stop.clone()));
            }
        }
        if self.fleet.has(FunctionName::SettleReceipt) {
            let function = self.fleet.function(FunctionName::SettleReceipt, None)?;
            let queue = receipts::queue_arn(self.primary()).parse()?;
            tasks.spawn(self.source(primary, queue, &function).run(stop.clone()));
        }
        if !self.config.live(&self.primary).is_empty() {
            let function = self.fleet.function(FunctionName::RefreshLimits, None)?;
            tasks.spawn(every_minute(function, self.aws.region().to_owned(), primary.clone(), stop.clone()));
        }
        tasks.spawn(Arc::clone(&self).route(stop.clone(), events));
        while tasks.join_next().await.is_some() {}
        Ok(())
    }

    /// What hands the messages of a queue to a function in an account.
    fn source(&self, account: &AccountId, queue: QueueArn, function: &Arc<Function>) -> Source<Function> {
        Source {
            client: aws_sdk_sqs::Client::new(&account_config(&self.aws, account.as_str())),
            queue_url: self.aws.queue_url(queue.account().as_str(), queue.resource()),
            queue_arn: queue,
            function: Arc::clone(function),
            batch_size: BATCH,
            max_concurrency: CONCURRENCY,
            response: FunctionResponse::ReportBatchItemFailures,
        }
    }

    /// Hands each event to the function that a rule of its bus names.
    async fn route(self: Arc<Self>, mut stop: watch::Receiver<bool>, mut events: mpsc::UnboundedReceiver<PutEvent>) {
        let mut tasks = JoinSet::new();
        loop {
            let put = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                put = events.recv() => put,
            };
            let Some(put) = put else { break };
            match self.target(&put) {
                Some(Ok(function)) => {
                    tasks.spawn(deliver(function, put, self.aws.region().to_owned()));
                }
                Some(Err(error)) => tracing::error!(%error, "an event could not be delivered"),
                None => {}
            }
        }
        tasks.abort_all();
    }
}

/// As EventBridge Scheduler does with a rate of one minute.
async fn every_minute(function: Arc<Function>, region: String, account: AccountId, mut stop: watch::Receiver<bool>) {
    let name = FunctionName::RefreshLimits.as_str();
    let event = json!({
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": account,
        "region": region,
        "resources": [format!("arn:aws:scheduler:{region}:{account}:schedule/default/tendlc-{name}")],
        "detail": "{}",
    });
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(MINUTE) => {}
        }
        if let Err(error) = function.invoke(event.clone()).await {
            tracing::warn!(
                error = error.error_type,
                "live limits could not be refreshed; they are tried again in a minute"
            );
        }
    }
}

async fn deliver(function: Arc<Function>, put: PutEvent, region: String) {
    let event = json!({
        "version": "0",
        "id": put.id,
        "detail-type": put.detail_type,
        "source": put.source,
        "account": put.account,
        "time": put.time.to_string(),
        "region": region,
        "resources": put.resources,
        "detail": put.detail,
    });
    let mut retries = RETRIES.iter();
    loop {
        let Err(error) = function.invoke(event.clone()).await else { return };
        let Some(wait) = retries.next() else {
            tracing::error!(
                id = put.id,
                error = error.error_type,
                "an event failed for good; deployed, its on-failure destination gets it"
            );
            return;
        };
        tracing::warn!(id = put.id, error = error.error_type, "an event failed and is tried again");
        tokio::time::sleep(*wait).await;
    }
}
