//! Texts that nobody asked for, and receipts that are not as AWS documents them.

use serde_json::json;
use tendlc_core::books::Filed;
use tendlc_core::grant::Pool;
use tendlc_core::quota::Charge;
use tendlc_core::table::{Key, text};

use super::office::{LATER, Office, Sent, but, by_event_bridge, by_t_mobile, delivered};

fn strangers_text(office: &Office) -> Sent {
    let at = office.primary.now().as_millisecond();
    Sent { id: "nobodys".to_owned(), message_id: "m-nobodys".to_owned(), segments: 2, at, claim: None }
}

#[tokio::test]
async fn a_text_that_no_request_accounts_for_is_counted_once_when_a_record_would_be_there() {
    let office = Office::open().await;
    let receipt = delivered(&strangers_text(&office));
    let filed = office.post(&[receipt.clone(), by_event_bridge(receipt.clone())]).await;
    assert!(filed.iter().all(|filed| matches!(filed, Filed::Later { .. })), "{filed:?}");
    assert_eq!(office.odd("unmetered").await, 0);
    office.primary.clock.advance(LATER);
    for _ in 0..2 {
        assert_eq!(office.post(&[receipt.clone(), by_event_bridge(receipt.clone())]).await, [Filed::Done; 2]);
        let odd =
            [office.odd("unmetered").await, office.odd("unmetered_parts").await, office.odd("unmetered_price").await];
        assert_eq!(odd, [1, 2, 2 * 5_810]);
    }
    assert_eq!((office.total("texts:orders").await, office.primary.spent("a").await), (0, 0));
}

#[tokio::test]
async fn a_text_that_names_anothers_request_is_nobodys() {
    let office = Office::open().await;
    let sent = office.send(&[1]).await;
    let forged = but(delivered(&sent[0]), json!({"messageId": "m-forged"}));
    office.post(&[delivered(&sent[0]), forged]).await;
    assert_eq!((office.total("texts:orders").await, office.odd("unmetered").await), (1, 1));
}

#[tokio::test]
async fn a_text_that_turns_out_to_be_a_requests_is_no_longer_counted_as_nobodys() {
    let office = Office::open().await;
    office.primary.clock.advance(LATER);
    let mut early = strangers_text(&office);
    early.at -= LATER.as_secs() * 1_000;
    office.post(&[by_event_bridge(delivered(&early))]).await;
    assert_eq!(office.odd("unmetered").await, 1);
    let sent = office.send(&[2]).await;
    let same = json!({"messageId": "m-nobodys", "context": {"tendlc-grant": "a", "tendlc-id": sent[0].id}});
    let update = office.primary.table.client.update_item().table_name(&office.primary.table.name);
    let key = format!("L#a#{}", sent[0].id);
    let update = update.key("pk", text(&key)).update_expression("SET message_id = :m");
    update.expression_attribute_values(":m", text("m-nobodys")).send().await.unwrap();
    office.post(&[but(delivered(&early), same)]).await;
    assert_eq!((office.odd("unmetered").await, office.odd("unmetered_price").await), (0, 0));
    assert_eq!(office.total("price:orders").await, 2 * 5_810);
}

#[tokio::test]
async fn the_receipts_of_the_probes_dry_runs_are_nothing() {
    let office = Office::open().await;
    office.primary.clock.advance(LATER);
    let probe = json!({"context": {"tendlc-probe": "dry-run"}, "eventTimestamp": 1, "messageRequestTimestamp": 1});
    assert_eq!(office.post(&[but(delivered(&strangers_text(&office)), probe)]).await, [Filed::Done]);
    assert_eq!(office.odd("unmetered").await, 0);
}

#[tokio::test]
async fn a_receipt_with_nothing_but_its_message_id_and_a_status_that_nobody_knows_harms_no_total() {
    let office = Office::open().await;
    let sent = office.send(&[1]).await;
    let bare = json!({"eventType": "TEXT_SOMETHING", "messageId": sent[0].message_id,
        "context": {"tendlc-grant": "a", "tendlc-id": sent[0].id}});
    assert_eq!(office.post(&[bare]).await, [Filed::Done]);
    assert_eq!((office.odd("unknown_status").await, office.total("texts:orders").await), (1, 1));
    office.post(&[delivered(&sent[0])]).await;
    assert_eq!((office.primary.spent("a").await, office.total("delivered:orders:AT&T").await), (9_310, 1));
}

#[tokio::test]
async fn a_record_that_says_that_it_took_what_it_never_did_gives_nothing_back() {
    let office = Office::open().await;
    let sent = office.send(&[1, 1]).await;
    let forged = [("acme", 1_000_000), ("otherbrand", 1)];
    let today = office.primary.today();
    for (sent, (pool, shared)) in sent.iter().zip(forged) {
        let taken = json!({"day": today, "pool": pool, "guaranteed": 0, "shared": shared, "ceiling": 0, "all": 0});
        let charge: Charge = serde_json::from_value(json!({"days": [taken], "money": []})).unwrap();
        let update = office.primary.table.client.update_item().table_name(&office.primary.table.name);
        let update = update.key("pk", text(&format!("L#a#{}", sent.id))).update_expression("SET charge = :c");
        update.expression_attribute_values(":c", charge.to_attribute()).send().await.unwrap();
    }
    let before = office.primary.counters(today).await;
    office.post(&sent.iter().map(delivered).collect::<Vec<_>>()).await;
    assert_eq!(office.primary.counters(today).await, before);
    let other = office.primary.item(&Key::pool(&Pool::of_brand(&"otherbrand".parse().unwrap()), today)).await;
    assert!(other.is_empty(), "{other:?}");
}

#[tokio::test]
async fn one_text_that_the_table_does_not_take_holds_up_no_other() {
    let office = Office::open().await;
    let sent = office.send(&[1, 1, 1]).await;
    // A grant may write its own counters, and nonsense into them.
    let broken = office.primary.table.client.update_item().table_name(&office.primary.table.name);
    let key = Key::budget(&"a".parse().unwrap(), office.primary.today());
    let broken = broken.key("pk", key.value()).update_expression("SET #c = :c");
    let broken =
        broken.expression_attribute_names("#c", "ceiling:acme").expression_attribute_values(":c", text("much"));
    broken.send().await.unwrap();
    let t_mobiles: Vec<_> = sent[1..].iter().map(|sent| by_t_mobile(delivered(sent))).collect();
    let filed = office.try_post(&[delivered(&sent[0]), t_mobiles[0].clone(), t_mobiles[1].clone()]).await;
    assert!(filed[0].is_err() && filed[1..].iter().all(|filed| matches!(filed, Ok(Filed::Done))), "{filed:?}");
    assert_eq!(office.total("texts:orders").await, 2);
}
