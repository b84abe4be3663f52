//! One invocation: refuse what is not for a probe, look at everything in time, answer.

use aws_types::SdkConfig;
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use tendlc_core::ask::Pace;
use tendlc_core::clock::SharedClock;
use tendlc_core::env::{Pacing, ProbeSettings};
use tendlc_core::invocation::{Invocation, only_a_trigger};
use tendlc_core::metrics::Whose;

use crate::check::Report;
use crate::clients::Clients;
use crate::refusal::Refusal;
use crate::remember::Remembering;
use crate::run::Run;
use crate::{primary, spoke};

/// How much is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Whether everything works, as somebody asks who waits for it.
    Health,
    /// The same, by the schedule: then texts are sent that reach nobody, which cost something.
    Scheduled,
    /// Also whether what must not work does not: `{"verify":true}`.
    Verify,
    /// Nothing: what the last run found, `{"kept":true}`.
    Kept,
}

impl Asks {
    fn of(event: &Value) -> Self {
        let says = |name: &str| event.get(name) == Some(&Value::Bool(true));
        match () {
            () if says("verify") => Self::Verify,
            () if says("kept") => Self::Kept,
            () if event.get("source").and_then(Value::as_str) == Some("aws.scheduler") => Self::Scheduled,
            () => Self::Health,
        }
    }

    /// Whether it is asked how things stand, and not what a role may do.
    pub fn is_of_health(self) -> bool {
        matches!(self, Self::Health | Self::Scheduled)
    }
}

/// What the function keeps between invocations.
pub struct Handler {
    settings: ProbeSettings,
    clients: Clients,
    remembering: Option<Remembering>,
    pace: Pace,
    clock: SharedClock,
}

impl Handler {
    /// Serves with these.
    pub fn new(config: SdkConfig, settings: ProbeSettings, clock: SharedClock) -> Self {
        let remembering = Remembering::new(&config, &settings);
        let clients = Clients::new(config, settings.table.clone(), SharedClock::clone(&clock));
        let pace = match settings.pacing {
            Pacing::OfAll => Pace::of_all(SharedClock::clone(&clock)),
            Pacing::OfEach => Pace::new(SharedClock::clone(&clock)),
        };
        Self { settings, clients, remembering, pace, clock }
    }

    /// Probes; of the event only `verify` and `kept` matter, as long as it is no request.
    ///
    /// # Errors
    /// When the event holds requests, the function may not act for its grant, or what is kept is asked for and cannot be
    /// read.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Report, Refusal> {
        let (event, context) = event.into_parts();
        only_a_trigger(&event)?;
        let asks = Asks::of(&event);
        let now = self.clock.now();
        if asks == Asks::Kept {
            return Box::pin(self.last(now)).await;
        }
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
        let (report, mut metrics) = run.end();
        if !asks.is_of_health() {
            return Ok(report);
        }
        let report = match &self.remembering {
            Some(remembering) => Box::pin(remembering.after(report, runs_in.as_ref(), deadline)).await,
            None => report,
        };
        // After it was kept, which is looked at like everything else.
        let whose = self.settings.spoke.as_ref().map(|spoke| Whose::grant(&spoke.grant)).unwrap_or_default();
        report.count(&mut metrics, &whose);
        metrics.write(self.clock.now());
        Ok(report)
    }

    async fn last(&self, now: Timestamp) -> Result<Report, Refusal> {
        let last = match &self.remembering {
            Some(remembering) => remembering.last().await?,
            None => None,
        };
        Ok(last.unwrap_or_else(|| Report::of(Vec::new(), now)))
    }
}
