//! The function around the recount: which day it counts, where it runs, and what it refuses.

use ::recount::{Handler, Refusal};
use jiff::SignedDuration;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};
use tendlc_core::env::RecountSettings;
use tendlc_core::recount::{Report, State};

use super::office::Office;
use super::primary::{PRIMARY, config};
use super::tomorrow::{next_morning, send};
use super::wire::Wire;

async fn invoke(office: &Office, account: &str, event: Value) -> Result<Report, Refusal> {
    let lookup = |name: &str| {
        let arn = "arn:aws:dynamodb:us-east-1:111111111111:table/tendlc".to_owned();
        (name == "TENDLC_TABLE_ARN").then_some(arn)
    };
    let settings = RecountSettings::read(&lookup).unwrap();
    let config = config(&office.primary.aws, Wire::sound().client());
    let handler = Handler::new(&config, &settings, office.primary.clock.clone());
    let mut context = Context::default();
    context.deadline = (office.primary.now() + SignedDuration::from_mins(15)).as_millisecond().try_into().unwrap();
    context.invoked_function_arn = format!("arn:aws:lambda:us-east-1:{account}:function:tendlc-recount");
    handler.handle(LambdaEvent::new(event, context)).await
}

#[tokio::test]
async fn yesterday_is_counted_unless_the_event_names_another_day() {
    let office = Office::open().await;
    send(&office, &[1, 2]).await;
    let day = office.primary.today();
    next_morning(&office).await;
    for (event, counted, texts) in [
        (json!({ "source": "aws.scheduler", "detail": "{}" }), day, 2),
        (json!({ "day": "2026-11-20" }), day, 2),
        (json!({ "day": "2026-11-21" }), day.next(), 0),
    ] {
        let report = invoke(&office, PRIMARY, event).await.unwrap();
        assert_eq!((report.status, report.day), (State::Agrees, counted));
        assert_eq!(report.grants[0].campaigns.values().map(|campaign| campaign.texts).sum::<i64>(), texts);
    }
}

#[tokio::test]
async fn what_is_not_for_it_is_refused_with_the_cure() {
    let office = Office::open().await;
    for (account, event, said) in [
        ("222222222222", json!({}), "the table is in 111111111111; deploy it there"),
        (PRIMARY, json!({ "Records": [{ "eventSource": "aws:sqs" }] }), "send-queue takes those of aws:sqs"),
        (PRIMARY, json!({ "day": "monday" }), r#"ask for one as {"day":"2026-11-20"}"#),
        (PRIMARY, json!({ "day": "2026-11-29" }), "has not begun"),
        (PRIMARY, json!({ "day": "2026-01-01" }), "is the oldest day that can be counted"),
    ] {
        let refused = invoke(&office, account, event).await.unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
    }
}
