//! One round: what each probe found last, at once; then each is asked to look again, one after another.

use std::future::Future;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use jiff::SignedDuration;
use probe_health::Report;
use tendlc_core::clock::Clock;

use super::place::{Known, Place};
use crate::deploy::survey::AT_ONCE;
use crate::probe::{A_READ, A_RUN, Silence};

/// What a probe is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// What it found last: asks nobody else.
    Kept,
    /// To look now.
    Now,
}

impl Question {
    /// As the function takes it.
    pub fn event(self) -> &'static str {
        match self {
            Self::Kept => r#"{"kept":true}"#,
            Self::Now => "{}",
        }
    }

    /// How long it may take.
    pub fn longest(self) -> Duration {
        match self {
            Self::Kept => A_READ,
            Self::Now => A_RUN,
        }
    }
}

/// Between the end of a run and the beginning of the next. Each keeps to one call a second, but they know nothing of each
/// other, and the second is the whole primary's.
const APART: SignedDuration = SignedDuration::from_millis(1_100);

/// What all of them found last, which takes nothing from the primary.
pub async fn kept<F>(places: &[Place], clock: &dyn Clock, ask: impl Fn(Place, Question) -> F) -> Vec<Known>
where
    F: Future<Output = Result<Report, Silence>>,
{
    let ask = &ask;
    let asked = stream::iter(places).map(|place| async move { (place, ask(place.clone(), Question::Kept).await) });
    let answers: Vec<_> = asked.buffered(AT_ONCE).collect().await;
    let now = clock.now();
    answers.into_iter().map(|(place, answer)| known(place, answer, now)).collect()
}

/// Asks each to look now, and tells of each answer.
pub async fn now<F>(
    places: &[Place],
    clock: &dyn Clock,
    ask: impl Fn(Place, Question) -> F,
    mut told: impl FnMut(Known),
) where
    F: Future<Output = Result<Report, Silence>>,
{
    for place in places {
        let answer = ask(place.clone(), Question::Now).await;
        told(known(place, answer, clock.now()));
        clock.sleep_until(clock.now() + APART).await;
    }
}

fn known(place: &Place, answer: Result<Report, Silence>, now: jiff::Timestamp) -> Known {
    match answer {
        Ok(report) => Known { place: place.clone(), report },
        Err(silence) => Known::silent(place, silence, now),
    }
}
