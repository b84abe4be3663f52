//! The way by event: Lambda tries an event up to three times, and what must wait goes on from its lane's queue. A
//! function dies at each call of that whole way in turn.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use lambda_runtime::LambdaEvent;
use send_event::Reply;
use serde_json::{Value, json};
use tendlc_core::env::HandsOver;

use super::books::{History, OPTED_OUT, check, check_ended, good};
use super::function::{Function, Parts, TIMEOUT, Variables, context};
use super::wire::{Fate, Wire};
use super::world::{PROMOTIONAL, QUEUE, SECONDARY, World};

/// How long Lambda waits after each of its tries.
const TRIES: [i64; 3] = [60, 120, 0];

/// One environment of `send-event`.
struct ByEvent {
    handler: send_event::Handler,
    wire: Wire,
}

impl ByEvent {
    fn start(world: &World, wire: Wire) -> Self {
        let parts = Parts::new(world, &wire, HandsOver::Yes, Variables::default());
        Self { handler: send_event::Handler::new(parts.serves, parts.mail, parts.lanes, parts.clock), wire }
    }

    /// `None`: it died.
    async fn invoke(&self, world: &World, event: &Value) -> Option<Result<Reply, String>> {
        let context = context(SECONDARY, world.now() + SignedDuration::from_secs(TIMEOUT));
        tokio::select! {
            biased;
            () = self.wire.died() => None,
            reply = self.handler.handle(LambdaEvent::new(event.clone(), context)) => {
                Some(reply.map_err(|error| error.to_string()))
            }
        }
    }
}

/// What EventBridge makes of a request; the event's id is `event-1`.
fn event(request: &Value) -> Value {
    json!({
        "version": "0",
        "id": "event-1",
        "detail-type": "SMS Send Requested",
        "source": "acme.checkout",
        "account": SECONDARY,
        "time": "2026-11-20T15:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": request,
    })
}

/// What Lambda does with an event. `None`: no try came to an end, and its on-failure destination has the event.
async fn deliver(world: &World, event: &Value, mut wire: impl FnMut() -> Wire) -> Option<Reply> {
    for wait in TRIES {
        if let Some(Ok(reply)) = ByEvent::start(world, wire()).invoke(world, event).await {
            return Some(reply);
        }
        world.advance(wait);
    }
    None
}

/// Lets `send-queue` work on both lanes until they are empty, at most three hours by the clock.
async fn drain_lanes(world: &World, mut wire: impl FnMut() -> Wire) -> bool {
    let until = world.now() + SignedDuration::from_hours(3);
    let mut function = Function::start(world, wire());
    while world.on(QUEUE) + world.on(PROMOTIONAL) > 0 && world.now() < until {
        if function.wire.is_dead() {
            function = Function::start(world, wire());
        }
        match [QUEUE, PROMOTIONAL].into_iter().find(|lane| world.visible_on(lane) > 0) {
            Some(lane) => drop(function.poll(world, lane).await),
            None => world.advance(15),
        }
    }
    world.on(QUEUE) + world.on(PROMOTIONAL) == 0
}

/// One death: at the `nth` call of all functions together. Whoever comes after the dead one is sound.
struct Death {
    nth: usize,
    fate: Fate,
    calls: Arc<AtomicUsize>,
    fell: Arc<Mutex<Option<String>>>,
    wires: Mutex<Vec<Wire>>,
}

impl Death {
    fn at(nth: usize, fate: Fate) -> Self {
        Self { nth, fate, calls: Arc::default(), fell: Arc::default(), wires: Mutex::default() }
    }

    fn wire(&self) -> Wire {
        let (nth, fate, calls, fell) = (self.nth, self.fate, Arc::clone(&self.calls), Arc::clone(&self.fell));
        let wire = Wire::new(move |call| {
            if calls.fetch_add(1, Ordering::SeqCst) + 1 != nth {
                return Fate::Through;
            }
            *fell.lock().unwrap() = Some(call.operation.clone());
            fate
        });
        self.wires.lock().unwrap().push(wire.clone());
        wire
    }

    /// The call that somebody died at.
    fn fell(&self) -> Option<String> {
        self.fell.lock().unwrap().clone()
    }

    async fn deliver_late(&self) {
        let wires = self.wires.lock().unwrap().clone();
        for wire in wires {
            wire.deliver_late().await;
        }
    }
}

/// Requests by what becomes of them when nobody dies, with their ids.
fn requests() -> [(&'static str, Value, &'static str); 5] {
    let with = |id: &str, field: &str, value: Value| {
        let mut request = good(id);
        request[field] = value;
        request
    };
    let mut nameless = good("event-1");
    nameless.as_object_mut().unwrap().remove("id");
    [
        ("is sent", good("good"), "good"),
        ("has no id and waits", nameless, "event-1"),
        ("waits in its lane", with("news", "kind", json!("promotional")), "news"),
        ("is rejected", with("stop", "to", json!(OPTED_OUT)), "stop"),
        ("is no request", json!({ "to": "+12065550111", "text": "?" }), "event-1"),
    ]
}

/// Takes one request its whole way with one death at the `nth` call, and says which call that was; `None`: there are
/// fewer. A call that comes late arrives before the queue is looked at, or when all is over: for every second call.
async fn death_at(name: &str, request: &Value, id: &str, death: &Death) -> Option<String> {
    let world = World::start().await;
    if name.contains("waits") {
        world.fault(json!({ "operation": "SendTextMessage", "action": "throttle" }));
    }
    let mut history = History::default();
    let replied = deliver(&world, &event(request), || death.wire()).await;
    history.observe(&world).await;
    if death.nth.is_multiple_of(2) {
        death.deliver_late().await;
    }
    let empty = drain_lanes(&world, || death.wire()).await;
    let fell = death.fell();
    let what = format!("one that {name}: {:?} at call {}, {fell:?}", death.fate, death.nth);
    assert!(replied.is_some(), "{what}: with one death Lambda's second try comes to an end");
    assert!(empty, "{what}: something still waits after three hours");
    history.observe(&world).await;
    death.deliver_late().await;
    assert!(drain_lanes(&world, Wire::sound).await, "{what}: what came late still waits");
    history.observe(&world).await;
    check(&world, &what).await;
    check_ended(&world, &[id], &what).await;
    let (charged, sent) = (world.charged().await, world.segments_sent());
    // One for each function that died with it in hand, or whose call came after all.
    assert!((0..=1).contains(&(charged.ceiling - sent)), "{what}: {sent} segments sent, {charged:?}");
    fell
}

async fn death_at_every_call(fate: Fate) {
    let mut operations = std::collections::BTreeSet::new();
    let mut calls = 0;
    for (name, request, id) in requests() {
        let mut nth = 1;
        while let Some(call) = death_at(name, &request, id, &Death::at(nth, fate)).await {
            operations.insert(call);
            nth += 1;
        }
        calls += nth - 1;
    }
    for operation in ["AssumeRole", "GetItem", "UpdateItem", "TransactWriteItems", "SendTextMessage", "SendMessage"] {
        assert!(operations.contains(operation), "no death at {operation}: {operations:?}");
    }
    assert!(operations.contains("PutEvents"), "no death at PutEvents: {operations:?}");
    println!("by event: {fate:?} at each of {calls} calls, and nothing was sent twice or lost");
}

#[tokio::test]
async fn nothing_is_sent_twice_or_lost_when_a_function_dies_before_any_call() {
    death_at_every_call(Fate::DiesBefore).await;
}

#[tokio::test]
async fn nothing_is_sent_twice_or_lost_when_a_function_dies_after_any_call() {
    death_at_every_call(Fate::DiesAfter).await;
}

#[tokio::test]
async fn nothing_is_sent_twice_or_lost_when_any_call_of_a_dead_function_comes_late() {
    death_at_every_call(Fate::DiesAndComesLate).await;
}

#[tokio::test]
async fn without_a_death_each_ends_as_it_should() {
    for (name, request, id) in requests() {
        let world = World::start().await;
        if name.contains("waits") {
            world.fault(json!({ "operation": "SendTextMessage", "action": "throttle" }));
        }
        let reply = deliver(&world, &event(&request), Wire::sound).await.unwrap();
        let (ending, lane) = match name {
            "is sent" => ("done", None),
            "has no id and waits" => ("waiting", Some(QUEUE)),
            "waits in its lane" => ("waiting", Some(PROMOTIONAL)),
            _ => ("dead-letter", None),
        };
        assert_eq!((reply.id.as_str(), reply.ending), (id, ending), "{name}");
        for queue in [QUEUE, PROMOTIONAL] {
            assert_eq!(world.on(queue), usize::from(lane == Some(queue)), "{name}: {queue}");
        }
        assert!(drain_lanes(&world, Wire::sound).await);
        let sent = u32::from(ending != "dead-letter");
        assert_eq!((world.sent_of(id), world.dead().await.len()), (sent, usize::from(sent == 0)), "{name}");
        check(&world, name).await;
        check_ended(&world, &[id], name).await;
    }
}

#[tokio::test]
async fn an_event_that_is_delivered_to_three_functions_at_once_is_one_text() {
    let world = World::start().await;
    let event = event(&good("a"));
    let functions: Vec<ByEvent> = (0..3).map(|_| ByEvent::start(&world, Wire::sound())).collect();
    let replies = futures::future::join_all(functions.iter().map(|one| one.invoke(&world, &event))).await;
    assert!(replies.iter().all(|reply| matches!(reply, Some(Ok(_)))), "{replies:?}");
    // Whoever found it in progress has put it on the queue, where it is said to be sent.
    assert!(drain_lanes(&world, Wire::sound).await);
    assert_eq!((world.sent_of("a"), world.dead().await), (1, Vec::new()));
    assert_eq!(world.charged().await.ceiling, 1, "those who did not send gave back");
    check(&world, "three at once").await;
}

#[tokio::test]
async fn what_no_queue_takes_is_an_error_to_lambda_each_time_and_can_be_replayed_from_its_failure_destination() {
    let throttled = || json!({ "operation": "SendTextMessage", "action": "throttle", "times": null });
    let mut stop = good("a");
    stop["to"] = Value::from(OPTED_OUT);
    for (request, fault, state) in [(good("a"), Some(throttled()), "deferred"), (stop, None, "rejected")] {
        let world = World::start().await;
        fault.into_iter().for_each(|fault| world.fault(fault));
        world.fault(json!({ "operation": "SendMessage", "action": "deny", "times": null }));
        assert!(deliver(&world, &event(&request), Wire::sound).await.is_none(), "Lambda was told that all is well");
        assert_eq!((world.sent_of("a"), world.state("a").await.as_deref()), (0, Some(state)));
        assert_eq!(world.charged().await.ceiling, 0, "what is not sent is given back");
        world.aws.clear_faults();
        deliver(&world, &event(&request), Wire::sound).await.unwrap();
        assert!(drain_lanes(&world, Wire::sound).await);
        check(&world, state).await;
        check_ended(&world, &["a"], state).await;
        assert_eq!(world.sent_of("a"), u32::from(state == "deferred"));
    }
}
