//! The services and operations that the double knows, and how each service writes on the wire.

/// A service of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Service {
    Sts,
    SmsVoice,
    Sns,
    Sqs,
    Events,
    DynamoDb,
    CloudWatch,
}

/// How a service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// JSON 1.0 or 1.1, with `X-Amz-Target`.
    Json,
    /// A form in, XML out.
    Query,
    /// CBOR both ways, the operation in the path (Smithy's RPC v2).
    Cbor,
}

impl Service {
    const ALL: [Self; 7] =
        [Self::Sts, Self::SmsVoice, Self::Sns, Self::Sqs, Self::Events, Self::DynamoDb, Self::CloudWatch];

    /// The name in the credential scope.
    pub(crate) fn signing_name(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::SmsVoice => "sms-voice",
            Self::Sns => "sns",
            Self::Sqs => "sqs",
            Self::Events => "events",
            Self::DynamoDb => "dynamodb",
            Self::CloudWatch => "monitoring",
        }
    }

    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::Sts | Self::Sns => Protocol::Query,
            Self::CloudWatch => Protocol::Cbor,
            _ => Protocol::Json,
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Sts | Self::Sns => "text/xml",
            Self::Events => "application/x-amz-json-1.1",
            Self::CloudWatch => "application/cbor",
            _ => "application/x-amz-json-1.0",
        }
    }

    /// The prefix of `X-Amz-Target`, the XML namespace, or the service's name in a path.
    fn prefix(self) -> &'static str {
        match self {
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Self::Sns => "http://sns.amazonaws.com/doc/2010-03-31/",
            Self::SmsVoice => "PinpointSMSVoiceV2",
            Self::Sqs => "AmazonSQS",
            Self::Events => "AWSEvents",
            Self::DynamoDb => "DynamoDB_20120810",
            Self::CloudWatch => "GraniteServiceVersion20100801",
        }
    }

    pub(crate) fn xml_namespace(self) -> &'static str {
        self.prefix()
    }

    fn operations(self) -> &'static [&'static str] {
        match self {
            Self::Sts => &["AssumeRole", "GetCallerIdentity"],
            Self::Sns => &["Publish"],
            Self::SmsVoice => &[
                "SendTextMessage",
                "DescribePhoneNumbers",
                "DescribeRegistrations",
                "DescribeRegistrationVersions",
                "DescribeAccountAttributes",
                "DescribeSpendLimits",
                "DescribeConfigurationSets",
                "GetResourcePolicy",
                "ListRegistrationAssociations",
                "ListPoolOriginationIdentities",
                "PutOptedOutNumber",
            ],
            Self::Sqs => &[
                "SendMessage",
                "SendMessageBatch",
                "ReceiveMessage",
                "DeleteMessage",
                "DeleteMessageBatch",
                "ChangeMessageVisibility",
                "ChangeMessageVisibilityBatch",
                "GetQueueUrl",
                "GetQueueAttributes",
                "ListQueues",
                "PurgeQueue",
            ],
            Self::Events => &["PutEvents"],
            Self::CloudWatch => &["GetMetricData"],
            Self::DynamoDb => &[
                "GetItem",
                "PutItem",
                "UpdateItem",
                "DeleteItem",
                "TransactWriteItems",
                "TransactGetItems",
                "BatchGetItem",
                "BatchWriteItem",
                "Query",
                "Scan",
                "ExecuteStatement",
                "BatchExecuteStatement",
                "ExecuteTransaction",
                "CreateTable",
                "UpdateTable",
                "DeleteTable",
                "DescribeTable",
                "ListTables",
                "UpdateTimeToLive",
                "DescribeTimeToLive",
                "TagResource",
                "UntagResource",
                "ListTagsOfResource",
            ],
        }
    }
}

/// One operation of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Operation {
    pub(crate) service: Service,
    pub(crate) name: &'static str,
}

impl Operation {
    /// From `X-Amz-Target`; the service alone when only that is known.
    pub(crate) fn of_target(target: &str) -> Option<(Service, Option<Self>)> {
        let (prefix, name) = target.rsplit_once('.')?;
        let json = |service: &&Service| service.protocol() == Protocol::Json && service.prefix() == prefix;
        let service = *Service::ALL.iter().find(json)?;
        Some((service, Self::of(service, name)))
    }

    /// From the path `/service/SERVICE/operation/OPERATION`; the service alone when only that is known.
    pub(crate) fn of_path(path: &str) -> Option<(Service, Option<Self>)> {
        let (prefix, name) = path.strip_prefix("/service/")?.split_once("/operation/")?;
        let cbor = |service: &&Service| service.protocol() == Protocol::Cbor && service.prefix() == prefix;
        let service = *Service::ALL.iter().find(cbor)?;
        Some((service, Self::of(service, name)))
    }

    /// From a form's `Action`.
    pub(crate) fn of_action(action: &str) -> Option<Self> {
        Self::of(Service::Sts, action).or_else(|| Self::of(Service::Sns, action))
    }

    /// By its name alone; no two services share one here.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Service::ALL.iter().find_map(|service| Self::of(*service, name))
    }

    /// The names of all, service by service.
    pub(crate) fn names() -> Vec<&'static str> {
        Service::ALL.iter().flat_map(|service| service.operations()).copied().collect()
    }

    fn of(service: Service, name: &str) -> Option<Self> {
        let name = service.operations().iter().find(|known| **known == name)?;
        Some(Self { service, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_known_by_its_name_alone() {
        let mut seen = std::collections::BTreeSet::new();
        for service in Service::ALL {
            for name in service.operations() {
                assert!(seen.insert(*name), "{name} is in two services");
                assert_eq!(Operation::named(name).map(|operation| operation.service), Some(service));
            }
        }
        assert_eq!(Operation::of_target("AmazonSQS.CreateQueue"), Some((Service::Sqs, None)));
        assert_eq!(Operation::of_target("Elsewhere.SendMessage"), None);
    }
}
