//! Receipts at any time, functions that die, writes whose answers are lost: the totals are the straight sum, and T-Mobile's
//! counters show what T-Mobile has.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::{Either, join_all, select};
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use tendlc_core::books::Filed;
use tendlc_core::table::read_number;

use super::office::{Office, arrived, books};
use super::primary::{config, table};
use super::seed::rng;
use super::story::{Story, sums};
use super::wire::{Fate, Wire};

/// What the grant's month says, but for what is zero.
pub async fn month(office: &Office) -> BTreeMap<String, i64> {
    let item = office.month().await;
    let numbers = item.keys().filter(|name| !["pk", "ttl"].contains(&name.as_str()));
    let numbers = numbers.filter_map(|name| Some((name.clone(), read_number(&item, name)?)));
    numbers.filter(|(_, number)| *number != 0).collect()
}

/// A wire on which much goes wrong, and on which a function may die.
fn bad_wire(rng: &mut StdRng) -> Wire {
    let mut rng = StdRng::seed_from_u64(rng.random());
    Wire::new(move |_| match rng.random_range(0..40) {
        0 => Fate::Lost,
        1 | 2 => Fate::AnswerLost,
        3 => Fate::Conflict,
        4 => Fate::DiesBefore,
        5 => Fate::DiesAfter,
        _ => Fate::Through,
    })
}

/// Takes receipts off `queue` until it is empty; what a function that dies had in hand is there again.
async fn work(office: &Office, queue: &std::sync::Mutex<Vec<Value>>, mut rng: StdRng) {
    loop {
        let wire = if rng.random_bool(0.8) { bad_wire(&mut rng) } else { Wire::sound() };
        let books = books(&office.primary, table(&config(&office.primary.aws, wire.client())));
        let serving = async {
            for _ in 0..4 {
                let batch: Vec<Value> = {
                    let mut queue = queue.lock().unwrap();
                    let many = queue.len().min(rng.random_range(1..=12));
                    queue.drain(..many).collect()
                };
                let arrived: Vec<_> = batch.iter().map(arrived).collect();
                let mut left = Some(batch);
                let guard = Guard { queue, left: &mut left };
                let filed = books.post(&arrived).await;
                let batch = guard.take();
                let again = batch.into_iter().zip(filed).filter(|(_, filed)| !matches!(filed, Ok(Filed::Done)));
                queue.lock().unwrap().extend(again.map(|(receipt, _)| receipt));
            }
        };
        match select(Box::pin(serving), Box::pin(wire.died())).await {
            Either::Left(_) | Either::Right(_) => {}
        }
        if queue.lock().unwrap().is_empty() {
            return;
        }
        // Copies that leave it to the other one, and what is looked at again later, are due by now.
        office.primary.clock.advance(SignedDuration::from_secs(30));
    }
}

/// What a function has in hand is on the queue again when it dies.
struct Guard<'a> {
    queue: &'a std::sync::Mutex<Vec<Value>>,
    left: &'a mut Option<Vec<Value>>,
}

impl Guard<'_> {
    fn take(self) -> Vec<Value> {
        self.left.take().unwrap_or_default()
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if let Some(batch) = self.left.take() {
            self.queue.lock().unwrap().extend(batch);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_receipts_the_totals_are_the_straight_sum_and_segments_go_back_once() {
    let mut rng = rng("receipts");
    for round in 0..6 {
        let office = Arc::new(Office::open().await);
        let mut sent = Vec::new();
        for _ in 0..6 {
            let segments: Vec<u32> = (0..8).map(|_| rng.random_range(1..=3)).collect();
            sent.extend(office.send(&segments).await);
        }
        let stories: Vec<Story> = sent.into_iter().map(|sent| Story::of(sent, &mut rng)).collect();
        let mut receipts: Vec<Value> = stories.iter().flat_map(|story| story.receipts.clone()).collect();
        receipts.shuffle(&mut rng);
        let queue = std::sync::Mutex::new(receipts);
        let functions: Vec<StdRng> = (0..4).map(|_| StdRng::seed_from_u64(rng.random())).collect();
        join_all(functions.into_iter().map(|rng| work(&office, &queue, rng))).await;

        assert_eq!(month(&office).await, sums(&stories), "{round}");
        let t_mobiles: i64 =
            stories.iter().filter(|story| story.is_t_mobiles()).map(|story| i64::from(story.sent.segments)).sum();
        let counters = office.primary.counters(office.primary.today()).await;
        assert_eq!(counters.used(), t_mobiles, "{round}: {counters:?}");
        assert_eq!(counters.of("a").ceiling, 1_000 - t_mobiles, "{round}");
        assert!((0..=100).contains(&counters.of("a").guaranteed), "{round}: {counters:?}");
        assert_eq!(office.odd("unmetered").await, 0, "{round}");
    }
}
