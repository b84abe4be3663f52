//! One invocation: refuse what is not for a probe, look at everything in time, answer.

use aws_types::SdkConfig;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use tendlc_core::ask::Pace;
use tendlc_core::clock::SharedClock;
use tendlc_core::env::ProbeSettings;
use tendlc_core::invocation::{Invocation, only_a_trigger};

use crate::check::Report;
use crate::clients::Clients;
use crate::refusal::Refusal;
use crate::run::Run;
use crate::{primary, spoke};

/// How much is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Whether everything works: the schedule's question.
    Health,
    /// Also whether what must not work does not: `{"verify":true}`.
    Verify,
}

impl Asks {
    fn of(event: &Value) -> Self {
        if event.get("verify") == Some(&Value::Bool(true)) { Self::Verify } else { Self::Health }
    }
}

/// What the function keeps between invocations.
pub struct Handler {
    settings: ProbeSettings,
    clients: Clients,
    pace: Pace,
    clock: SharedClock,
}

impl Handler {
    /// Serves with these.
    pub fn new(config: SdkConfig, settings: ProbeSettings, clock: SharedClock) -> Self {
        let clients = Clients::new(config, settings.table.clone(), SharedClock::clone(&clock));
        Self { settings, clients, pace: Pace::new(SharedClock::clone(&clock)), clock }
    }

    /// Probes; of the event only `verify` matters, as long as it is no request.
    ///
    /// # Errors
    /// When the event holds requests, or the function may not act for its grant.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Report, Refusal> {
        let (event, context) = event.into_parts();
        only_a_trigger(&event)?;
        let asks = Asks::of(&event);
        let now = self.clock.now();
        let Invocation { deadline, runs_in } = Invocation::of(context.deadline, &context.invoked_function_arn, now);
        let mut run = Run::new(&self.clock, &self.pace, deadline);
        // Boxed: nested in one another, the SDK's futures are more than the compiler wants to lay out.
        match &self.settings.spoke {
            Some(spoke) => {
                let settings = (&self.settings, spoke);
                Box::pin(spoke::probe(&mut run, &self.clients, settings, &self.clock, (runs_in.as_ref(), asks)))
                    .await?;
            }
            None => Box::pin(primary::probe(&mut run, &self.clients, &self.settings, &self.clock, asks)).await,
        }
        if asks == Asks::Health {
            run.write_metrics(self.settings.spoke.as_ref().map(|spoke| &spoke.grant));
        }
        Ok(run.report())
    }
}
