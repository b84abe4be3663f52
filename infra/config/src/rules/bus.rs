//! The hub's bus: its policy has room for so many accounts, and an organization is one statement.

use tendlc_core::grant::Topology;

use crate::links::Links;
use crate::mistake::Report;
use crate::raw::RawConfig;
use crate::table::Field;

/// Statements of one account each, of some 320 characters, that a bus's policy of 10,240 holds.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>
const ACCOUNTS: usize = 30;

pub(super) fn look(raw: &RawConfig, links: &Links<'_>, report: &mut Report) {
    for (name, table) in raw.primaries() {
        let of_hub = raw.grants().into_iter().filter(|(grant, table)| {
            links.primary_of_grant(grant) == Some(name) && table.get_ref().topology() == Some(Topology::Hub)
        });
        let many = of_hub.count();
        if many > ACCOUNTS && matches!(table.get_ref().organization, Field::Absent) {
            let what = format!("its hub has {many} grants, and its bus's policy has room for some {ACCOUNTS} accounts");
            let cure = "Set `organization` where they are all of one, or let the others put requests on their queues.";
            report.note(table.span().start, format!("primaries.{name}"), what, cure);
        }
    }
}
