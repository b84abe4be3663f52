//! `SendTextMessage`: who may send what from where, and everything that stands in the way.

use super::super::faults::Action;
use super::super::refusal::Refusal;
use super::super::seed::Number;
use super::super::server::{Answer, Request};
use super::super::service::Service;
use super::super::state::State;
use super::input::micros;
use super::{Inner, Limited, Sent, Text, authorize, conflict, invalid, not_found, receipts};

/// AWS's simulated phones: one takes every text, one none.
const SIMULATED: [&str; 2] = ["14254147755", "14254147167"];

/// The numbers that an origination identity stands for, and the ARN that policies name it by.
struct Origin {
    arn: String,
    numbers: Vec<Number>,
}

pub(super) fn perform(state: &State, request: &Request) -> Result<Answer, Refusal> {
    state.sms.with(|sms| {
        let per_second = sms.account.send_requests_per_second;
        if !sms.pace(state, "SendTextMessage", (Limited::Calls("SendTextMessage"), per_second, 1)) {
            return Err(Refusal::throttled(Service::SmsVoice));
        }
        let text = Text::read(request.members()?)?;
        let number = permitted_number(state, request, sms, &text)?;
        check_recipient(request, sms, &text, &number)?;
        check_money(state, request, sms, &text)?;
        check_rates(state, sms, &text, &number)?;
        let message_id = uuid::Uuid::new_v4().to_string();
        if !text.dry_run {
            let sent = sent(state, request, text, &number, message_id.clone());
            receipts::issue(state, &sms.account, &sent);
            sms.accept(sent);
        }
        Ok(Answer::Json(serde_json::json!({ "MessageId": message_id })))
    })
}

/// The number that the text goes out from, once the caller may use it and it can send this.
fn permitted_number(state: &State, request: &Request, sms: &Inner, text: &Text) -> Result<Number, Refusal> {
    let arn = |kind: &str, id: &str| format!("arn:aws:sms-voice:{}:{}:{kind}/{id}", state.region, state.account);
    let origin = origin(state, request, sms, text.origination_identity.as_deref())?;
    let mut resources = vec![origin.arn.clone()];
    let as_arn = |kind: &str, id: &str| if id.starts_with("arn:") { id.to_owned() } else { arn(kind, id) };
    resources.extend(text.configuration_set.as_deref().map(|set| as_arn("configuration-set", set)));
    resources.extend(text.protect_configuration.as_deref().map(|id| as_arn("protect-configuration", id)));
    let reaches_nobody = !origin.numbers.is_empty() && origin.numbers.iter().all(|number| number.simulator);
    authorize(state, request, &resources, reaches_nobody)?;
    if origin.numbers.is_empty() {
        return Err(match &text.origination_identity {
            Some(identity) => not_found(if origin.arn.contains(":pool/") { "pool" } else { "phone-number" }, identity),
            None => conflict("NO_ORIGINATION_IDENTITIES_FOUND", "No origination identities found for this message"),
        });
    }
    if let Some(set) = &text.configuration_set {
        let wanted = as_arn("configuration-set", set);
        if !sms.account.configuration_sets.iter().any(|known| arn("configuration-set", &known.name) == wanted) {
            return Err(not_found("configuration-set", set));
        }
    }
    if let Some(id) = &text.protect_configuration {
        return Err(not_found("protect-configuration", id));
    }
    let active = origin.numbers.iter().filter(|number| number.status == "ACTIVE");
    let mut active = active.peekable();
    if active.peek().is_none() {
        let refusal = conflict("RESOURCE_NOT_ACTIVE", "The origination identity is not active");
        return Err(refusal.with("ResourceType", "phone-number").with("ResourceId", origin.arn));
    }
    let wanted = text.message_type.as_deref();
    let number = active.find(|number| wanted.is_none_or(|wanted| wanted == number.message_type));
    number.cloned().ok_or_else(|| {
        conflict("MESSAGE_TYPE_MISMATCH", "The message type does not match the one of the origination identity")
    })
}

fn origin(state: &State, request: &Request, sms: &Inner, identity: Option<&str>) -> Result<Origin, Refusal> {
    let numbers = &sms.account.numbers;
    let own = request.caller.account == state.account;
    let Some(identity) = identity else {
        let numbers =
            if own { numbers.iter().filter(|number| !number.simulator).cloned().collect() } else { Vec::new() };
        let none = conflict("NO_ORIGINATION_IDENTITIES_FOUND", "No origination identities found for this message");
        // Another account asks about its own numbers here, and has none.
        return if own { Ok(Origin { arn: "*".to_owned(), numbers }) } else { Err(none) };
    };
    let is = |arn: &str| arn == identity || arn.rsplit('/').next() == Some(identity);
    if identity.starts_with("arn:") {
        let matching = |number: &&Number| number.arn == identity || number.pool.as_deref() == Some(identity);
        return Ok(Origin { arn: identity.to_owned(), numbers: numbers.iter().filter(matching).cloned().collect() });
    }
    if !own {
        return Err(not_found("phone-number", identity));
    }
    if let Some(number) = numbers.iter().find(|number| is(&number.arn) || number.phone_number == identity) {
        return Ok(Origin { arn: number.arn.clone(), numbers: vec![number.clone()] });
    }
    let pooled: Vec<Number> = numbers.iter().filter(|number| number.pool.as_deref().is_some_and(is)).cloned().collect();
    match pooled.first().and_then(|number| number.pool.clone()) {
        Some(arn) => Ok(Origin { arn, numbers: pooled }),
        None => Err(not_found("phone-number", identity)),
    }
}

fn check_recipient(request: &Request, sms: &Inner, text: &Text, from: &Number) -> Result<(), Refusal> {
    let digits = text.to.trim_start_matches('+');
    // How AWS words it of a simulator nobody here has seen.
    let out_of_reach = from.simulator && !SIMULATED.contains(&digits);
    if digits.len() != 11 || !digits.starts_with('1') || out_of_reach {
        let message = "The origination identity cannot send to the country of the destination phone number";
        return Err(invalid("INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", "DestinationPhoneNumber", message));
    }
    if sms.account.stopped {
        let message = "Sending is disabled for this account";
        return Err(Refusal::modelled(400, "AccessDeniedException", message).with("Reason", "ACCOUNT_DISABLED"));
    }
    let is_listed = |list: &std::collections::BTreeSet<String>| list.contains(&format!("+{digits}"));
    if sms.account.tier == "SANDBOX" && !is_listed(&sms.account.verified_destinations) {
        let message = "Destination phone number not verified";
        return Err(conflict("DESTINATION_PHONE_NUMBER_NOT_VERIFIED", message));
    }
    if request.fault == Some(Action::OptOut) || is_listed(&sms.account.opted_out) {
        let message = "Destination phone number has opted out of receiving messages";
        return Err(conflict("DESTINATION_PHONE_NUMBER_OPTED_OUT", message));
    }
    Ok(())
}

fn check_money(state: &State, request: &Request, sms: &Inner, text: &Text) -> Result<(), Refusal> {
    let cost = u64::from(text.parts.count) * sms.account.price_per_segment_micros;
    if text.max_price.as_deref().and_then(micros).is_some_and(|most| most < cost) {
        let message = "The price of the message is over the MaxPrice of the request";
        return Err(invalid("PRICE_OVER_THRESHOLD", "MaxPrice", message));
    }
    let reached = sms.spent_in(state.now()) >= sms.account.spend_limit_usd.saturating_mul(1_000_000);
    if reached || request.fault == Some(Action::SpendLimit) {
        let message = "The monthly spend limit for text messages is reached";
        return Err(Refusal::modelled(400, "ServiceQuotaExceededException", message)
            .with("Reason", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"));
    }
    Ok(())
}

fn check_rates(state: &State, sms: &mut Inner, text: &Text, number: &Number) -> Result<(), Refusal> {
    let campaign = sms.account.segments_per_second.get(&number.registration_id).copied().unwrap_or(0);
    let limit = if text.dry_run {
        // What AWS documents for dry runs: five a second, or the number's own rate if that is less.
        (Limited::DryRuns(number.arn.clone()), if campaign == 0 { 5 } else { campaign.min(5) }, 1)
    } else {
        if sms.account.one_per_second_to_a_recipient
            && !sms.pace(state, "SendTextMessage", (Limited::Recipient(text.to.clone()), 1, 1))
        {
            return Err(Refusal::throttled(Service::SmsVoice));
        }
        (Limited::Segments(number.registration_id.clone()), campaign, text.parts.count)
    };
    if sms.pace(state, "SendTextMessage", limit) { Ok(()) } else { Err(Refusal::throttled(Service::SmsVoice)) }
}

fn sent(state: &State, request: &Request, text: Text, number: &Number, message_id: String) -> Sent {
    let session = request.caller.session.as_ref();
    Sent {
        message_id,
        channel: "sms-voice",
        to: text.to,
        body: text.body,
        segments: text.parts.count,
        encoding: text.parts.encoding,
        origination_identity: text.origination_identity,
        origination_number: Some(number.phone_number.clone()),
        account: request.caller.account.clone(),
        role_arn: session.map(|session| session.role_arn.clone()),
        role_session: session.map(|session| session.name.clone()),
        context: text.context,
        time_to_live: text.time_to_live,
        max_price: text.max_price,
        message_type: text.message_type.unwrap_or_else(|| number.message_type.clone()),
        configuration_set: text.configuration_set,
        at: state.now(),
    }
}
