//! What the quotas cost: updates of each counter where many functions share it, calls and bytes where many grants do.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use futures::future::join_all;

use super::desk::{Desk, Told, text};
use super::function::{Function, Wish};
use super::primary::{NOON, Primary};
use super::terms::Terms;

/// The updates of all desks, by what the item is for.
fn updates<'a>(desks: impl IntoIterator<Item = &'a Desk>) -> BTreeMap<&'static str, usize> {
    let mut all = BTreeMap::new();
    for (key, updates) in desks.into_iter().flat_map(|desk| desk.wire.updates()) {
        let what = match key.split('#').collect::<Vec<_>>()[..] {
            ["B", ..] => "pool",
            ["C", ..] => "budget",
            ["R", "campaign", ..] => "campaign's clock",
            ["R", ..] => "primary's clock",
            _ => continue,
        };
        *all.entry(what).or_default() += updates;
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_senders_need_hardly_more_than_one_update_of_each_counter_a_batch() {
    const BATCHES: usize = 8;
    // Four hundred texts of the guarantee and the rest of the pool; more than there is of either.
    let primary = Primary::start(NOON, &Terms::cap(5_000).grant("a", 400, 5_000)).await;
    let desks: Vec<_> = (0..64).map(|_| Desk::running(&primary, "a")).collect();
    join_all(desks.iter().map(Desk::warm)).await;
    // A few at once: AWS answers within milliseconds what takes this machine a hundred when all come together.
    let batches = (0..64 * BATCHES).map(|place| {
        let desk = &desks[place % 64];
        async move { desk.admit(&[text(1); 10]).await }
    });
    let told: Vec<Vec<Told>> = futures::stream::iter(batches).buffer_unordered(3).collect().await;
    let admitted = told.iter().filter(|told| told.iter().any(Told::admitted)).count();
    assert!(told.concat().iter().filter(|told| told.admitted()).count() > 4_900);
    for (counter, updates) in updates(&desks) {
        let each = updates as f64 / admitted as f64;
        eprintln!("{counter}: {updates} updates for {admitted} admitted batches, {each:.2} each");
        assert!(each <= 1.2, "{counter}: {updates} for {admitted}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_grants_cost_a_batch_the_same_calls_and_bytes_as_one() {
    let mut seen = Vec::new();
    for grants in [1, 100] {
        let terms = (1..grants)
            .fold(Terms::cap(9_000).grant("a", 10, 900), |terms, place| terms.grant(&format!("g{place}"), 0, 900));
        let primary = Primary::start(NOON, &terms).await;
        let function = Function::start(&primary, "a");
        function.run(&Wish::many(10, |_| 1)).await;
        function.run(&Wish::many(10, |_| 1)).await;
        let mut calls: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for call in primary.aws.calls() {
            let (count, bytes) = calls.entry(call.operation).or_default();
            *count += 1;
            *bytes += call.request_bytes + call.response_bytes;
        }
        seen.push(calls);
    }
    let counts =
        |calls: &BTreeMap<&str, (usize, usize)>| -> Vec<usize> { calls.values().map(|(count, _)| *count).collect() };
    assert_eq!(counts(&seen[0]), counts(&seen[1]));
    for (operation, (_, bytes)) in &seen[0] {
        let (_, other) = seen[1][operation];
        // Moments and revisions have more or fewer digits.
        assert!(bytes.abs_diff(other) <= 30, "{operation}: {bytes} and {other}");
    }
}
