//! Starts the double of AWS with a small account in it and prints its endpoint, for `tests/double_model.py` and for
//! trying things out with any AWS client. Ends when its standard input does, or on Ctrl-C.
//!
//! ```text
//! cargo run -p tendlc-local --example double
//! AWS_ENDPOINT_URL=http://127.0.0.1:… AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=any AWS_REGION=us-east-1 \
//!     aws pinpoint-sms-voice-v2 describe-phone-numbers
//! ```

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde_json::json;
use tendlc_core::clock::SystemClock;
use tendlc_local::aws::Aws;
use tendlc_local::aws::seed::{Bus, ConfigurationSet, Number, Queue, Registration, Role, Seed, Table};
use tokio::io::AsyncReadExt;

const PRIMARY: &str = "111111111111";
const SECONDARY: &str = "222222222222";
const NUMBER: &str = "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0123456789abcdef0123456789abcdef";
const SNS_NUMBER: &str = "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-1123456789abcdef0123456789abcdef";
const SIMULATOR: &str = "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-5123456789abcdef0123456789abcdef";
const REGISTRATION: &str = "registration-0123456789abcdef0123456789abcdef";

#[tokio::main]
async fn main() -> io::Result<()> {
    let aws = Aws::start(seed(), None).await?;
    println!("{}", aws.endpoint());
    let (mut input, mut ignored) = (tokio::io::stdin(), Vec::new());
    tokio::select! {
        ended = input.read_to_end(&mut ignored) => ended.map(|_| ()),
        signal = tokio::signal::ctrl_c() => signal,
    }
}

fn seed() -> Seed {
    let mut seed = Seed::new(Arc::new(SystemClock::default()), "us-east-1", PRIMARY);
    seed.roles = vec![Role {
        arn: format!("arn:aws:iam::{PRIMARY}:role/tendlc-grant-checkout"),
        external_id: Some("external-0123".into()),
        trusted_account: SECONDARY.into(),
        trusted_principals: vec![format!("arn:aws:iam::{SECONDARY}:root")],
        session_name_pattern: "checkout-*".into(),
        grant: "checkout".into(),
        send_resources: vec![NUMBER.into()],
        ..Role::default()
    }];
    let sns = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Service": "sns.amazonaws.com" },
        "Action": "sms-voice:SendTextMessage",
        "Resource": SNS_NUMBER,
    }] });
    let own = Number {
        arn: NUMBER.into(),
        phone_number: "+12065550100".into(),
        status: "ACTIVE".into(),
        message_type: "TRANSACTIONAL".into(),
        registration_id: REGISTRATION.into(),
        pool: Some(format!("arn:aws:sms-voice:us-east-1:{PRIMARY}:pool/pool-0123456789abcdef")),
        rate_limits: BTreeMap::from([("SMS".into(), 40)]),
        daily_caps: BTreeMap::from([("T-MOBILE".into(), 40_000)]),
        ..Number::default()
    };
    let other = |arn: &str, phone_number: &str| Number {
        arn: arn.into(),
        phone_number: phone_number.into(),
        pool: None,
        ..own.clone()
    };
    let policy = Some(sns.to_string());
    let with_policy = Number { policy, ..other(SNS_NUMBER, "+12065550102") };
    let simulator = Number { simulator: true, ..other(SIMULATOR, "+12065550142") };
    seed.sms.numbers = vec![own, with_policy, simulator];
    seed.sms.configuration_sets = vec![ConfigurationSet {
        name: "tendlc-order-updates".into(),
        topic_arn: Some(format!("arn:aws:sns:us-east-1:{PRIMARY}:tendlc-receipts")),
        disabled: false,
    }];
    seed.sms.registrations = vec![Registration {
        id: REGISTRATION.into(),
        kind: "US_TEN_DLC_CAMPAIGN_REGISTRATION".into(),
        status: "COMPLETE".into(),
        versions: vec![(1, "DENIED".into()), (2, "APPROVED".into())],
    }];
    // Whoever tries things out by hand should not have to wait a second between two calls.
    (seed.sms.send_requests_per_second, seed.sms.read_requests_per_second) = (20, 0);
    let dead = Queue::new(SECONDARY, "tendlc-dead-letter");
    let dead_letter = Some((format!("arn:aws:sqs:us-east-1:{SECONDARY}:tendlc-dead-letter"), 3));
    let send = Queue { dead_letter, ..Queue::new(SECONDARY, "tendlc-send") };
    let fifo = Queue { content_based_deduplication: true, ..Queue::new(SECONDARY, "tendlc-send.fifo") };
    seed.queues = vec![dead, send, fifo];
    seed.buses = vec![Bus { account: SECONDARY.into(), name: "outcomes".into(), putters: vec![PRIMARY.into()] }];
    seed.tables = vec![Table {
        account: PRIMARY.into(),
        name: "tendlc".into(),
        key: "pk".into(),
        ttl: Some("ttl".into()),
        indexes: Vec::new(),
    }];
    seed
}
