//! `tendlc sync` and `tendlc check` where limits are live.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tendlc_core::clock::SystemClock;
use tendlc_core::table::{KEY, Key, text};
use tendlc_local::aws::seed::{Number, Registration, Seed};
use tendlc_local::aws::{Action, Aws, Fault};

use super::command::{folder, out, tendlc, told};
use super::primary::config;

const PRIMARY: &str = "111111111111";

/// The example with its rate and its cap live.
fn live() -> String {
    let text =
        tendlc_config::EXAMPLE.replace("t_mobile_daily_segments = 40000 ", "t_mobile_daily_segments = \"live\" ");
    let text = text.replace("segments_per_second = 40 ", "segments_per_second = \"live\" ");
    assert_eq!(text.matches("\"live\" ").count(), 2, "{text}");
    text
}

/// The account without a table, with the example's campaign and one number of it.
async fn account(rate: i64, cap: i64) -> Aws {
    let mut seed = Seed::new(Arc::new(SystemClock::default()), "us-east-1", PRIMARY);
    let id = "registration-0123456789abcdef0123456789abcdef";
    seed.sms.registrations = vec![Registration { id: id.to_owned(), ..Registration::default() }];
    seed.sms.numbers = vec![Number {
        arn: "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-7".to_owned(),
        phone_number: "+12065550100".to_owned(),
        registration_id: id.to_owned(),
        rate_limits: BTreeMap::from([("sms".to_owned(), rate)]),
        daily_caps: BTreeMap::from([("T_Mobile".to_owned(), cap)]),
        ..Number::default()
    }];
    Aws::start(seed, None).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_an_empty_table_it_reads_live_limits_from_aws_and_says_so_and_after_that_it_asks_the_table() {
    let (aws, folder) = (account(25, 30_000).await, folder(&live()));
    let run = async |arguments: &[&str]| tendlc(folder.path(), aws.endpoint(), PRIMARY, arguments).await;
    let asked = run(&["sync", "--create-table"]).await;
    let read = "campaign order-updates: read 25/s and 30000 a day from AWS";
    assert!(told(&asked).contains(read), "{}", told(&asked));
    assert!(told(&asked).contains("cap of the brand acme: 30000 a day"), "{}", told(&asked));
    assert!(!aws.counts().contains_key("CreateTable"), "{:?}", aws.counts());
    let first = run(&["sync", "--create-table", "--yes", "--output", "json"]).await;
    assert_eq!(first.status.code(), Some(0), "{}", told(&first));
    let answer: Value = serde_json::from_str(&out(&first)).unwrap();
    let read = json!([
        { "campaign": "order-updates", "segments_per_second": 25, "t_mobile_daily_segments": 30_000 }
    ]);
    assert_eq!(answer["read"], read);

    aws.clear_calls();
    let second = run(&["sync", "--yes"]).await;
    assert_eq!((second.status.code(), out(&second).as_str()), (Some(0), "nothing to change\n"), "{}", told(&second));
    assert!(!told(&second).contains("from AWS\n"), "{}", told(&second));
    let reads = ["DescribePhoneNumbers", "ListRegistrationAssociations"];
    assert!(reads.iter().all(|operation| !aws.counts().contains_key(operation)), "{:?}", aws.counts());
    assert!(!told(&first).contains("2065550100") && !out(&first).contains("2065550100"));
    assert!(!told(&second).contains("WARNING"), "{}", told(&second));

    // What nobody has read since is taken all the same, and its age is told.
    let http = aws_smithy_http_client::Builder::new().build_http();
    let client = aws_sdk_dynamodb::Client::new(&config(&aws, http));
    let update =
        client.update_item().table_name("tendlc").key(KEY, Key::campaign(&"order-updates".parse().unwrap()).value());
    let update = update.update_expression("SET #live.segments_per_second.read_at = :then");
    let update = update.expression_attribute_names("#live", "live");
    update.expression_attribute_values(":then", text("2026-01-01T00:00:00Z")).send().await.unwrap();
    let third = run(&["sync", "--yes"]).await;
    assert_eq!((third.status.code(), out(&third).as_str()), (Some(0), "nothing to change\n"), "{}", told(&third));
    assert!(told(&third).contains("WARNING: the limits of the campaign order-updates were read "), "{}", told(&third));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_registration_is_read_anew() {
    let (aws, at) = (account(25, 30_000).await, folder(&live()));
    let yes = ["sync", "--create-table", "--yes"];
    tendlc(at.path(), aws.endpoint(), PRIMARY, &yes).await;
    let other = "registration-ffff";
    aws.change_sms(|sms| {
        sms.registrations[0].id = other.to_owned();
        sms.numbers[0].registration_id = other.to_owned();
        sms.numbers[0].rate_limits.insert("sms".to_owned(), 5);
    });
    let text = live().replace("registration-0123456789abcdef0123456789abcdef", other);
    std::fs::write(at.path().join("tendlc.toml"), text).unwrap();
    let output = tendlc(at.path(), aws.endpoint(), PRIMARY, &yes).await;
    assert!(out(&output).contains("segments_per_second live (5), it was live (25)"), "{output:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_limit_that_cannot_be_read_ends_it_with_the_cure_and_nothing_is_written() {
    for (rate, fault, what, cure) in [
        (0, None, "AWS tells 0 as segments_per_second of phone-7", "write `segments_per_second` as a number"),
        (25, Some(Action::Deny), "AWS refused sms-voice:ListRegistrationAssociations", "allow sms-voice:Describe"),
    ] {
        let (aws, folder) = (account(rate, 30_000).await, folder(&live()));
        if let Some(action) = fault {
            aws.fault(Fault::always("ListRegistrationAssociations", action)).unwrap();
        }
        let arguments = ["sync", "--create-table", "--yes", "--output", "json"];
        let output = tendlc(folder.path(), aws.endpoint(), PRIMARY, &arguments).await;
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        let error: Value = serde_json::from_str(&out(&output)).unwrap();
        assert!(error["error"]["message"].as_str().unwrap().contains(what), "{error}");
        assert!(error["error"]["cure"].as_str().unwrap().contains(cure), "{error}");
        assert!(!aws.counts().contains_key("CreateTable"), "{:?}", aws.counts());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_takes_a_live_limit_and_says_who_reads_it() {
    let folder = folder(&live());
    let output = tendlc(folder.path(), "http://127.0.0.1:1", "none", &["check"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let text = out(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(text.matches("by the function refresh-limits").count(), 2, "{text}");
}
