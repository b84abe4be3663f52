//! Limits that AWS tells: read once a minute, and the table brought after them.

use jiff::SignedDuration;
use lambda_runtime::{Context, LambdaEvent};
use refresh_limits::State;
use serde_json::json;
use tendlc_core::clock::SharedClock;
use tendlc_core::limits::{Limit, Told};
use tendlc_core::sync::{Change, Sync, Tense};
use tendlc_local::aws::seed::Number;
use tendlc_local::aws::{Action, Fault};

use super::change::uses;
use super::consistent::{assert_balanced, assert_promised_once};
use super::desk::{Desk, admitted, text};
use super::primary::{NOON, PRIMARY, Primary};
use super::telling::{AT, campaign, handler, has, live, number, of, refresh, refresh_with, shows, start, terms};
use super::terms::{Terms, pool};

#[tokio::test]
async fn a_cap_that_drops_in_the_middle_of_the_day_is_subtracted_from_what_is_left_of_it() {
    let primary = start(&terms()).await;
    uses(&primary, "a", 10).await;
    shows(&primary, "phone-0", 10, 70);
    let report = refresh(&primary).await;
    assert_eq!(report.status, State::Fresh);
    assert!(report.changes.contains(&Change::Cap { pool: pool(), before: Some(100), now: 70 }), "{report:?}");
    let refreshed = of(&report, "orders", Limit::Cap);
    assert_eq!((refreshed.value, refreshed.before, refreshed.age_seconds), (70, 100, 0));
    // 70 less what is promised; what is used came off a guarantee.
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.cap, counters.shared, counters.unused_guarantees()), (70, 20, 40));
    assert_balanced(&primary, primary.today(), 10, "dropped").await;
    assert_promised_once(&primary, "dropped").await;
    shows(&primary, "phone-0", 10, 130);
    refresh(&primary).await;
    assert_eq!(primary.counters(primary.today()).await.shared, 80, "and a rise is added");
    assert_balanced(&primary, primary.today(), 10, "raised").await;
}

#[tokio::test]
async fn a_drop_below_the_guarantees_shrinks_what_is_unused_of_them_until_the_cap_is_back() {
    let primary = start(&terms()).await;
    let file = live(&primary, &terms());
    uses(&primary, "a", 10).await;
    shows(&primary, "phone-0", 10, 25);
    let report = refresh(&primary).await;
    assert_eq!(report.changes[0], Change::Overpromised { pool: pool(), cap: 25, guaranteed: 50 });
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.shared, counters.unused_guarantees()), (0, 15), "25 less the ten that are used");
    assert_balanced(&primary, primary.today(), 10, "dropped").await;
    assert_promised_once(&primary, "dropped").await;
    let tomorrow = primary.counters(primary.today().next()).await;
    assert_eq!((tomorrow.of("a").guaranteed, tomorrow.of("b").guaranteed, tomorrow.shared), (15, 10, 0));

    let again = refresh(&primary).await;
    assert_eq!(again.changes, [report.changes[0].clone()], "it is said as long as it is so, and nothing is done");
    shows(&primary, "phone-0", 10, 100);
    refresh(&primary).await;
    let tomorrow = primary.counters(primary.today().next()).await;
    assert_eq!((tomorrow.of("a").guaranteed, tomorrow.of("b").guaranteed, tomorrow.shared), (30, 20, 50));
    assert_balanced(&primary, primary.today(), 10, "back").await;
    assert_promised_once(&primary, "back").await;
    assert_eq!(primary.run(&file).await.unwrap(), [], "as the file has it");
}

/// What the template lets a role of the primary do.
fn allowed(role: &str) -> String {
    let checked = tendlc_config::check(include_str!("../policies/tendlc.toml"), "tendlc.toml").unwrap();
    let name = checked.config.primaries.keys().next().unwrap();
    let code = tendlc_deploy::Code { prefix: "tendlc/0".to_owned() };
    let stacks = tendlc_deploy::stacks(&checked.config, name, &code);
    let policies = stacks.iter().flat_map(|stack| tendlc_deploy::policies(stack).unwrap());
    policies.filter(|policy| policy.resource.starts_with(role)).map(|policy| policy.document.to_string()).collect()
}

#[tokio::test]
async fn refreshing_calls_nothing_that_its_deployed_role_may_not() {
    let primary = start(&terms()).await;
    uses(&primary, "a", 70).await;
    primary.aws.clear_calls();
    // What is promised fits, and what is used beside it does not.
    shows(&primary, "phone-0", 10, 60);
    refresh(&primary).await;
    let counts = primary.aws.counts();
    assert!(counts.contains_key("BatchGetItem"), "guarantees shrink: {counts:?}");
    let may = allowed("RefreshLimitsRole");
    // A transaction is what is in it.
    for operation in counts.keys().filter(|operation| **operation != "TransactWriteItems") {
        assert!(may.contains(&format!(":{operation}\"")), "{operation}: {may}");
    }
}

#[tokio::test]
async fn a_ceiling_that_is_the_cap_follows_it_and_one_that_is_written_does_not() {
    let primary = start(&terms()).await;
    uses(&primary, "a", 10).await;
    shows(&primary, "phone-0", 10, 80);
    refresh(&primary).await;
    let counters = primary.counters(primary.today()).await;
    assert_eq!((counters.of("a").ceiling, counters.of("b").ceiling), (70, 50));
}

#[tokio::test]
async fn a_rate_that_drops_is_in_the_campaigns_record() {
    let primary = start(&terms()).await;
    shows(&primary, "phone-0", 4, 100);
    let report = refresh(&primary).await;
    let refreshed = of(&report, "orders", Limit::Rate);
    assert_eq!((refreshed.value, refreshed.before), (4, 10));
    let record = campaign(&primary, "orders").await;
    assert_eq!(record.milli_segments_per_second, 4_000);
    assert_eq!(record.live.segments_per_second.map(|reading| reading.value), Some(4));
    let lines: Vec<String> = report.changes.iter().flat_map(|change| change.lines(Tense::Done)).collect();
    assert_eq!(lines, ["campaign orders: segments_per_second live (4), it was live (10)"]);
}

#[tokio::test]
async fn a_function_that_is_at_work_goes_by_another_rate_within_a_minute() {
    let primary = start(&terms()).await;
    let desk = Desk::open(&primary, "a");
    let texts = [text(1); 20];
    assert!(admitted(&desk.ask(&texts).await) >= 9, "ten a second");
    shows(&primary, "phone-0", 2, 100);
    refresh(&primary).await;
    let told = desk.ask(&texts).await;
    assert!((1..=3).contains(&admitted(&told)), "two a second: {told:?}");
}

#[tokio::test]
async fn a_limit_that_cannot_be_read_keeps_its_last_value_and_says_how_old_it_is() {
    let primary = start(&terms()).await;
    let read_at = campaign(&primary, "orders").await.live.segments_per_second.unwrap().read_at;
    for (action, cure) in [(Action::Deny, "allow sms-voice:DescribePhoneNumbers"), (Action::Error, "AWS's own health")]
    {
        primary.aws.fault(Fault::always("DescribePhoneNumbers", action)).unwrap();
        let report = refresh(&primary).await;
        primary.aws.clear_faults();
        assert_eq!((report.status, report.changes.len()), (State::Stale, 0), "{report:?}");
        for (limit, value) in [(Limit::Rate, 10), (Limit::Cap, 100)] {
            let kept = of(&report, "orders", limit);
            assert_eq!((kept.value, kept.before, kept.read_at), (value, value, read_at));
            assert_eq!(kept.age_seconds, primary.now().duration_since(read_at).as_secs());
            assert!(kept.age_seconds >= 60, "{kept:?}");
            assert!(kept.error.as_ref().unwrap().contains("sms-voice:DescribePhoneNumbers"), "{kept:?}");
            assert!(kept.cure.as_ref().unwrap().contains(cure), "{kept:?}");
        }
    }
    assert_eq!(campaign(&primary, "orders").await.milli_segments_per_second, 10_000);
    // What is told all the same is taken.
    primary.aws.change_sms(|sms| {
        sms.numbers[0].rate_limits.insert("SMS".to_owned(), 0);
        sms.numbers[0].daily_caps.insert("T-MOBILE".to_owned(), 90);
    });
    let report = refresh(&primary).await;
    let (rate, cap) = (of(&report, "orders", Limit::Rate), of(&report, "orders", Limit::Cap));
    assert_eq!((rate.value, cap.value, cap.error.is_none()), (10, 90, true));
    assert!(rate.error.as_ref().unwrap().contains("phone-0"), "zero is no limit: {rate:?}");
    assert!(rate.cure.as_ref().unwrap().contains("segments_per_second"), "{rate:?}");
}

#[tokio::test]
async fn what_is_wrong_with_one_campaign_holds_up_no_other_and_no_number_is_told() {
    let terms = Terms { campaigns: vec![("codes", 10_000), ("orders", 10_000)], ..terms() };
    let primary = start(&terms).await;
    primary.aws.change_sms(|sms| sms.numbers.retain(|number| number.registration_id != "registration-codes"));
    shows(&primary, "phone-1", 7, 60);
    let report = refresh(&primary).await;
    assert_eq!((of(&report, "codes", Limit::Rate).value, of(&report, "orders", Limit::Rate).value), (10, 7));
    let gone = of(&report, "codes", Limit::Cap);
    assert!(gone.error.as_ref().unwrap().contains("no number belongs to registration-codes"), "{gone:?}");
    // The least of what is known: also where one was read longer ago.
    assert_eq!(primary.counters(primary.today()).await.cap, 60);
    let told = serde_json::to_string(&report).unwrap();
    assert!(!told.contains("2065550100"), "{told}");
}

#[tokio::test]
async fn the_numbers_of_one_registration_tell_one_campaigns_limits_and_a_brands_cap_is_the_least() {
    let terms = Terms { campaigns: vec![("codes", 10_000), ("orders", 10_000)], ..terms() };
    let primary = start(&terms).await;
    let mut numbers: Vec<Number> =
        (0..7).map(|place| number(&format!("phone-o{place}"), "orders", 9 - place, 90 + place)).collect();
    numbers.push(number("phone-c", "codes", 20, 80));
    numbers.push(number("phone-other", "another", 1, 1));
    has(&primary, numbers);
    let report = refresh(&primary).await;
    assert_eq!((of(&report, "orders", Limit::Rate).value, of(&report, "codes", Limit::Rate).value), (3, 20));
    assert_eq!((of(&report, "orders", Limit::Cap).value, of(&report, "codes", Limit::Cap).value), (90, 80));
    assert_eq!(primary.counters(primary.today()).await.cap, 80);
}

#[tokio::test]
async fn a_campaign_without_a_registration_has_its_own_number_or_its_pools() {
    let primary = Primary::empty(NOON, &[]).await;
    let mut numbers = vec![number("phone-0", "x", 3, 30), number("phone-1", "x", 5, 50), number("phone-2", "x", 1, 1)];
    let pool_arn = format!("{AT}:pool/pool-0");
    numbers[0].pool = Some(pool_arn.clone());
    numbers[1].pool = Some(pool_arn.clone());
    has(&primary, numbers);
    for (identity, told) in
        [(pool_arn.clone(), (3, 30)), (format!("{AT}:phone-number/phone-1"), (5, 50)), (pool_arn, (3, 30))]
    {
        let mut wanted = live(&primary, &Terms { grants: Vec::new(), ..terms() });
        wanted.campaigns[0].registration = None;
        wanted.campaigns[0].origination_identity = identity;
        primary.run(&wanted).await.unwrap();
        let report = refresh(&primary).await;
        assert_eq!((of(&report, "orders", Limit::Rate).value, of(&report, "orders", Limit::Cap).value), told);
    }
}

#[tokio::test]
async fn aws_is_asked_once_a_second_for_each_operation() {
    let names = ["c0", "c1", "c2", "c3", "c4", "c5"];
    let terms = Terms { campaigns: names.map(|name| (name, 10_000)).to_vec(), ..terms() };
    let primary = start(&terms).await;
    let before = primary.now();
    let report = refresh(&primary).await;
    assert_eq!((report.status, report.limits.len()), (State::Fresh, 12));
    // The double has AWS's quota of one a second, and a clock that moves only while somebody waits.
    for operation in ["ListRegistrationAssociations", "DescribePhoneNumbers"] {
        let count = primary.aws.counts()[operation];
        assert_eq!((count.calls, count.refused), (6, 0), "{operation}");
    }
    let took = primary.now().duration_since(before) - SignedDuration::from_mins(1);
    assert!(took >= SignedDuration::from_secs(5) && took < SignedDuration::from_secs(7), "{took:?}");
}

#[tokio::test]
async fn a_run_with_nothing_changed_writes_nothing() {
    let primary = start(&terms()).await;
    uses(&primary, "b", 5).await;
    for _ in 0..3 {
        primary.aws.clear_calls();
        let report = refresh(&primary).await;
        assert_eq!((report.status, &report.changes), (State::Fresh, &vec![]));
        assert_eq!(of(&report, "orders", Limit::Rate).age_seconds, 0);
        let counts = primary.aws.counts();
        let reads = ["GetItem", "DescribePhoneNumbers", "ListRegistrationAssociations"];
        assert!(counts.keys().all(|call| reads.contains(call)), "{counts:?}");
    }
    // The moment of the reading is written anew when it is five minutes old, and no change.
    primary.clock.advance(SignedDuration::from_mins(3));
    let report = refresh(&primary).await;
    assert_eq!((&report.changes, of(&report, "orders", Limit::Rate).age_seconds), (&vec![], 0));
    let read_at = campaign(&primary, "orders").await.live.segments_per_second.unwrap().read_at;
    assert_eq!(read_at, of(&report, "orders", Limit::Rate).read_at);
}

#[tokio::test]
async fn what_does_not_fit_into_a_run_is_read_first_in_the_next_one() {
    let terms = Terms { campaigns: vec![("codes", 10_000), ("orders", 10_000)], ..terms() };
    let primary = start(&terms).await;
    primary.clock.advance(SignedDuration::from_mins(10));
    let handler = handler(&primary);
    let mut read = Vec::new();
    for _ in 0..2 {
        let mut context = Context::default();
        // So that one reading is enough to use it up: each is asked for three times, a second apart.
        for operation in ["ListRegistrationAssociations", "DescribePhoneNumbers"] {
            primary.aws.fault(Fault { times: Some(2), ..Fault::always(operation, Action::Throttle) }).unwrap();
        }
        context.deadline = (primary.now() + SignedDuration::from_secs(9)).as_millisecond().try_into().unwrap();
        let report = handler.handle(LambdaEvent::new(json!({}), context)).await.unwrap();
        primary.aws.clear_faults();
        let fresh = report.limits.iter().filter(|limit| limit.error.is_none() && limit.limit == Limit::Rate);
        read.extend(fresh.map(|limit| limit.campaign.to_string()));
        let late = report.limits.iter().filter(|limit| limit.error.is_some());
        assert!(late.clone().count() > 0, "{report:?}");
        assert!(late.clone().all(|limit| limit.error.as_ref().unwrap().contains("time was over")), "{report:?}");
    }
    assert_eq!(read, ["codes", "orders"]);
}

#[tokio::test]
async fn what_an_operator_writes_meanwhile_is_not_undone() {
    let primary = start(&terms()).await;
    let seen = campaign(&primary, "orders").await;
    let clock: SharedClock = primary.clock.clone();
    let sync = Sync::new(primary.table.clone(), clock);
    // Read while it was live, and written after it was fixed.
    let mut fixed = Terms { cap: 90, ..terms() }.grant("a", 5, 100).wanted(primary.today());
    fixed.campaigns[0].registration = seen.registration.clone();
    primary.run(&fixed).await.unwrap();
    let told = Told { rate: Ok(1), cap: Ok(10) };
    let kept = sync.keep_reading(&seen, &told, primary.now()).await.unwrap().unwrap();
    assert_eq!((kept.campaign.milli_segments_per_second, kept.change), (10_000, None));
    assert_eq!(sync.follow_limits().await.unwrap().changes, []);
    assert_eq!(primary.counters(primary.today()).await.cap, 90);
    assert_eq!(refresh(&primary).await.limits, [], "nothing is live any more");

    // Of another number by now.
    let mut other = live(&primary, &terms());
    other.campaigns[0].registration = Some("registration-codes".to_owned());
    primary.run(&other).await.unwrap();
    assert_eq!(sync.keep_reading(&seen, &told, primary.now()).await.unwrap(), None);
}

#[tokio::test]
async fn a_sync_that_looked_before_a_drop_does_not_undo_it() {
    let primary = start(&terms()).await;
    let file = live(&primary, &terms());
    shows(&primary, "phone-0", 4, 70);
    refresh(&primary).await;
    assert_eq!(primary.run(&file).await.unwrap(), []);
    assert_eq!(primary.counters(primary.today()).await.cap, 70);
    assert_eq!(campaign(&primary, "orders").await.milli_segments_per_second, 4_000);
}

#[tokio::test]
async fn a_limit_becomes_live_and_fixed_again_by_a_sync() {
    let primary = start(&terms()).await;
    let lines =
        |changes: Vec<Change>| -> Vec<String> { changes.iter().flat_map(|change| change.lines(Tense::Done)).collect() };
    let mut fixed = terms().wanted(primary.today());
    fixed.campaigns[0].registration = Some("registration-orders".to_owned());
    let said = lines(primary.run(&fixed).await.unwrap());
    assert!(said.contains(&"campaign orders: segments_per_second 10, it was live (10)".to_owned()), "{said:?}");
    assert!(said.contains(&"brand acme: t_mobile_daily_segments 100, it was live (100)".to_owned()), "{said:?}");
    assert_eq!(primary.run(&fixed).await.unwrap(), []);
    let said = lines(primary.run(&live(&primary, &terms())).await.unwrap());
    assert!(said.contains(&"brand acme: t_mobile_daily_segments live (100), it was 100".to_owned()), "{said:?}");
    assert_eq!(primary.run(&live(&primary, &terms())).await.unwrap(), []);
}

#[tokio::test]
async fn another_account_and_a_silent_table_are_errors() {
    let primary = start(&terms()).await;
    let handler = handler(&primary);
    let refused = refresh_with(&primary, &handler, "222222222222").await.unwrap_err().to_string();
    assert!(refused.contains("222222222222") && refused.contains(PRIMARY), "{refused}");
    primary.aws.fault(Fault::always("GetItem", Action::Error)).unwrap();
    let silent = refresh_with(&primary, &handler, PRIMARY).await.unwrap_err().to_string();
    assert!(silent.contains("limits stay as they were"), "{silent}");
}
