//! The hub's bus: its policy has room for so many accounts, and an organization is one statement.

use tendlc_core::grant::Topology;

use crate::config::HubSenders;
use crate::links::Links;
use crate::mistake::Report;
use crate::raw::RawConfig;
use crate::table::Field;

/// Statements of one account each, of some 320 characters, that a bus's policy of 10,240 holds with room for that of an
/// organization: when that comes, theirs are still there.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>
const ACCOUNTS: usize = 25;

pub(super) fn look(raw: &RawConfig, links: &Links<'_>, report: &mut Report) {
    for (name, table) in raw.primaries() {
        let primary = table.get_ref();
        if let Some(given) = primary.hub_senders.given()
            && *given.get_ref() == HubSenders::Organization
        {
            if matches!(primary.organization, Field::Absent) {
                let cure = "Set `organization` to its id, or take hub_senders away.";
                let path = format!("primaries.{name}.hub_senders");
                report.mistake(given.span().start, path, "the primary names no organization", cure);
            }
            continue;
        }
        let of_hub = raw.grants().into_iter().filter(|(grant, table)| {
            links.primary_of_grant(grant) == Some(name) && table.get_ref().topology() == Some(Topology::Hub)
        });
        let many = of_hub.count();
        if many > ACCOUNTS {
            let what = format!("its hub has {many} grants, and its bus's policy has room for some 30 accounts");
            let cure = "Set `organization` and `hub_senders = \"organization\"` if they are all of one.";
            report.note(table.span().start, format!("primaries.{name}"), what, cure);
        }
    }
}
