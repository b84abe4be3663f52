//! Campaigns: their numbers, their channels, and that no rate or cap is counted in two places.

use std::collections::BTreeMap;

use tendlc_core::grant::{ChannelKind, MessageType};
use tendlc_core::name::CampaignName;
use toml::Spanned;

use crate::config::CapScope;
use crate::links::Links;
use crate::mistake::Report;
use crate::raw::{RawCampaign, RawConfig, RawPrimary};
use crate::text::arn_parts;

pub(super) fn look(raw: &RawConfig, links: &Links<'_>, report: &mut Report) {
    for (name, campaign) in raw.campaigns() {
        channel(name, campaign, report);
        if let Some(primary) = links.primary_of_campaign(name).and_then(|primary| raw.primary(primary)) {
            place(name, campaign.get_ref(), primary, report);
        }
    }
    one_campaign_each(raw, report);
    one_primary_each(raw, links, report);
}

fn channel(name: &CampaignName, campaign: &Spanned<RawCampaign>, report: &mut Report) {
    let (at, raw) = (campaign.span().start, campaign.get_ref());
    let path = |key: &str| format!("campaigns.{name}.{key}");
    let Some(channel) = raw.channel.or(ChannelKind::SmsVoice) else { return };
    if channel == ChannelKind::Sns {
        let at = raw.channel.at(at);
        if raw.phone_number.is_absent() {
            let cure = "Add `phone_number = \"+1…\"`, the number of origination_identity.";
            report.mistake(at, path("phone_number"), "it is missing, and the sns channel sends by number", cure);
        }
        if let Some(identity) = raw.origination_identity.given()
            && identity.get_ref().as_str().contains(":pool/")
        {
            let cure = "Name the number's own ARN: its resource policy is what lets SNS send.";
            let (at, what) = (identity.span().start, "it is a pool, and the sns channel sends from one number");
            report.mistake(at, path("origination_identity"), what, cure);
        }
        let what = "SNS passes on neither context nor a time to live, tells of failures only after it has taken the text, \
                    and its receipts do not come here: its texts stay charged, at segment_price_usd, and nobody hears \
                    whether they arrived; and IAM cannot hold a caller of it to one number";
        report.note(at, path("channel"), what, "Write \"sms-voice\" unless something needs SNS.");
    } else if raw.configuration_set.is_absent() {
        let what = "without one, receipts come through EventBridge only, and without their context";
        report.note(at, path("configuration_set"), what, "Name one whose SNS destination feeds the receipts queue.");
    }
    let promotional = raw.message_type.value() == Some(&MessageType::Promotional);
    if promotional && raw.quiet_hours.is_absent() {
        let what = "promotional texts may go out at night (47 CFR 64.1200 has them wait from 21:00 to 08:00)";
        report.note(at, path("quiet_hours"), what, "Add `quiet_hours = \"21:00-08:00\"`.");
    }
}

/// The number must be where the role is and where the calls go.
fn place(name: &CampaignName, campaign: &RawCampaign, primary: &RawPrimary, report: &mut Report) {
    let (Some(identity), Some(account), Some(region)) =
        (campaign.origination_identity.given(), primary.account.value(), primary.region.value())
    else {
        return;
    };
    let wanted = (region.partition(), region.as_str(), account.as_str());
    let found = arn_parts(identity.get_ref().as_str());
    if found != wanted {
        let what =
            format!("it is in account {} and {}, but its primary is account {account} in {region}", found.2, found.1);
        let cure = "Name a number or pool of the primary, or the primary that holds this one.";
        report.mistake(identity.span().start, format!("campaigns.{name}.origination_identity"), what, cure);
    }
}

/// A number and a registration belong to one campaign, whose rate all of its numbers share: two tables for it would
/// send at twice the rate.
fn one_campaign_each(raw: &RawConfig, report: &mut Report) {
    let mut seen: BTreeMap<(&str, &str), &CampaignName> = BTreeMap::new();
    for (name, campaign) in raw.campaigns() {
        let campaign = campaign.get_ref();
        let identity =
            campaign.origination_identity.given().map(|given| (given.span().start, given.get_ref().as_str()));
        let registration = campaign.registration.given().map(|given| (given.span().start, given.get_ref().as_str()));
        for (key, given) in [("origination_identity", identity), ("registration", registration)] {
            let Some((at, value)) = given else { continue };
            if let Some(first) = seen.insert((key, value), name) {
                let what = format!("campaigns.{first} has the same, and its rate would be counted twice");
                let cure = "Describe each registered campaign once, and name it in every grant that uses it.";
                report.mistake(at, format!("campaigns.{name}.{key}"), what, cure);
            }
        }
    }
}

/// A brand's cap is counted in one table, and each primary has its own.
fn one_primary_each(raw: &RawConfig, links: &Links<'_>, report: &mut Report) {
    let mut seen = BTreeMap::new();
    for (name, campaign) in raw.campaigns() {
        let (Some(brand), Some(primary)) = (campaign.get_ref().brand.given(), links.primary_of_campaign(name)) else {
            continue;
        };
        let scope = raw.brand(brand.get_ref()).and_then(|brand| brand.t_mobile_cap_scope.or(CapScope::Brand));
        if scope != Some(CapScope::Brand) {
            continue;
        }
        let (first, first_primary) = *seen.entry(brand.get_ref()).or_insert((name, primary));
        if first_primary != primary {
            let what = format!(
                "campaigns.{first} of the same brand is in primaries.{first_primary}, this one in primaries.{primary}: \
                 the brand's cap would be counted twice"
            );
            let cure = "Write a [brands.NAME] for each primary, and share the cap out between them.";
            report.mistake(brand.span().start, format!("campaigns.{name}.brand"), what, cure);
        }
    }
}
