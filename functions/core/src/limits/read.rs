//! Asking AWS: which numbers a campaign has, and what they show.

use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_pinpointsmsvoicev2::config::Region;
use aws_sdk_pinpointsmsvoicev2::config::retry::RetryConfig;
use aws_sdk_pinpointsmsvoicev2::types::PhoneNumberInformation;
use aws_types::SdkConfig;

use super::told::{Shown, under};
use super::{Source, Told, Unread};
use crate::ask::{Operation, Pace, Trouble, ask};
use crate::clock::SharedClock;

const DESCRIBE: Operation = Operation("DescribePhoneNumbers");
const ASSOCIATIONS: Operation = Operation("ListRegistrationAssociations");
const POOL: Operation = Operation("ListPoolOriginationIdentities");

/// AWS describes this many numbers a call.
const AT_ONCE: usize = 5;

/// Each list in one page: AWS has at most 49 numbers in a campaign and 100 in a pool.
const PAGE: i32 = 100;

/// Reads limits, one call a second of each operation.
#[derive(Debug)]
pub struct Reader {
    config: SdkConfig,
    pace: Pace,
}

impl Reader {
    /// With credentials of the account that has the numbers.
    pub fn new(config: SdkConfig, clock: SharedClock) -> Self {
        Self { config, pace: Pace::new(clock) }
    }

    /// What the numbers of one campaign tell.
    pub async fn read(&self, source: &Source) -> Told {
        // Retries are off, since each try has to wait for its turn.
        let config = self.config.to_builder().region(Region::new(source.region.clone()));
        let client = Client::new(&config.retry_config(RetryConfig::disabled()).build());
        match self.shown(&client, source).await {
            Ok(shown) => Told::of(&shown),
            Err(why) => Told::nothing(&why),
        }
    }

    async fn shown(&self, client: &Client, source: &Source) -> Result<Vec<Shown>, Unread> {
        let identity = &source.origination_identity;
        let (numbers, of) = match &source.registration {
            Some(registration) => (self.associated(client, registration).await?, registration),
            None if identity.contains(":pool/") => (self.members(client, identity).await?, identity),
            None => (vec![identity.clone()], identity),
        };
        if numbers.is_empty() {
            return Err(Unread::NoNumbers { of: of.clone() });
        }
        let mut shown = Vec::with_capacity(numbers.len());
        for some in numbers.chunks(AT_ONCE) {
            let question = || client.describe_phone_numbers().set_phone_number_ids(Some(some.to_vec())).send();
            let answer = ask(&self.pace, DESCRIBE, question).await;
            let answer = answer.map_err(|trouble| unread(trouble, DESCRIBE, &format!("number of {of}")))?;
            shown.extend(answer.phone_numbers().iter().map(what_it_shows));
        }
        Ok(shown)
    }

    /// The ARNs of a registration's numbers.
    async fn associated(&self, client: &Client, registration: &str) -> Result<Vec<String>, Unread> {
        let list = || client.list_registration_associations().registration_id(registration).max_results(PAGE).send();
        let answer = ask(&self.pace, ASSOCIATIONS, list).await;
        let answer = answer.map_err(|trouble| unread(trouble, ASSOCIATIONS, registration))?;
        Ok(numbers(answer.registration_associations().iter().map(|associated| associated.resource_arn())))
    }

    /// The ARNs of a pool's numbers.
    async fn members(&self, client: &Client, pool: &str) -> Result<Vec<String>, Unread> {
        let list = || client.list_pool_origination_identities().pool_id(pool).max_results(PAGE).send();
        let answer = ask(&self.pace, POOL, list).await.map_err(|trouble| unread(trouble, POOL, pool))?;
        Ok(numbers(answer.origination_identities().iter().map(|identity| identity.origination_identity_arn())))
    }
}

fn numbers<'a>(arns: impl Iterator<Item = &'a str>) -> Vec<String> {
    arns.filter(|arn| arn.contains(":phone-number/")).map(str::to_owned).collect()
}

/// What numbers that were described tell of their campaign.
pub fn told_by(numbers: &[PhoneNumberInformation]) -> Told {
    Told::of(&numbers.iter().map(what_it_shows).collect::<Vec<_>>())
}

fn what_it_shows(number: &PhoneNumberInformation) -> Shown {
    let limits = number.messaging_limits();
    Shown {
        number: number.phone_number_arn().rsplit('/').next().unwrap_or_default().to_owned(),
        rate: under("SMS", limits.and_then(|limits| limits.rate_limits())),
        cap: under("T-MOBILE", limits.and_then(|limits| limits.daily_message_caps())),
    }
}

fn unread(trouble: Trouble, Operation(operation): Operation, what: &str) -> Unread {
    match trouble {
        Trouble::Denied(told) => Unread::Denied { operation, told },
        Trouble::Missing(_) => Unread::Missing { what: what.to_owned() },
        Trouble::Unanswered(told) => Unread::Unanswered { operation, told },
    }
}
