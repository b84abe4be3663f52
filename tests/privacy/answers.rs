//! AWS's own error messages quote numbers and bodies; they stop at the channel.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use serde_json::json;
use tendlc_core::channel::{Channel, SmsVoice, Sns, Text};
use tendlc_core::grant::Campaign;

use super::finder::Finder;

/// Answers every call with an error that quotes what it was asked.
#[derive(Clone, Debug)]
struct Quoting {
    xml: bool,
    status: u16,
}

impl HttpConnector for Quoting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let message = format!("+12065550101 cannot be sent \"Your order 1001 has shipped.\": {asked}");
        let body = if self.xml {
            let message = message.replace('&', " ");
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>{message}</Message>\
                 </Error><RequestId>1</RequestId></ErrorResponse>"
            )
        } else {
            let fields = json!([{ "Name": "DestinationPhoneNumber", "Message": message }]);
            json!({ "__type": "ValidationException", "Message": message, "Reason": "FIELD_VALIDATION_FAILED", "Fields": fields })
                .to_string()
        };
        let mut response = HttpResponse::new(self.status.try_into().expect("a status"), body.into());
        response.headers_mut().insert("x-amzn-requestid", "5b4f7a6e");
        HttpConnectorFuture::ready(Ok(response))
    }
}

fn config(quoting: Quoting) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("a", "b", None, None, "test")))
        .endpoint_url("http://127.0.0.1:1")
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(quoting.clone())))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .build()
}

#[tokio::test]
async fn an_error_that_quotes_number_and_body_is_passed_on_without_them() {
    let finder = Finder::of_the_samples();
    let campaign: Campaign = serde_json::from_value(json!({
        "name": "order-updates",
        "brand": "acme",
        "counted": [{ "from": "2026-01-01", "pool": "acme" }],
        "primary": "main",
        "region": "us-east-1",
        "origination_identity": "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0123",
        "origination_number": "+12065550100",
        "message_type": "TRANSACTIONAL",
        "milli_segments_per_second": 1000,
        "send_requests_per_second": 1,
    }))
    .expect("a campaign");
    let to = "+12065550101".parse().expect("a number");
    let text = Text {
        to: &to,
        body: "Your order 1001 has shipped.",
        campaign: &campaign,
        time_to_live: Duration::from_secs(60),
        max_price: None,
        context: BTreeMap::new(),
        dry_run: false,
    };
    for status in [400, 500] {
        let sms_voice = SmsVoice::new(aws_sdk_pinpointsmsvoicev2::Client::new(&config(Quoting { xml: false, status })));
        let sns = Sns::new(aws_sdk_sns::Client::new(&config(Quoting { xml: true, status })));
        for channel in [&sms_voice as &dyn Channel, &sns] {
            let error = channel.send(&text).await.expect_err("an error");
            let told = format!("{error}\n{error:?}\n{text:?}");
            assert!(error.code.contains("Valid") || error.code.contains("Invalid"), "it is AWS's own error: {told}");
            assert_eq!(finder.find(&told), [""; 0], "{told}");
        }
    }
}
