//! Receipts: what they give back, what they settle, and what they tell, whatever their order.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/counters.rs"]
mod counters;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/desk.rs"]
mod desk;
#[path = "receipts/early.rs"]
mod early;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/function.rs"]
mod function;
#[path = "receipts/many.rs"]
mod many;
#[path = "receipts/mix.rs"]
mod mix;
#[path = "receipts/money.rs"]
mod money;
#[path = "receipts/office.rs"]
mod office;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/primary.rs"]
mod primary;
#[path = "receipts/random.rs"]
mod random;
#[path = "receipts/recount_at_random.rs"]
mod recount_at_random;
#[path = "receipts/recount_function.rs"]
mod recount_function;
#[path = "receipts/recount_prices.rs"]
mod recount_prices;
#[path = "receipts/recount_run.rs"]
mod recount_run;
#[path = "receipts/recount.rs"]
mod recounts;
#[path = "quota/seed.rs"]
mod seed;
#[path = "receipts/segments.rs"]
mod segments;
#[path = "receipts/story.rs"]
mod story;
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
#[path = "receipts/tomorrow.rs"]
mod tomorrow;
#[allow(dead_code, reason = "shared with the tests of the quotas")]
#[path = "quota/wire.rs"]
mod wire;
