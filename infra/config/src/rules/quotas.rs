//! Budgets against caps: what is promised must be there.

use std::collections::{BTreeMap, BTreeSet};

use tendlc_core::grant::Pool;
use tendlc_core::name::GrantName;

use crate::links::pools_of;
use crate::mistake::Report;
use crate::raw::{RawBudget, RawConfig, RawGrant};
use crate::resolve::cap;

pub(super) fn look(raw: &RawConfig, report: &mut Report) {
    for (name, grant) in raw.grants() {
        if let Some(budget) = grant.get_ref().t_mobile_daily_segments.value() {
            order(name, grant.get_ref(), budget, report);
            ceiling(raw, name, grant.get_ref(), budget, report);
        }
    }
    sums(raw, report);
}

fn order(name: &GrantName, grant: &RawGrant, budget: &RawBudget, report: &mut Report) {
    let Some(guaranteed) = budget.guaranteed.given() else { return };
    let (at, promised) = (guaranteed.span().start, guaranteed.get_ref().0);
    let path = format!("grants.{name}.t_mobile_daily_segments.guaranteed");
    if let Some(ceiling) = budget.ceiling.value().filter(|ceiling| ceiling.0 < promised) {
        let what = format!("{promised} are guaranteed, but the ceiling is {}", ceiling.0);
        report.mistake(at, path, what, "Lower guaranteed or raise ceiling: the ceiling includes the guaranteed part.");
    } else if let Some(daily) = grant.daily_segments.value().filter(|daily| daily.0 < promised) {
        let what = format!("{promised} are guaranteed, but daily_segments ends at {}", daily.0);
        report.note(at, path, what, "Lower guaranteed: what it holds back, nobody can use.");
    }
}

fn ceiling(raw: &RawConfig, name: &GrantName, grant: &RawGrant, budget: &RawBudget, report: &mut Report) {
    let Some(ceiling) = budget.ceiling.given() else { return };
    for (pool, campaign) in pools_of(raw, grant) {
        let Some(cap) = cap(raw, &campaign).and_then(|cap| cap.fixed()) else { continue };
        if ceiling.get_ref().0 > cap {
            let what = format!("{} is above the cap of {}, which is {cap}", ceiling.get_ref().0, named(&pool));
            let path = format!("grants.{name}.t_mobile_daily_segments.ceiling");
            report.note(ceiling.span().start, path, what, format!("The cap holds anyway; write at most {cap}."));
        }
    }
}

/// What a grant is promised.
struct Promise<'r> {
    grant: &'r GrantName,
    at: usize,
    segments: i64,
}

/// Each grant's guarantee counts in full against each cap that its texts can count against.
fn sums(raw: &RawConfig, report: &mut Report) {
    let mut promises: BTreeMap<Pool, (Option<i64>, Vec<Promise<'_>>)> = BTreeMap::new();
    for (name, grant) in raw.grants() {
        let Some(budget) = grant.get_ref().t_mobile_daily_segments.value() else { continue };
        let Some(guaranteed) = budget.guaranteed.given() else { continue };
        for (pool, campaign) in pools_of(raw, grant.get_ref()) {
            let fixed = || cap(raw, &campaign).and_then(|cap| cap.fixed());
            let (_, promised) = promises.entry(pool).or_insert_with(|| (fixed(), Vec::new()));
            promised.push(Promise { grant: name, at: guaranteed.span().start, segments: guaranteed.get_ref().0 });
        }
    }
    let mut reported = BTreeSet::new();
    for (pool, (cap, promised)) in promises {
        let Some(cap) = cap else { continue };
        let sum: i64 = promised.iter().map(|promise| promise.segments).sum();
        let mut so_far = 0;
        let passes = promised.iter().find(|promise| {
            so_far += promise.segments;
            so_far > cap
        });
        // One grant may pass the caps of several campaigns of a brand with the same number: that is one mistake.
        let Some(passes) = passes.filter(|promise| reported.insert(promise.at)) else { continue };
        let parts: Vec<String> = promised.iter().map(|one| format!("{} {}", one.grant, one.segments)).collect();
        let (parts, named) = (parts.join(", "), named(&pool));
        let what = format!("the guarantees ({parts}) make {sum}, above the cap of {named}, which is {cap}");
        let cure = format!("Lower them by {} altogether, or write the cap that AWS has raised.", sum - cap);
        report.mistake(passes.at, format!("grants.{}.t_mobile_daily_segments.guaranteed", passes.grant), what, cure);
    }
}

fn named(pool: &Pool) -> String {
    match pool.as_str().split_once('#') {
        Some((_, campaign)) => format!("campaigns.{campaign}"),
        None => format!("brands.{}", pool.as_str()),
    }
}
