//! An emergency stop is not undone by a sync that has not seen it.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use tendlc_core::grant::Campaign;
use tendlc_core::table::{KEY, Key};

use super::primary::{NOON, Primary, grant_name};
use super::terms::Terms;

async fn pause(primary: &Primary, key: &Key) {
    let update = primary.table.client.update_item().table_name(&primary.table.name).key(KEY, key.value());
    let update =
        update.update_expression("SET paused = :yes").expression_attribute_values(":yes", AttributeValue::Bool(true));
    update.send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_paused_stays_paused() {
    let terms = Terms::cap(100).grant("a", 30, 80);
    let campaign = Key::campaign(&"orders".parse().unwrap());
    let grant = Key::grant(&grant_name("a"));
    // Before the sync reads it, and between its reading and its writing.
    for during in [false, true] {
        for (key, changed) in [
            (&campaign, Terms { campaigns: vec![("orders", 2_000)], ..terms.clone() }),
            (&grant, terms.clone().grant("a", 40, 90)),
        ] {
            let primary = Primary::start(NOON, &terms).await;
            if during {
                primary.aws.set_latency("TransactWriteItems", Duration::from_millis(300));
                let paused = async {
                    // The reads are done by then, and the first write is on its way.
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    pause(&primary, key).await;
                };
                futures::join!(primary.sync(&changed), paused);
            } else {
                pause(&primary, key).await;
                primary.sync(&changed).await;
            }
            let paused = |paused: bool| assert!(paused, "{} during: {during}", key.as_str());
            if key == &grant {
                paused(primary.grant("a").await.unwrap().paused);
                assert_eq!(primary.counters(primary.today()).await.of("a").guaranteed, 40);
            } else {
                let campaign: Campaign = primary.table.read(key).await.unwrap().unwrap();
                paused(campaign.paused);
                assert_eq!(campaign.milli_segments_per_second, 2_000);
            }
            assert_eq!(primary.sync(&changed).await, []);
        }
    }
}
