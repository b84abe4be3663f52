use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;

use super::*;

fn value(kind: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(kind).string_value(value).build().unwrap()
}

async fn double() -> Double {
    Double::start_with(|seed| seed.roles[0].sns_publish = true).await
}

#[tokio::test]
async fn a_text_is_published_with_its_attributes() {
    let double = double().await;
    let request = Client::new(&double.grant().await).publish().phone_number(RECIPIENT).message("<Hello> & welcome");
    let request = request.message_attributes("AWS.SNS.SMS.SMSType", value("String", "Transactional"));
    let request = request.message_attributes("AWS.SNS.SMS.MaxPrice", value("Number", "0.05"));
    let request = request.message_attributes("AWS.MM.SMS.OriginationNumber", value("String", "+12065550100"));
    let id = request.send().await.unwrap().message_id.unwrap();
    let sent = &double.aws.sent()[0];
    assert_eq!((sent.message_id.as_str(), sent.channel, sent.body.as_str()), (id.as_str(), "sns", "<Hello> & welcome"));
    assert_eq!((sent.message_type.as_str(), sent.max_price.as_deref()), ("TRANSACTIONAL", Some("0.05")));
    assert_eq!(sent.origination_number.as_deref(), Some("+12065550100"));
}

#[tokio::test]
async fn what_is_no_phone_number_or_no_text_is_refused() {
    let double = double().await;
    let client = Client::new(&double.root(PRIMARY));
    for wrong in ["banana", "12065550111", "+0123456789", "+1", ""] {
        assert_eq!(
            code!(client.publish().phone_number(wrong).message("x").send().await),
            "InvalidParameter",
            "{wrong}"
        );
    }
    for wrong in ["", &"a".repeat(1601)] {
        assert_eq!(code!(client.publish().phone_number(RECIPIENT).message(wrong).send().await), "InvalidParameter");
    }
    for (name, attribute) in [
        ("AWS.SNS.SMS.SMSType", value("String", "transactional")),
        ("AWS.SNS.SMS.MaxPrice", value("String", "0.05")),
        ("AWS.SNS.SMS.MaxPrice", value("Number", "much")),
        ("AWS.SNS.SMS.SenderID", value("String", "12345")),
        ("AWS.MM.SMS.OriginationNumber", value("String", "+1206555010012345")),
        ("AWS.MM.SMS.OriginationNumber", value("String", "+12065550123")),
    ] {
        let request = client.publish().phone_number(RECIPIENT).message("x").message_attributes(name, attribute);
        assert_eq!(code!(request.send().await), "InvalidParameter", "{name}");
    }
    assert!(double.aws.sent().is_empty());
}

#[tokio::test]
async fn topics_and_roles_that_may_not_publish_are_refused() {
    let double = Double::start().await;
    let topic = "arn:aws:sns:us-east-1:111111111111:alarms";
    let to_topic = Client::new(&double.root(PRIMARY)).publish().topic_arn(topic).message("x").send().await;
    assert_eq!(code!(to_topic), "AuthorizationError");
    let publish = Client::new(&double.grant().await).publish().phone_number(RECIPIENT).message("x").send().await;
    assert_eq!(code!(publish), "AuthorizationError");
}

#[tokio::test]
async fn opt_outs_are_not_told_and_a_campaigns_rate_is() {
    let double = double().await;
    double.aws.change_sms(|sms| {
        sms.opted_out.insert(RECIPIENT.into());
        sms.segments_per_second.insert(REGISTRATION.into(), 1);
    });
    let client = Client::new(&double.root(PRIMARY));
    let publish = || {
        let request = client.publish().phone_number(RECIPIENT).message("x");
        request.message_attributes("AWS.MM.SMS.OriginationNumber", value("String", "+12065550100")).send()
    };
    assert!(publish().await.is_ok());
    assert_eq!(code!(publish().await), "Throttling");
}
