//! The input of `SendTextMessage`, every constraint of its model checked.

use std::collections::BTreeMap;

use super::super::refusal::Refusal;
use super::super::shape::Members;
use super::{Parts, invalid};

/// A text as it is asked for.
pub(crate) struct Text {
    pub(crate) to: String,
    pub(crate) body: String,
    pub(crate) parts: Parts,
    pub(crate) origination_identity: Option<String>,
    pub(crate) message_type: Option<String>,
    pub(crate) configuration_set: Option<String>,
    pub(crate) protect_configuration: Option<String>,
    pub(crate) max_price: Option<String>,
    pub(crate) time_to_live: Option<i64>,
    pub(crate) context: BTreeMap<String, String>,
    pub(crate) dry_run: bool,
}

impl Text {
    pub(crate) fn read(input: Members<'_>) -> Result<Self, Refusal> {
        let to = input.text("DestinationPhoneNumber")?.ok_or_else(|| missing("DestinationPhoneNumber"))?;
        constrain("DestinationPhoneNumber", to, 1, 20, is_phone_number, "\\+?[1-9][0-9]{1,18}")?;
        let body = input.text("MessageBody")?.ok_or_else(|| missing("MessageBody"))?;
        let not_blank = |text: &str| !text.chars().all(is_space);
        constrain("MessageBody", body, 1, 1600, not_blank, "(?!\\s*$)[\\s\\S]+")?;
        let parts = Parts::of(body);
        if parts.is_too_long() {
            let message = "The message body is longer than 1530 GSM characters or 630 other characters.";
            return Err(invalid("INVALID_PARAMETER", "MessageBody", message));
        }
        let optional = |member: &str, most, allowed: &dyn Fn(&str) -> bool, pattern: &str| {
            let Some(text) = input.text(member)? else { return Ok(None) };
            constrain(member, text, 1, most, allowed, pattern)?;
            Ok(Some(text.to_owned()))
        };
        let identity = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_:/+-".contains(c));
        let resource = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_:/-".contains(c));
        let keyword = |text: &str| text.chars().all(|c| c == ' ' || !is_space(c));
        optional("Keyword", 30, &keyword, "[ \\S]+")?;
        input.flag("MessageFeedbackEnabled")?;
        country_parameters(input)?;
        Ok(Self {
            to: to.to_owned(),
            body: body.to_owned(),
            parts,
            origination_identity: optional("OriginationIdentity", 256, &identity, "[A-Za-z0-9_:/\\+-]+")?,
            message_type: message_type(input)?,
            configuration_set: optional("ConfigurationSetName", 256, &resource, "[A-Za-z0-9_:/-]+")?,
            protect_configuration: optional("ProtectConfigurationId", 256, &resource, "[A-Za-z0-9_:/-]+")?,
            max_price: optional("MaxPrice", 8, &|price| micros(price).is_some(), "[0-9]{0,2}\\.[0-9]{1,5}")?,
            time_to_live: time_to_live(input)?,
            context: context(input)?,
            dry_run: input.flag("DryRun")?.unwrap_or(false),
        })
    }
}

fn message_type(input: Members<'_>) -> Result<Option<String>, Refusal> {
    match input.text("MessageType")? {
        Some(kind) if !matches!(kind, "TRANSACTIONAL" | "PROMOTIONAL") => {
            Err(invalid("INVALID_PARAMETER", "MessageType", "MessageType is not one of TRANSACTIONAL, PROMOTIONAL"))
        }
        kind => Ok(kind.map(str::to_owned)),
    }
}

fn time_to_live(input: Members<'_>) -> Result<Option<i64>, Refusal> {
    match input.whole("TimeToLive")? {
        Some(seconds) if !(5..=259_200).contains(&seconds) => {
            Err(invalid("INVALID_PARAMETER", "TimeToLive", "TimeToLive must be between 5 and 259200"))
        }
        seconds => Ok(seconds),
    }
}

fn context(input: Members<'_>) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(map) = input.map("Context")? else { return Ok(BTreeMap::new()) };
    let wrong = |message: &str| Err(invalid("INVALID_PARAMETER", "Context", message));
    if map.len() > 5 {
        return wrong("Context must have at most 5 entries");
    }
    let mut context = BTreeMap::new();
    for (key, value) in map {
        let value = value.as_str().ok_or_else(|| Refusal::unreadable("Context"))?;
        if !(1..=100).contains(&key.chars().count()) || key.chars().any(is_space) {
            return wrong("A key of Context must match \\S+ and have 1 to 100 characters");
        }
        let outer = |c: Option<char>| c.is_none_or(is_space);
        if value.chars().count() > 800 || outer(value.chars().next()) || outer(value.chars().last()) {
            return wrong("A value of Context must have 1 to 800 characters and no white space around it");
        }
        context.insert(key.clone(), value.to_owned());
    }
    Ok(context)
}

fn country_parameters(input: Members<'_>) -> Result<(), Refusal> {
    let Some(map) = input.map("DestinationCountryParameters")? else { return Ok(()) };
    for (key, value) in map {
        let value = value.as_str().ok_or_else(|| Refusal::unreadable("DestinationCountryParameters"))?;
        let known = matches!(key.as_str(), "IN_TEMPLATE_ID" | "IN_ENTITY_ID");
        if !known || !(1..=64).contains(&value.chars().count()) || value.chars().any(is_space) {
            let message = "DestinationCountryParameters has an unknown key or a value that does not match \\S+";
            return Err(invalid("INVALID_PARAMETER", "DestinationCountryParameters", message));
        }
    }
    Ok(())
}

/// A price in millionths of a dollar, when it is written as the model wants it.
pub(crate) fn micros(price: &str) -> Option<u64> {
    let (whole, fraction) = price.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() > 2 || !(1..=5).contains(&fraction.len()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<6}").parse().ok()
}

fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (2..=19).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
}

/// What `\s` is in the models' regular expressions.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

pub(crate) fn constrain(
    member: &str,
    value: &str,
    least: usize,
    most: usize,
    allowed: impl Fn(&str) -> bool,
    pattern: &str,
) -> Result<(), Refusal> {
    match value.chars().count() {
        count if count < least => Err(length(member, &format!("greater than or equal to {least}"))),
        count if count > most => Err(length(member, &format!("less than or equal to {most}"))),
        _ if !allowed(value) => {
            let message = format!(
                "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must \
                 satisfy regular expression pattern: {pattern}"
            );
            Err(invalid("INVALID_PARAMETER", member, &message))
        }
        _ => Ok(()),
    }
}

fn length(member: &str, must: &str) -> Refusal {
    let message = format!(
        "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must have length {must}"
    );
    invalid("INVALID_PARAMETER", member, &message)
}

fn missing(member: &str) -> Refusal {
    let message = format!(
        "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    );
    invalid("MISSING_PARAMETER", member, &message)
}
