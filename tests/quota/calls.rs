//! What the quotas cost: updates of each counter where many functions share it, calls and bytes where many grants do.

use std::cell::RefCell;
use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::SignedDuration;
use rand::Rng;

use super::desk::{Desk, Text, Told, text};
use super::function::{Function, Wish};
use super::primary::{NOON, Primary};
use super::terms::Terms;
use super::timeline::Timeline;
use super::wire::Wire;

/// How many functions share a campaign.
const FUNCTIONS: usize = 64;

/// Updates of each counter that a batch may need.
const BUDGET: f64 = 1.2;

/// What many functions did to the counters together.
#[derive(Default)]
struct Tally {
    admitted: i64,
    /// What is charged in the end, also for what was not admitted: nothing is given back here.
    charged: i64,
    admitted_batches: usize,
    updates: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn count(&mut self, told: &[Told]) {
        self.admitted += super::desk::admitted(told);
        self.admitted_batches += usize::from(told.iter().any(Told::admitted));
    }

    /// Adds the updates of a desk, by what the item is for.
    fn add(&mut self, desk: &Desk) {
        for (key, updates) in desk.wire.updates() {
            let what = match key.split('#').collect::<Vec<_>>()[..] {
                ["B", ..] => "pool",
                ["C", ..] => "budget",
                ["R", "campaign", ..] => "campaign's clock",
                ["R", ..] => "primary's clock",
                _ => continue,
            };
            *self.updates.entry(what).or_default() += updates;
        }
    }

    /// Checks the updates of each counter for each batch of which something was admitted. The budget is 1.2; `beyond`
    /// says what is measured above it.
    fn check(&self, when: &str, beyond: &[(&str, f64)]) {
        let each = |updates: &usize| *updates as f64 / self.admitted_batches as f64;
        let each: BTreeMap<_, _> = self.updates.iter().map(|(what, updates)| (*what, each(updates))).collect();
        println!("{when}: {} batches admitted, updates each: {each:.2?}", self.admitted_batches);
        for (counter, each) in each {
            let most = beyond.iter().find(|(of, _)| *of == counter).map_or(BUDGET, |(_, most)| *most);
            assert!(each <= most, "{when}: {each:.2} updates of the {counter} a batch");
        }
    }
}

/// Lets each function take one batch of `texts` after another for so many seconds. `rest` is how long it has nothing to
/// do after one that was told so, and before its first.
async fn work(terms: &Terms, texts: &[Text], seconds: i64, rest: impl Fn(&[Told]) -> SignedDuration) -> Tally {
    let primary = Primary::start(NOON, terms).await;
    let timeline = Timeline::new(&primary.clock);
    let wire = || Wire::on_a_timeline(&timeline);
    let desks: Vec<_> = (0..FUNCTIONS).map(|_| Desk::with(&primary, "a", primary.clock.clone(), wire())).collect();
    timeline.play(join_all(desks.iter().map(Desk::warm))).await;
    let until = primary.now() + SignedDuration::from_secs(seconds);
    let tally = RefCell::new(Tally::default());
    let working = desks.iter().map(async |desk| {
        timeline.until(primary.now() + rest(&[])).await;
        while primary.now() < until {
            let told = desk.admit(texts).await;
            tally.borrow_mut().count(&told);
            timeline.until(primary.now() + rest(&told)).await;
        }
    });
    timeline.play(join_all(working)).await;
    let mut tally = tally.into_inner();
    tally.charged = primary.counters(primary.today()).await.used();
    desks.iter().for_each(|desk| tally.add(desk));
    tally
}

/// A function sends at the places that it was given, and then polls its queue anew.
fn sends(told: &[Told]) -> SignedDuration {
    let last = told.iter().filter_map(|told| Some(told.place()?.duration_since(told.asked_at))).max();
    last.unwrap_or(millis(70)) + any(millis(60))
}

/// Some time below this one; on no grid, for two functions hardly ever act in the same microsecond.
fn any(below: SignedDuration) -> SignedDuration {
    let micros = i64::try_from(below.as_micros()).unwrap();
    SignedDuration::from_micros(rand::rng().random_range(0..micros))
}

fn millis(millis: i64) -> SignedDuration {
    SignedDuration::from_millis(millis)
}

fn rate(milli_segments_per_second: u64) -> Terms {
    let campaigns = vec![("orders", milli_segments_per_second)];
    Terms { campaigns, requests_per_second: 1_000, ..Terms::cap(1_000_000).grant("a", 500_000, 1_000_000) }
}

#[tokio::test]
async fn sixty_four_functions_that_use_up_a_day_need_hardly_more_than_one_update_of_each_counter_a_batch() {
    // Four hundred texts of the guarantee and the rest of the pool; more than there is of either.
    let terms = Terms::cap(5_000).grant("a", 400, 5_000);
    let tally = work(&terms, &[text(1); 10], 2, sends).await;
    println!("a day's cap: {} of 5000 admitted, {} charged", tally.admitted, tally.charged);
    assert_eq!(tally.charged, 5_000);
    assert!(tally.admitted > 4_750, "{}", tally.admitted);
    // Beyond the budget of 1.2: each function finds out for itself, once, that the guarantee and that the ceiling is
    // used up, which is much for so small a day (at a cap of 20,000 the budget's counter is at 1.07); and of calls that
    // overtake each other on an idle clock the later one asks again.
    let beyond = [("budget", 1.35), ("campaign's clock", 1.7), ("primary's clock", 1.7)];
    tally.check("64 functions on a day's cap", &beyond);
    let refused = tally.updates["budget"].saturating_sub(tally.admitted_batches);
    assert!(refused <= 2 * FUNCTIONS + FUNCTIONS / 2, "{refused} updates in vain, far more than two a function");
}

#[tokio::test]
async fn sixty_four_functions_with_a_backlog_need_hardly_more_than_one_update_of_each_counter_a_batch() {
    let (per_second, seconds) = (40, 60);
    let tally = work(&rate(per_second * 1_000), &[text(1); 10], seconds, sends).await;
    let most = per_second as i64 * (seconds + 1);
    let used = 100.0 * tally.admitted as f64 / most as f64;
    println!("a campaign's rate: {} of {most} used, {used:.1}%", tally.admitted);
    assert!(tally.admitted <= most && used >= 99.0, "{used:.1}%");
    // Beyond the budget of 1.2: there are places for four batches a second, and sixty-four functions that look for them.
    let beyond = [("campaign's clock", 3.5), ("primary's clock", 1.55)];
    tally.check("64 functions with a backlog on 40 segments a second", &beyond);
}

#[tokio::test]
async fn sixty_four_functions_at_half_a_campaigns_rate_need_hardly_more_than_one_update_of_each_counter_a_batch() {
    // Each has a text every three seconds or so: twenty a second.
    let rest = |_: &[Told]| any(millis(6_400));
    let tally = work(&rate(40_000), &[text(1)], 20, rest).await;
    // Beyond the budget of 1.2: a clock at half its rate is ahead of now half of the time, which nobody can know, and
    // the two cases are two updates.
    tally.check("64 functions with a text now and then, at half of 40 segments a second", &[("campaign's clock", 1.7)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_grants_cost_a_message_the_same_calls_and_bytes_as_one() {
    let mut seen = Vec::new();
    for grants in [1, 1_000] {
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
        let sum = calls.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        println!("{grants} grants: {:.1} calls and {} bytes a message", sum.0 as f64 / 20.0, sum.1 / 20);
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
