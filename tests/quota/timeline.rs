//! A timeline for many functions at once: each call takes some milliseconds in which others act, and none of them are
//! real. The machine's speed decides nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use tendlc_core::clock::{Clock as _, ManualClock};
use tokio::sync::Notify;

use super::wire::lock;

/// A call takes DynamoDB's five milliseconds there and back, a fifth more or less, so that one may overtake another.
fn way() -> SignedDuration {
    SignedDuration::from_micros(rand::rng().random_range(2_000..3_000))
}

/// How often everybody has had their turn before all are taken to be waiting.
const QUIET: usize = 50;

/// The timeline of functions on a runtime of one thread.
#[derive(Clone)]
pub struct Timeline {
    clock: Arc<ManualClock>,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    changes: usize,
    in_flight: usize,
    until: BTreeMap<(Timestamp, usize), Arc<Notify>>,
}

impl Timeline {
    /// On this clock, which nobody else may move.
    pub fn new(clock: &Arc<ManualClock>) -> Self {
        Self { clock: Arc::clone(clock), waiting: Arc::default() }
    }

    /// Returns at that moment.
    pub async fn until(&self, moment: Timestamp) {
        let come = Arc::new(Notify::new());
        {
            let mut waiting = self.waiting();
            waiting.changes += 1;
            let place = waiting.changes;
            waiting.until.insert((moment, place), Arc::clone(&come));
        }
        come.notified().await;
    }

    /// Takes a call its time, with all of its answer.
    pub async fn call(
        &self,
        call: impl Future<Output = Result<HttpResponse, ConnectorError>>,
    ) -> Result<HttpResponse, ConnectorError> {
        self.until(self.clock.now() + way()).await;
        self.waiting().in_flight += 1;
        let answer = match call.await {
            Ok(answer) => whole(answer).await,
            broken => broken,
        };
        self.waiting().in_flight -= 1;
        self.until(self.clock.now() + way()).await;
        answer
    }

    /// Lets the work come to its end; time passes whenever all of it waits.
    pub async fn play<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::select! {
            done = work => done,
            () = self.pass() => unreachable!("time passes for ever"),
        }
    }

    async fn pass(&self) {
        loop {
            let before = self.waiting().changes;
            for _ in 0..QUIET {
                tokio::task::yield_now().await;
            }
            let mut waiting = self.waiting();
            if waiting.in_flight > 0 || waiting.changes != before {
                continue;
            }
            if let Some(((moment, _), come)) = waiting.until.pop_first() {
                waiting.changes += 1;
                self.clock.set(moment);
                come.notify_one();
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        lock(&self.waiting)
    }
}

/// The answer with all of its body, so that nothing of it is still under way.
async fn whole(mut answer: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let body = ByteStream::new(answer.take_body()).collect().await;
    let body = body.map_err(|error| ConnectorError::io(error.into()))?;
    *answer.body_mut() = SdkBody::from(body.to_vec());
    Ok(answer)
}
