//! Why a call was refused, in each service's own words and codes.

use serde_json::{Map, Value, json};

use super::service::Service;

/// An error answer.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// The code: the shape's name in JSON, `Error.Code` in XML.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Members beside the message that the model gives the error.
    pub(crate) members: Map<String, Value>,
    /// Whether every service of AWS has this error, so that no model lists it.
    pub(crate) common: bool,
}

impl Refusal {
    /// An error of the service's model.
    pub(crate) fn modelled(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), members: Map::new(), common: false }
    }

    /// An error that no model lists.
    pub(crate) fn common(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { common: true, ..Self::modelled(status, code, message) }
    }

    /// With a further member.
    pub(crate) fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    /// Whether it asks the caller to slow down.
    pub(crate) fn is_throttle(&self) -> bool {
        matches!(
            self.code,
            "ThrottlingException" | "Throttling" | "RequestThrottled" | "ProvisionedThroughputExceededException"
        )
    }

    /// No credentials.
    pub(crate) fn unauthenticated(service: Service) -> Self {
        match service {
            Service::Sts | Service::Sns | Service::Sqs => {
                Self::common(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
            }
            _ => Self::common(400, "MissingAuthenticationTokenException", "Missing Authentication Token"),
        }
    }

    /// An `Authorization` header that is not one.
    pub(crate) fn incomplete_signature(service: Service) -> Self {
        let code = match service {
            Service::Sts | Service::Sns | Service::Sqs => "IncompleteSignature",
            _ => "IncompleteSignatureException",
        };
        let message = "Authorization header requires 'Credential' parameter, 'SignedHeaders' parameter and \
                       'Signature' parameter.";
        Self::common(if code == "IncompleteSignature" { 403 } else { 400 }, code, message)
    }

    /// Signed for another service or Region.
    pub(crate) fn wrong_scope(service: Service, wanted: &str) -> Self {
        let message = format!("Credential should be scoped to {wanted}.");
        match service {
            Service::Sts | Service::Sns | Service::Sqs => Self::common(403, "SignatureDoesNotMatch", message),
            _ => Self::common(400, "InvalidSignatureException", message),
        }
    }

    /// A key that nobody has, or one with the wrong token.
    pub(crate) fn unknown_token(service: Service) -> Self {
        let message = "The security token included in the request is invalid.";
        match service {
            Service::Sts | Service::Sns | Service::Sqs => Self::common(403, "InvalidClientTokenId", message),
            _ => Self::common(400, "UnrecognizedClientException", message),
        }
    }

    /// A session that is over.
    pub(crate) fn expired_token(service: Service) -> Self {
        let message = "The security token included in the request is expired";
        match service {
            Service::Sts | Service::Sns | Service::Sqs => Self::common(403, "ExpiredToken", message),
            _ => Self::common(400, "ExpiredTokenException", message),
        }
    }

    /// The caller may not do this.
    pub(crate) fn denied(service: Service, caller: &str, action: &str, resource: &str) -> Self {
        let message = format!("User: {caller} is not authorized to perform: {action} on resource: {resource}");
        match service {
            Service::Sts => Self::common(403, "AccessDenied", message),
            Service::Sns => Self::modelled(403, "AuthorizationError", message),
            Service::Sqs => Self::common(403, "AccessDenied", message),
            Service::SmsVoice => Self::modelled(400, "AccessDeniedException", message),
            Service::CloudWatch => Self::common(403, "AccessDenied", message),
            Service::Events | Service::DynamoDb => Self::common(400, "AccessDeniedException", message),
        }
    }

    /// Too fast.
    pub(crate) fn throttled(service: Service) -> Self {
        match service {
            Service::Sts | Service::Sns | Service::CloudWatch => Self::common(400, "Throttling", "Rate exceeded"),
            Service::Sqs => Self::modelled(403, "RequestThrottled", "Request is throttled."),
            Service::SmsVoice => Self::modelled(400, "ThrottlingException", "Rate exceeded"),
            Service::Events => Self::common(400, "ThrottlingException", "Rate exceeded"),
            Service::DynamoDb => Self::modelled(
                400,
                "ProvisionedThroughputExceededException",
                "The level of configured provisioned throughput for the table was exceeded. Consider increasing your \
                 provisioning level with the UpdateTable API.",
            ),
        }
    }

    /// AWS's own failure.
    pub(crate) fn failed(service: Service) -> Self {
        let message = "The request processing has failed because of an unknown error, exception or failure.";
        match service {
            Service::Sts | Service::Sqs | Service::CloudWatch => Self::common(500, "InternalFailure", message),
            Service::Sns => Self::modelled(500, "InternalError", message),
            Service::SmsVoice => Self::modelled(500, "InternalServerException", message),
            Service::Events => Self::modelled(500, "InternalException", message),
            Service::DynamoDb => Self::modelled(500, "InternalServerError", "Internal server error"),
        }
    }

    /// An operation that the double does not have.
    pub(crate) fn unknown_operation(service: Service, name: &str) -> Self {
        match service {
            Service::Sts | Service::Sns => {
                Self::common(400, "InvalidAction", format!("Could not find operation {name}"))
            }
            _ => Self::common(400, "UnknownOperationException", format!("The operation {name} is not known here.")),
        }
    }

    /// A body that is not of the input's shape.
    pub(crate) fn unreadable(member: &str) -> Self {
        Self::common(400, "SerializationException", format!("The member {member} is not of its type in the model"))
    }

    /// The JSON body.
    pub(crate) fn json(&self, service: Service) -> Value {
        let namespace = match (service, self.common) {
            (Service::Sqs, false) => "com.amazonaws.sqs#",
            (Service::DynamoDb, false) => "com.amazonaws.dynamodb.v20120810#",
            (Service::Sqs | Service::DynamoDb, true) => "com.amazon.coral.service#",
            _ => "",
        };
        // The model of sms-voice spells the member with a capital; so does DynamoDB's authorization.
        let spelt = match (service, self.code) {
            (Service::SmsVoice, _) if !self.common => "Message",
            (Service::DynamoDb, "AccessDeniedException") => "Message",
            _ => "message",
        };
        // A few codes have another name where SQS speaks JSON; the header keeps the old one.
        let code = match (service, self.code) {
            (Service::Sqs, "AccessDenied") => "AccessDeniedException",
            (Service::Sqs, "InvalidClientTokenId") => "UnrecognizedClientException",
            (Service::Sqs, "ExpiredToken") => "ExpiredTokenException",
            (Service::Sqs, "MissingAuthenticationToken") => "MissingAuthenticationTokenException",
            (Service::Sqs, "SignatureDoesNotMatch") => "InvalidSignatureException",
            (Service::Sqs, "IncompleteSignature") => "IncompleteSignatureException",
            (Service::Sqs, "InvalidParameterValue") => "InvalidParameterValueException",
            (Service::Sqs, "MissingParameter") => "MissingRequiredParameterException",
            (_, code) => code,
        };
        let mut body = Map::new();
        body.insert("__type".to_owned(), json!(format!("{namespace}{code}")));
        body.insert(spelt.to_owned(), json!(self.message));
        body.extend(self.members.clone());
        Value::Object(body)
    }

    /// `x-amzn-query-error`, which SQS sends for clients that know its codes from the query protocol.
    pub(crate) fn query_error(&self) -> String {
        let code = match self.code {
            "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue",
            "MessageNotInflight" => "AWS.SimpleQueueService.MessageNotInflight",
            "EmptyBatchRequest" => "AWS.SimpleQueueService.EmptyBatchRequest",
            "TooManyEntriesInBatchRequest" => "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            "BatchEntryIdsNotDistinct" => "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
            "InvalidBatchEntryId" => "AWS.SimpleQueueService.InvalidBatchEntryId",
            "BatchRequestTooLong" => "AWS.SimpleQueueService.BatchRequestTooLong",
            "UnsupportedOperation" => "AWS.SimpleQueueService.UnsupportedOperation",
            "PurgeQueueInProgress" => "AWS.SimpleQueueService.PurgeQueueInProgress",
            code => code,
        };
        format!("{code};{}", if self.status >= 500 { "Receiver" } else { "Sender" })
    }

    /// The XML body.
    pub(crate) fn xml(&self, service: Service, request_id: &str) -> String {
        let fault = if self.status >= 500 { "Receiver" } else { "Sender" };
        format!(
            "<ErrorResponse xmlns=\"{}\"><Error><Type>{fault}</Type><Code>{}</Code><Message>{}</Message></Error>\
             <RequestId>{request_id}</RequestId></ErrorResponse>",
            service.xml_namespace(),
            self.code,
            escape(&self.message),
        )
    }
}

/// Text as XML holds it.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
