//! A thousand messages that wait: what a refusal taught is remembered, and nobody asks the table again for each of them.

use super::books::good;
use super::function::Function;
use super::wire::Wire;
use super::world::{QUEUE, Settings, World};

const WAITING: usize = 1_000;

/// Takes all that is visible.
async fn once_round(world: &World, function: &Function) {
    while world.visible_on(QUEUE) > 0 {
        function.poll(world, QUEUE).await;
    }
}

fn of_the_table(wire: &Wire) -> usize {
    let table = ["UpdateItem", "GetItem", "TransactWriteItems", "Query", "BatchGetItem"];
    wire.calls().iter().filter(|call| table.contains(&call.operation.as_str())).count()
}

#[tokio::test]
async fn a_thousand_messages_that_wait_for_their_grants_budget_do_not_hammer_the_table() {
    wait(Settings { guaranteed: 1, ceiling: 1, ..Settings::default() }).await;
}

#[tokio::test]
async fn a_thousand_messages_that_wait_for_the_brands_cap_without_a_guarantee_do_not_hammer_the_table() {
    wait(Settings { guaranteed: 0, ceiling: 500, cap: 1, ..Settings::default() }).await;
}

async fn wait(settings: Settings) {
    let world = World::with(settings).await;
    for place in 0..WAITING {
        world.put(&good(&format!("w{place}"))).await;
    }
    let wire = Wire::sound();
    let function = Function::start(&world, wire.clone());
    once_round(&world, &function).await;
    let first = of_the_table(&wire);
    let mut rounds = Vec::new();
    for _ in 0..3 {
        // Each is told five minutes or so, and is not back before.
        world.advance(120);
        assert_eq!(world.visible_on(QUEUE), 0, "nobody is back before they were told to be");
        world.advance(300);
        assert!(world.visible_on(QUEUE) > WAITING / 2);
        wire.clear();
        once_round(&world, &function).await;
        rounds.push(of_the_table(&wire));
    }
    println!("{WAITING} waiting messages: {first} calls of the table to put them off, then {rounds:?} a round");
    assert!(first < WAITING * 2 / 10, "{first}");
    // The grant's record, and a look at whether anything has changed.
    assert!(rounds.iter().all(|calls| *calls <= 20), "{rounds:?}");
    assert_eq!((world.aws.sent().len(), world.on(QUEUE)), (1, WAITING - 1));
}
