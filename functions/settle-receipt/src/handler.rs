//! A batch of receipts, into the books and off its queue.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use tendlc_core::books::{Arrived, Books, Filed};
use tendlc_core::clock::SharedClock;
use tendlc_core::fingerprint::FingerprintKey;
use tendlc_core::invocation::Invocation;
use tendlc_core::mail::Mail;
use tendlc_core::metrics::{Metric, Metrics};
use tendlc_core::number::E164;
use tendlc_core::receipt::{Oddity, Receipt};

use crate::batch::{self, NotReceipts, Record};

/// When what could not be posted is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// What hiding and answering take.
const AFTERWARDS: SignedDuration = SignedDuration::from_millis(1_500);

/// What the function keeps between invocations.
pub struct Handler {
    books: Books,
    mail: Mail,
    key: FingerprintKey,
    simulator: Option<E164>,
    clock: SharedClock,
}

impl Handler {
    /// Serves with these; what is sent from `simulator` is the probe's.
    pub fn new(books: Books, mail: Mail, (key, simulator): (FingerprintKey, Option<E164>), clock: SharedClock) -> Self {
        Self { books, mail, key, simulator, clock }
    }

    /// Posts a batch and answers with the messages that stay, in the order of the batch.
    ///
    /// # Errors
    /// When the event is not of SQS.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<SqsBatchResponse, NotReceipts> {
        let now = self.clock.now();
        let Invocation { deadline, .. } = Invocation::of(event.context.deadline, "", now);
        let (queue, records) = batch::read(&event.payload)?;
        let (mut arrived, mut places) = (Vec::with_capacity(records.len()), Vec::with_capacity(records.len()));
        let mut odd: BTreeMap<Oddity, i64> = BTreeMap::new();
        let mut of_simulator = 0;
        for (place, record) in records.iter().enumerate() {
            match Receipt::read(&record.body, &self.key) {
                Ok(mut receipt) => {
                    if let Some(number) = &self.simulator {
                        // That it came by a configuration set is what the probe wants to know, and a dry run's shows nothing.
                        let simulated = receipt.note_simulator(number, &self.key);
                        of_simulator += usize::from(simulated && receipt.is_final);
                    }
                    arrived.push(Arrived { receipt, by: record.message_id.clone().unwrap_or_default() });
                    places.push(place);
                }
                Err(oddity) => {
                    refuse(record, oddity);
                    *odd.entry(oddity).or_default() += 1;
                }
            }
        }
        if of_simulator > 0 {
            Metrics::found(Metric::SimulatorTold, of_simulator).write(now);
        }
        let mut until: BTreeMap<usize, Timestamp> = BTreeMap::new();
        let patience = Duration::try_from(deadline.duration_since(now) - AFTERWARDS).unwrap_or(Duration::ZERO);
        let posted = tokio::time::timeout(patience, async {
            futures::join!(self.books.post(&arrived), self.books.count(&odd)).0
        });
        match posted.await {
            Ok(results) => {
                for (place, filed) in places.into_iter().zip(results) {
                    match filed {
                        Ok(Filed::Done) => {}
                        Ok(Filed::Later { until: then }) => {
                            until.insert(place, then);
                        }
                        Err(error) => {
                            tracing::warn!(%error, sqs_message_id = records[place].message_id, "a receipt is not posted yet");
                            until.insert(place, now + AGAIN);
                        }
                    }
                }
            }
            Err(_) => {
                tracing::error!(receipts = places.len(), "the invocation ends before its receipts were posted");
                until.extend(places.into_iter().map(|place| (place, now + AGAIN)));
            }
        }
        let staying: Vec<(&Record, Timestamp)> =
            until.iter().map(|(place, until)| (&records[*place], *until)).collect();
        if let Some(queue) = queue {
            let handle = |(record, until): &(&Record, Timestamp)| Some((record.receipt_handle.clone()?, *until));
            let hidden: Vec<(String, Timestamp)> = staying.iter().filter_map(handle).collect();
            self.mail.hide(&queue, &hidden, self.clock.now()).await;
        }
        Ok(answer(&staying))
    }
}

/// Its text may hold a number, so it is not quoted.
fn refuse(record: &Record, oddity: Oddity) {
    let sqs_message_id = record.message_id.as_deref();
    match oddity {
        Oddity::NotAText => tracing::debug!(sqs_message_id, "not of a text; send this queue TEXT_ALL only"),
        _ => tracing::warn!(sqs_message_id, oddity = oddity.as_str(), "no receipt: it is no JSON that names a text"),
    }
}

fn answer(staying: &[(&Record, Timestamp)]) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    // An empty id would fail the whole batch.
    for id in staying.iter().filter_map(|(record, _)| record.message_id.clone()) {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id;
        response.batch_item_failures.push(failure);
    }
    response
}
