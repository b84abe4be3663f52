//! What a resource is called once it is there, as far as that is known beforehand: tendlc's templates give every resource
//! that others refer to a name of its own.

use serde_json::Value;

use crate::evaluate::Place;

/// The properties that name a resource.
pub(crate) const NAMES: [&str; 10] = [
    "BucketName",
    "ConfigurationSetName",
    "EventBusName",
    "FunctionName",
    "LogGroupName",
    "Name",
    "QueueName",
    "RoleName",
    "TableName",
    "TopicName",
];

fn name<'p>(kind: &str, properties: &'p Value) -> Option<&'p str> {
    let property = match kind {
        "AWS::S3::Bucket" => "BucketName",
        "AWS::SMSVOICE::ConfigurationSet" => "ConfigurationSetName",
        "AWS::Lambda::Function" => "FunctionName",
        "AWS::Logs::LogGroup" => "LogGroupName",
        "AWS::Events::EventBus" | "AWS::Events::Rule" | "AWS::Scheduler::Schedule" => "Name",
        "AWS::SQS::Queue" => "QueueName",
        "AWS::IAM::Role" => "RoleName",
        "AWS::DynamoDB::Table" => "TableName",
        "AWS::SNS::Topic" => "TopicName",
        _ => return None,
    };
    properties.get(property)?.as_str()
}

/// What `Ref` gives.
pub(crate) fn reference(kind: &str, properties: &Value, place: &Place) -> Option<String> {
    let name = name(kind, properties)?;
    let Place { region, account, .. } = place;
    match kind {
        "AWS::SQS::Queue" => Some(format!("https://sqs.{region}.amazonaws.com/{account}/{name}")),
        "AWS::SNS::Topic" => arn(kind, properties, place),
        _ => Some(name.to_owned()),
    }
}

/// What `Fn::GetAtt` gives.
pub(crate) fn attribute(kind: &str, properties: &Value, place: &Place, attribute: &str) -> Option<String> {
    match attribute {
        "Arn" | "TopicArn" => arn(kind, properties, place),
        "QueueName" | "TopicName" | "Name" => name(kind, properties).map(str::to_owned),
        "QueueUrl" => reference(kind, properties, place),
        _ => None,
    }
}

/// The ARN of a resource.
pub(crate) fn arn(kind: &str, properties: &Value, place: &Place) -> Option<String> {
    let name = name(kind, properties)?;
    let Place { partition, region, account, .. } = place;
    let regional = |service: &str, resource: &str| format!("arn:{partition}:{service}:{region}:{account}:{resource}");
    Some(match kind {
        "AWS::S3::Bucket" => format!("arn:{partition}:s3:::{name}"),
        "AWS::IAM::Role" => format!("arn:{partition}:iam::{account}:role/{name}"),
        "AWS::SMSVOICE::ConfigurationSet" => regional("sms-voice", &format!("configuration-set/{name}")),
        "AWS::Lambda::Function" => regional("lambda", &format!("function:{name}")),
        "AWS::Logs::LogGroup" => regional("logs", &format!("log-group:{name}:*")),
        "AWS::Events::EventBus" => regional("events", &format!("event-bus/{name}")),
        "AWS::Events::Rule" => match properties.get("EventBusName").and_then(Value::as_str) {
            Some(bus) if bus != "default" => regional("events", &format!("rule/{bus}/{name}")),
            _ => regional("events", &format!("rule/{name}")),
        },
        "AWS::Scheduler::Schedule" => regional("scheduler", &format!("schedule/default/{name}")),
        "AWS::SQS::Queue" => regional("sqs", name),
        "AWS::SNS::Topic" => regional("sns", name),
        "AWS::DynamoDB::Table" => regional("dynamodb", &format!("table/{name}")),
        _ => return None,
    })
}
