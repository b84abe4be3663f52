//! SNS: `Publish` to a phone number. It has no context, no TimeToLive and no receipts here, and reports opt-outs and
//! spend limits only in its delivery logs, after it has accepted the text.

use aws_sdk_sns::Client;
use aws_sdk_sns::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sns::operation::RequestId;
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::types::MessageAttributeValue;
use futures::future::BoxFuture;

use super::classify::unanswered;
use super::{Channel, SendError, Text, meaning};
use crate::aws::{AskForNothing, connected};
use crate::grant::MessageType;
use crate::reason::Reason;

/// Sends through `Publish`. The client must have retries off.
#[derive(Clone, Debug)]
pub struct Sns {
    client: Client,
}

impl Sns {
    /// Over a client with the grant's role and without retries.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    async fn call(&self, text: &Text<'_>) -> Result<String, SendError> {
        let Some(number) = &text.campaign.origination_number else {
            return Err(misconfigured("the campaign has no phone_number"));
        };
        if text.dry_run {
            return Err(misconfigured("SNS has no dry run"));
        }
        let kind = match text.campaign.message_type {
            MessageType::Transactional => "Transactional",
            MessageType::Promotional => "Promotional",
        };
        let attribute = |kind: &str, value: &str| -> Result<MessageAttributeValue, SendError> {
            let built = MessageAttributeValue::builder().data_type(kind).string_value(value).build();
            built.map_err(|_: BuildError| misconfigured("an attribute could not be built"))
        };
        let mut call = self
            .client
            .publish()
            .phone_number(text.to.as_str())
            .message(text.body)
            .message_attributes("AWS.SNS.SMS.SMSType", attribute("String", kind)?)
            .message_attributes("AWS.MM.SMS.OriginationNumber", attribute("String", number)?);
        if let Some(price) = text.max_price {
            call = call.message_attributes("AWS.SNS.SMS.MaxPrice", attribute("Number", &price.to_string())?);
        }
        match call.send().await {
            Ok(answer) => Ok(answer.message_id.unwrap_or_default()),
            Err(error) => Err(send_error(&error)),
        }
    }
}

impl Channel for Sns {
    fn send<'a>(&'a self, text: &'a Text<'a>) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(self.call(text))
    }

    fn connect(&self) -> BoxFuture<'_, ()> {
        let connecting = Client::from_conf(self.client.config().to_builder().interceptor(AskForNothing).build());
        Box::pin(async move { connected("sns", connecting.publish().send().await) })
    }
}

fn misconfigured(what: &str) -> SendError {
    let request_id = "not sent".to_owned();
    SendError { reason: Reason::SenderMisconfigured, code: what.to_owned(), detail: None, request_id }
}

fn send_error(error: &SdkError<PublishError>) -> SendError {
    let request_id = error.request_id().unwrap_or("no request id").to_owned();
    let SdkError::ServiceError(service) = error else {
        let (reason, code) = unanswered(error);
        return SendError { reason, code: code.to_owned(), detail: None, request_id };
    };
    let code = service.err().code().unwrap_or("no code").to_owned();
    let meaning = meaning(&code, None, service.raw().status().as_u16());
    if !meaning.known {
        tracing::error!(code, request_id, reason = %meaning.reason, "an answer of SNS that is not in the table");
    }
    SendError { reason: meaning.reason, code, detail: None, request_id }
}
