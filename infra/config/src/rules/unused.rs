//! Tables that nothing refers to: not wrong, and hardly meant.

use std::collections::BTreeSet;

use crate::links::Links;
use crate::mistake::Report;
use crate::raw::RawConfig;

pub(super) fn look(raw: &RawConfig, links: &Links<'_>, report: &mut Report) {
    let campaigns = raw.campaigns();
    let brands: BTreeSet<_> = campaigns.iter().filter_map(|(_, campaign)| campaign.get_ref().brand.value()).collect();
    let primaries: BTreeSet<_> = campaigns.iter().filter_map(|(name, _)| links.primary_of_campaign(name)).collect();
    let grants = raw.grants();
    let granted: BTreeSet<_> =
        grants.iter().flat_map(|(_, grant)| grant.get_ref().campaigns()).map(|name| name.get_ref()).collect();
    let mut note = |at: usize, path: String, by: &str| {
        report.note(at, path, format!("no {by} uses it"), "Remove it, unless it is meant for later.");
    };
    for (name, table) in raw.primaries().into_iter().filter(|(name, _)| !primaries.contains(name)) {
        note(table.span().start, format!("primaries.{name}"), "campaign");
    }
    for (name, table) in raw.brands().into_iter().filter(|(name, _)| !brands.contains(name)) {
        note(table.span().start, format!("brands.{name}"), "campaign");
    }
    for (name, table) in campaigns.iter().filter(|(name, _)| !granted.contains(name)) {
        note(table.span().start, format!("campaigns.{name}"), "grant");
    }
}
