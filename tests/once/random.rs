//! Several functions at once, on random interleavings of their calls, with deaths, lost answers and stalls at random.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::books::{History, OPTED_OUT, check, check_ended, good};
use super::function::{Function, Invoked, TIMEOUT, drain, settle};
use super::turns::Turns;
use super::wire::{Fate, Wire};
use super::world::{QUEUE, World, event};

/// How many worlds, each with its own seed, unless `TENDLC_TEST_WORLDS` says otherwise.
const WORLDS: u64 = 32;
/// Rounds in which things go wrong; then all is sound, and everything has to end.
const ROUNDS: usize = 5;
/// At most so many faults, so that the budget test below can tell a leak from a batch that a death cost.
const FAULTS: i64 = 8;

const OF_A_FUNCTION: [Fate; 6] =
    [Fate::DiesBefore, Fate::DiesAfter, Fate::DiesAndComesLate, Fate::AnswerLost, Fate::AnswerLost, Fate::Refused];

/// A wire on which one call in twelve goes wrong, and one in twelve takes long.
fn unsound(world: &World, rng: &mut StdRng, turns: &Turns, faults: &Arc<AtomicI64>) -> Wire {
    let (mut rng, faults, clock) = (StdRng::from_rng(rng), Arc::clone(faults), world.clock.clone());
    let decide = move |_: &super::wire::Call| {
        if rng.random_ratio(1, 12) {
            // Past the lease now and then: what a function does after a stall must be just as safe.
            clock.advance(SignedDuration::from_secs(rng.random_range(1..=TIMEOUT + 15)));
        }
        if !rng.random_ratio(1, 12) || faults.fetch_sub(1, Ordering::SeqCst) <= 0 {
            return Fate::Through;
        }
        *OF_A_FUNCTION.choose(&mut rng).expect("a fate")
    };
    Wire::with_turns(decide, turns.clone())
}

fn requests(rng: &mut StdRng) -> Vec<Value> {
    let mut requests = Vec::new();
    for place in 0..rng.random_range(3..=9) {
        let mut request = good(&format!("request-{place}"));
        match rng.random_range(0..8) {
            0 => request["to"] = Value::from(OPTED_OUT),
            1 => request["body"] = Value::from("A long text. ".repeat(rng.random_range(10..40))),
            2 => request["id"] = Value::from("of-several"),
            _ => {}
        }
        // The same message twice: a producer that did not hear the queue's answer.
        if rng.random_ratio(1, 3) {
            requests.push(request.clone());
        }
        requests.push(request);
    }
    requests
}

/// One function's life in one round. It works on two batches at most; a dead one is replaced by the caller.
async fn work(world: &World, function: &Function) {
    for _ in 0..2 {
        let messages = world.receive(QUEUE).await;
        if messages.is_empty() || function.wire.is_dead() {
            return;
        }
        let invoked = function.invoke(world, event(QUEUE, &messages)).await;
        settle(world, QUEUE, &messages, &invoked).await;
        if matches!(invoked, Invoked::Died) {
            return;
        }
    }
}

async fn world_of(seed: u64) {
    let what = format!("TENDLC_TEST_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let world = World::start().await;
    let requests = requests(&mut rng);
    for (number, request) in requests.iter().enumerate() {
        world.put(request).await;
        if rng.random_ratio(1, 4) {
            let nth = rng.random_range(1..=number + 1);
            let action = *["throttle", "fail_after_accept", "error", "drop"].choose(&mut rng).expect("an action");
            world.fault(json!({ "operation": "SendTextMessage", "match": { "nth": nth }, "action": action }));
        }
    }

    let (turns, faults) = (Turns::new(StdRng::from_rng(&mut rng)), Arc::new(AtomicI64::new(FAULTS)));
    let mut history = History::default();
    let mut functions: Vec<Function> = Vec::new();
    let mut dead: Vec<Wire> = Vec::new();
    for _ in 0..ROUNDS {
        let (over, alive): (Vec<_>, Vec<_>) = functions.into_iter().partition(|function| function.wire.is_dead());
        dead.extend(over.into_iter().map(|function| function.wire));
        functions = alive;
        while functions.len() < 3 {
            functions.push(Function::start(&world, unsound(&world, &mut rng, &turns, &faults)));
        }
        // Up to three functions at once, and SQS may hand the same message to two of them.
        futures::future::join_all(functions.iter().map(|function| work(&world, function))).await;
        history.observe(&world).await;
        check(&world, &what).await;
        if let Some(wire) = dead.choose(&mut rng) {
            wire.deliver_late().await;
        }
        world.advance(*[1, 20, 100, 185, 600].choose(&mut rng).expect("a wait"));
    }

    assert!(drain(&world, 4).await, "{what}: something still waits after four hours");
    for wire in &dead {
        wire.deliver_late().await;
    }
    history.observe(&world).await;
    check(&world, &what).await;
    let ids: BTreeSet<&str> = requests.iter().filter_map(|request| request["id"].as_str()).collect();
    check_ended(&world, &ids.into_iter().collect::<Vec<_>>(), &what).await;
}

/// Runs every second world, on a thread of its own.
fn worlds(parity: u64) {
    let first = super::seed();
    let worlds = std::env::var("TENDLC_TEST_WORLDS").map_or(WORLDS, |worlds| worlds.parse().expect("a number"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for seed in (first..first.saturating_add(worlds)).filter(|seed| seed % 2 == parity) {
        println!("TENDLC_TEST_SEED={seed}");
        runtime.block_on(world_of(seed));
    }
}

#[test]
fn nothing_is_sent_twice_or_lost_on_any_interleaving_of_unsound_functions() {
    worlds(0);
}

#[test]
fn nothing_is_sent_twice_or_lost_on_any_other_interleaving_of_unsound_functions() {
    worlds(1);
}
