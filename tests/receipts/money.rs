//! Money: what was set aside goes, what it cost comes, to the last micro-dollar.

use serde_json::json;
use tendlc_core::grant::Campaign;
use tendlc_core::month::UtcMonth;
use tendlc_core::table::{Key, read_number};

use super::office::{Office, RESERVED, but, by_t_mobile, delivered, pending};

const COST: i64 = 5_810 + 3_500;

#[tokio::test]
async fn what_a_text_cost_takes_the_place_of_what_was_set_aside_for_it() {
    let office = Office::open().await;
    let sent = office.send(&[1, 3]).await;
    assert_eq!(office.primary.spent("a").await, 4 * RESERVED);
    office.post(&[pending(&sent[1])]).await;
    assert_eq!(office.primary.spent("a").await, 4 * RESERVED, "on its way it costs nothing yet, and may");
    office.post(&[delivered(&sent[1])]).await;
    assert_eq!(office.primary.spent("a").await, RESERVED + 3 * COST);
    office.post(&[delivered(&sent[0]), delivered(&sent[1])]).await;
    assert_eq!(office.primary.spent("a").await, 4 * COST);
    assert_eq!(office.total("price:orders").await, 4 * 5_810);
    assert_eq!(office.total("fee:orders").await, 4 * 3_500);
    assert_eq!(office.total("texts:orders").await, 2);
    assert_eq!(office.total("parts:orders").await, 4);
    assert_eq!(office.total("delivered:orders:AT&T").await, 2);
}

#[tokio::test]
async fn each_change_of_a_price_posts_its_difference_and_the_newest_counts() {
    let office = Office::open().await;
    let sent = office.send(&[1]).await;
    let priced = |seconds: i64, price: f64| {
        let fields =
            json!({"eventTimestamp": sent[0].at + seconds * 1_000, "totalMessagePrice": price, "totalCarrierFee": 0.0});
        but(delivered(&sent[0]), fields)
    };
    for (receipt, spent) in [
        (priced(10, 0.006), 6_000),
        (priced(5, 0.001), 6_000),
        (priced(20, 0.0075), 7_500),
        (priced(20, 0.0075), 7_500),
        (priced(30, 0.002), 2_000),
    ] {
        office.post(&[receipt]).await;
        assert_eq!(office.primary.spent("a").await, spent);
        assert_eq!(office.total("price:orders").await, spent);
    }
}

#[tokio::test]
async fn a_text_that_was_blocked_costs_nothing_and_gives_its_money_back() {
    let office = Office::open().await;
    let sent = office.send(&[2]).await;
    let blocked = json!({"eventType": "TEXT_BLOCKED", "messageStatus": "BLOCKED", "originationPhoneNumber": null,
        "totalMessagePrice": 0, "totalCarrierFee": 0});
    office.post(&[but(delivered(&sent[0]), blocked)]).await;
    assert_eq!((office.primary.spent("a").await, office.total("undelivered:orders:BLOCKED").await), (0, 1));
}

#[tokio::test]
async fn a_price_of_an_impossible_size_leaves_what_was_set_aside() {
    let office = Office::open().await;
    let sent = office.send(&[1, 1]).await;
    let thousandths_of_a_cent = json!({"totalMessagePrice": 581, "totalCarrierFee": 350});
    office
        .post(&[
            but(delivered(&sent[0]), thousandths_of_a_cent),
            but(delivered(&sent[1]), json!({"totalMessagePrice": -1})),
        ])
        .await;
    assert_eq!((office.primary.spent("a").await, office.total("price:orders").await), (2 * RESERVED, 0));
    assert_eq!(office.odd("impossible_price").await, 2);
    // What can be a price comes after all.
    office.post(&[but(delivered(&sent[0]), json!({"eventTimestamp": sent[0].at + 9_000}))]).await;
    assert_eq!(office.primary.spent("a").await, RESERVED + COST);
}

#[tokio::test]
async fn what_a_segment_is_taken_to_cost_rises_with_the_first_receipt_that_says_more() {
    let office = Office::open().await;
    let sent = office.send(&[2, 2]).await;
    let price = async || {
        let campaign = office.primary.table.read::<Campaign>(&Key::campaign(&"orders".parse().unwrap())).await;
        campaign.unwrap().unwrap().segment_price.signed()
    };
    office.post(&[by_t_mobile(delivered(&sent[0]))]).await;
    assert_eq!(price().await, RESERVED, "a cheaper one does not lower it");
    office.post(&[but(delivered(&sent[1]), json!({"totalMessagePrice": 0.0251}))]).await;
    assert_eq!(price().await, (25_100 + 7_000) / 2);
}

#[tokio::test]
async fn at_a_months_end_the_month_that_aws_bills_pays_and_the_other_gets_its_money_back() {
    let office = Office::at("2026-11-30T23:59:40Z").await;
    let sent = office.send(&[1, 1]).await;
    let next = sent[1].at + 30_000;
    let december = json!({"messageRequestTimestamp": next, "eventTimestamp": next + 2_000});
    office.post(&[delivered(&sent[0]), but(delivered(&sent[1]), december)]).await;
    for month in ["2026-11", "2026-12"] {
        let month: UtcMonth = month.parse().unwrap();
        assert_eq!(office.primary.spent_in("a", month).await, COST, "{month}");
        let item = office.primary.item(&Key::month(&"a".parse().unwrap(), month)).await;
        assert_eq!(read_number(&item, "price:orders"), Some(5_810), "{month}");
        assert!(read_number(&item, "ttl").unwrap() > office.primary.now().as_second(), "{month}");
    }
}
