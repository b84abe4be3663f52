//! What CloudWatch knows: queues, AWS's own figure of the spend, what does not add up.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use tendlc_core::month::UtcMonth;
use tendlc_core::table::{Key, number};
use tendlc_local::aws::{Action, Fault, Series};
use tendlc_local::system::{FunctionName, System};

use super::report::Report;
use super::running::{PRIMARY, SPOKE, example, probe, set};

fn figure(system: &System, namespace: &str, metric: &str, minutes_ago: i64, value: f64) {
    let series = Series { namespace: namespace.to_owned(), metric: metric.to_owned(), dimensions: BTreeMap::new() };
    let at = Timestamp::now() - SignedDuration::from_mins(minutes_ago);
    system.aws().put_metric(PRIMARY, series, at, value);
}

async fn put(system: &System, queue: &str) {
    let queues = system.queues();
    let url = queues.values().find(|url| url.ends_with(&format!("{SPOKE}/{queue}"))).cloned();
    let url = url.unwrap_or_else(|| system.aws().queue_url(SPOKE, queue));
    let keys = system.aws().issue_session(&format!("arn:aws:iam::{SPOKE}:role/tendlc-send"), "test");
    let credentials =
        aws_credential_types::Credentials::new(keys.access_key, keys.secret, Some(keys.token), None, "test");
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("us-east-1"))
        .endpoint_url(system.aws().endpoint())
        .http_client(tendlc_core::aws::http_client())
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
        .build();
    aws_sdk_sqs::Client::new(&config).send_message().queue_url(url).message_body("{}").send().await.unwrap();
}

#[tokio::test]
async fn dead_letters_are_degraded_and_say_how_to_look_at_them() {
    let system = example().await;
    put(&system, "tendlc-dead-letter").await;
    let report = probe(&system, SPOKE).await;
    report.stands("degraded", &[("dead-letters", "degraded")]);
    assert!(report.text("dead-letters").contains("1 dead letters"), "{:#}", report.reply);
    assert!(report.text("dead-letters").contains("tendlc redrive"), "{:#}", report.reply);
}

#[tokio::test]
async fn dead_letters_are_no_matter_of_what_a_role_may_do() {
    let system = example().await;
    put(&system, "tendlc-dead-letter").await;
    let verify = serde_json::json!({ "verify": true, "account": SPOKE });
    let played = system.play(&verify, Some(FunctionName::ProbeHealth)).await.unwrap();
    let report = Report::of(played.reply.unwrap());
    report.stands("healthy", &[]);
    assert_eq!(report.state("denied/topics"), "healthy");
    assert!(!report.reply.to_string().contains("dead-letters"), "{:#}", report.reply);
}

#[tokio::test]
async fn what_may_not_be_asked_of_cloudwatch_is_unknown_and_names_the_permission() {
    let system = example().await;
    system.aws().fault(Fault::always("GetMetricData", Action::Deny)).unwrap();
    let report = probe(&system, SPOKE).await;
    let queues = ["figures", "queue:tendlc-send", "queue:tendlc-send-promotional", "dead-letters"];
    report.stands("unknown", &queues.map(|check| (check, "unknown")));
    assert!(report.text("figures").contains("allow cloudwatch:GetMetricData"), "{:#}", report.reply);
    let report = probe(&system, PRIMARY).await;
    let hub = [
        "queue:newsletter/tendlc-newsletter",
        "queue:newsletter/tendlc-newsletter-promotional",
        "dead-letters:newsletter",
    ];
    let rest = ["figures", "unmetered", "recount", "receipts-late", "receipts-dead", "spend"];
    let rest = rest.into_iter().chain(hub).map(|check| (check, "unknown")).collect::<Vec<_>>();
    report.stands("unknown", &rest);
}

#[tokio::test]
async fn aws_s_own_figure_of_the_spend_counts_where_it_is_higher_and_says_how_old_it_is() {
    let system = example().await;
    // Not last month's, in the first minutes of a month.
    let begun = Timestamp::now().duration_since(UtcMonth::of(Timestamp::now()).start()).as_mins();
    figure(&system, "AWS/SMSVoice", "TextMessageMonthlySpend", begun.min(130), 95_000.0);
    let report = probe(&system, PRIMARY).await;
    assert_eq!(report.state("spend"), "degraded", "{:#}", report.reply);
    assert!(report.text("spend").contains("AWS's own figure is $95000.00, "), "{:#}", report.reply);
}

#[tokio::test]
async fn what_does_not_add_up_is_degraded() {
    let system = example().await;
    figure(&system, "tendlc", "Unmetered", 60, 3.0);
    figure(&system, "tendlc", "RecountFound", 600, 2.0);
    let report = probe(&system, PRIMARY).await;
    report.stands("degraded", &[("unmetered", "degraded"), ("recount", "degraded")]);
    assert!(report.text("unmetered").contains("AWS sent 3 texts"), "{:#}", report.reply);
    figure(&system, "tendlc", "RecountFound", 30, 0.0);
    assert_eq!(probe(&system, PRIMARY).await.state("recount"), "healthy", "the newest counts");
}

#[tokio::test]
async fn a_campaign_of_which_few_texts_arrive_is_degraded() {
    let system = example().await;
    let month = Key::month(&"checkout".parse().unwrap(), UtcMonth::of(Timestamp::now()));
    set(&system, month.clone(), "delivered:order-updates:verizon", number(45)).await;
    set(&system, month, "undelivered:order-updates:CARRIER_REJECTED", number(15)).await;
    let report = probe(&system, PRIMARY).await;
    report.stands("degraded", &[("delivery:order-updates", "degraded")]);
    assert!(report.text("delivery:order-updates").contains("75% of 60"), "{:#}", report.reply);
}
