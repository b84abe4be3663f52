//! Records as the tests of several modules want them.

use serde_json::json;
use tendlc_core::grant::{Brand, Campaign, Grant};

pub fn campaign() -> Campaign {
    let record = json!({
        "name": "order-updates",
        "brand": "acme",
        "counted": [{ "from": "2026-01-01", "pool": "acme" }],
        "primary": "main",
        "region": "us-east-1",
        "origination_identity": "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0123",
        "registration": "registration-0123",
        "message_type": "TRANSACTIONAL",
        "milli_segments_per_second": 40_000,
        "send_requests_per_second": 20,
    });
    serde_json::from_value(record).unwrap()
}

pub fn brand() -> Brand {
    serde_json::from_value(json!({ "name": "acme", "pools": {} })).unwrap()
}

pub fn grant() -> Grant {
    let record = json!({
        "name": "checkout",
        "account": "222222222222",
        "topology": "spoke",
        "campaigns": ["order-updates"],
        "role_arn": "arn:aws:iam::111111111111:role/tendlc-grant-checkout",
        "max_wait": { "transactional": 900, "promotional": 86_400 },
        "budgets": {},
        "daily_segments": [],
    });
    serde_json::from_value(record).unwrap()
}
