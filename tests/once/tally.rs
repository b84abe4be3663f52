//! What a day's requests became is counted, whatever refused them.

use serde_json::json;
use tendlc_core::day::PacificDay;
use tendlc_core::table::{Key, read_number};

use super::books::good;
use super::function::drain;
use super::world::World;

#[tokio::test]
async fn every_request_that_is_refused_is_in_the_days_count_by_its_reason_and_every_text_by_its_campaign() {
    let world = World::start().await;
    for id in ["a", "b"] {
        world.put(&good(id)).await;
    }
    // No such campaign, a blank body, a recipient who has said STOP, and one that was sent before.
    let mut elsewhere = good("elsewhere");
    elsewhere["campaign"] = json!("no-such-campaign");
    let mut blank = good("blank");
    blank["body"] = json!(" ");
    for request in [&elsewhere, &blank, &elsewhere] {
        world.put(request).await;
    }
    assert!(drain(&world, 1).await);
    world.put(&good("a")).await;
    assert!(drain(&world, 1).await);
    let day = PacificDay::of(world.now());
    let item = world.item(&Key::budget(&"checkout".parse().unwrap(), day)).await;
    let count = |name: &str| read_number(&item, name).unwrap_or(0);
    assert_eq!((count("texts:order-updates"), count("segments:order-updates")), (2, 2), "{item:?}");
    assert_eq!((count("rejected:NOT_GRANTED"), count("rejected:INVALID_REQUEST"), count("duplicates")), (2, 1, 1));
}
