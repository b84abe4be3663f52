//! AWS's own limit on what the primary may spend: it stops everybody at once, and lets go.

use serde_json::json;

use super::books::good;
use super::function::{Function, drain};
use super::wire::Wire;
use super::world::{QUEUE, World};

#[tokio::test]
async fn the_spend_limit_that_one_function_meets_stops_all_of_them_and_lets_go_when_it_is_lifted() {
    let world = World::start().await;
    let (wire, other_wire) = (Wire::sound(), Wire::sound());
    let (meets, other) = (Function::start(&world, wire), Function::start(&world, other_wire.clone()));
    // The other one has sent before, and knows the clock as it was.
    world.put(&good("before")).await;
    other.poll(&world, QUEUE).await;
    assert_eq!(world.aws.sent().len(), 1);
    world.fault(json!({"operation": "SendTextMessage", "action": "spend_limit", "times": 0}));
    world.put(&good("meets")).await;
    meets.poll(&world, QUEUE).await;
    assert_eq!(world.said("meets"), ["SMS Deferred"]);
    // AWS has lifted it, and nobody knows yet: the other function stops without having asked AWS.
    world.aws.clear_faults();
    other_wire.clear();
    for place in 0..12 {
        world.put(&good(&format!("stopped{place}"))).await;
    }
    while world.visible_on(QUEUE) > 0 {
        other.poll(&world, QUEUE).await;
    }
    let sends = other_wire.calls().iter().filter(|call| call.operation == "SendTextMessage").count();
    assert_eq!((sends, world.aws.sent().len()), (0, 1));
    for place in 0..12 {
        let reasons: Vec<_> = world
            .outcomes_of(&format!("stopped{place}"))
            .into_iter()
            .map(|(_, detail)| detail["reason"].clone())
            .collect();
        assert_eq!(reasons, ["PRIMARY_SPEND_LIMIT"]);
    }
    // A new text a minute later is sent at once, and the others when they come back.
    world.advance(61);
    world.put(&good("after")).await;
    other.poll(&world, QUEUE).await;
    assert_eq!(world.said("after"), ["SMS Accepted"]);
    assert!(drain(&world, 1).await);
    assert_eq!(world.aws.sent().len(), 1 + 1 + 12 + 1);
}
