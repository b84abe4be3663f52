//! Staying up: what is put on the queues and buses is delivered, as AWS would.

use std::num::{NonZeroU8, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tendlc_core::arn::QueueArn;
use tendlc_core::grant::Topology;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::System;
use super::event::FunctionName;
use super::names::{HUB_BUS, account_config, home};
use crate::aws::PutEvent;
use crate::lambda::{Function, FunctionResponse, Source};

/// AWS's most for a mapping with standard batches, and enough for any rate of a campaign here.
const BATCH: NonZeroU8 = NonZeroU8::new(10).unwrap();
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// Lambda tries an event that failed again after a minute and after two more.
const RETRIES: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

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
        let primary = self.table_account();
        for (name, grant) in self.grants() {
            let spoke = (grant.topology == Topology::Spoke).then_some(name);
            let function = self.fleet.function(FunctionName::SendQueue, spoke)?;
            let config = account_config(&self.aws, home(grant, &primary).as_str());
            for queue in [&grant.queues.transactional, &grant.queues.promotional] {
                for queue in both_kinds(queue) {
                    let source = Source {
                        client: aws_sdk_sqs::Client::new(&config),
                        queue_url: self.aws.queue_url(queue.account().as_str(), queue.resource()),
                        queue_arn: queue,
                        function: Arc::clone(&function),
                        batch_size: BATCH,
                        max_concurrency: CONCURRENCY,
                        response: FunctionResponse::ReportBatchItemFailures,
                    };
                    tasks.spawn(source.run(stop.clone()));
                }
            }
        }
        tasks.spawn(Arc::clone(&self).route(stop.clone(), events));
        while tasks.join_next().await.is_some() {}
        Ok(())
    }

    /// The rules of the buses: a secondary's on its account's default bus, and the hub's on its own bus in the primary.
    async fn route(self: Arc<Self>, mut stop: watch::Receiver<bool>, mut events: mpsc::UnboundedReceiver<PutEvent>) {
        let mut tasks = JoinSet::new();
        loop {
            let put = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                put = events.recv() => put,
            };
            let Some(put) = put else { break };
            if put.detail_type != "SMS Send Requested" {
                continue;
            }
            let target = self.target(&put);
            match target {
                Some(Ok(function)) => {
                    tasks.spawn(deliver(function, put));
                }
                Some(Err(error)) => tracing::error!(%error, "an event could not be delivered"),
                None => tracing::warn!(bus = put.bus, account = put.bus_account, "no rule of this bus takes requests"),
            }
        }
        tasks.abort_all();
    }

    fn target(&self, put: &PutEvent) -> Option<anyhow::Result<Arc<Function>>> {
        if put.bus_account == self.table_account().as_str() && put.bus == HUB_BUS {
            return Some(self.fleet.function(FunctionName::SendEvent, None));
        }
        let own = self.grants().filter(|(_, grant)| put.bus == "default" && grant.account.as_str() == put.bus_account);
        // A hub's secondary may have a rule that forwards to the hub's bus; the event keeps its account.
        let (name, grant) = own.min_by_key(|(_, grant)| grant.topology == Topology::Hub)?;
        let spoke = (grant.topology == Topology::Spoke).then_some(name);
        Some(self.fleet.function(FunctionName::SendEvent, spoke))
    }

    fn table_account(&self) -> tendlc_core::account::AccountId {
        // The configuration was checked: its primary is there.
        self.config.primaries[&self.primary].account.clone()
    }
}

async fn deliver(function: Arc<Function>, put: PutEvent) {
    let event = json!({
        "version": "0",
        "id": put.id,
        "detail-type": put.detail_type,
        "source": put.source,
        "account": put.account,
        "time": put.time.to_string(),
        "region": "us-east-1",
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

/// A lane's queue, and the FIFO queue beside it.
fn both_kinds(queue: &QueueArn) -> Vec<QueueArn> {
    let fifo = format!("{queue}.fifo").parse().ok();
    let fifo = fifo.filter(|_| !queue.resource().ends_with(".fifo"));
    [Some(queue.clone()), fifo].into_iter().flatten().collect()
}
