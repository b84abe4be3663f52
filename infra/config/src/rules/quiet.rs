//! Quiet hours that hold something else than was meant.

use tendlc_core::name::GrantName;
use toml::Spanned;

use crate::mistake::Report;
use crate::raw::{RawConfig, RawGrant};

pub(super) fn look(raw: &RawConfig, report: &mut Report) {
    for (name, campaign) in raw.campaigns() {
        let given = campaign.get_ref().quiet_hours.given().filter(|given| !given.get_ref().hold_midnight());
        if let Some(given) = given {
            let what = "it is not quiet at midnight: promotional texts go out at night";
            let cure = "Write the evening first, such as \"21:00-08:00\", unless it is meant so.";
            report.note(given.span().start, format!("campaigns.{name}.quiet_hours"), what, cure);
        }
    }
    for (name, grant) in raw.grants() {
        shorter(raw, name, grant, report);
    }
}

/// What may not wait as long as a night is rejected every night.
fn shorter(raw: &RawConfig, name: &GrantName, grant: &Spanned<RawGrant>, report: &mut Report) {
    let grant = grant.get_ref();
    let Some(wait) = grant.max_wait.value().and_then(|wait| wait.promotional.given()) else { return };
    for campaign in grant.campaigns().iter().map(Spanned::get_ref) {
        let hours = raw.campaigns().into_iter().find(|(found, _)| *found == campaign);
        let Some(hours) = hours.and_then(|(_, found)| found.get_ref().quiet_hours.value()) else { continue };
        if wait.get_ref().0 < hours.length().as_secs() {
            let what = format!(
                "it is shorter than the quiet hours of campaigns.{campaign}, {hours}: what comes when \
                                they begin is rejected"
            );
            let path = format!("grants.{name}.max_wait.promotional");
            report.note(
                wait.span().start,
                path,
                what,
                "Write at least their length, or leave it out: it is a day then.",
            );
        }
    }
}
