//! What a segment is taken to cost comes down again with the recount.

use serde_json::json;

use super::office::{Office, RESERVED, but, delivered};
use super::tomorrow::{count, count_of, deliver, next_morning, price, send};

const COST: i64 = 5_810 + 3_500;

#[tokio::test]
async fn a_price_is_lowered_to_the_dearest_of_enough_texts_and_never_below() {
    for (texts, dearest, expected) in [(19, 9_310, RESERVED), (20, 9_310, 9_310), (20, 10_500, 10_500)] {
        let office = Office::open().await;
        let mut receipts: Vec<_> = Vec::new();
        for _ in 0..2 {
            receipts.extend(send(&office, &vec![1; texts / 2]).await.iter().map(delivered));
        }
        if texts % 2 == 1 {
            receipts.extend(send(&office, &[1]).await.iter().map(delivered));
        }
        let price_of_one = (dearest - 3_500) as f64 / 1e6;
        receipts[3] = but(receipts[3].clone(), json!({ "totalMessagePrice": price_of_one }));
        office.post(&receipts).await;
        assert_eq!(price(&office).await, RESERVED);
        let report = count_of(&office, Some(office.primary.today())).await;
        assert_eq!(price(&office).await, RESERVED, "today nothing is mended");
        assert!(report.prices.iter().all(|price| !price.lowered));
        next_morning(&office).await;
        let report = count(&office).await;
        assert_eq!(price(&office).await, expected, "{texts} texts");
        assert_eq!(report.prices.iter().filter(|price| price.lowered).count(), usize::from(texts == 20));
        assert_eq!(count(&office).await.prices, []);
    }
}

#[tokio::test]
async fn one_odd_receipt_binds_no_budget_for_ever() {
    let office = Office::open().await;
    let odd = send(&office, &[1]).await;
    office.post(&[but(delivered(&odd[0]), json!({ "totalMessagePrice": 0.1 }))]).await;
    assert_eq!(price(&office).await, 103_500);
    for _ in 0..4 {
        next_morning(&office).await;
        let sent = [send(&office, &[1; 10]).await, send(&office, &[1; 10]).await].concat();
        deliver(&office, &sent).await;
        count(&office).await;
    }
    assert_eq!(price(&office).await, COST);
}
