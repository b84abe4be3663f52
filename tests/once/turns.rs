//! Turns of several functions, so that a seed decides in which order their calls reach AWS.

use std::sync::{Arc, Mutex};

use rand::Rng;
use rand::rngs::StdRng;
use tokio::sync::oneshot;

use super::wire::lock;

/// One call at a time, in an order that a seed gives: every interleaving of several functions at the grain of their
/// calls to AWS can come up.
#[derive(Clone)]
pub struct Turns(Arc<Mutex<Waiting>>);

struct Waiting {
    rng: StdRng,
    busy: bool,
    queue: Vec<oneshot::Sender<Turn>>,
}

/// The right to call; the next one gets it when this is dropped.
pub struct Turn(Turns);

impl Turns {
    /// Turns in an order that comes from `rng`.
    pub fn new(rng: StdRng) -> Self {
        Self(Arc::new(Mutex::new(Waiting { rng, busy: false, queue: Vec::new() })))
    }

    pub async fn mine(&self) -> Option<Turn> {
        let (sender, turn) = oneshot::channel();
        lock(&self.0).queue.push(sender);
        // Others come to their calls first, so that there is something to choose from.
        for _ in 0..16 {
            tokio::task::yield_now().await;
        }
        self.next();
        turn.await.ok()
    }

    fn next(&self) {
        let chosen = {
            let mut waiting = lock(&self.0);
            if waiting.busy || waiting.queue.is_empty() {
                return;
            }
            let places = waiting.queue.len();
            let place = waiting.rng.random_range(0..places);
            waiting.busy = true;
            waiting.queue.swap_remove(place)
        };
        // One that was dropped while it waited does not take its turn, and the drop of it makes it the next one's.
        drop(chosen.send(Turn(self.clone())));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.0.0).busy = false;
        self.0.next();
    }
}
