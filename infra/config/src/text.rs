//! Values that are text in quotes: what each is, its pattern, and what to write instead of a wrong one.

use std::fmt;
use std::str::FromStr;

use regex_lite::Regex;
use serde_json::{Value, json};
use tendlc_core::account::AccountId;
use tendlc_core::name::{BrandName, CampaignName, GrantName, PrimaryName};
use tendlc_core::number::E164;

use crate::entry::{Node, shown};
use crate::mistake::Report;

/// A type that is written as text.
pub(crate) trait Text: FromStr {
    /// What it is, with its article.
    const NOUN: &'static str;
    /// What all of them look like, for the schema: a regular expression that Rust and ECMAScript read alike.
    const PATTERN: &'static str;
    /// What to write.
    const CURE: &'static str;
    /// Whether a wrong one may be repeated in a message: not where it may be a phone number or a secret.
    const SHOWN: bool = true;
}

/// The text is not such a value.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("this is not {noun}. {cure}")]
pub struct NotValid {
    noun: &'static str,
    cure: &'static str,
}

impl NotValid {
    pub(crate) fn of<T: Text>() -> Self {
        Self { noun: T::NOUN, cure: T::CURE }
    }
}

pub(crate) fn read<T: Text>(node: &Node<'_>, report: &mut Report) -> Option<T> {
    let Some(text) = node.value.get_ref().as_str() else {
        node.wrong(format!("it is {}, not text in quotes", node.kind()), T::CURE, report);
        return None;
    };
    let read = text.parse().ok();
    if read.is_none() {
        let value = if T::SHOWN { shown(text) } else { "this".to_owned() };
        node.wrong(format!("{value} is not {}", T::NOUN), T::CURE, report);
    }
    read
}

pub(crate) fn schema<T: Text>() -> Value {
    json!({ "type": "string", "pattern": T::PATTERN })
}

/// Makes entries of types that are text.
macro_rules! entries {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::entry::Entry for $type {
            fn schema() -> serde_json::Value {
                $crate::text::schema::<Self>()
            }

            fn read(node: &$crate::entry::Node<'_>, report: &mut $crate::mistake::Report) -> Option<Self> {
                $crate::text::read(node, report)
            }
        }
    )*};
}
pub(crate) use entries;

/// Types that are nothing but text of a pattern.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $noun:literal, $pattern:expr, $cure:literal $(, $hidden:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// As written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Text for $name {
            const NOUN: &'static str = $noun;
            const PATTERN: &'static str = $pattern;
            const CURE: &'static str = $cure;
            $(const SHOWN: bool = $hidden;)?
        }

        impl FromStr for $name {
            type Err = NotValid;

            fn from_str(text: &str) -> Result<Self, NotValid> {
                let fits = Regex::new(Self::PATTERN).is_ok_and(|pattern| pattern.is_match(text));
                if fits { Ok(Self(text.to_owned())) } else { Err(NotValid::of::<Self>()) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        entries!($name);
    )*};
}

/// How the ARN of a role ends: a path, perhaps, and a name.
macro_rules! role_end {
    () => {
        r"role/([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$"
    };
}

texts! {
    /// An AWS Region.
    Region: "an AWS Region", r"^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$", "Write it as AWS does, such as \"us-east-1\".";
    /// The id of an AWS organization.
    OrganizationId: "the id of an AWS organization", r"^o-[a-z0-9]{10,32}$",
        "Write it as AWS shows it, such as \"o-a1b2c3d4e5\".";
    /// The name of a DynamoDB table.
    TableName: "the name of a DynamoDB table", r"^[A-Za-z0-9_.-]{3,255}$",
        "Write 3 to 255 letters, digits, hyphens, underscores and dots, such as \"tendlc\".";
    /// A profile of the AWS command line.
    Profile: "the name of an AWS profile", r"^[!-~]([ -~]{0,126}[!-~])?$",
        "Write a profile of ~/.aws/config, such as \"sms-primary\".";
    /// The ARN of an SNS topic.
    TopicArn: "the ARN of an SNS topic", r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$",
        "Write one such as \"arn:aws:sns:us-east-1:111111111111:alarms\".";
    /// The ARN of a phone number or a pool of AWS End User Messaging.
    OriginationIdentity: "the ARN of a phone number or pool",
        r"^arn:aws[a-z-]*:sms-voice:[a-z0-9-]+:[0-9]{12}:(phone-number|pool)/[A-Za-z0-9_-]{1,64}$",
        "Write its whole ARN, such as \"arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0123…\".";
    /// The id of a campaign's registration at AWS.
    RegistrationId: "the id of a registration", r"^registration-[A-Za-z0-9_-]{1,51}$",
        "Write it as AWS shows it, such as \"registration-0123456789abcdef0123456789abcdef\".";
    /// The name of a configuration set.
    ConfigurationSetName: "the name of a configuration set", r"^[A-Za-z0-9_-]{1,64}$",
        "Write its name, not its ARN: 1 to 64 letters, digits, hyphens and underscores.";
    /// What the caller of a grant's role must know.
    ExternalId: "an external id", r"^[\w+=,.@:/-]{2,1224}$",
        "Write 2 to 1224 letters, digits and the characters _+=,.@:/- without spaces.", false;
    /// The whole ARN of a role.
    GivenRole: "the ARN of a role", concat!(r"^arn:aws[a-z-]*:iam::[0-9]{12}:", role_end!()),
        "Write one such as \"arn:aws:iam::111111111111:role/sms-checkout\", without wildcards.";
    /// A role, by its name in an account that is known, or by its ARN.
    Principal: "the name or ARN of one role", concat!(r"^(arn:aws[a-z-]*:iam::[0-9]{12}:)?", role_end!()),
        "Write each role by itself, without wildcards: \"role/tendlc-send\", or its ARN.";
    /// A bus, by its name in the grant's account or by its ARN; empty for none.
    Bus: "the name or ARN of an event bus",
        r"^([A-Za-z0-9/._-]{1,256}|arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9/._-]{1,256})?$",
        "Write its name or its ARN, or \"\" for no outcomes.";
    /// The ARN of an event bus.
    EventBusArn: "the ARN of an event bus",
        r"^arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9/._-]{1,256}$",
        "Write one such as \"arn:aws:events:us-east-1:222222222222:event-bus/default\".";
    /// The name of an SQS queue.
    QueueName: "the name of an SQS queue", r"^([A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo)$",
        "Write its name, not its URL or ARN: 1 to 80 letters, digits, hyphens and underscores.";
}

impl Region {
    /// The partition that ARNs of this Region begin with.
    pub fn partition(&self) -> &'static str {
        match self.as_str() {
            region if region.starts_with("us-gov-") => "aws-us-gov",
            region if region.starts_with("cn-") => "aws-cn",
            _ => "aws",
        }
    }
}

/// Partition, Region and account of an ARN; any of them may be empty.
pub(crate) fn arn_parts(arn: &str) -> (&str, &str, &str) {
    let mut parts = arn.splitn(6, ':').skip(1);
    let partition = parts.next().unwrap_or_default();
    let mut parts = parts.skip(1);
    (partition, parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

macro_rules! core_texts {
    ($($name:ident: $noun:literal, $pattern:literal, $cure:literal, $shown:literal;)*) => {$(
        impl Text for $name {
            const NOUN: &'static str = $noun;
            const PATTERN: &'static str = $pattern;
            const CURE: &'static str = $cure;
            const SHOWN: bool = $shown;
        }

        entries!($name);
    )*};
}

core_texts! {
    AccountId: "an AWS account id", "^[0-9]{12}$", "Write its 12 digits in quotes, such as \"222222222222\".", true;
    PrimaryName: "a name", "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$",
        "Use 1 to 40 letters, digits, hyphens and underscores, a letter or digit first.", true;
    BrandName: "a name", "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$",
        "Use 1 to 40 letters, digits, hyphens and underscores, a letter or digit first.", true;
    CampaignName: "a name", "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$",
        "Use 1 to 40 letters, digits, hyphens and underscores, a letter or digit first.", true;
    GrantName: "a name", "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$",
        "Use 1 to 40 letters, digits, hyphens and underscores, a letter or digit first.", true;
    E164: "a phone number of the US or its territories", r"^\+1[2-9][0-9]{2}[2-9][0-9]{6}$",
        "Write +1 and ten digits in quotes, with nothing between them, such as \"+12065550100\".", false;
}

#[cfg(test)]
mod tests {
    use tendlc_core::env::{HandsOver, Settings};

    use super::*;

    fn agree<T: Text>(right: &[&str], wrong: &[&str]) {
        let pattern = jsonschema::validator_for(&schema::<T>()).unwrap();
        for (texts, fits) in [(right, true), (wrong, false)] {
            for text in texts {
                assert_eq!(text.parse::<T>().is_ok(), fits, "{}: {text}", T::NOUN);
                assert_eq!(pattern.is_valid(&json!(text)), fits, "schema of {}: {text}", T::NOUN);
            }
        }
    }

    #[test]
    fn the_schema_and_the_check_take_and_refuse_the_same_text() {
        agree::<AccountId>(&["222222222222"], &["", "22222222222", "2222222222222", "22222222222a", "222222222222\n"]);
        agree::<GrantName>(&["a", "checkout-2", "2FA", &"a".repeat(40)], &["", "-a", "a.b", "a b", &"a".repeat(41)]);
        agree::<E164>(&["+12065550100"], &["12065550100", "+1206555010", "+442079460000", "+1 2065550100"]);
        agree::<Region>(&["us-east-1", "us-gov-west-1"], &["us-east", "US-EAST-1", "us east 1", "us-east-1a"]);
        agree::<OrganizationId>(&["o-a1b2c3d4e5"], &["o-a1b2c3d4e", "a1b2c3d4e5", "o-A1B2C3D4E5"]);
        agree::<TableName>(&["tendlc", "a.b_c-d"], &["ab", "a b c", "table/tendlc"]);
        agree::<Profile>(&["p", "my profile"], &["", " p", "p\n"]);
        agree::<ExternalId>(&["ab", "a/b:c@d", &"a".repeat(1224)], &["a", "a b", &"a".repeat(1225)]);
        agree::<Principal>(
            &["role/tendlc-send", "role/team/x", "arn:aws:iam::222222222222:role/team/x"],
            &["tendlc-send", "role/*", "role/", "user/x", "arn:aws:iam::222222222222:root", "arn:aws:iam::*:role/x"],
        );
        agree::<GivenRole>(
            &["arn:aws-us-gov:iam::222222222222:role/x"],
            &["role/x", "arn:aws:iam::222222222222:role/?"],
        );
        agree::<QueueName>(&["tendlc-send", "a.fifo"], &["", "a.b", ".fifo", "https://sqs/x", &"a".repeat(81)]);
        agree::<ConfigurationSetName>(&["tendlc_1"], &["", "arn:aws:sms-voice:us-east-1:111111111111:x"]);
        agree::<RegistrationId>(&["registration-0123456789abcdef0123456789abcdef"], &["0123", "registration-"]);
        agree::<TopicArn>(&["arn:aws:sns:us-east-1:111111111111:alarms"], &["alarms", "arn:aws:sns:us-east-1:1:a"]);
        agree::<Bus>(
            &["", "default", "aws.partner/x", "arn:aws:events:us-east-1:222222222222:event-bus/default"],
            &["my bus", "arn:aws:events:us-east-1:222222222222:rule/x"],
        );
        let identity = |end: &str| format!("arn:aws:sms-voice:us-east-1:111111111111:{end}");
        agree::<OriginationIdentity>(
            &[&identity("phone-number/phone-0123"), &identity("pool/pool-0123")],
            &["+12065550100", "phone-0123", &identity("sender-id/ACME/US"), &identity("phone-number/")],
        );
    }

    /// What the functions take of their settings is what the file takes.
    #[test]
    fn an_external_id_and_a_bus_are_the_same_to_the_functions() {
        let taken = |name: &str, text: &str| {
            let settings = |setting: &str| match setting {
                _ if setting == name => Some(text.to_owned()),
                "TENDLC_TABLE_ARN" => Some("arn:aws:dynamodb:us-east-1:111111111111:table/tendlc".to_owned()),
                "TENDLC_TOPOLOGY" => Some("spoke".to_owned()),
                "TENDLC_FINGERPRINT_KEY" => Some("ab".repeat(32)),
                "TENDLC_GRANT" => Some("checkout".to_owned()),
                "TENDLC_ROLE_ARN" => Some("arn:aws:iam::111111111111:role/x".to_owned()),
                "TENDLC_EXTERNAL_ID" => Some("external".to_owned()),
                "TENDLC_DEAD_LETTER_QUEUE_URL" => Some("https://sqs/222222222222/dead".to_owned()),
                _ => None,
            };
            Settings::read(&settings, HandsOver::No).is_ok()
        };
        for id in ["ab", "a/b:c@d", "_+=,.@:/-", "a", "a b", "a#b", &"a".repeat(1224), &"a".repeat(1225)] {
            assert_eq!(taken("TENDLC_EXTERNAL_ID", id), id.parse::<ExternalId>().is_ok(), "{id}");
        }
        for bus in [
            "default",
            "aws.partner/x",
            "my bus",
            "arn:aws:events:us-east-1:222222222222:event-bus/default",
            "arn:aws:events:us-east-1:222222222222:event-bus/",
            "arn:aws:events:us-east-1:222222222222:rule/x",
            "arn:aws:sns:us-east-1:222222222222:x",
        ] {
            assert_eq!(taken("TENDLC_OUTCOME_BUS", bus), bus.parse::<Bus>().is_ok(), "{bus}");
        }
    }

    #[test]
    fn an_arn_says_where_it_is() {
        assert_eq!(arn_parts("arn:aws:iam::111111111111:role/x"), ("aws", "", "111111111111"));
        assert_eq!(arn_parts("arn:aws:sns:us-east-1:1:a"), ("aws", "us-east-1", "1"));
        assert_eq!(arn_parts("nothing"), ("", "", ""));
    }
}
