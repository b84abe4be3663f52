//! Registrations of brands and campaigns, their versions, and the numbers that belong to them.

use serde_json::{Value, json};

use super::super::refusal::Refusal;
use super::super::seed::Registration;
use super::super::shape::Members;
use super::super::state::State;
use super::describe::{CREATED, filters, ids, is, page};
use super::{Inner, invalid, not_found};

fn arn(state: &State, registration: &Registration) -> String {
    format!("arn:aws:sms-voice:{}:{}:registration/{}", state.region, state.account, registration.id)
}

fn find<'a>(state: &State, sms: &'a Inner, input: Members<'_>) -> Result<&'a Registration, Refusal> {
    let missing = || invalid("MISSING_PARAMETER", "RegistrationId", "RegistrationId is required");
    let id = input.text("RegistrationId")?.ok_or_else(missing)?;
    let found = sms.account.registrations.iter().find(|registration| is(id, &arn(state, registration)));
    found.ok_or_else(|| not_found("registration", id))
}

pub(super) fn list(state: &State, sms: &Inner, input: Members<'_>) -> Result<Value, Refusal> {
    let ids = ids(input, "RegistrationIds")?;
    let filters = filters(input, &["registration-type", "registration-status"])?;
    let all = &sms.account.registrations;
    if let Some(unknown) = ids.iter().find(|id| !all.iter().any(|known| is(id, &arn(state, known)))) {
        return Err(not_found("registration", unknown));
    }
    let wanted = |registration: &&Registration| {
        (ids.is_empty() || ids.iter().any(|id| is(id, &arn(state, registration))))
            && filters.iter().all(|(name, values)| {
                let is_type = *name == "registration-type";
                values.contains(&if is_type { &registration.kind } else { &registration.status }.as_str())
            })
    };
    page(input, "Registrations", all.iter().filter(wanted).map(|known| describe(state, known)).collect())
}

fn describe(state: &State, registration: &Registration) -> Value {
    let last = |wanted: &str| {
        let versions = registration.versions.iter().rev();
        versions.clone().find(|(_, status)| status == wanted).map(|(number, _)| *number)
    };
    let mut item = json!({
        "RegistrationArn": arn(state, registration),
        "RegistrationId": registration.id,
        "RegistrationType": registration.kind,
        "RegistrationStatus": registration.status,
        "CurrentVersionNumber": registration.versions.last().map_or(1, |(number, _)| *number),
        "CreatedTimestamp": CREATED,
    });
    if let Some(number) = last("APPROVED") {
        item["ApprovedVersionNumber"] = json!(number);
    }
    if let Some(number) = last("DENIED") {
        item["LatestDeniedVersionNumber"] = json!(number);
    }
    item
}

pub(super) fn versions(state: &State, sms: &Inner, input: Members<'_>) -> Result<Value, Refusal> {
    let registration = find(state, sms, input)?;
    let filters = filters(input, &["registration-version-status"])?;
    let asked = input.list("VersionNumbers")?.map(Vec::as_slice).unwrap_or_default();
    let unknown =
        |number: &&Value| !registration.versions.iter().any(|(known, _)| number.as_u64() == Some((*known).into()));
    if asked.len() > 5 || asked.iter().any(|number| unknown(&number)) {
        let message = "VersionNumbers has more than 5 members or one that the registration does not have";
        return Err(invalid("UNKNOWN_REGISTRATION_VERSION", "VersionNumbers", message));
    }
    let wanted = |(number, status): &&(u32, String)| {
        (asked.is_empty() || asked.iter().any(|asked| asked.as_u64() == Some((*number).into())))
            && filters.iter().all(|(_, values)| values.contains(&status.as_str()))
    };
    let items = registration.versions.iter().filter(wanted).map(|(number, status)| describe_version(*number, status));
    let mut answer = page(input, "RegistrationVersions", items.collect())?;
    answer["RegistrationArn"] = json!(arn(state, registration));
    answer["RegistrationId"] = json!(registration.id);
    Ok(answer)
}

fn describe_version(number: u32, status: &str) -> Value {
    let mut history = json!({ "DraftTimestamp": CREATED });
    let reached = match status {
        "DRAFT" | "REQUIRES_OFFLINE_REVIEW" => None,
        "AWS_REVIEWING" => Some("AwsReviewingTimestamp".to_owned()),
        "REQUIRES_AUTHENTICATION" => Some("RequiresAuthenticationTimestamp".to_owned()),
        status => {
            let (first, rest) = status.split_at(1.min(status.len()));
            Some(format!("{first}{}Timestamp", rest.to_lowercase()))
        }
    };
    if let Some(name) = reached {
        history[name] = json!(CREATED);
    }
    let mut version = json!({
        "VersionNumber": number,
        "RegistrationVersionStatus": status,
        "RegistrationVersionStatusHistory": history,
    });
    if status == "DENIED" {
        let short = "The campaign's description does not match its messages";
        version["DeniedReasons"] = json!([{ "Reason": "CAMPAIGN_CONTENT", "ShortDescription": short }]);
    }
    version
}

pub(super) fn associations(state: &State, sms: &Inner, input: Members<'_>) -> Result<Value, Refusal> {
    let registration = find(state, sms, input)?;
    let filters = filters(input, &["resource-type", "iso-country-code"])?;
    let fits = filters
        .iter()
        .all(|(name, values)| values.contains(&if *name == "resource-type" { "phone-number" } else { "US" }));
    let numbers = sms.account.numbers.iter().filter(|number| fits && number.registration_id == registration.id);
    let describe = |number: &super::super::seed::Number| {
        json!({
            "ResourceArn": number.arn,
            "ResourceId": number.arn.rsplit('/').next(),
            "ResourceType": "phone-number",
            "IsoCountryCode": "US",
            "PhoneNumber": number.phone_number,
        })
    };
    let mut answer = page(input, "RegistrationAssociations", numbers.map(describe).collect())?;
    answer["RegistrationArn"] = json!(arn(state, registration));
    answer["RegistrationId"] = json!(registration.id);
    answer["RegistrationType"] = json!(registration.kind);
    Ok(answer)
}
