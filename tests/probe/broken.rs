//! The fault table: for each thing that can break, what the probe says within one run, that the senders lose nothing
//! meanwhile, and that they go on by themselves when it is mended.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tendlc_core::table::Key;
use tendlc_local::aws::{Action, Fault};
use tendlc_local::system::System;

use super::running::{PRIMARY, SPOKE, example, probe, set};

/// What becomes of a text while something is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meanwhile {
    /// It waits, for this reason, and is sent once when it is mended.
    Waits(&'static str),
    /// The same, but AWS is not asked again for so many minutes.
    WaitsFor(&'static str, i64),
    /// Nothing is in its way.
    Goes,
    /// AWS may have taken it: it waits for a receipt, and is not sent a second time.
    Unknown,
}

/// Something that breaks.
struct Break {
    name: &'static str,
    breaks: fn(&System),
    mends: fn(&System),
    /// Whose probe says so, in which check, and how it stands.
    said: &'static [(&'static str, &'static str, &'static str)],
    meanwhile: Meanwhile,
}

pub fn request(id: &str) -> Value {
    json!({ "Records": [{
        "messageId": "62f746b4-84e6-4ceb-95bd-447e7184d454",
        "receiptHandle": "handle",
        "body": json!({ "to": "+12065550151", "body": "Your order has shipped.", "id": id }).to_string(),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": Timestamp::now().as_millisecond().to_string(),
            "SenderId": "AROAEXAMPLE2222222222:checkout-api",
            "ApproximateFirstReceiveTimestamp": Timestamp::now().as_millisecond().to_string(),
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:us-east-1:{SPOKE}:tendlc-send"),
        "awsRegion": "us-east-1",
    }] })
}

/// Sends by the queue: what was said, for what, and whether the message stays on it.
async fn send(system: &System, id: &str) -> (String, Option<String>, bool) {
    let played = system.play(&request(id), None).await.unwrap();
    let stays = played.reply.unwrap()["batchItemFailures"].as_array().is_some_and(|failures| !failures.is_empty());
    let [outcome] = played.outcomes.as_slice() else { panic!("{:?}", played.outcomes) };
    (outcome.detail_type.clone(), outcome.detail["reason"].as_str().map(str::to_owned), stays)
}

fn roles(system: &System, change: impl Fn(&mut tendlc_local::aws::seed::Role)) {
    system.aws().change_roles(|roles| {
        roles.iter_mut().filter(|role| role.arn.ends_with("/tendlc-grant-checkout")).for_each(change);
    });
}

fn fault(system: &System, operation: &str, action: Action) {
    system.aws().fault(Fault::always(operation, action)).unwrap();
}

fn mended(system: &System) {
    system.aws().clear_faults();
}

const TABLE: [Break; 19] = [
    Break {
        name: "the role is deleted",
        breaks: |system| roles(system, |role| role.arn.push_str("-deleted")),
        mends: |system| {
            system.aws().change_roles(|roles| {
                for role in roles {
                    role.arn = role.arn.trim_end_matches("-deleted").to_owned();
                }
            })
        },
        said: &[(SPOKE, "assume-role", "failing")],
        meanwhile: Meanwhile::Waits("ROLE_DENIED"),
    },
    Break {
        name: "its trust is changed",
        breaks: |system| {
            roles(system, |role| role.trusted_principals = vec!["arn:aws:iam::222222222222:role/x".to_owned()])
        },
        mends: |system| {
            roles(system, |role| {
                role.trusted_principals = vec!["arn:aws:iam::222222222222:role/tendlc-send".to_owned()]
            })
        },
        said: &[(SPOKE, "assume-role", "failing")],
        meanwhile: Meanwhile::Waits("ROLE_DENIED"),
    },
    Break {
        name: "its external id is rotated",
        breaks: |system| roles(system, |role| role.external_id = role.external_id.take().map(|id| format!("{id}-new"))),
        mends: |system| {
            roles(system, |role| {
                role.external_id = role.external_id.take().map(|id| id.trim_end_matches("-new").to_owned());
            })
        },
        said: &[(SPOKE, "assume-role", "failing")],
        meanwhile: Meanwhile::Waits("ROLE_DENIED"),
    },
    Break {
        name: "the number is released",
        breaks: |system| system.aws().change_sms(|sms| sms.numbers.iter_mut().for_each(|number| number.arn.push('9'))),
        mends: |system| {
            system.aws().change_sms(|sms| {
                for number in &mut sms.numbers {
                    number.arn.pop();
                }
            })
        },
        said: &[
            (SPOKE, "number:order-updates", "failing"),
            (SPOKE, "dry-run:order-updates", "failing"),
            (PRIMARY, "number:order-updates", "failing"),
            (PRIMARY, "dry-run:newsletter/order-updates", "failing"),
        ],
        meanwhile: Meanwhile::Waits("SENDER_MISCONFIGURED"),
    },
    Break {
        name: "the number is no longer active",
        breaks: |system| system.aws().change_sms(|sms| sms.numbers[0].status = "DISASSOCIATING".to_owned()),
        mends: |system| system.aws().change_sms(|sms| sms.numbers[0].status = "ACTIVE".to_owned()),
        said: &[
            (PRIMARY, "number:order-updates", "failing"),
            (PRIMARY, "dry-run:newsletter/order-updates", "failing"),
            (SPOKE, "number:order-updates", "failing"),
            (SPOKE, "dry-run:order-updates", "failing"),
        ],
        meanwhile: Meanwhile::Waits("SENDER_MISCONFIGURED"),
    },
    Break {
        name: "the campaign is revoked",
        breaks: |system| system.aws().change_sms(|sms| sms.registrations[0].versions.push((2, "REVOKED".to_owned()))),
        mends: |system| system.aws().change_sms(|sms| sms.registrations[0].versions.push((3, "APPROVED".to_owned()))),
        said: &[(PRIMARY, "registration:order-updates", "failing"), (SPOKE, "registration:order-updates", "failing")],
        // AWS takes them, and carriers say of each what became of it.
        meanwhile: Meanwhile::Goes,
    },
    Break {
        name: "the account is put into the sandbox",
        breaks: |system| system.aws().change_sms(|sms| sms.tier = "SANDBOX".to_owned()),
        mends: |system| system.aws().change_sms(|sms| sms.tier = "PRODUCTION".to_owned()),
        said: &[
            (PRIMARY, "production", "failing"),
            (PRIMARY, "dry-run:newsletter/order-updates", "failing"),
            (SPOKE, "dry-run:order-updates", "failing"),
        ],
        meanwhile: Meanwhile::Waits("SENDER_MISCONFIGURED"),
    },
    Break {
        name: "AWS stops the account",
        breaks: |system| system.aws().change_sms(|sms| sms.stopped = true),
        mends: |system| system.aws().change_sms(|sms| sms.stopped = false),
        said: &[(SPOKE, "dry-run:order-updates", "failing"), (PRIMARY, "dry-run:newsletter/order-updates", "failing")],
        meanwhile: Meanwhile::Waits("ACCOUNT_STOPPED"),
    },
    Break {
        name: "the spend limit is reached",
        breaks: |system| fault(system, "SendTextMessage", Action::SpendLimit),
        mends: mended,
        said: &[(SPOKE, "dry-run:order-updates", "failing")],
        meanwhile: Meanwhile::WaitsFor("PRIMARY_SPEND_LIMIT", 6),
    },
    Break {
        name: "the event destination is disabled",
        breaks: |system| system.aws().change_sms(|sms| sms.configuration_sets[0].disabled = true),
        mends: |system| system.aws().change_sms(|sms| sms.configuration_sets[0].disabled = false),
        said: &[(PRIMARY, "receipts:tendlc-order-updates", "failing")],
        meanwhile: Meanwhile::Goes,
    },
    Break {
        name: "the table is throttled",
        breaks: |system| {
            ["GetItem", "TransactWriteItems", "UpdateItem", "PutItem", "BatchGetItem"]
                .iter()
                .for_each(|operation| fault(system, operation, Action::Throttle))
        },
        mends: mended,
        said: &[(SPOKE, "table", "failing"), (PRIMARY, "table", "failing")],
        meanwhile: Meanwhile::Waits("QUOTA_UNAVAILABLE"),
    },
    Break {
        name: "the table is down",
        breaks: |system| {
            ["GetItem", "TransactWriteItems", "UpdateItem", "PutItem", "BatchGetItem"]
                .iter()
                .for_each(|operation| fault(system, operation, Action::Error))
        },
        mends: mended,
        said: &[(SPOKE, "table", "failing"), (PRIMARY, "table", "failing")],
        meanwhile: Meanwhile::Waits("QUOTA_UNAVAILABLE"),
    },
    Break {
        name: "STS is down",
        breaks: |system| fault(system, "AssumeRole", Action::Error),
        mends: mended,
        said: &[(SPOKE, "assume-role", "unknown")],
        meanwhile: Meanwhile::Waits("QUOTA_UNAVAILABLE"),
    },
    Break {
        name: "STS hangs",
        breaks: |system| fault(system, "AssumeRole", Action::Hang),
        mends: mended,
        said: &[(SPOKE, "assume-role", "unknown")],
        meanwhile: Meanwhile::Waits("QUOTA_UNAVAILABLE"),
    },
    Break {
        name: "STS is slow",
        breaks: |system| system.aws().set_latency("AssumeRole", Duration::from_millis(800)),
        mends: |system| system.aws().set_latency("AssumeRole", Duration::ZERO),
        said: &[(SPOKE, "assume-role", "healthy")],
        meanwhile: Meanwhile::Goes,
    },
    Break {
        name: "sms-voice refuses as too fast",
        breaks: |system| fault(system, "SendTextMessage", Action::Throttle),
        mends: mended,
        said: &[(SPOKE, "dry-run:order-updates", "unknown")],
        meanwhile: Meanwhile::Waits("THROTTLED"),
    },
    Break {
        name: "sms-voice is down",
        breaks: |system| fault(system, "SendTextMessage", Action::Error),
        mends: mended,
        said: &[(SPOKE, "dry-run:order-updates", "unknown")],
        meanwhile: Meanwhile::Unknown,
    },
    Break {
        name: "sms-voice hangs",
        breaks: |system| fault(system, "SendTextMessage", Action::Hang),
        mends: mended,
        said: &[(SPOKE, "dry-run:order-updates", "unknown")],
        meanwhile: Meanwhile::Unknown,
    },
    Break {
        name: "sms-voice is slow",
        breaks: |system| system.aws().set_latency("SendTextMessage", Duration::from_millis(800)),
        mends: |system| system.aws().set_latency("SendTextMessage", Duration::ZERO),
        said: &[(SPOKE, "dry-run:order-updates", "healthy")],
        meanwhile: Meanwhile::Goes,
    },
];

/// Sends the same request again and again, as the queue would, until AWS takes it.
async fn goes_on(system: &System, name: &str, id: &str) {
    let mut last = None;
    // A function keeps to itself for some seconds what it has just been refused.
    for _ in 0..40 {
        let said = send(system, id).await;
        if said.0 == "SMS Accepted" {
            return;
        }
        assert!(said.2, "{name}: {id} is gone from the queue: {said:?}");
        last = Some(said);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("{name}: {id} does not go on by itself: {last:?}");
}

async fn holds(one: &Break) {
    let (system, name) = (example().await, one.name);
    (one.breaks)(&system);
    for account in [SPOKE, PRIMARY] {
        let expected: Vec<_> = one.said.iter().filter(|(whose, ..)| *whose == account).collect();
        if expected.is_empty() {
            continue;
        }
        let report = probe(&system, account).await;
        for (_, check, state) in expected {
            assert_eq!(report.state(check), *state, "{name}: {check} in {:#}", report.reply);
        }
        // Nothing else is taken for broken.
        let named = |check: &str| one.said.iter().any(|(whose, named, _)| *whose == account && *named == check);
        let others: Vec<&str> = report.broken().filter(|check| !named(check)).collect();
        assert_eq!(others, [""; 0], "{name}: {:#}", report.reply);
    }
    let (said, reason, stays) = send(&system, "meanwhile").await;
    match one.meanwhile {
        Meanwhile::Goes => assert_eq!((said.as_str(), stays), ("SMS Accepted", false), "{name}: {reason:?}"),
        Meanwhile::Waits(wanted) | Meanwhile::WaitsFor(wanted, _) => {
            assert_eq!((said.as_str(), reason.as_deref(), stays), ("SMS Deferred", Some(wanted), true), "{name}");
            assert_eq!(system.aws().sent().len(), 0, "{name}");
        }
        Meanwhile::Unknown => assert_eq!((said.as_str(), stays), ("SMS Unknown", true), "{name}: {reason:?}"),
    }
    (one.mends)(&system);
    if let Meanwhile::WaitsFor(reason, minutes) = one.meanwhile {
        let (said, still, stays) = send(&system, "meanwhile").await;
        assert_eq!((said.as_str(), still.as_deref(), stays), ("SMS Deferred", Some(reason), true), "{name}");
        system.functions_ahead(SignedDuration::from_mins(minutes)).await;
    }
    goes_on(&system, name, "after").await;
    let once = match one.meanwhile {
        Meanwhile::Unknown => {
            let (said, ..) = send(&system, "meanwhile").await;
            assert_ne!(said, "SMS Accepted", "{name}: what AWS may have taken is not sent again");
            1
        }
        _ => {
            goes_on(&system, name, "meanwhile").await;
            2
        }
    };
    assert_eq!(system.aws().sent().len(), once, "{name}: each text once");
    // Where time has passed for the functions alone, the probe says so.
    system.functions_ahead(SignedDuration::ZERO).await;
    for account in [SPOKE, PRIMARY] {
        let report = probe(&system, account).await;
        assert_eq!(report.status(), "healthy", "{name}: {:#}", report.reply);
    }
}

#[tokio::test]
async fn whatever_breaks_the_probe_says_so_nothing_is_lost_and_all_goes_on_when_it_is_mended() {
    // Most of it is waiting for what hangs.
    futures::stream::iter(&TABLE).for_each_concurrent(6, holds).await;
}

/// AWS refuses what is five minutes off, so no clock is worse.
#[tokio::test]
async fn a_clock_that_is_wrong_is_named_and_texts_go_all_the_same() {
    for (minutes, way) in [(4, "4 minutes ahead of"), (-4, "4 minutes behind")] {
        let system = example().await;
        system.functions_ahead(SignedDuration::from_mins(minutes)).await;
        let report = probe(&system, SPOKE).await;
        report.stands("degraded", &[("assume-role", "degraded")]);
        assert!(report.text("assume-role").contains(way), "{:#}", report.reply);
        goes_on(&system, way, "meanwhile").await;
        system.functions_ahead(SignedDuration::ZERO).await;
        probe(&system, SPOKE).await.stands("healthy", &[]);
        if minutes > 0 {
            // Its place on the campaign's clock was four minutes from now, and clocks never go back.
            let (said, reason, stays) = send(&system, "after").await;
            assert_eq!((said.as_str(), reason.as_deref(), stays), ("SMS Deferred", Some("RATE"), true));
            system.functions_ahead(SignedDuration::from_mins(minutes + 1)).await;
        }
        goes_on(&system, way, "after").await;
        assert_eq!(system.aws().sent().len(), 2, "{way}");
    }
}

#[tokio::test]
async fn a_grant_that_is_paused_is_degraded_and_its_texts_go_when_it_is_resumed() {
    let system = example().await;
    let key = || Key::grant(&"checkout".parse().unwrap());
    set(&system, key(), "paused", AttributeValue::Bool(true)).await;
    let report = probe(&system, SPOKE).await;
    assert_eq!(report.state("table"), "degraded", "{:#}", report.reply);
    assert!(report.text("table").contains("is paused"), "{:#}", report.reply);
    let (said, reason, stays) = send(&system, "meanwhile").await;
    assert_eq!((said.as_str(), reason.as_deref(), stays), ("SMS Deferred", Some("PAUSED"), true));
    set(&system, key(), "paused", AttributeValue::Bool(false)).await;
    // Functions see it within a minute, and new ones at once.
    system.functions_ahead(SignedDuration::ZERO).await;
    goes_on(&system, "a pause", "meanwhile").await;
    assert_eq!(system.aws().sent().len(), 1);
    probe(&system, SPOKE).await.stands("healthy", &[]);
}
