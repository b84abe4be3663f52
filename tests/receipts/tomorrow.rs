//! A primary whose grant sends through the whole pipeline, and the recount of the next morning.

use std::sync::Arc;

use jiff::SignedDuration;
use tendlc_core::clock::SharedClock;
use tendlc_core::day::PacificDay;
use tendlc_core::grant::Campaign;
use tendlc_core::recount::{Cause, Recount, Report};
use tendlc_core::table::{Item, KEY, Key, number};

use super::function::{Function, Wish};
use super::office::{Office, Sent, delivered};
use super::primary::grant_name;
use super::wire::Wire;

/// Long after the last text, before the next midnight.
const MORNING: SignedDuration = SignedDuration::from_hours(5);

pub const SETTLED: SignedDuration = SignedDuration::from_mins(3);

/// The grant's texts through a whole function; those that AWS took.
pub async fn send(office: &Office, segments: &[u32]) -> Vec<Sent> {
    send_on(office, segments, &Wire::sound()).await
}

/// The same, unless the wire breaks or the function dies on it.
pub async fn send_on(office: &Office, segments: &[u32], wire: &Wire) -> Vec<Sent> {
    let function = Function::with(&office.primary, "a", office.primary.clock.clone(), wire.clone());
    let wishes: Vec<Wish> = segments.iter().map(|segments| Wish::new(*segments)).collect();
    let before = office.primary.aws.sent().len();
    tokio::select! {
        _ = function.run(&wishes) => {}
        () = wire.died() => {}
    }
    taken(office).split_off(before)
}

/// All that AWS took so far.
pub fn taken(office: &Office) -> Vec<Sent> {
    let all = office.primary.aws.sent().into_iter();
    let sent = all.map(|sent| Sent {
        id: sent.context["tendlc-id"].clone(),
        claim: sent.context.get("tendlc-claim").cloned(),
        message_id: sent.message_id,
        segments: sent.segments,
        at: sent.at.as_millisecond(),
    });
    sent.collect()
}

/// The receipts of these, by AT&T.
pub async fn deliver(office: &Office, sent: &[Sent]) {
    office.post(&sent.iter().map(delivered).collect::<Vec<_>>()).await;
}

pub async fn next_morning(office: &Office) {
    office.primary.clock.set(office.primary.today().end() + MORNING);
}

pub async fn count(office: &Office) -> Report {
    count_of(office, None).await
}

pub async fn count_of(office: &Office, day: Option<PacificDay>) -> Report {
    // What was just sent is settled by then.
    office.primary.clock.advance(SETTLED);
    count_at_once(office, day).await
}

pub async fn count_at_once(office: &Office, day: Option<PacificDay>) -> Report {
    let clock: SharedClock = Arc::clone(&office.primary.clock) as SharedClock;
    let deadline = office.primary.now() + SignedDuration::from_mins(15);
    Recount::new(office.primary.table.clone(), clock).run(day, deadline).await.unwrap()
}

/// What differs, in what, as it was shown and counted, and whether it was mended.
pub fn told(report: &Report) -> Vec<(Cause, &str, i64, i64, bool)> {
    let differences = report.differences.iter();
    differences.map(|one| (one.cause, one.what.as_str(), one.shown, one.counted, one.mended)).collect()
}

/// Writes a counter by hand: so much more.
pub async fn tamper(office: &Office, key: &Key, attribute: &str, by: i64) {
    let table = &office.primary.table;
    let update = table.client.update_item().table_name(&table.name).key(KEY, key.value());
    let update = update.update_expression("ADD #a :by").expression_attribute_names("#a", attribute);
    update.expression_attribute_values(":by", number(by)).send().await.unwrap();
}

/// The grant's counters of a day.
pub fn budget(day: PacificDay) -> Key {
    Key::budget(&grant_name("a"), day)
}

pub async fn item(office: &Office, key: &Key) -> Item {
    office.primary.item(key).await
}

pub async fn price(office: &Office) -> i64 {
    let campaign = office.primary.table.read::<Campaign>(&Key::campaign(&"orders".parse().unwrap())).await;
    campaign.unwrap().unwrap().segment_price.signed()
}
