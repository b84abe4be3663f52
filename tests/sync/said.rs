//! What an operator is told of a change: each thing that differs, what it was, and from when it is otherwise.

use tendlc_core::grant::{CapUnit, Grant, LaneQueues, MessageType, Topology, UnknownResult};
use tendlc_core::sync::{Change, Tense, Wanted};

use super::primary::{NOON, Primary};
use super::rescoped::{by_campaign, ten};
use super::terms::{Granted, Terms};

fn lines(changes: &[Change], tense: Tense) -> Vec<String> {
    changes.iter().flat_map(|change| change.lines(tense)).collect()
}

/// What is said of a sync that makes `before` what `change` does to it.
async fn said(before: &Wanted, change: impl FnOnce(&mut Wanted)) -> Vec<Change> {
    let primary = Primary::empty(NOON, &[]).await;
    primary.run(before).await.unwrap();
    let mut wanted = before.clone();
    change(&mut wanted);
    primary.run(&wanted).await.unwrap()
}

fn wanted() -> Wanted {
    ten().wanted("2026-11-20".parse().unwrap())
}

#[tokio::test]
async fn each_field_of_a_campaign_that_differs_is_named_with_what_it_was() {
    let changes = said(&wanted(), |wanted| {
        let campaign = &mut wanted.campaigns[0];
        campaign.milli_segments_per_second = 500;
        campaign.message_type = MessageType::Promotional;
        campaign.configuration_set = Some("receipts".to_owned());
        campaign.quiet_hours = Some("21:00-08:00".parse().unwrap());
        campaign.origination_number = Some("+12065550100".to_owned());
    })
    .await;
    let mut expected = vec![
        "campaign orders: phone_number (not shown), it is none".to_owned(),
        "campaign orders: message_type PROMOTIONAL, it is TRANSACTIONAL".to_owned(),
        "campaign orders: configuration_set receipts, it is none".to_owned(),
        "campaign orders: quiet_hours 21:00-08:00, it is none".to_owned(),
        "campaign orders: segments_per_second 0.5, it is 10000000".to_owned(),
    ];
    assert_eq!(lines(&changes, Tense::Ahead), expected);
    expected.iter_mut().for_each(|line| *line = line.replace("it is", "it was"));
    assert_eq!(lines(&changes, Tense::Done), expected);
}

type Edit = fn(&mut Grant);

#[tokio::test]
async fn each_field_of_a_grant_that_differs_is_named_and_no_other() {
    let queue = |name: &str| format!("arn:aws:sqs:us-east-1:111111111111:{name}").parse().unwrap();
    let mut before = wanted();
    let grant = &mut before.grants[0];
    grant.topology = Topology::Hub;
    grant.queues = Some(LaneQueues { transactional: queue("one"), promotional: queue("two") });
    grant.external_id = Some("an-old-secret".to_owned());
    let edits: [(&str, &str, Edit); 8] = [
        ("account", "333333333333", |grant| grant.account = "333333333333".parse().unwrap()),
        ("role_arn", "arn:aws:iam::111111111111:role/other", |grant| {
            grant.role_arn = "arn:aws:iam::111111111111:role/other".parse().unwrap();
        }),
        ("external_id", "another one (not shown)", |grant| grant.external_id = Some("a-new-secret".to_owned())),
        ("outcome_bus", "default, it was none", |grant| grant.outcome_bus = Some("default".to_owned())),
        ("promotional_queue", "arn:aws:sqs:us-east-1:111111111111:three", |grant| {
            grant.queues.as_mut().unwrap().promotional = "arn:aws:sqs:us-east-1:111111111111:three".parse().unwrap();
        }),
        ("max_wait.transactional", "15m, it was 24h", |grant| grant.max_wait.transactional = 900),
        ("max_wait.promotional", "1h 30m, it was 24h", |grant| grant.max_wait.promotional = 5_400),
        ("unknown_result", "resend, it was dead-letter", |grant| grant.unknown_result = UnknownResult::Resend),
    ];
    for (name, now, edit) in edits {
        let changes = said(&before, |wanted| edit(&mut wanted.grants[0])).await;
        let lines = lines(&changes, Tense::Done);
        // Of a queue that nobody has then it warns, too.
        let lines: Vec<String> = lines.into_iter().filter(|line| !line.starts_with("WARNING: ")).collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(&format!("grant a: {name} {now}")), "{lines:?}");
        let json = serde_json::to_value(&changes).unwrap();
        assert_eq!(json[0]["fields"][0]["name"], name);
        assert!(!json.to_string().contains("secret") && !lines[0].contains("secret"), "{json} {lines:?}");
    }
}

#[tokio::test]
async fn another_ceiling_on_all_texts_is_one_line() {
    let daily = |daily| ten().granted(Granted { name: "a".to_owned(), guaranteed: 4, ceiling: 10, daily });
    let primary = Primary::start(NOON, &daily(Some(20))).await;
    let told = |changes: &[Change]| lines(changes, Tense::Done);
    assert_eq!(told(&primary.sync(&daily(Some(18))).await), ["daily_segments of a: 18, from 2026-11-20, it was 20"]);
    assert_eq!(
        told(&primary.sync(&daily(None)).await),
        ["daily_segments of a: no ceiling, from 2026-11-20, it was 18"]
    );
    assert_eq!(told(&primary.sync(&daily(Some(5))).await), ["daily_segments of a: 5, from 2026-11-21"]);
    // What was put off is taken back before it began.
    assert_eq!(told(&primary.sync(&daily(None)).await), ["daily_segments of a: no ceiling, from 2026-11-21, it was 5"]);
}

#[tokio::test]
async fn a_cap_that_counts_over_something_else_says_which_goes_and_which_comes_and_when() {
    let changes = said(&wanted(), |wanted| *wanted = by_campaign(wanted.clone())).await;
    let lines = lines(&changes, Tense::Ahead);
    let expected = [
        "campaign orders: t_mobile_cap counted in segments over the campaign order-updates from 2026-11-21, until then \
         counted in segments over the brand acme",
        "budget of a in the cap of the brand acme: nothing, from 2026-11-21, it is 4 guaranteed, 10 at most",
        "cap of the campaign order-updates: 10 a day",
        "budget of a in the cap of the campaign order-updates: 4 guaranteed, 10 at most, from 2026-11-20",
    ];
    assert_eq!(lines, expected, "{lines:#?}");
}

#[tokio::test]
async fn a_cap_that_counts_in_another_unit_says_from_which_day() {
    let primary = Primary::start(NOON, &ten()).await;
    let messages = Terms { unit: CapUnit::Messages, ..ten() };
    let cap = |line: &str| [format!("campaign orders: t_mobile_cap counted in {line}")];
    assert_eq!(
        lines(&primary.sync(&messages).await, Tense::Done),
        cap("messages over the brand acme from 2026-11-21, until then counted in segments over the brand acme")
    );
    // What was put off is taken back before it began.
    assert_eq!(
        lines(&primary.sync(&ten()).await, Tense::Done),
        cap("segments over the brand acme, it was counted in messages over the brand acme from 2026-11-21")
    );
}
