use super::*;

#[tokio::test]
async fn a_session_ends_on_the_doubles_clock_in_each_services_words() {
    let double = Double::start().await;
    let grant = double.grant().await;
    assert!(text(&grant).send().await.is_ok());
    double.advance(3600);
    assert_eq!(code!(text(&grant).send().await), "ExpiredTokenException");
    assert_eq!(code!(aws_sdk_dynamodb::Client::new(&grant).list_tables().send().await), "ExpiredTokenException");
    assert_eq!(code!(aws_sdk_eventbridge::Client::new(&grant).put_events().send().await), "ExpiredTokenException");
    assert_eq!(code!(aws_sdk_sts::Client::new(&grant).get_caller_identity().send().await), "ExpiredToken");
    assert_eq!(code!(aws_sdk_sqs::Client::new(&grant).list_queues().send().await), "ExpiredToken");
    assert_eq!(code!(aws_sdk_sns::Client::new(&grant).publish().message("x").send().await), "ExpiredToken");
}

#[tokio::test]
async fn a_key_that_nobody_has_and_a_wrong_token_are_unknown() {
    let double = Double::start().await;
    let keys = double.aws.issue_session(EXECUTION_ROLE, "s");
    let with = |key: &str, token: Option<&str>| {
        double.config(Credentials::new(key, "any", token.map(str::to_owned), None, "test"))
    };
    for config in [with("AKIAIOSFODNN7EXAMPLE", None), with(&keys.access_key, None), with(&keys.access_key, Some("x"))]
    {
        assert_eq!(code!(text(&config).send().await), "UnrecognizedClientException");
        assert_eq!(code!(aws_sdk_sts::Client::new(&config).get_caller_identity().send().await), "InvalidClientTokenId");
        assert_eq!(code!(aws_sdk_sqs::Client::new(&config).list_queues().send().await), "InvalidClientTokenId");
        let events = aws_sdk_eventbridge::Client::new(&config).put_events().send().await;
        assert_eq!(code!(events), "UnrecognizedClientException");
    }
}

/// A double that lets in strangers: they put events as the secondary, and on its private bus as a third account.
async fn open() -> Double {
    let private = "arn:aws:events:us-east-1:222222222222:event-bus/private".to_owned();
    let putters = BTreeMap::from([(private, "333333333333".to_owned())]);
    Double::start_with(|seed| seed.strangers = Some(Strangers { putter: SECONDARY.into(), putters })).await
}

#[tokio::test]
async fn a_stranger_is_let_in_on_demand_as_the_owner_of_what_it_names() {
    let double = open().await;
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "any", Some("any".to_owned()), None, "test");
    let stranger = double.config(credentials).into_builder().region(Region::new("eu-west-1")).build();
    let identity = aws_sdk_sts::Client::new(&stranger).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.account(), Some(PRIMARY), "where nothing names another");
    text(&stranger).send().await.unwrap();
    assert!(aws_sdk_dynamodb::Client::new(&stranger).describe_table().table_name("tendlc").send().await.is_ok());

    let sqs = aws_sdk_sqs::Client::new(&stranger);
    for (account, name) in [(PRIMARY, "tendlc-newsletter"), (SECONDARY, "tendlc-send")] {
        let url = sqs.get_queue_url().queue_name(name).send().await.unwrap().queue_url.unwrap();
        assert_eq!(url, double.aws.queue_url(account, name), "by its name alone");
        sqs.send_message().queue_url(&url).message_body("x").send().await.unwrap();
        let received = sqs.receive_message().queue_url(&url).send().await.unwrap();
        assert_eq!(received.messages().len(), 1, "{name}");
    }
    let nowhere = sqs.send_message().queue_url("http://x/222222222222/nowhere").message_body("x").send().await;
    assert!(code!(nowhere).contains("NonExistentQueue"));

    let mut watch = double.aws.watch_events();
    let third = ["arn:aws:events:us-east-1:222222222222:event-bus/private", "333333333333"];
    for (bus, account) in [
        (None, SECONDARY),
        (Some("outcomes"), SECONDARY),
        (Some("arn:aws:events:us-east-1:444444444444:event-bus/default"), "444444444444"),
    ] {
        put(&stranger, bus).await.unwrap();
        let event = watch.recv().await.unwrap();
        assert_eq!((event.account.as_str(), event.bus_account.as_str()), (account, account), "{bus:?}");
    }
    // A listed account puts, but the bus's policy still has its say.
    let refused = put(&stranger, Some(third[0])).await.unwrap_err();
    assert!(refused.contains("AccessDenied") && refused.contains(third[1]), "{refused}");
}

async fn put(config: &SdkConfig, bus: Option<&str>) -> Result<(), String> {
    let entry = aws_sdk_eventbridge::types::PutEventsRequestEntry::builder();
    let entry = entry.source("x").detail_type("x").detail("{}").set_event_bus_name(bus.map(str::to_owned)).build();
    let put = aws_sdk_eventbridge::Client::new(config).put_events().entries(entry).send().await;
    put.map(|_| ()).map_err(|error| format!("{error:?}"))
}

#[tokio::test]
async fn where_strangers_are_let_in_a_session_is_checked_as_ever() {
    let double = open().await;
    let keys = double.aws.issue_session(EXECUTION_ROLE, "s");
    let with = |token: Option<&str>| {
        double.config(Credentials::new(&keys.access_key, "any", token.map(str::to_owned), None, "test"))
    };
    for config in [with(None), with(Some("x"))] {
        assert_eq!(code!(aws_sdk_sqs::Client::new(&config).list_queues().send().await), "InvalidClientTokenId");
    }
    let grant = double.grant().await;
    assert!(text(&grant).send().await.is_ok());
    let tables = aws_sdk_dynamodb::Client::new(&grant).get_item().table_name("tendlc");
    let others = tables.key("pk", aws_sdk_dynamodb::types::AttributeValue::S("G#newsletter".into()));
    assert_eq!(code!(others.send().await), "AccessDeniedException");
    let elsewhere = grant.to_builder().region(Region::new("eu-west-1")).build();
    assert_eq!(code!(text(&elsewhere).send().await), "InvalidSignatureException");
    let other = double.root("444444444444");
    assert_eq!(code!(text(&other).send().await), "AccessDeniedException", "an account's id is that account");
    double.advance(3600);
    assert_eq!(code!(text(&grant).send().await), "ExpiredTokenException");
}

#[tokio::test]
async fn a_signature_for_another_region_or_none_is_refused() {
    let double = Double::start().await;
    let elsewhere = double.root(PRIMARY).into_builder().region(Region::new("eu-west-1")).build();
    assert_eq!(code!(text(&elsewhere).send().await), "InvalidSignatureException");
    assert_eq!(code!(aws_sdk_sts::Client::new(&elsewhere).get_caller_identity().send().await), "SignatureDoesNotMatch");
    let address = double.aws.endpoint().trim_start_matches("http://").to_owned();
    let body = "{}";
    for (target, credential, expected) in [
        ("PinpointSMSVoiceV2.DescribeSpendLimits", "", "MissingAuthenticationToken"),
        (
            "PinpointSMSVoiceV2.DescribeSpendLimits",
            "111111111111/20261120/us-east-1/sqs/aws4_request",
            "InvalidSignature",
        ),
        ("AmazonSQS.ListQueues", "111111111111/20261120/us-east-1/sms-voice/aws4_request", "InvalidSignature"),
        ("AmazonSQS.ListQueues", "111111111111", "IncompleteSignature"),
        ("AmazonSQS.CreateQueue", "111111111111/20261120/us-east-1/sqs/aws4_request", "UnknownOperation"),
    ] {
        let authorization = match credential {
            "" => String::new(),
            credential => {
                format!("authorization: AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0\r\n")
            }
        };
        let request = format!(
            "POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: {target}\r\n{authorization}content-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = raw(&address, &request).await;
        assert!(answer.contains(expected) && answer.contains("x-amzn-requestid"), "{expected}: {answer}");
    }
}

/// One request over a connection of its own.
pub(super) async fn raw(address: &str, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
