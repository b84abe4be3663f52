//! A batch's way through the pipeline and back onto its queue.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use tendlc_core::account::AccountId;
use tendlc_core::clock::SharedClock;
use tendlc_core::invocation::Invocation;
use tendlc_core::mail::{DeadLetter, Mail};
use tendlc_core::metrics::Metrics;
use tendlc_core::pipeline::{Ended, Ending, nameless_record};
use tendlc_core::request::Kind;
use tendlc_core::served::{Served, Serves, Vouched};

use crate::batch::{Batch, Record};
use crate::refusal::Refusal;

/// When what could not be put away, or not even be looked up, is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// How long what nobody is granted is left alone.
const UNGRANTED: SignedDuration = SignedDuration::from_hours(1);

/// What the function keeps between invocations.
pub struct Handler {
    serves: Serves,
    mail: Mail,
    clock: SharedClock,
}

/// Which messages stay on the queue, and until when they are hidden.
#[derive(Default)]
struct Staying {
    until: HashMap<usize, Timestamp>,
    stopped_groups: HashMap<String, Timestamp>,
    metrics: Metrics,
    ends: Vec<Ended>,
}

impl Handler {
    /// Serves with these.
    pub fn new(serves: Serves, mail: Mail, clock: SharedClock) -> Self {
        Self { serves, mail, clock }
    }

    /// Takes one batch and answers with the messages that stay, in the order of the batch.
    ///
    /// # Errors
    /// When the event is not of SQS, the function may not act for its grant, or its time is up before anybody was told.
    /// The whole batch then stays.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<SqsBatchResponse, Refusal> {
        let (event, context) = event.into_parts();
        let now = self.clock.now();
        let Invocation { deadline, runs_in } = Invocation::of(context.deadline, &context.invoked_function_arn, now);
        let response = SqsBatchResponse::default();
        let Some(batch) = Batch::read(event, now)? else { return Ok(response) };

        let served = match self.serves.find(&Vouched::Queue(batch.queue.clone())).await {
            Ok(served) => served,
            Err(error) => {
                tracing::warn!(%error, queue = %batch.queue, "held up: it is not known whose queue this is");
                let staying = batch.records.iter().map(|record| later(record, now)).enumerate().collect();
                return Ok(self.answer(&batch, staying, response).await);
            }
        };
        let mut staying = Staying::default();
        for wave in waves(&batch) {
            self.take(&batch, &wave, served.as_ref(), runs_in.as_ref(), deadline, &mut staying).await?;
        }
        staying.metrics.write(self.clock.now());
        let response = self.answer(&batch, staying.until, response).await;
        if let Some(served) = &served {
            served.sender.say(&staying.ends, deadline).await?;
        }
        Ok(response)
    }

    /// Records that may go together: all of a standard queue, one of each group of a FIFO queue.
    async fn take(
        &self,
        batch: &Batch,
        wave: &[usize],
        served: Option<&Arc<Served>>,
        runs_in: Option<&AccountId>,
        deadline: Timestamp,
        staying: &mut Staying,
    ) -> Result<(), Refusal> {
        let mut taken = Vec::with_capacity(wave.len());
        for &place in wave {
            let stopped = group_of(batch, place).and_then(|group| staying.stopped_groups.get(group));
            match stopped {
                // The whole tail of a group comes back together, or its order would be lost.
                Some(&until) => {
                    staying.until.insert(place, until);
                }
                None => taken.push(place),
            }
        }
        if taken.is_empty() {
            return Ok(());
        }
        // Without a message id the answer could not keep it, and Lambda would delete it: it is not begun.
        let (taken, nameless): (Vec<usize>, Vec<usize>) =
            taken.into_iter().partition(|&place| batch.records[place].message_id.is_some());
        let of =
            |places: &[usize]| places.iter().map(|&place| batch.records[place].incoming.clone()).collect::<Vec<_>>();
        let mut ends = match served {
            _ if taken.is_empty() => Vec::new(),
            Some(served) => served.sender.run(runs_in, &of(&taken), deadline).await?,
            None => self.serves.refuse(Some(batch.queue.account()), &of(&taken)).await,
        };
        let whose = served.map(|served| &served.grant);
        ends.extend(of(&nameless).iter().map(|incoming| nameless_record(whose, runs_in, incoming)));
        let places: Vec<usize> = taken.into_iter().chain(nameless).collect();
        // Dead letters go together: one queue that does not answer costs its patience once.
        let stay = places.iter().zip(&ends).map(|(&place, end)| self.stays_until(&batch.records[place], served, end));
        let stay = futures::future::join_all(stay).await;
        let now = self.clock.now();
        for (&place, end) in places.iter().zip(&ends) {
            // By SQS's own count the oldest message leaves out what was received three times.
            if matches!(end.ending, Ending::Wait { .. })
                && end.kind == Some(Kind::Transactional)
                && let Some(grant) = whose
            {
                staying.metrics.waits(grant, now.duration_since(batch.records[place].incoming.first_seen));
            }
        }
        for (place, until) in places.into_iter().zip(stay) {
            if let Some(until) = until {
                staying.until.insert(place, until);
                if let Some(group) = group_of(batch, place) {
                    staying.stopped_groups.insert(group.to_owned(), until);
                }
            }
        }
        staying.ends.extend(ends);
        Ok(())
    }

    /// `None`: the message is done with.
    async fn stays_until(&self, record: &Record, served: Option<&Arc<Served>>, end: &Ended) -> Option<Timestamp> {
        let (reason, detail) = match &end.ending {
            Ending::Done => return None,
            Ending::Wait { until } => return Some(*until),
            Ending::DeadLetter { reason, detail } => (*reason, detail),
        };
        tracing::warn!(id = %end.id, %reason, detail, "a dead letter");
        let Some(url) = served.and_then(|served| served.dead_letter_queue_url.as_deref()) else {
            tracing::error!(id = %end.id, %reason, "nobody is granted this queue, so it stays there; `tendlc sync`, or purge it");
            return Some(self.clock.now() + UNGRANTED);
        };
        let grant = served.map(|served| &served.grant);
        let letter = DeadLetter { text: &record.incoming.text, id: &end.id, grant, reason, detail, kind: end.kind };
        match self.mail.put_away(url, &letter).await {
            Ok(()) => None,
            Err(error) => {
                tracing::error!(%error, id = %end.id, "the dead letter stays on its queue for now");
                Some(later(record, self.clock.now()))
            }
        }
    }

    async fn answer(
        &self,
        batch: &Batch,
        staying: HashMap<usize, Timestamp>,
        mut response: SqsBatchResponse,
    ) -> SqsBatchResponse {
        let mut hidden = Vec::with_capacity(staying.len());
        for (place, record) in batch.records.iter().enumerate() {
            let Some(until) = staying.get(&place) else { continue };
            if let Some(handle) = &record.receipt_handle {
                hidden.push((handle.clone(), *until));
            }
            // An empty id would fail the whole batch.
            if let Some(id) = &record.message_id {
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = id.clone();
                response.batch_item_failures.push(failure);
            }
        }
        self.mail.hide(&batch.queue, &hidden, self.clock.now()).await;
        response
    }
}

/// The longer it has been there the seldomer: below the queue's `maxReceiveCount` of 1,000 within SQS's longest
/// retention, so that an outage is never taken for a poisonous message.
fn later(record: &Record, now: Timestamp) -> Timestamp {
    let age = now.duration_since(record.incoming.first_seen).max(SignedDuration::ZERO);
    now + AGAIN.max(age / 64)
}

fn group_of(batch: &Batch, place: usize) -> Option<&str> {
    batch.is_fifo().then(|| batch.records[place].group.as_deref().unwrap_or_default())
}

/// A standard queue's records go all at once; of a FIFO queue the first of each group, then the second of each.
fn waves(batch: &Batch) -> Vec<Vec<usize>> {
    let mut left: Vec<usize> = (0..batch.records.len()).collect();
    let mut waves = Vec::new();
    while !left.is_empty() {
        let mut groups = HashSet::new();
        let (wave, rest): (Vec<usize>, Vec<usize>) = left
            .into_iter()
            .partition(|&place| group_of(batch, place).is_none_or(|group| groups.insert(group.to_owned())));
        waves.push(wave);
        left = rest;
    }
    waves
}
