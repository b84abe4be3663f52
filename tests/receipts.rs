//! Receipts: what they give back, what they settle, and what they tell, whatever their order.

#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/counters.rs"]
mod counters;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/desk.rs"]
mod desk;
#[path = "receipts/early.rs"]
mod early;
#[path = "receipts/money.rs"]
mod money;
#[path = "receipts/office.rs"]
mod office;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/primary.rs"]
mod primary;
#[path = "receipts/segments.rs"]
mod segments;
#[path = "receipts/strange.rs"]
mod strange;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/terms.rs"]
mod terms;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/timeline.rs"]
mod timeline;
#[path = "receipts/told.rs"]
mod told;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/wire.rs"]
mod wire;
