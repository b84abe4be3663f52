//! The numbers that a campaign sends from: whether AWS has them, and whether they can send this campaign's texts.

use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_pinpointsmsvoicev2::types::{NumberCapability, PhoneNumberInformation};
use jiff::Timestamp;
use tendlc_core::ask::{Operation, Pace, Trouble, ask};
use tendlc_core::grant::{Campaign, ChannelKind, MessageType};
use tendlc_core::limits::{Told, told_by};

use crate::ask::{Caller, finding};
use crate::check::{Finding, State};

pub const DESCRIBE: Operation = Operation("DescribePhoneNumbers");
const LIST: Operation = Operation("ListPoolOriginationIdentities");

/// AWS describes this many numbers a call.
const AT_ONCE: usize = 5;

/// What the numbers of a campaign say beside how they stand.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The registration that they name, if they name one.
    pub registration: Option<String>,
    /// The limits that AWS has for the campaign.
    pub told: Told,
    /// Since when the account has the newest of them.
    pub made: Option<Timestamp>,
}

/// What is told of a number: not itself.
#[derive(Clone, Debug)]
pub struct Number {
    id: String,
    status: String,
    kind: String,
    message_type: String,
    sends_texts: bool,
    registration: Option<String>,
    protected: bool,
}

/// Looks at the number or pool of a campaign, and returns what later checks build on.
pub async fn check(client: &Client, pace: &Pace, caller: &Caller, campaign: &Campaign) -> (Finding, Option<Seen>) {
    let identity = &campaign.origination_identity;
    let gone = |what: &str| {
        Finding::failing(
            format!("AWS has no {what} {identity} in {}: it was released, or is elsewhere", campaign.region),
            format!(
                "set `origination_identity` of the campaign {} to one that the primary has, then `tendlc sync`",
                campaign.name
            ),
        )
    };
    let mut numbers = Vec::new();
    if identity.contains(":pool/") {
        let members = match members(client, pace, identity).await {
            Ok(members) => members,
            Err(trouble) => return (finding(trouble, LIST, (caller, identity), gone("pool")), None),
        };
        for ids in members.chunks(AT_ONCE) {
            match describe(client, pace, ids).await {
                Ok(some) => numbers.extend(some),
                Err(trouble) => {
                    let resource = format!("the numbers of {identity}");
                    return (finding(trouble, DESCRIBE, (caller, &resource), gone("number of")), None);
                }
            }
        }
    } else {
        match describe(client, pace, std::slice::from_ref(identity)).await {
            Ok(one) => numbers = one,
            Err(trouble) => return (finding(trouble, DESCRIBE, (caller, identity), gone("number")), None),
        }
        if numbers.is_empty() {
            return (gone("number"), None);
        }
    }
    if let Some(another) = another(campaign, &numbers) {
        return (another, None);
    }
    let told = told_by(&numbers);
    let made = numbers.iter().map(|number| number.created_timestamp().secs()).max();
    let made = made.and_then(|second| Timestamp::from_second(second).ok());
    let numbers: Vec<Number> = numbers.iter().map(Number::of).collect();
    let registration = numbers.iter().find_map(|number| number.registration.clone());
    (judge(campaign, &numbers), Some(Seen { registration, told, made }))
}

/// SNS sends from the number, and everything else here is about the identity.
fn another(campaign: &Campaign, numbers: &[PhoneNumberInformation]) -> Option<Finding> {
    let wanted = campaign.origination_number.as_deref().filter(|_| campaign.channel == ChannelKind::Sns)?;
    if numbers.iter().any(|number| number.phone_number() == wanted) {
        return None;
    }
    let detail =
        format!("{} is another number than `phone_number`, from which SNS sends", campaign.origination_identity);
    let cure = format!(
        "correct `origination_identity` or `phone_number` of the campaign {}, then `tendlc deploy`",
        campaign.name
    );
    Some(Finding::failing(detail, cure))
}

/// What AWS says of numbers, by their ids or ARNs.
pub async fn describe(client: &Client, pace: &Pace, ids: &[String]) -> Result<Vec<PhoneNumberInformation>, Trouble> {
    let question = || client.describe_phone_numbers().set_phone_number_ids(Some(ids.to_vec())).send();
    Ok(ask(pace, DESCRIBE, question).await?.phone_numbers.unwrap_or_default())
}

/// The ARNs of a pool's numbers; one page, since AWS takes 100 of them in a pool.
async fn members(client: &Client, pace: &Pace, pool: &str) -> Result<Vec<String>, Trouble> {
    let question = || client.list_pool_origination_identities().pool_id(pool).max_results(100).send();
    let answer = ask(pace, LIST, question).await?;
    let arns = answer.origination_identities().iter().map(|identity| identity.origination_identity_arn());
    Ok(arns.filter(|arn| arn.contains(":phone-number/")).map(str::to_owned).collect())
}

impl Number {
    fn of(told: &PhoneNumberInformation) -> Self {
        Self {
            id: told.phone_number_arn().rsplit('/').next().unwrap_or_default().to_owned(),
            status: told.status().as_str().to_owned(),
            kind: told.number_type().as_str().to_owned(),
            message_type: told.message_type().as_str().to_owned(),
            sends_texts: told.number_capabilities().contains(&NumberCapability::Sms),
            registration: told.registration_id().filter(|id| !id.is_empty()).map(str::to_owned),
            protected: told.deletion_protection_enabled(),
        }
    }

    /// What is wrong with it for this campaign, if anything.
    fn judge(&self, campaign: &Campaign) -> Option<Finding> {
        let (id, status, kind) = (&self.id, &self.status, &self.kind);
        let wanted = match campaign.message_type {
            MessageType::Transactional => "TRANSACTIONAL",
            MessageType::Promotional => "PROMOTIONAL",
        };
        let elsewhere = "set `origination_identity` of the campaign to another number, then `tendlc sync`";
        if status != "ACTIVE" {
            let cure = match status.as_str() {
                "PENDING" | "ASSOCIATING" => "wait: AWS and the carriers take up to two weeks (`tendlc registration`)",
                _ => elsewhere,
            };
            return Some(Finding::failing(format!("{id} is {status}, so nothing can be sent from it"), cure));
        }
        if kind != "TEN_DLC" {
            return Some(Finding::failing(format!("{id} is {kind}, not TEN_DLC"), elsewhere));
        }
        if !self.sends_texts {
            return Some(Finding::failing(format!("{id} cannot send texts"), elsewhere));
        }
        if self.message_type != wanted {
            let cure = "set `message_type` of the campaign to the number's, then `tendlc sync`";
            let detail = format!("{id} is {}, the campaign {wanted}: AWS refuses every text", self.message_type);
            return Some(Finding::failing(detail, cure));
        }
        match (&self.registration, &campaign.registration) {
            (None, _) => Some(Finding::failing(
                format!("{id} belongs to no registration: carriers block what it sends"),
                "associate it with the campaign's registration (CreateRegistrationAssociation)",
            )),
            (Some(found), Some(wanted)) if !same(found, wanted) => Some(Finding::degraded(
                format!(
                    "{id} belongs to {found}, the campaign {} to {wanted}: quotas are counted wrongly",
                    campaign.name
                ),
                "correct `registration` or `origination_identity` of the campaign, then `tendlc sync`",
            )),
            _ => None,
        }
    }
}

/// An id and the ARN that ends in it are the same thing.
fn same(one: &str, other: &str) -> bool {
    one.rsplit('/').next() == other.rsplit('/').next()
}

/// One number that is wrong stops a campaign that has no other; of a pool, AWS takes those that can send.
fn judge(campaign: &Campaign, numbers: &[Number]) -> Finding {
    let Some(number) = numbers.first() else {
        let cure = "put a number of the campaign into it (AssociateOriginationIdentity)";
        return Finding::failing("the pool holds no number", cure);
    };
    let wrong: Vec<Finding> = numbers.iter().filter_map(|number| number.judge(campaign)).collect();
    let pool = campaign.origination_identity.contains(":pool/");
    match wrong.first() {
        None if pool => Finding::healthy(format!("all {} of the pool: {}", numbers.len(), number.fine())),
        None => Finding::healthy(format!("{}{}", number.fine(), number.note())),
        Some(first) if !pool => first.clone(),
        Some(first) => {
            let detail = format!("{} of the pool's {} numbers: {}", wrong.len(), numbers.len(), first.detail);
            let none_sends = wrong.iter().filter(|one| one.state == State::Failing).count() == numbers.len();
            let cure = first.cure.clone().unwrap_or_default();
            if none_sends { Finding::failing(detail, cure) } else { Finding::degraded(detail, cure) }
        }
    }
}

impl Number {
    fn fine(&self) -> String {
        let registration = self.registration.as_deref().unwrap_or("no registration");
        format!("{} is ACTIVE and TEN_DLC, of {registration}", self.id)
    }

    fn note(&self) -> &'static str {
        if self.protected { "" } else { "; its deletion protection is off" }
    }
}

#[cfg(test)]
mod tests;
