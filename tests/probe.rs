//! The health probe, as its own process beside the doubles of AWS: what it says when all is well, and when it is not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, LambdaEvent};
use probe_health::Handler;
use serde_json::{Value, json};
use tendlc_core::clock::SystemClock;
use tendlc_core::env::ProbeSettings;
use tendlc_core::table::{KEY, Key};
use tendlc_local::aws::seed::Role;
use tendlc_local::aws::{Action, Fault};
use tendlc_local::system::{FunctionName, Options, Programs, System};

const SPOKE: &str = "222222222222";
const PRIMARY: &str = "111111111111";

/// The function's answer, and what each of its checks found.
struct Report {
    reply: Value,
    checks: BTreeMap<String, Value>,
}

impl Report {
    fn of(reply: Value) -> Self {
        let named = |check: &Value| (check["name"].as_str().unwrap().to_owned(), check.clone());
        let checks = reply["checks"].as_array().unwrap().iter().map(named).collect();
        let report = Self { reply, checks };
        report.keeps_its_form();
        report
    }

    /// Each check says what it found; what is not healthy says what to do; nobody's number is in it.
    fn keeps_its_form(&self) {
        for check in self.checks.values() {
            assert!(!check["detail"].as_str().unwrap().is_empty() && check["millis"].is_u64(), "{check}");
            let cure = check.get("cure").and_then(Value::as_str).is_some_and(|cure| !cure.is_empty());
            assert_eq!(cure, check["state"] != "healthy", "{check}");
        }
        let text = self.reply.to_string();
        for number in ["2065550100", "4254147755"] {
            assert!(!text.contains(number), "{text}");
        }
    }

    fn status(&self) -> &str {
        self.reply["status"].as_str().unwrap()
    }

    fn state(&self, check: &str) -> &str {
        self.checks.get(check).unwrap_or_else(|| panic!("no {check} in {}", self.reply))["state"].as_str().unwrap()
    }

    fn text(&self, check: &str) -> String {
        format!("{} {}", self.checks[check]["detail"], self.checks[check]["cure"])
    }

    /// These checks stand so, and all others are healthy.
    fn stands(&self, status: &str, others: &[(&str, &str)]) {
        let others: BTreeMap<&str, &str> = others.iter().copied().collect();
        for check in self.checks.keys() {
            let wanted = others.get(check.as_str()).copied().unwrap_or("healthy");
            assert_eq!(self.state(check), wanted, "{check} in {:#}", self.reply);
        }
        assert!(others.keys().all(|check| self.checks.contains_key(*check)), "{:#}", self.reply);
        assert_eq!(self.status(), status, "{:#}", self.reply);
    }
}

fn trigger(account: &str) -> Value {
    json!({ "source": "aws.scheduler", "detail-type": "Scheduled Event", "account": account, "detail": "{}" })
}

/// The command plays the sample, and says what the function answered.
fn command(arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tendlc"));
    let output = command.arg("local").args(arguments).args(["--output", "json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let logs = String::from_utf8(output.stderr).unwrap();
    assert!(!logs.contains("4254147755") && !logs.contains("2065550100"), "{logs}");
    let lines = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(lines.lines().find(|line| line.contains("\"function\"")).unwrap()).unwrap()
}

async fn system(config: &str) -> System {
    let config = tendlc_config::check(config, "tendlc.toml").unwrap_or_else(|mistakes| panic!("{mistakes}")).config;
    let program = env!("CARGO_BIN_EXE_tendlc").into();
    let programs = Programs::Itself { program, arguments: vec!["function".to_owned()] };
    let (clock, faults) = (Default::default(), Vec::new());
    System::start(Options { config, clock, programs, port: None, faults, log_level: None, played: true }).await.unwrap()
}

async fn example() -> System {
    system(tendlc_config::EXAMPLE).await
}

async fn probe(system: &System, account: &str) -> Report {
    Report::of(system.play(&trigger(account), None).await.unwrap().reply.unwrap())
}

async fn after(fault: Fault) -> Report {
    let system = example().await;
    system.aws().fault(fault).unwrap();
    probe(&system, SPOKE).await
}

/// The spoke's probe in this process, for what the system's own function is never told: another role, less time.
async fn probe_in_here(system: &System, role: &str, time: SignedDuration) -> Report {
    let keys = system.aws().issue_session(&format!("arn:aws:iam::{SPOKE}:role/tendlc-send"), "test");
    let credentials = Credentials::new(keys.access_key, keys.secret, Some(keys.token), None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(system.aws().endpoint())
        .http_client(tendlc_core::aws::http_client())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let external_id =
        system.aws().change_roles(|roles| roles.iter().find_map(|role| role.external_id.clone())).unwrap();
    let variables = BTreeMap::from([
        ("TENDLC_TABLE_ARN", format!("arn:aws:dynamodb:us-east-1:{PRIMARY}:table/tendlc")),
        ("TENDLC_TOPOLOGY", "spoke".to_owned()),
        ("TENDLC_GRANT", "checkout".to_owned()),
        ("TENDLC_ROLE_ARN", role.to_owned()),
        ("TENDLC_EXTERNAL_ID", external_id),
        ("TENDLC_DEAD_LETTER_QUEUE_URL", "http://127.0.0.1/222222222222/tendlc-dead-letter".to_owned()),
    ]);
    let settings = ProbeSettings::read(&|name| variables.get(name).cloned()).unwrap();
    let handler = Handler::new(config, settings, Arc::new(SystemClock::default()));
    let mut context = Context::default();
    context.deadline = (Timestamp::now() + time).as_millisecond().try_into().unwrap();
    context.invoked_function_arn = format!("arn:aws:lambda:us-east-1:{SPOKE}:function:tendlc-probe-health");
    let report = handler.handle(LambdaEvent::new(trigger(SPOKE), context)).await.unwrap();
    Report::of(serde_json::to_value(report).unwrap())
}

/// Sets an attribute of a record.
async fn set(system: &System, key: Key, name: &str, value: aws_sdk_dynamodb::types::AttributeValue) {
    let table = system.table();
    let update = table.client.update_item().table_name(&table.name).key(KEY, key.value());
    let update = update.update_expression("SET #n = :v").expression_attribute_names("#n", name);
    update.expression_attribute_values(":v", value).send().await.unwrap();
}

#[test]
fn a_spoke_that_works_is_healthy() {
    let line = command(&["events/schedule-probe.json"]);
    assert_eq!(line["function"], "probe-health");
    let report = Report::of(line["reply"].clone());
    report.stands("healthy", &[]);
    let names: Vec<&str> =
        report.reply["checks"].as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
    let campaign = ["number:order-updates", "registration:order-updates", "dry-run:order-updates"];
    assert_eq!(names, [&["assume-role", "account", "table"], &campaign[..]].concat());
}

#[tokio::test]
async fn the_primary_probes_its_campaigns_and_its_hub_grants_and_sends_nothing() {
    let system = example().await;
    let report = probe(&system, PRIMARY).await;
    report.stands("healthy", &[]);
    for check in ["table", "number:order-updates", "assume-role:newsletter", "dry-run:newsletter/order-updates"] {
        report.state(check);
    }
    assert!(!report.reply.to_string().contains("checkout"), "a spoke's role trusts the spoke alone");
    assert!(system.aws().sent().is_empty());
}

#[tokio::test]
async fn probes_in_a_row_keep_to_one_call_a_second_of_each_operation() {
    let system = example().await;
    for _ in 0..2 {
        probe(&system, SPOKE).await.stands("healthy", &[]);
    }
    let counts = system.aws().counts();
    let throttled: Vec<_> = counts.iter().filter(|(_, count)| count.throttled > 0).collect();
    assert!(throttled.is_empty(), "{throttled:?}");
    assert_eq!(counts["AssumeRole"].calls, 2, "an earlier session proves nothing");
}

#[test]
fn a_role_that_may_not_be_assumed_is_failing_and_what_needs_it_unknown() {
    let fault = r#"{"operation":"AssumeRole","action":"deny","times":null}"#;
    let line = command(&["events/schedule-probe.json", "--fault", fault]);
    let report = Report::of(line["reply"].clone());
    let rest = ["account", "table", "number", "registration", "dry-run"].map(|check| (check, "unknown"));
    report.stands("failing", &[&[("assume-role", "failing")], &rest[..]].concat());
    assert!(report.text("assume-role").contains("the grant checkout is to hold"));
    assert!(report.text("dry-run").contains("cannot run: the role could not be assumed"));
}

#[tokio::test]
async fn an_sts_that_hangs_is_unknown_not_failing() {
    let report = after(Fault::always("AssumeRole", Action::Hang)).await;
    let all = ["assume-role", "account", "table", "number", "registration", "dry-run"].map(|check| (check, "unknown"));
    report.stands("unknown", &all);
}

#[tokio::test]
async fn a_revoked_hub_grant_is_failing_and_the_campaign_still_healthy() {
    let system = example().await;
    system.aws().change_roles(|roles| roles.iter_mut().for_each(|role| role.trusted_principals.clear()));
    let failing = ("assume-role:newsletter", "failing");
    let unknown = [("account:newsletter", "unknown"), ("dry-run:newsletter/order-updates", "unknown")];
    probe(&system, PRIMARY).await.stands("failing", &[&[failing], &unknown[..]].concat());
}

#[tokio::test]
async fn a_released_number_is_failing() {
    let failing = [("number:order-updates", "failing"), ("dry-run:order-updates", "failing")];
    let gone = example().await;
    gone.aws().change_sms(|sms| sms.numbers.clear());
    probe(&gone, SPOKE).await.stands("failing", &failing);
    let deleted = example().await;
    deleted.aws().change_sms(|sms| "DELETED".clone_into(&mut sms.numbers[0].status));
    let report = probe(&deleted, SPOKE).await;
    report.stands("failing", &failing);
    assert!(report.text("number:order-updates").contains("DELETED"));
}

#[tokio::test]
async fn a_revoked_version_is_failing_though_its_registration_is_complete() {
    let system = example().await;
    system.aws().change_sms(|sms| sms.registrations[0].versions.push((2, "REVOKED".to_owned())));
    for account in [SPOKE, PRIMARY] {
        let report = probe(&system, account).await;
        report.stands("failing", &[("registration:order-updates", "failing")]);
        assert!(report.text("registration:order-updates").contains("REVOKED"));
    }
}

#[tokio::test]
async fn a_registration_that_is_gone_is_failing_and_one_under_review_degraded() {
    let gone = example().await;
    gone.aws().change_sms(|sms| sms.registrations.clear());
    probe(&gone, SPOKE).await.stands("failing", &[("registration:order-updates", "failing")]);
    let reviewed = example().await;
    reviewed.aws().change_sms(|sms| sms.registrations[0].versions.push((2, "REVIEWING".to_owned())));
    probe(&reviewed, SPOKE).await.stands("degraded", &[("registration:order-updates", "degraded")]);
}

#[tokio::test]
async fn what_the_role_may_not_ask_is_unknown_and_names_the_permission() {
    let system = example().await;
    system.aws().change_roles(|roles| roles.iter_mut().for_each(|role| role.read_resources.clear()));
    let report = probe(&system, SPOKE).await;
    report.stands("unknown", &[("number:order-updates", "unknown"), ("registration:order-updates", "unknown")]);
    assert!(report.text("number:order-updates").contains("sms-voice:DescribePhoneNumbers"));
    assert!(report.text("registration:order-updates").contains("sms-voice:DescribeRegistrations"));
}

#[tokio::test]
async fn a_busy_aws_is_asked_again_and_is_unknown_in_the_end() {
    after(Fault::next("DescribeRegistrations", Action::Throttle)).await.stands("healthy", &[]);
    let busy = after(Fault::always("DescribeRegistrations", Action::Throttle)).await;
    busy.stands("unknown", &[("registration:order-updates", "unknown")]);
    let sends = after(Fault::always("SendTextMessage", Action::Throttle)).await;
    sends.stands("unknown", &[("dry-run:order-updates", "unknown")]);
}

#[tokio::test]
async fn a_call_that_hangs_is_unknown_and_holds_up_no_other() {
    for (operation, check) in
        [("DescribePhoneNumbers", "number:order-updates"), ("SendTextMessage", "dry-run:order-updates")]
    {
        after(Fault::always(operation, Action::Hang)).await.stands("unknown", &[(check, "unknown")]);
    }
}

#[tokio::test]
async fn a_sender_that_aws_refuses_is_failing_and_a_recipient_degraded() {
    for (action, state) in [(Action::Deny, "failing"), (Action::SpendLimit, "failing"), (Action::OptOut, "degraded")] {
        let report = after(Fault::always("SendTextMessage", action)).await;
        report.stands(state, &[("dry-run:order-updates", state)]);
    }
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_failing() {
    let report = after(Fault::always("GetItem", Action::Deny)).await;
    let rest = ["number", "registration", "dry-run"].map(|check| (check, "unknown"));
    report.stands("failing", &[&[("table", "failing")], &rest[..]].concat());
}

#[tokio::test]
async fn a_paused_grant_is_degraded() {
    let system = example().await;
    let paused = aws_sdk_dynamodb::types::AttributeValue::Bool(true);
    set(&system, Key::grant(&"checkout".parse().unwrap()), "paused", paused).await;
    let report = probe(&system, SPOKE).await;
    report.stands("degraded", &[("table", "degraded")]);
    assert!(report.text("table").contains("tendlc resume checkout"));
}

#[tokio::test]
async fn a_function_in_another_account_than_the_grants_does_not_probe() {
    let system = example().await;
    let elsewhere = aws_sdk_dynamodb::types::AttributeValue::S("999999999999".to_owned());
    set(&system, Key::grant(&"checkout".parse().unwrap()), "account", elsewhere).await;
    let error = system.play(&trigger(SPOKE), None).await.unwrap().reply.unwrap_err();
    assert_eq!(error.error_type, "WrongAccount");
    assert!(error.error_message.contains("999999999999") && error.error_message.contains(SPOKE));
    assert!(!system.aws().counts().contains_key("SendTextMessage"));
}

#[test]
fn an_event_that_holds_requests_is_refused_by_name() {
    for (file, named) in [
        ("events/sqs-single.json", "aws:sqs"),
        ("events/sns-event.json", "aws:sns"),
        ("events/event-single.json", "SMS Send Requested"),
    ] {
        let line = command(&["--function", "probe-health", file]);
        assert_eq!(line["error"]["errorType"], "NotATrigger", "{file}");
        assert!(line["error"]["errorMessage"].as_str().unwrap().contains(named), "{file}: {line}");
    }
}

#[tokio::test]
async fn any_other_event_is_a_trigger() {
    let system = example().await;
    let played = system.play(&json!({ "account": SPOKE }), Some(FunctionName::ProbeHealth)).await.unwrap();
    assert_eq!(Report::of(played.reply.unwrap()).status(), "healthy");
}

#[tokio::test]
async fn sns_has_no_dry_run_so_it_is_unknown() {
    let config = tendlc_config::EXAMPLE.replace("channel = \"sms-voice\"", "channel = \"sns\"");
    let report = probe(&system(&config).await, SPOKE).await;
    report.stands("unknown", &[("dry-run:order-updates", "unknown")]);
    assert!(report.text("dry-run:order-updates").contains("SNS has no dry run"));
}

#[tokio::test]
async fn a_pool_is_as_good_as_its_numbers() {
    let number = "phone-number/phone-0123456789abcdef0123456789abcdef";
    let config = tendlc_config::EXAMPLE.replace(number, "pool/pool-0123456789abcdef0123456789abcdef");
    let system = system(&config).await;
    for account in [SPOKE, PRIMARY] {
        probe(&system, account).await.stands("healthy", &[]);
    }
    system.aws().change_sms(|sms| {
        let mut gone = sms.numbers[0].clone();
        gone.arn = format!("{}f", gone.arn);
        "DISASSOCIATING".clone_into(&mut gone.status);
        sms.numbers.push(gone);
    });
    probe(&system, SPOKE).await.stands("degraded", &[("number:order-updates", "degraded")]);
    system.aws().change_sms(|sms| sms.numbers.clear());
    let failing = [("number:order-updates", "failing"), ("dry-run:order-updates", "failing")];
    probe(&system, SPOKE).await.stands("failing", &failing);
}

#[tokio::test]
async fn a_run_ends_before_its_invocation_and_says_what_it_did_not_get_to() {
    let system = example().await;
    system.aws().fault(Fault::always("DescribePhoneNumbers", Action::Hang)).unwrap();
    let role = format!("arn:aws:iam::{PRIMARY}:role/tendlc-grant-checkout");
    // Time enough to come to the number; its call has no time limit of its own in here.
    let report = probe_in_here(&system, &role, SignedDuration::from_secs(6)).await;
    let rest = ["number:order-updates", "registration:order-updates", "dry-run:order-updates"];
    report.stands("unknown", &rest.map(|check| (check, "unknown")));
    for check in rest {
        assert!(report.text(check).contains("the invocation's time was over"), "{}", report.text(check));
    }
    let counts = system.aws().counts();
    assert!(!counts.contains_key("SendTextMessage") && !counts.contains_key("DescribeRegistrations"), "{counts:?}");
}

#[tokio::test]
async fn a_session_in_another_account_than_the_tables_is_failing() {
    let system = example().await;
    let elsewhere = "arn:aws:iam::444444444444:role/tendlc-grant-checkout";
    system.aws().change_roles(|roles| {
        let role = roles.iter().find(|role| role.grant == "checkout").cloned().unwrap();
        roles.insert(0, Role { arn: elsewhere.to_owned(), ..role });
    });
    let report = probe_in_here(&system, elsewhere, SignedDuration::from_secs(30)).await;
    assert_eq!((report.state("assume-role"), report.state("account")), ("healthy", "failing"));
    assert!(report.text("account").contains("444444444444") && report.text("account").contains(PRIMARY));
    assert_eq!(report.status(), "failing");
}
