//! SNS `Publish` to a phone number. What SNS finds out only later (opt-outs, spend limit, price) it does not say
//! here either: the text is accepted.

use std::collections::BTreeMap;

use super::form::Form;
use super::refusal::Refusal;
use super::server::{Answer, Request};
use super::service::Service;
use super::sms::{Inner, Limited, Parts, Sent};
use super::state::{State, lock};

const TYPE: &str = "AWS.SNS.SMS.SMSType";
const SENDER: &str = "AWS.SNS.SMS.SenderID";
const MAX_PRICE: &str = "AWS.SNS.SMS.MaxPrice";
const ORIGIN: &str = "AWS.MM.SMS.OriginationNumber";

pub(crate) fn perform(state: &State, request: &Request) -> Result<Answer, Refusal> {
    let form = request.form()?;
    for target in ["TopicArn", "TargetArn"] {
        if let Some(arn) = form.get(target) {
            // What tendlc's roles allow is everything but topics.
            return Err(request.denied("SNS:Publish", arn));
        }
    }
    let to = form.get("PhoneNumber").unwrap_or_default();
    if to.is_empty() {
        return Err(invalid("TopicArn or TargetArn Reason: no value for required parameter"));
    }
    if !is_e164(to) {
        return Err(invalid(&format!("PhoneNumber Reason: {to} is not valid to publish to")));
    }
    let body = form.get("Message").unwrap_or_default();
    if body.is_empty() {
        return Err(invalid("Empty message"));
    }
    if body.chars().count() > 1600 {
        return Err(invalid("Message too long"));
    }
    if form.get("MessageStructure").is_some_and(|structure| structure != "json") {
        return Err(invalid("MessageStructure"));
    }
    let attributes = attributes(form)?;
    if !may_publish(state, request) {
        return Err(request.denied("SNS:Publish", to));
    }
    let parts = Parts::of(body);
    state.sms.with(|sms| {
        pace(state, sms, attributes.get(ORIGIN), parts.count)?;
        let message_id = uuid::Uuid::new_v4().to_string();
        let session = request.caller.session.as_ref();
        sms.accept(Sent {
            message_id: message_id.clone(),
            channel: "sns",
            to: to.to_owned(),
            body: body.to_owned(),
            segments: parts.count,
            encoding: parts.encoding,
            origination_identity: attributes.get(ORIGIN).or(attributes.get(SENDER)).cloned(),
            origination_number: attributes.get(ORIGIN).cloned(),
            account: request.caller.account.clone(),
            role_arn: session.map(|session| session.role_arn.clone()),
            role_session: session.map(|session| session.name.clone()),
            context: BTreeMap::new(),
            time_to_live: None,
            max_price: attributes.get(MAX_PRICE).cloned(),
            message_type: attributes.get(TYPE).map_or_else(|| "PROMOTIONAL".to_owned(), |kind| kind.to_uppercase()),
            configuration_set: None,
            at: state.now(),
        });
        Ok(Answer::Xml(format!("<MessageId>{message_id}</MessageId>")))
    })
}

/// SNS cannot be limited to an origination number, so a role may publish or not.
fn may_publish(state: &State, request: &Request) -> bool {
    if request.caller.account != state.account {
        return false;
    }
    let roles = lock(&state.roles);
    match (&request.caller.session, request.caller.role(&roles)) {
        (None, _) => true,
        (Some(_), Some(role)) => role.sns_publish && !request.caller.is_revoked(role),
        (Some(_), None) => false,
    }
}

/// A number of the account is held to its campaign's rate here too.
fn pace(state: &State, sms: &mut Inner, origin: Option<&String>, segments: u32) -> Result<(), Refusal> {
    let Some(origin) = origin else { return Ok(()) };
    let digits = |number: &str| number.trim_start_matches('+').to_owned();
    let number = sms.account.numbers.iter().find(|number| digits(&number.phone_number) == digits(origin));
    let Some(registration) = number.map(|number| number.registration_id.clone()) else {
        return Err(invalid(&format!("MessageAttributes Reason: {ORIGIN} is not a number of this account")));
    };
    let per_second = sms.account.segments_per_second.get(&registration).copied().unwrap_or(0);
    if sms.pace(state, "Publish", (Limited::Segments(registration), per_second, segments)) {
        Ok(())
    } else {
        Err(Refusal::throttled(Service::Sns))
    }
}

/// The message attributes, those for texts checked.
fn attributes(form: &Form) -> Result<BTreeMap<String, String>, Refusal> {
    let mut attributes = BTreeMap::new();
    for place in 1.. {
        let field = |name: &str| form.get(&format!("MessageAttributes.entry.{place}.{name}"));
        let Some(name) = field("Name") else { break };
        let (kind, value) = (field("Value.DataType").unwrap_or_default(), field("Value.StringValue"));
        let refuse = |why: &str| invalid(&format!("MessageAttributes Reason: The message attribute '{name}' {why}"));
        if field("Value.BinaryValue").is_some() && name.starts_with("AWS.") {
            return Err(refuse("must not be binary."));
        }
        let value = value.unwrap_or_default();
        let wrong = match name {
            TYPE => kind != "String" || !matches!(value, "Promotional" | "Transactional"),
            SENDER => kind != "String" || !is_sender_id(value),
            MAX_PRICE => kind != "Number" || value.parse::<f64>().is_ok_and(|price| price < 0.0),
            ORIGIN => kind != "String" || !is_origination_number(value),
            _ => !["String", "Number", "Binary"].iter().any(|known| kind.starts_with(known)),
        };
        if wrong {
            return Err(refuse("has an invalid type or value."));
        }
        if kind.starts_with("Number") && value.parse::<f64>().is_err() {
            return Err(refuse("is not a number."));
        }
        attributes.insert(name.to_owned(), value.to_owned());
    }
    Ok(attributes)
}

fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_origination_number(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or(number);
    (5..=14).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_sender_id(id: &str) -> bool {
    (1..=11).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && id.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn invalid(what: &str) -> Refusal {
    Refusal::modelled(400, "InvalidParameter", format!("Invalid parameter: {what}"))
}
