//! STS: whom a role trusts is decided here, exactly as its trust policy says.

use super::caller::{Caller, role_id};
use super::form::Form;
use super::glob::matches;
use super::refusal::{Refusal, escape};
use super::seed::Role;
use super::server::{Answer, Request};
use super::state::{State, lock};

pub(crate) fn perform(state: &State, request: &Request) -> Result<Answer, Refusal> {
    match request.operation.name {
        "GetCallerIdentity" => Ok(identity(&request.caller)),
        _ => assume(state, request),
    }
}

fn identity(caller: &Caller) -> Answer {
    Answer::Xml(format!(
        "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
        escape(&caller.arn()),
        escape(&caller.user_id()),
        caller.account
    ))
}

fn assume(state: &State, request: &Request) -> Result<Answer, Refusal> {
    let form = request.form()?;
    let (arn, name) = (required(form, "RoleArn", 20, 2048)?, required(form, "RoleSessionName", 2, 64)?);
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)) {
        return Err(invalid("roleSessionName", "satisfy regular expression pattern: [\\w+=,.@-]*"));
    }
    let external_id = form.get("ExternalId");
    if let Some(id) = external_id {
        length("externalId", id, 2, 1224)?;
        if !id.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c)) {
            return Err(invalid("externalId", "satisfy regular expression pattern: [\\w+=,.@:\\/-]*"));
        }
    }
    let seconds = duration(form)?;
    let denied = |action: &str| request.denied(action, arn);
    if form.get("Policy").is_some() || form.has("PolicyArns.") {
        let message = "Session policies are not evaluated here, so they are refused.";
        return Err(Refusal::modelled(400, "MalformedPolicyDocument", message));
    }
    let roles = lock(&state.roles);
    let role = roles.iter().find(|role| role.arn == arn);
    let role = role.filter(|role| trusts(role, &request.caller, external_id, name));
    let role = role.ok_or_else(|| denied("sts:AssumeRole"))?;
    // The caller's own permissions may have been taken away, and a trust policy that lets tags or a source
    // identity through is not one that tendlc writes.
    if request.caller.role(&roles).is_some_and(|own| request.caller.is_revoked(own)) {
        return Err(denied("sts:AssumeRole"));
    }
    if form.has("Tags.") || form.has("TransitiveTagKeys.") {
        return Err(denied("sts:TagSession"));
    }
    if form.get("SourceIdentity").is_some() {
        return Err(denied("sts:SetSourceIdentity"));
    }
    let longest = if role.max_session_seconds == 0 { 3600 } else { role.max_session_seconds };
    if seconds > longest {
        let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        return Err(Refusal::common(400, "ValidationError", message));
    }
    if request.caller.session.is_some() && seconds > 3600 {
        let message =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
        return Err(Refusal::common(400, "ValidationError", message));
    }
    drop(roles);
    let keys = state.sessions.issue(arn, name, state.now(), seconds);
    let (account, role_name) = (arn.split(':').nth(4).unwrap_or_default(), arn.rsplit('/').next().unwrap_or_default());
    Ok(Answer::Xml(format!(
        "<AssumedRoleUser><AssumedRoleId>{}:{name}</AssumedRoleId>\
         <Arn>arn:aws:sts::{account}:assumed-role/{role_name}/{name}</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey>\
         <SessionToken>{}</SessionToken><Expiration>{:.0}</Expiration></Credentials>\
         <PackedPolicySize>0</PackedPolicySize>",
        role_id(arn),
        keys.access_key,
        keys.secret,
        keys.token,
        keys.expires,
    )))
}

/// The trust policy: account, exact principal, external id and session name.
fn trusts(role: &Role, caller: &Caller, external_id: Option<&str>, name: &str) -> bool {
    caller.account == role.trusted_account
        && role.trusted_principals.iter().any(|principal| *principal == caller.principal())
        && role.external_id.as_deref().is_none_or(|wanted| external_id == Some(wanted))
        && (role.session_name_pattern.is_empty() || matches(&role.session_name_pattern, name))
}

fn required<'a>(form: &'a Form, name: &str, least: usize, most: usize) -> Result<&'a str, Refusal> {
    let member = lower_first(name);
    let value = form.get(name).ok_or_else(|| {
        let message = format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        );
        Refusal::common(400, "ValidationError", message)
    })?;
    length(&member, value, least, most)?;
    Ok(value)
}

fn duration(form: &Form) -> Result<u32, Refusal> {
    let Some(text) = form.get("DurationSeconds") else { return Ok(3600) };
    let seconds: i64 = text.parse().map_err(|_| Refusal::common(400, "MalformedInput", "Invalid DurationSeconds"))?;
    match u32::try_from(seconds) {
        Ok(seconds @ 900..=43_200) => Ok(seconds),
        _ if seconds < 900 => Err(invalid("durationSeconds", "have value greater than or equal to 900")),
        _ => Err(invalid("durationSeconds", "have value less than or equal to 43200")),
    }
}

fn length(member: &str, value: &str, least: usize, most: usize) -> Result<(), Refusal> {
    match value.chars().count() {
        count if count < least => Err(invalid(member, &format!("have length greater than or equal to {least}"))),
        count if count > most => Err(invalid(member, &format!("have length less than or equal to {most}"))),
        _ => Ok(()),
    }
}

fn invalid(member: &str, must: &str) -> Refusal {
    let message =
        format!("1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must {must}");
    Refusal::common(400, "ValidationError", message)
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}
