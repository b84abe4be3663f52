//! Waves of calls: what a function asks for at once goes out at once, and what it asks for next only when all of that has
//! been answered. So the number of waves is how many answers are waited for one after another, on a machine of any speed.

use std::sync::{Arc, Mutex, MutexGuard};

use super::wire::lock;

/// How often everybody else has had their turn, without another call, before a wave is taken to be complete.
const QUIET: usize = 200;

/// The waves of one function on a runtime of one thread.
#[derive(Clone, Default)]
pub struct Waves(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    asked: usize,
    let_out: usize,
    in_flight: usize,
    changes: usize,
    waiting: Vec<String>,
    waves: Vec<Vec<String>>,
}

/// A call that is on its way until this is dropped.
pub struct Flight(Waves);

impl Waves {
    /// The calls of each wave so far, by AWS's names of them; forgets them.
    pub fn take(&self) -> Vec<Vec<String>> {
        std::mem::take(&mut self.held().waves)
    }

    /// Waits for the call's wave.
    pub async fn mine(&self, operation: &str) -> Flight {
        let place = {
            let mut held = self.held();
            held.waiting.push(operation.to_owned());
            held.changes += 1;
            held.asked += 1;
            held.asked
        };
        loop {
            let before = self.held().changes;
            for _ in 0..QUIET {
                tokio::task::yield_now().await;
            }
            let mut held = self.held();
            if place > held.let_out && held.in_flight == 0 && held.changes == before {
                let wave = std::mem::take(&mut held.waiting);
                held.let_out = held.asked;
                held.in_flight = wave.len();
                held.changes += 1;
                held.waves.push(wave);
            }
            if place <= held.let_out {
                return Flight(self.clone());
            }
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        lock(&self.0)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut held = self.0.held();
        held.in_flight -= 1;
        held.changes += 1;
    }
}
