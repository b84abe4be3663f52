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
