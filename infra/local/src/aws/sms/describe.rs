//! The reading operations, apart from those on registrations, and the opt-out list.

use serde_json::{Value, json};

use super::super::refusal::Refusal;
use super::super::seed::Number;
use super::super::shape::Members;
use super::super::state::State;
use super::{Inner, invalid, not_found};

/// When everything in the account was created: 2026-01-01.
pub(super) const CREATED: f64 = 1_767_225_600.0;

/// The ids asked for, which may be ARNs; an empty list asks for everything.
pub(super) fn ids<'a>(input: Members<'a>, member: &str) -> Result<Vec<&'a str>, Refusal> {
    let ids = input.texts(member)?;
    if ids.len() > 5 {
        return Err(invalid("INVALID_PARAMETER", member, &format!("{member} must have at most 5 members")));
    }
    Ok(ids)
}

/// Whether an id or ARN means this ARN.
pub(super) fn is(asked: &str, arn: &str) -> bool {
    asked == arn || arn.rsplit('/').next() == Some(asked)
}

/// The ARNs that policies name an input's resources by; `*` when it names none.
pub(super) fn resources(state: &State, input: Members<'_>) -> Result<Vec<String>, Refusal> {
    let mut resources = Vec::new();
    let arn = |kind: &str, id: &str| match id.starts_with("arn:") {
        true => id.to_owned(),
        false => format!("arn:aws:sms-voice:{}:{}:{kind}/{id}", state.region, state.account),
    };
    let lists = [
        ("PhoneNumberIds", "phone-number"),
        ("RegistrationIds", "registration"),
        ("ConfigurationSetNames", "configuration-set"),
    ];
    for (member, kind) in lists {
        resources.extend(input.texts(member)?.into_iter().map(|id| arn(kind, id)));
    }
    for (member, kind) in [("RegistrationId", "registration"), ("PoolId", "pool"), ("OptOutListName", "opt-out-list")] {
        resources.extend(input.text(member)?.map(|id| arn(kind, id)));
    }
    resources.extend(input.text("ResourceArn")?.map(str::to_owned));
    Ok(if resources.is_empty() { vec!["*".to_owned()] } else { resources })
}

/// A page of a list, under its member's name.
pub(super) fn page(input: Members<'_>, member: &str, items: Vec<Value>) -> Result<Value, Refusal> {
    let most = match input.whole("MaxResults")? {
        None => 100,
        Some(most @ 1..=100) => usize::try_from(most).unwrap_or(100),
        Some(_) => return Err(invalid("INVALID_PARAMETER", "MaxResults", "MaxResults must be between 1 and 100")),
    };
    let bad_token = |_| invalid("INVALID_NEXT_TOKEN", "NextToken", "NextToken is not one of this operation's");
    let from: usize = input.text("NextToken")?.map(str::parse).transpose().map_err(bad_token)?.unwrap_or(0);
    let left = items.len().saturating_sub(from);
    let mut answer = json!({});
    answer[member] = items.into_iter().skip(from).take(most).collect();
    if left > most {
        answer["NextToken"] = json!((from + most).to_string());
    }
    Ok(answer)
}

/// What filters ask for: pairs of an attribute's name and its allowed values, each name one of `known`.
pub(super) fn filters<'a>(input: Members<'a>, known: &[&str]) -> Result<Vec<(&'a str, Vec<&'a str>)>, Refusal> {
    let mut filters = Vec::new();
    for filter in input.list("Filters")?.map(Vec::as_slice).unwrap_or_default() {
        let filter = Members::of(filter)?;
        let name = filter.text("Name")?.unwrap_or_default();
        let values = filter.texts("Values")?;
        if !known.contains(&name) || values.is_empty() || values.len() > 20 {
            let message = format!("Filters must be by one of {} and have 1 to 20 values", known.join(", "));
            return Err(invalid("INVALID_FILTER_VALUES", "Filters", &message));
        }
        filters.push((name, values));
    }
    Ok(filters)
}

pub(super) fn numbers(sms: &Inner, input: Members<'_>) -> Result<Value, Refusal> {
    let ids = ids(input, "PhoneNumberIds")?;
    let known = ["status", "iso-country-code", "message-type", "number-capability", "number-type"];
    let filters = filters(input, &known)?;
    if let Some(unknown) = ids.iter().find(|id| !sms.account.numbers.iter().any(|number| is(id, &number.arn))) {
        return Err(not_found("phone-number", unknown));
    }
    let shared = input.text("Owner")? == Some("SHARED");
    let wanted = |number: &&Number| {
        let fits = |name: &str, values: &[&str]| match name {
            "status" => values.contains(&number.status.as_str()),
            "message-type" => values.contains(&number.message_type.as_str()),
            "iso-country-code" => values.contains(&"US"),
            "number-capability" => values.contains(&"SMS"),
            _ => values.contains(&kind(number)),
        };
        !shared
            && (ids.is_empty() || ids.iter().any(|id| is(id, &number.arn)))
            && filters.iter().all(|(name, values)| fits(name, values))
    };
    let items = sms.account.numbers.iter().filter(wanted).map(describe_number);
    page(input, "PhoneNumbers", items.collect())
}

fn kind(number: &Number) -> &'static str {
    if number.simulator { "SIMULATOR" } else { "TEN_DLC" }
}

fn describe_number(number: &Number) -> Value {
    let mut item = json!({
        "PhoneNumberArn": number.arn,
        "PhoneNumberId": number.arn.rsplit('/').next(),
        "PhoneNumber": number.phone_number,
        "Status": number.status,
        "IsoCountryCode": "US",
        "MessageType": number.message_type,
        "NumberCapabilities": ["SMS"],
        "NumberType": kind(number),
        "MonthlyLeasingPrice": "1.00",
        "TwoWayEnabled": false,
        "SelfManagedOptOutsEnabled": false,
        "OptOutListName": "Default",
        "DeletionProtectionEnabled": true,
        "CreatedTimestamp": CREATED,
    });
    if !number.simulator {
        item["RegistrationId"] = json!(number.registration_id);
    }
    if let Some(pool) = &number.pool {
        item["PoolId"] = json!(pool.rsplit('/').next());
    }
    if !number.rate_limits.is_empty() || !number.daily_caps.is_empty() {
        item["MessagingLimits"] = json!({ "RateLimits": number.rate_limits, "DailyMessageCaps": number.daily_caps });
    }
    item
}

/// The numbers of a pool.
pub(super) fn pool(sms: &Inner, input: Members<'_>) -> Result<Value, Refusal> {
    let missing = || invalid("MISSING_PARAMETER", "PoolId", "PoolId is required");
    let id = input.text("PoolId")?.ok_or_else(missing)?;
    let filters = filters(input, &["iso-country-code", "number-capability"])?;
    let fits =
        filters.iter().all(|(name, values)| values.contains(if *name == "iso-country-code" { &"US" } else { &"SMS" }));
    let arn_of = |number: &&Number| number.pool.as_deref().is_some_and(|pool| is(id, pool));
    let members: Vec<&Number> = sms.account.numbers.iter().filter(arn_of).collect();
    let Some(arn) = members.first().and_then(|number| number.pool.clone()) else {
        return Err(not_found("pool", id));
    };
    let describe = |number: &&Number| {
        json!({
            "OriginationIdentityArn": number.arn,
            "OriginationIdentity": number.arn.rsplit('/').next(),
            "IsoCountryCode": "US",
            "NumberCapabilities": ["SMS"],
            "PhoneNumber": number.phone_number,
        })
    };
    let items = members.iter().filter(|_| fits).map(describe).collect();
    let mut answer = page(input, "OriginationIdentities", items)?;
    answer["PoolId"] = json!(arn.rsplit('/').next());
    answer["PoolArn"] = json!(arn);
    Ok(answer)
}

/// The resource policy of a number, or of the pool that it is in; nothing else has one here.
pub(super) fn policy(sms: &Inner, input: Members<'_>) -> Result<Value, Refusal> {
    let missing = || invalid("MISSING_PARAMETER", "ResourceArn", "ResourceArn is required");
    let arn = input.text("ResourceArn")?.ok_or_else(missing)?;
    if !arn.starts_with("arn:") || arn.len() > 2_048 {
        return Err(invalid("INVALID_ARN", "ResourceArn", "ResourceArn is not an ARN"));
    }
    let number = sms.account.numbers.iter().find(|number| number.arn == arn || number.pool.as_deref() == Some(arn));
    let number = number.ok_or_else(|| not_found("phone-number", arn))?;
    let policy = number.policy.as_ref().ok_or_else(|| not_found("policy", arn))?;
    Ok(json!({ "ResourceArn": arn, "Policy": policy, "CreatedTimestamp": CREATED }))
}

pub(super) fn attributes(sms: &Inner, input: Members<'_>) -> Result<Value, Refusal> {
    page(input, "AccountAttributes", vec![json!({ "Name": "ACCOUNT_TIER", "Value": sms.account.tier })])
}

pub(super) fn spend_limits(sms: &Inner, input: Members<'_>) -> Result<Value, Refusal> {
    let limit = |name: &str, enforced: u64| {
        let name = format!("{name}_MESSAGE_MONTHLY_SPEND_LIMIT");
        json!({ "Name": name, "EnforcedLimit": enforced, "MaxLimit": enforced, "Overridden": false })
    };
    let items = vec![limit("TEXT", sms.account.spend_limit_usd), limit("VOICE", 1), limit("MEDIA", 1)];
    page(input, "SpendLimits", items)
}

pub(super) fn configuration_sets(state: &State, sms: &Inner, input: Members<'_>) -> Result<Value, Refusal> {
    let names = ids(input, "ConfigurationSetNames")?;
    let arn = |name: &str| format!("arn:aws:sms-voice:{}:{}:configuration-set/{name}", state.region, state.account);
    let sets = &sms.account.configuration_sets;
    if let Some(unknown) = names.iter().find(|name| !sets.iter().any(|set| is(name, &arn(&set.name)))) {
        return Err(not_found("configuration-set", unknown));
    }
    let wanted = sets.iter().filter(|set| names.is_empty() || names.iter().any(|name| is(name, &arn(&set.name))));
    let describe = |set: &super::super::seed::ConfigurationSet| {
        let destination = set.topic_arn.as_ref().map(|topic| {
            json!({
                "EventDestinationName": "receipts",
                "Enabled": !set.disabled,
                "MatchingEventTypes": ["TEXT_ALL"],
                "SnsDestination": { "TopicArn": topic },
            })
        });
        json!({
            "ConfigurationSetArn": arn(&set.name),
            "ConfigurationSetName": set.name,
            "EventDestinations": destination.into_iter().collect::<Vec<_>>(),
            "CreatedTimestamp": CREATED,
        })
    };
    page(input, "ConfigurationSets", wanted.map(describe).collect())
}

pub(super) fn opt_out(state: &State, sms: &mut Inner, input: Members<'_>) -> Result<Value, Refusal> {
    let missing = |member: &str| invalid("MISSING_PARAMETER", member, &format!("{member} is required"));
    let list = input.text("OptOutListName")?.ok_or_else(|| missing("OptOutListName"))?;
    let number = input.text("OptedOutNumber")?.ok_or_else(|| missing("OptedOutNumber"))?;
    let arn = format!("arn:aws:sms-voice:{}:{}:opt-out-list/Default", state.region, state.account);
    if !is(list, &arn) {
        return Err(not_found("opt-out-list", list));
    }
    let number = format!("+{}", number.trim_start_matches('+'));
    if number.len() < 3 || number.len() > 20 || !number[1..].bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid("INVALID_PARAMETER", "OptedOutNumber", "OptedOutNumber is not a phone number"));
    }
    sms.account.opted_out.insert(number.clone());
    Ok(json!({
        "OptOutListArn": arn,
        "OptOutListName": "Default",
        "OptedOutNumber": number,
        "OptedOutTimestamp": state.now().as_second(),
        "EndUserOptedOut": false,
    }))
}
