//! The ARNs that tendlc reads: of a role, a table, a queue and a function.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::account::AccountId;

/// The text is not an ARN of the wanted kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not the ARN of a {kind}: it looks like {like}")]
pub struct NotAnArn {
    text: String,
    kind: &'static str,
    like: &'static str,
}

/// `arn:partition:service:region:account:resource`, cut at the first five colons.
fn cut<'a>(text: &'a str, service: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let mut parts = text.splitn(6, ':');
    let (arn, partition) = (parts.next()?, parts.next()?);
    let named = parts.next()? == service && arn == "arn" && partition.starts_with("aws");
    let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    (named && !resource.is_empty()).then_some((region, account, resource))
}

macro_rules! arns {
    ($($(#[$doc:meta])* $name:ident($kind:literal, $service:literal, $like:literal, $prefix:literal, $regional:literal, $marks:literal);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name { text: String, account: AccountId, name_at: usize }

        impl $name {
            /// The whole ARN.
            pub fn as_str(&self) -> &str {
                &self.text
            }

            /// The account that owns it.
            pub fn account(&self) -> &AccountId {
                &self.account
            }

            /// The name of the resource, without its kind.
            pub fn resource(&self) -> &str {
                &self.text[self.name_at..]
            }

            /// The Region, empty for global services.
            pub fn region(&self) -> &str {
                self.text.split(':').nth(3).unwrap_or_default()
            }
        }

        impl FromStr for $name {
            type Err = NotAnArn;

            fn from_str(text: &str) -> Result<Self, NotAnArn> {
                let wrong = || NotAnArn { text: text.to_owned(), kind: $kind, like: $like };
                let (region, account, resource) = cut(text, $service).ok_or_else(wrong)?;
                let name = resource.strip_prefix($prefix).filter(|name| !name.is_empty()).ok_or_else(wrong)?;
                let belongs = |letter: char| letter.is_ascii_alphanumeric() || $marks.contains(letter);
                if region.is_empty() == $regional || !name.chars().all(belongs) {
                    return Err(wrong());
                }
                let account = account.parse().map_err(|_| wrong())?;
                Ok(Self { text: text.to_owned(), account, name_at: text.len() - name.len() })
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnArn;

            fn try_from(text: String) -> Result<Self, NotAnArn> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(arn: $name) -> Self {
                arn.text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.text)
            }
        }
    )*};
}

arns! {
    /// The ARN of an IAM role, whose path may have any visible ASCII.
    RoleArn("role", "iam", "arn:aws:iam::111111111111:role/tendlc-grant-checkout", "role/", false, r##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"##);
    /// The ARN of a DynamoDB table. Not every emulator takes an ARN as TableName, so callers use [`TableArn::resource`].
    TableArn("table", "dynamodb", "arn:aws:dynamodb:us-east-1:111111111111:table/tendlc", "table/", true, "_.-");
    /// The ARN of an SQS queue.
    QueueArn("queue", "sqs", "arn:aws:sqs:us-east-1:222222222222:tendlc-send", "", true, "_-.");
    /// The ARN of a Lambda function, with or without a version or alias.
    FunctionArn("function", "lambda", "arn:aws:lambda:us-east-1:222222222222:function:tendlc-send-queue", "function:", true, "_-:$");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_taken_apart_only_when_it_is_of_its_kind() {
        let role: RoleArn = "arn:aws:iam::111111111111:role/path/tendlc-grant-checkout".parse().unwrap();
        assert_eq!((role.account().as_str(), role.resource()), ("111111111111", "path/tendlc-grant-checkout"));
        let queue: QueueArn = "arn:aws-us-gov:sqs:us-gov-west-1:222222222222:tendlc-send.fifo".parse().unwrap();
        assert_eq!((queue.region(), queue.resource()), ("us-gov-west-1", "tendlc-send.fifo"));
        for wrong in [
            "",
            "arn:aws:iam::111111111111:user/x",
            "arn:aws:iam::11111111111:role/x",
            "arn:aws:iam::111111111111:role/",
            "arn:aws:iam:us-east-1:111111111111:role/x",
            "arn:aws:dynamodb:us-east-1:111111111111:table/x",
        ] {
            assert!(wrong.parse::<RoleArn>().is_err(), "{wrong}");
        }
        for wrong in
            ["arn:aws:dynamodb::111111111111:table/x", "arn:aws:dynamodb:us-east-1:111111111111:table/x/index/y"]
        {
            assert!(wrong.parse::<TableArn>().is_err(), "{wrong}");
        }
    }
}
