//! The policies that stacks come to: who may do what, as documents that other tools can judge.

use serde::Serialize;
use serde_json::Value;

use crate::document::NotATemplate;
use crate::evaluate::{self, EvaluateError, Place, Resources};
use crate::physical;
use crate::stack::Stack;

/// What a policy decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Who may assume a role.
    Trust,
    /// What a role may do.
    Permissions,
    /// Who may use a resource.
    Resource,
}

impl Kind {
    /// As in file names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::Permissions => "permissions",
            Self::Resource => "resource",
        }
    }
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy {
    /// The account of its stack.
    pub account: String,
    /// The stack.
    pub stack: String,
    /// The resource's logical id; of several policies of one role with the policy's name behind it.
    pub resource: String,
    /// The resource's type.
    #[serde(rename = "type")]
    pub kind_of_resource: String,
    /// What it decides.
    pub kind: Kind,
    /// The ARN of what it belongs to.
    pub of: String,
    /// The document.
    #[serde(skip)]
    pub document: Value,
}

/// Why the policies of a stack cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The template cannot be read.
    #[error("the template {0}: {1}")]
    Template(&'static str, NotATemplate),
    /// It cannot be worked out.
    #[error("the stack {0}: {1}")]
    Evaluate(String, EvaluateError),
}

/// The policies of a stack that is new.
///
/// # Errors
/// When the template cannot be worked out with the stack's parameters.
pub fn policies(stack: &Stack) -> Result<Vec<Policy>, PolicyError> {
    let document = stack.template.document().map_err(|error| PolicyError::Template(stack.template.name(), error))?;
    let place = stack.place();
    let resources = evaluate::resources(&document, &stack.shown(), &place)
        .map_err(|error| PolicyError::Evaluate(stack.name.clone(), error))?;
    Ok(of_resources(&resources, &place))
}

fn of_resources(resources: &Resources, place: &Place) -> Vec<Policy> {
    let mut policies = Vec::new();
    for (id, resource) in resources {
        let properties = &resource.properties;
        let mut keep = |resource_id: String, kind: Kind, of: String, document: &Value| {
            policies.push(Policy {
                account: place.account.clone(),
                stack: place.stack.clone(),
                resource: resource_id,
                kind_of_resource: resource.kind.clone(),
                kind,
                of,
                document: document.clone(),
            });
        };
        let text = |key: &str| properties[key].as_str().unwrap_or_default().to_owned();
        let role = |name: &str| format!("arn:{}:iam::{}:role/{name}", place.partition, place.account);
        let regional = |service: &str, name: &str| {
            format!("arn:{}:{service}:{}:{}:{name}", place.partition, place.region, place.account)
        };
        match resource.kind.as_str() {
            "AWS::IAM::Role" => {
                let of = physical::arn(&resource.kind, properties, place).unwrap_or_default();
                keep(id.clone(), Kind::Trust, of.clone(), &properties["AssumeRolePolicyDocument"]);
                for policy in properties["Policies"].as_array().into_iter().flatten() {
                    let name = policy["PolicyName"].as_str().unwrap_or_default();
                    keep(format!("{id}-{name}"), Kind::Permissions, of.clone(), &policy["PolicyDocument"]);
                }
            }
            "AWS::IAM::Policy" => {
                for name in properties["Roles"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    keep(id.clone(), Kind::Permissions, role(name), &properties["PolicyDocument"]);
                }
            }
            "AWS::SQS::QueuePolicy" => {
                for queue in properties["Queues"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    let name = queue.rsplit('/').next().unwrap_or_default();
                    let id = if properties["Queues"][1].is_null() { id.clone() } else { format!("{id}-{name}") };
                    keep(id, Kind::Resource, regional("sqs", name), &properties["PolicyDocument"]);
                }
            }
            "AWS::SNS::TopicPolicy" => {
                for topic in properties["Topics"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    keep(id.clone(), Kind::Resource, topic.to_owned(), &properties["PolicyDocument"]);
                }
            }
            "AWS::S3::BucketPolicy" => {
                let of = format!("arn:{}:s3:::{}", place.partition, text("Bucket"));
                keep(id.clone(), Kind::Resource, of, &properties["PolicyDocument"]);
            }
            "AWS::Events::EventBusPolicy" => {
                let bus = Some(text("EventBusName")).filter(|name| !name.is_empty());
                let bus = regional("events", &format!("event-bus/{}", bus.as_deref().unwrap_or("default")));
                let document = serde_json::json!({ "Version": "2012-10-17", "Statement": [properties["Statement"]] });
                keep(id.clone(), Kind::Resource, bus, &document);
            }
            "AWS::SMSVOICE::ResourcePolicy" => {
                keep(id.clone(), Kind::Resource, text("ResourceArn"), &properties["PolicyDocument"]);
            }
            "AWS::Lambda::Permission" => {
                let function = text("FunctionName");
                let of = if function.starts_with("arn:") {
                    function
                } else {
                    regional("lambda", &format!("function:{function}"))
                };
                let document = permission(properties, &of);
                keep(id.clone(), Kind::Resource, of, &document);
            }
            _ => {}
        }
    }
    policies
}

/// The statement that Lambda makes of a permission.
fn permission(properties: &Value, function: &str) -> Value {
    let mut condition = serde_json::Map::new();
    if let Some(source) = properties.get("SourceArn") {
        condition.insert("ArnLike".to_owned(), serde_json::json!({ "AWS:SourceArn": source }));
    }
    if let Some(account) = properties.get("SourceAccount") {
        condition.insert("StringEquals".to_owned(), serde_json::json!({ "AWS:SourceAccount": account }));
    }
    serde_json::json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Service": properties["Principal"] },
        "Action": properties["Action"],
        "Resource": function,
        "Condition": condition,
    }] })
}
