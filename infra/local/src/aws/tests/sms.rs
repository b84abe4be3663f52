use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_pinpointsmsvoicev2::operation::send_text_message::SendTextMessageError as Error;
use aws_sdk_pinpointsmsvoicev2::types::{
    ConflictExceptionReason as Conflict, MessageType, NumberStatus, RegistrationVersionStatus,
    ServiceQuotaExceededExceptionReason, ValidationExceptionReason as Invalid,
};

use super::*;

/// The reason of a refusal, whatever its exception.
fn reason(error: Error) -> String {
    match error {
        Error::ConflictException(error) => error.reason.map(|reason| reason.as_str().to_owned()),
        Error::ValidationException(error) => error.reason.map(|reason| reason.as_str().to_owned()),
        Error::ServiceQuotaExceededException(error) => error.reason.map(|reason| reason.as_str().to_owned()),
        Error::AccessDeniedException(error) => Some(format!("denied {:?}", error.reason)),
        Error::ResourceNotFoundException(error) => Some(format!("no {:?}", error.resource_type)),
        Error::ThrottlingException(_) => Some("throttled".to_owned()),
        other => Some(format!("{other:?}")),
    }
    .unwrap_or_default()
}

macro_rules! refused {
    ($request:expr) => {
        reason($request.send().await.unwrap_err().into_service_error())
    };
}

#[tokio::test]
async fn a_text_is_sent_through_the_grants_role_and_kept_as_it_was() {
    let double = Double::start().await;
    let mut watch = double.aws.watch_sent();
    let request = text(&double.grant().await).message_type(MessageType::Transactional);
    let request = request.configuration_set_name("tendlc-order-updates").max_price("1.00").time_to_live(60);
    let answer = request.context("grant", "checkout").send().await.unwrap();
    let sent = double.aws.sent();
    assert_eq!(sent.len(), 1);
    let sent = &sent[0];
    assert_eq!(Some(&sent.message_id), answer.message_id.as_ref());
    assert_eq!((sent.to.as_str(), sent.body.as_str(), sent.segments), (RECIPIENT, "Your order has shipped.", 1));
    assert_eq!(sent.origination_number.as_deref(), Some("+12065550100"));
    assert_eq!((sent.account.as_str(), sent.role_session.as_deref()), (PRIMARY, Some("checkout-1")));
    assert_eq!(sent.context.get("grant").map(String::as_str), Some("checkout"));
    assert_eq!((sent.time_to_live, sent.max_price.as_deref()), (Some(60), Some("1.00")));
    assert_eq!(sent.at, at("2026-11-20T12:00:00Z"));
    assert_eq!(watch.recv().await.as_ref(), Some(sent));
    assert!(!format!("{sent:?}").contains("1206"), "no number in Debug output");
}

#[tokio::test]
async fn a_role_sends_only_from_what_its_policy_names() {
    let double = Double::start_with(|seed| {
        let other = Number {
            arn: NUMBER.replace("0123", "9999"),
            phone_number: "+12065550199".into(),
            ..seed.sms.numbers[0].clone()
        };
        seed.sms.numbers.push(other);
        seed.sms.configuration_sets.push(ConfigurationSet { name: "another".into(), topic_arn: None, disabled: false });
    })
    .await;
    let grant = double.grant().await;
    assert_eq!(refused!(text(&grant).origination_identity("+12065550199")), "denied None");
    assert_eq!(refused!(text(&grant).configuration_set_name("another")), "denied None");
    assert_eq!(refused!(text(&grant).set_origination_identity(None)), "denied None");
    assert!(text(&grant).origination_identity("+12065550100").send().await.is_ok());
    assert!(text(&grant).origination_identity("phone-0123456789abcdef").send().await.is_ok());
    assert!(text(&double.root(PRIMARY)).origination_identity("+12065550199").send().await.is_ok());
    let execution = double.session(&double.aws.issue_session("arn:aws:iam::111111111111:role/tendlc-send", "hub"));
    assert_eq!(refused!(text(&execution)), "denied None", "an execution role has to assume the grant's role");
    assert_eq!(refused!(text(&double.root(SECONDARY))), "denied None");
    assert_eq!(refused!(text(&double.root(SECONDARY)).origination_identity("+12065550100")), "no Some(PhoneNumber)");
    double.advance(1);
    double.aws.change_roles(|roles| roles[0].revoked_before = Some(at("2026-11-20T12:00:01Z")));
    assert_eq!(refused!(text(&grant)), "denied None", "open sessions of a revoked role");
}

#[tokio::test]
async fn what_is_not_there_or_not_ready_is_said_so() {
    let double = Double::start().await;
    let root = double.root(PRIMARY);
    assert_eq!(refused!(text(&root).origination_identity("+12065550198")), "no Some(PhoneNumber)");
    assert_eq!(refused!(text(&root).configuration_set_name("none")), "no Some(ConfigurationSet)");
    assert_eq!(refused!(text(&root).protect_configuration_id("none")), "no Some(ProtectConfiguration)");
    assert_eq!(refused!(text(&root).message_type(MessageType::Promotional)), Conflict::MessageTypeMismatch.as_str());
    double.aws.change_sms(|sms| sms.numbers[0].status = "PENDING".into());
    assert_eq!(refused!(text(&root)), Conflict::ResourceNotActive.as_str());
    double.aws.change_sms(|sms| sms.numbers[0].status = "ACTIVE".into());
    double.aws.change_sms(|sms| sms.tier = "SANDBOX".into());
    assert_eq!(refused!(text(&root)), Conflict::DestinationPhoneNumberNotVerified.as_str());
    double.aws.change_sms(|sms| sms.verified_destinations.insert(RECIPIENT.into()));
    assert!(text(&root).send().await.is_ok());
    assert_eq!(double.aws.sent().len(), 1);
}

#[tokio::test]
async fn every_constraint_of_the_model_is_checked() {
    let double = Double::start().await;
    let request = || text(&double.root(PRIMARY));
    let parameter = Invalid::InvalidParameter.as_str();
    for wrong in ["banana", "+0123", "", "+1234567890123456789012", "2065550111 "] {
        assert_eq!(refused!(request().destination_phone_number(wrong)), parameter, "{wrong}");
    }
    for wrong in ["", " \n\t", &"a".repeat(1601), &"a".repeat(1531), &"ы".repeat(631)] {
        assert_eq!(refused!(request().message_body(wrong)), parameter, "{wrong:.9}");
    }
    for wrong in ["1", "1.", "100.00", ".", "0.000001", "-1.00", "1,00"] {
        assert_eq!(refused!(request().max_price(wrong)), parameter, "{wrong}");
    }
    assert_eq!(refused!(request().time_to_live(4)), parameter);
    assert_eq!(refused!(request().time_to_live(259_201)), parameter);
    assert_eq!(refused!(request().origination_identity("a b")), parameter);
    assert_eq!(refused!(request().message_type(MessageType::from("transactional"))), parameter);
    for (key, value) in [
        ("a b", "c"),
        ("", "c"),
        ("a", ""),
        ("a", " c"),
        ("a", "c\n"),
        (&"k".repeat(101), "c"),
        ("a", &"v".repeat(801)),
    ] {
        assert_eq!(refused!(request().context(key, value)), parameter, "{key:.9} {value:.9}");
    }
    let mut six = request();
    for key in ["a", "b", "c", "d", "e", "f"] {
        six = six.context(key, "v");
    }
    assert_eq!(refused!(six), parameter);
    let abroad = Invalid::InvalidIdentityForDestinationCountry.as_str();
    assert_eq!(refused!(request().destination_phone_number("+4915112345678")), abroad);
    assert_eq!(refused!(request().set_message_body(None)), Invalid::MissingParameter.as_str());
    assert!(double.aws.sent().is_empty());
    let fits = request().time_to_live(5).max_price(".99999").context("k".repeat(100), "v".repeat(800));
    assert!(fits.message_body("a".repeat(1530)).send().await.is_ok());
}

#[tokio::test]
async fn opt_outs_prices_and_the_spend_limit_stand_in_the_way() {
    let double = Double::start_with(|seed| {
        seed.sms.price_per_segment_micros = 300_000;
        seed.sms.spend_limit_usd = 1;
    })
    .await;
    let root = double.root(PRIMARY);
    double.aws.change_sms(|sms| sms.opted_out.insert(RECIPIENT.into()));
    assert_eq!(refused!(text(&root)), Conflict::DestinationPhoneNumberOptedOut.as_str());
    double.aws.change_sms(|sms| sms.opted_out.clear());
    assert_eq!(refused!(text(&root).max_price("0.29")), Invalid::PriceOverThreshold.as_str());
    assert!(text(&root).max_price("0.30").send().await.is_ok());
    for _ in 0..3 {
        text(&root).send().await.unwrap();
    }
    let reached = ServiceQuotaExceededExceptionReason::MonthlySpendLimitReachedForText;
    assert_eq!(refused!(text(&root)), reached.as_str());
    double.clock.set(at("2026-12-01T00:00:00Z"));
    assert!(text(&root).send().await.is_ok(), "a new UTC month");
}

#[tokio::test]
async fn requests_and_segments_have_their_rates() {
    let double = Double::start_with(|seed| {
        seed.sms.send_requests_per_second = 3;
        seed.sms.segments_per_second.insert(REGISTRATION.into(), 2);
    })
    .await;
    let root = double.root(PRIMARY);
    let long = "a".repeat(300);
    assert!(text(&root).message_body(&long).send().await.is_ok(), "two segments are a second's worth");
    assert_eq!(refused!(text(&root)), "throttled", "by the campaign");
    assert_eq!(refused!(text(&root)), "throttled", "by the campaign");
    assert_eq!(refused!(text(&root).message_body("")), "throttled", "by the requests per second, whatever is asked");
    double.advance(1);
    assert!(text(&root).message_body("a".repeat(1000)).send().await.is_ok(), "a long text goes into debt");
    double.advance(2);
    assert_eq!(refused!(text(&root)), "throttled", "the debt is not paid");
    double.advance(2);
    assert!(text(&root).send().await.is_ok());
    assert_eq!(double.aws.counts()["SendTextMessage"].throttled, 4);
    double.aws.change_sms(|sms| sms.strict_rates = false);
    double.aws.clear_calls();
    for _ in 0..5 {
        text(&root).send().await.unwrap();
    }
    assert!(double.aws.counts()["SendTextMessage"].throttled > 0, "counted, though let through");
}

#[tokio::test]
async fn one_recipient_gets_one_text_a_second_where_that_is_enforced() {
    let double = Double::start_with(|seed| seed.sms.one_per_second_to_a_recipient = true).await;
    let root = double.root(PRIMARY);
    assert!(text(&root).send().await.is_ok());
    assert_eq!(refused!(text(&root)), "throttled");
    assert!(text(&root).destination_phone_number("+12065550112").send().await.is_ok());
    double.advance(1);
    assert!(text(&root).send().await.is_ok());
}

#[tokio::test]
async fn a_dry_run_is_judged_but_not_sent() {
    let double = Double::start().await;
    let grant = double.grant().await;
    for _ in 0..5 {
        assert!(text(&grant).dry_run(true).send().await.unwrap().message_id.is_some());
    }
    assert_eq!(refused!(text(&grant).dry_run(true)), "throttled", "five dry runs a second");
    assert_eq!(refused!(text(&grant).dry_run(true).message_type(MessageType::Promotional)), "MESSAGE_TYPE_MISMATCH");
    assert!(double.aws.sent().is_empty());
}

#[tokio::test]
async fn a_pool_stands_for_its_numbers() {
    let pool = "arn:aws:sms-voice:us-east-1:111111111111:pool/pool-0123";
    let double = Double::start_with(|seed| seed.sms.numbers[0].pool = Some(pool.into())).await;
    let root = double.root(PRIMARY);
    for identity in [pool, "pool-0123"] {
        assert!(text(&root).origination_identity(identity).send().await.is_ok());
    }
    assert_eq!(refused!(text(&double.grant().await).origination_identity(pool)), "denied None");
    assert_eq!(double.aws.sent()[0].origination_number.as_deref(), Some("+12065550100"));
}

#[tokio::test]
async fn the_account_is_described_as_it_is() {
    let double = Double::start_with(|seed| seed.sms.read_requests_per_second = 0).await;
    let client = Client::new(&double.grant().await);
    let numbers = client.describe_phone_numbers().phone_number_ids(NUMBER).send().await.unwrap().phone_numbers.unwrap();
    assert_eq!(numbers[0].status, NumberStatus::Active);
    let limits = numbers[0].messaging_limits().unwrap();
    assert_eq!(limits.daily_message_caps().unwrap()["T-MOBILE"], 40_000);
    assert_eq!(limits.rate_limits().unwrap()["SMS"], 4);
    let missing = client.describe_phone_numbers().phone_number_ids("phone-none").send().await;
    assert_eq!(code!(missing), "ResourceNotFoundException");
    let six = client.describe_phone_numbers().set_phone_number_ids(Some(vec![NUMBER.to_owned(); 6])).send().await;
    assert_eq!(code!(six), "ValidationException");
    let registrations = client.describe_registrations().registration_ids(REGISTRATION).send().await.unwrap();
    let registration = &registrations.registrations[0];
    assert_eq!((registration.current_version_number, registration.approved_version_number), (2, Some(2)));
    let versions = client.describe_registration_versions().registration_id(REGISTRATION).send().await.unwrap();
    let statuses: Vec<_> =
        versions.registration_versions.iter().map(|version| &version.registration_version_status).collect();
    assert_eq!(statuses, [&RegistrationVersionStatus::Denied, &RegistrationVersionStatus::Approved]);
    let numbers = client.list_registration_associations().registration_id(REGISTRATION).send().await.unwrap();
    assert_eq!(numbers.registration_associations[0].resource_arn, NUMBER);
    let tier = client.describe_account_attributes().send().await.unwrap().account_attributes.unwrap();
    assert_eq!(tier[0].value, "PRODUCTION");
    let spend = client.describe_spend_limits().send().await.unwrap().spend_limits.unwrap();
    assert_eq!(spend[0].enforced_limit, 100_000);
    let sets = client.describe_configuration_sets().send().await.unwrap().configuration_sets.unwrap();
    assert!(sets[0].event_destinations[0].enabled);
    let denied = Client::new(&double.execution()).describe_spend_limits().send().await;
    assert_eq!(code!(denied), "AccessDeniedException");
    let listed = client.put_opted_out_number().opt_out_list_name("Default").opted_out_number(RECIPIENT).send().await;
    assert_eq!(code!(listed), "AccessDeniedException");
}

#[tokio::test]
async fn a_role_reads_only_what_its_policy_names() {
    let registration = format!("arn:aws:sms-voice:us-east-1:{PRIMARY}:registration/{REGISTRATION}");
    let double = Double::start_with(|seed| {
        seed.sms.read_requests_per_second = 0;
        seed.roles[0].read_resources = vec![NUMBER.into(), registration];
    })
    .await;
    let client = Client::new(&double.grant().await);
    assert!(client.describe_phone_numbers().phone_number_ids("phone-0123456789abcdef").send().await.is_ok());
    assert!(client.describe_registrations().registration_ids(REGISTRATION).send().await.is_ok());
    assert!(client.describe_registration_versions().registration_id(REGISTRATION).send().await.is_ok());
    assert_eq!(code!(client.describe_phone_numbers().send().await), "AccessDeniedException", "a list wants `*`");
    let other = client.describe_phone_numbers().phone_number_ids("phone-other").send().await;
    assert_eq!(code!(other), "AccessDeniedException");
    assert_eq!(code!(client.describe_spend_limits().send().await), "AccessDeniedException");
    double.aws.change_roles(|roles| roles[0].revoked_before = Some(at("2026-11-20T13:00:00Z")));
    let revoked = client.describe_phone_numbers().phone_number_ids(NUMBER).send().await;
    assert_eq!(code!(revoked), "AccessDeniedException");
}

#[tokio::test]
async fn a_pool_lists_its_numbers() {
    let pool = "arn:aws:sms-voice:us-east-1:111111111111:pool/pool-0123";
    let double = Double::start_with(|seed| {
        seed.sms.read_requests_per_second = 0;
        seed.sms.numbers[0].pool = Some(pool.into());
    })
    .await;
    let client = Client::new(&double.root(PRIMARY));
    let listed = client.list_pool_origination_identities().pool_id("pool-0123").send().await.unwrap();
    assert_eq!(listed.pool_arn.as_deref(), Some(pool));
    assert_eq!(listed.origination_identities()[0].origination_identity_arn(), NUMBER);
    let missing = client.list_pool_origination_identities().pool_id("pool-none").send().await;
    assert_eq!(code!(missing), "ResourceNotFoundException");
}

#[tokio::test]
async fn each_reading_operation_has_a_rate_of_its_own() {
    let double = Double::start().await;
    let client = Client::new(&double.root(PRIMARY));
    assert!(client.describe_spend_limits().send().await.is_ok());
    assert_eq!(code!(client.describe_spend_limits().send().await), "ThrottlingException");
    assert!(client.describe_account_attributes().send().await.is_ok());
    double.advance(1);
    assert!(client.describe_spend_limits().send().await.is_ok());
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let double = Double::start_with(|seed| {
        seed.sms.read_requests_per_second = 0;
        for place in 0..4 {
            let number = Number { arn: format!("{NUMBER}{place}"), ..seed.sms.numbers[0].clone() };
            seed.sms.numbers.push(number);
        }
    })
    .await;
    let client = Client::new(&double.root(PRIMARY));
    let pages: Vec<_> = client
        .describe_phone_numbers()
        .into_paginator()
        .page_size(2)
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .unwrap();
    assert_eq!(pages.len(), 5);
}
