//! One request's way through the pipeline, and onto a queue when it must wait.

use std::sync::Arc;

use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::Value;
use tendlc_core::clock::SharedClock;
use tendlc_core::env::Lanes;
use tendlc_core::invocation::Invocation;
use tendlc_core::mail::{DeadLetter, Mail, Waiting};
use tendlc_core::pipeline::{Ended, Ending, Incoming};
use tendlc_core::reason::Reason;
use tendlc_core::request::{Kind, RequestId};
use tendlc_core::served::{Served, Serves, Vouched};

use crate::event::Requested;
use crate::refusal::Refusal;

/// What the function keeps between invocations.
pub struct Handler {
    serves: Serves,
    mail: Mail,
    lanes: Option<Lanes>,
    clock: SharedClock,
}

/// What the function answers; Lambda drops it, a person reads it.
#[derive(Debug, Serialize)]
pub struct Reply {
    /// The resolved idempotency key.
    pub id: RequestId,
    /// `done`, `waiting` or `dead-letter`.
    pub ending: &'static str,
    /// Why it is not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl Handler {
    /// Serves with these; `lanes` are where a spoke's requests wait, a hub's grants name their own.
    pub fn new(serves: Serves, mail: Mail, lanes: Option<Lanes>, clock: SharedClock) -> Self {
        Self { serves, mail, lanes, clock }
    }

    /// Takes one event.
    ///
    /// # Errors
    /// When the event is none of ours, or the request could neither be ended nor be put anywhere: Lambda tries again
    /// and then hands the event to the on-failure destination. The ledger keeps it one request.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Reply, Refusal> {
        let (event, context) = event.into_parts();
        let now = self.clock.now();
        let Invocation { deadline, runs_in } = Invocation::of(context.deadline, &context.invoked_function_arn, now);
        // EventBridge hands the trace of whoever put the event on with the invocation.
        let trace = context.xray_trace_id.as_deref().and_then(|trace| trace.parse().ok());
        let requested = Requested::read(&event, trace, now)?;
        let vouched = requested.account.clone().map(Vouched::Account);
        let served = match (&self.serves, vouched) {
            (_, Some(vouched)) => self.serves.find(&vouched).await?,
            (Serves::Spoke(served), None) => Some(Arc::clone(served)),
            (Serves::Hub(_), None) => None,
        };
        let batch = [requested.incoming];
        let ends = match &served {
            Some(served) => served.sender.run(runs_in.as_ref(), &batch, deadline).await?,
            None => self.serves.refuse(requested.account.as_ref(), &batch).await,
        };
        let [incoming] = &batch;
        let Some(end) = ends.first() else { return Err(Refusal::NoEnd) };
        // What could not be put anywhere is not ended: Lambda tries again, and it is said then.
        let reply = self.finish(incoming, served.as_deref(), end).await?;
        if let Some(served) = &served {
            served.sender.say(&ends, deadline).await?;
        }
        Ok(reply)
    }

    async fn finish(&self, incoming: &Incoming, served: Option<&Served>, end: &Ended) -> Result<Reply, Refusal> {
        let ending = match &end.ending {
            Ending::Done => "done",
            Ending::Wait { until } => {
                let lanes = served.and_then(|served| served.lanes.as_ref()).or(self.lanes.as_ref());
                let lanes = lanes.ok_or(Refusal::NoQueue)?;
                let kind = end.kind.unwrap_or(Kind::Transactional);
                let url = match kind {
                    Kind::Transactional => &lanes.transactional,
                    Kind::Promotional => &lanes.promotional,
                };
                let request = Waiting { text: &incoming.text, id: &end.id, kind, trace: incoming.trace.as_ref() };
                self.mail.hand_over(url, &request, *until, self.clock.now()).await?;
                "waiting"
            }
            Ending::DeadLetter { reason, detail } => {
                tracing::warn!(id = %end.id, %reason, detail, "a dead letter");
                match served.and_then(|served| served.dead_letter_queue_url.as_deref()) {
                    Some(url) => {
                        let grant = served.map(|served| &served.grant);
                        let (text, kind) = (&incoming.text, end.kind);
                        let letter = DeadLetter { text, id: &end.id, grant, reason: *reason, detail, kind };
                        self.mail.put_away(url, &letter).await?;
                    }
                    None => return Err(Refusal::NotGranted),
                }
                "dead-letter"
            }
        };
        Ok(Reply { reason: end.outcome.reason, id: end.id.clone(), ending })
    }
}
