//! The simulator's number: whole, in the primary, and nobody's campaign.

use tendlc_core::name::PrimaryName;
use toml::Spanned;

use crate::links::Links;
use crate::mistake::Report;
use crate::raw::{RawConfig, RawPrimary};
use crate::text::arn_parts;

pub(super) fn look(raw: &RawConfig, links: &Links<'_>, report: &mut Report) {
    for (name, primary) in raw.primaries() {
        whole(name, primary, report);
        place(name, primary.get_ref(), report);
        told(name, primary.get_ref(), (raw, links), report);
    }
}

/// The probe needs the one, and whoever reads receipts the other.
fn whole(name: &PrimaryName, primary: &Spanned<RawPrimary>, report: &mut Report) {
    let (at, raw) = (primary.span().start, primary.get_ref());
    let (identity, number) = (&raw.simulator_identity, &raw.simulator_phone_number);
    let (at, missing, cure) = match (identity.is_absent(), number.is_absent()) {
        (false, true) => (identity.at(at), "simulator_phone_number", "Add `simulator_phone_number = \"+1…\"`."),
        (true, false) => {
            (number.at(at), "simulator_identity", "Add `simulator_identity = \"arn:aws:sms-voice:…\"`, its ARN.")
        }
        _ => return,
    };
    let what = "it is missing, and the simulator's number is told by both";
    report.mistake(at, format!("primaries.{name}.{missing}"), what, cure);
}

fn place(name: &PrimaryName, primary: &RawPrimary, report: &mut Report) {
    let (Some(identity), Some(account), Some(region)) =
        (primary.simulator_identity.given(), primary.account.value(), primary.region.value())
    else {
        return;
    };
    let arn = identity.get_ref().as_str();
    let what = if arn_parts(arn) != (region.partition(), region.as_str(), account.as_str()) {
        format!("it is not in account {account} in {region}, where the probe is")
    } else if !arn.contains(":phone-number/") {
        "it is no phone number, and a simulator is one".to_owned()
    } else {
        return;
    };
    let cure = "Name a simulator number of the primary (RequestPhoneNumber with the type SIMULATOR).";
    report.mistake(identity.span().start, format!("primaries.{name}.simulator_identity"), what, cure);
}

/// Only by a configuration set is anybody told what became of a text and whose it was.
fn told(name: &PrimaryName, primary: &RawPrimary, (raw, links): (&RawConfig, &Links<'_>), report: &mut Report) {
    let Some(identity) = primary.simulator_identity.given() else { return };
    let (at, path) = (identity.span().start, format!("primaries.{name}.simulator_identity"));
    let campaigns =
        raw.campaigns().into_iter().filter(|(campaign, _)| links.primary_of_campaign(campaign) == Some(name));
    let mut has_a_set = false;
    for (campaign, one) in campaigns {
        has_a_set |= !one.get_ref().configuration_set.is_absent();
        let number = one.get_ref().phone_number.value();
        let same_number = number.is_some() && number == primary.simulator_phone_number.value();
        if same_number || one.get_ref().origination_identity.value() == Some(identity.get_ref()) {
            let what = format!("campaigns.{campaign} sends from it, and a simulator reaches nobody");
            report.mistake(at, &path, what, "Name another number in one of the two.");
        }
    }
    if !has_a_set {
        let what = "no campaign of the primary has a configuration set, so nothing is told of what the simulator sends";
        report.mistake(at, &path, what, "Add `configuration_set = \"…\"` to a campaign, or leave the simulator out.");
    }
}
