//! AWS End User Messaging: `SendTextMessage`.

use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_pinpointsmsvoicev2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_pinpointsmsvoicev2::operation::RequestId;
use aws_sdk_pinpointsmsvoicev2::operation::send_text_message::SendTextMessageError as Refused;
use aws_sdk_pinpointsmsvoicev2::types::MessageType as AwsMessageType;
use futures::future::BoxFuture;

use super::classify::unanswered;
use super::{Channel, SendError, Text, meaning};
use crate::aws::{AskForNothing, connected};
use crate::grant::MessageType;

/// Sends through `SendTextMessage`. The client must have retries off.
#[derive(Clone, Debug)]
pub struct SmsVoice {
    client: Client,
}

impl SmsVoice {
    /// Over a client with the grant's role and without retries.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    async fn call(&self, text: &Text<'_>) -> Result<String, SendError> {
        let message_type = match text.campaign.message_type {
            MessageType::Transactional => AwsMessageType::Transactional,
            MessageType::Promotional => AwsMessageType::Promotional,
        };
        let seconds = i32::try_from(text.time_to_live.as_secs()).unwrap_or(259_200).clamp(5, 259_200);
        let call = self
            .client
            .send_text_message()
            .destination_phone_number(text.to.as_str())
            .origination_identity(&text.campaign.origination_identity)
            .message_body(text.body)
            .message_type(message_type)
            .set_configuration_set_name(text.campaign.configuration_set.clone())
            .set_max_price(text.max_price.map(|price| price.to_string()))
            .time_to_live(seconds)
            .set_context((!text.context.is_empty()).then(|| text.context.clone().into_iter().collect()))
            .dry_run(text.dry_run);
        match call.send().await {
            Ok(answer) => Ok(answer.message_id.unwrap_or_default()),
            Err(error) => Err(send_error(&error)),
        }
    }
}

impl Channel for SmsVoice {
    fn send<'a>(&'a self, text: &'a Text<'a>) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(self.call(text))
    }

    fn connect(&self) -> BoxFuture<'_, ()> {
        let connecting = Client::from_conf(self.client.config().to_builder().interceptor(AskForNothing).build());
        Box::pin(async move { connected("sms-voice", connecting.send_text_message().dry_run(true).send().await) })
    }
}

/// Keeps code, Reason and request id; AWS's message may quote the number and is dropped.
fn send_error(error: &SdkError<Refused>) -> SendError {
    let request_id = error.request_id().unwrap_or("no request id").to_owned();
    let SdkError::ServiceError(service) = error else {
        let (reason, code) = unanswered(error);
        return SendError { reason, code: code.to_owned(), detail: None, request_id };
    };
    let code = service.err().code().unwrap_or("no code").to_owned();
    let detail = match service.err() {
        Refused::AccessDeniedException(e) => e.reason.as_ref().map(|reason| reason.as_str().to_owned()),
        Refused::ConflictException(e) => e.reason.as_ref().map(|reason| reason.as_str().to_owned()),
        Refused::ServiceQuotaExceededException(e) => e.reason.as_ref().map(|reason| reason.as_str().to_owned()),
        Refused::ValidationException(e) => e.reason.as_ref().map(|reason| reason.as_str().to_owned()),
        _ => None,
    };
    let meaning = meaning(&code, detail.as_deref(), service.raw().status().as_u16());
    if !meaning.known {
        tracing::error!(code, detail, request_id, reason = %meaning.reason, "an answer of AWS that is not in the table");
    }
    SendError { reason: meaning.reason, code, detail, request_id }
}
