//! The Pacific day: what was sent, what waits, and what is used of T-Mobile's caps.

use tendlc_core::grant::CapUnit;

use super::{figures, listed, note, or_dash};
use crate::usage::amount::PerMille;
use crate::usage::chart::{Bar, Style};
use crate::usage::report::{GrantToday, GrantUse, Report};
use crate::usage::shares::{CapUse, Share};
use crate::{show, tables};

pub fn text(report: &Report, style: Style) -> String {
    let Some(day) = report.today else { return String::new() };
    let grants = report.grants.iter().filter_map(|grant| Some((grant, grant.today.as_ref()?)));
    let grants: Vec<(&GrantUse, &GrantToday)> = grants.collect();
    if grants.is_empty() {
        return String::new();
    }
    let mut table = figures(&["grant", "account", "texts", "segments", "waiting", "duplicates", "unknown"], 2);
    let mut notes = Vec::new();
    for (grant, today) in &grants {
        table.add_row([
            grant.grant.to_string(),
            or_dash(grant.account.as_ref()),
            today.counts.sent.texts.to_string(),
            today.counts.sent.segments.to_string(),
            or_dash(grant.waiting),
            today.counts.duplicates.to_string(),
            today.counts.unknown.to_string(),
        ]);
        notes.push(note(vec![
            grant.taken_away.then(|| "taken away; here for what it used".to_owned()),
            (!today.counts.rejected.is_empty()).then(|| format!("rejected: {}", listed(&today.counts.rejected))),
            today.daily_segments.as_ref().map(|daily| format!("daily_segments: {}", of(daily.used, daily.most))),
        ]));
    }
    let table = tables::with_notes(table, &notes);
    let caps: String = report.caps.iter().map(cap).collect();
    format!("Today, the Pacific day {day}:\n{table}{}{caps}", shares(&grants, style))
}

/// Each grant's part of T-Mobile's caps, as a table and as a chart.
fn shares(grants: &[(&GrantUse, &GrantToday)], style: Style) -> String {
    let shares: Vec<(&GrantUse, &Share)> =
        grants.iter().flat_map(|(grant, today)| today.shares.iter().map(|share| (*grant, share))).collect();
    let without: Vec<&str> = grants
        .iter()
        .filter(|(grant, today)| today.shares.is_empty() && !grant.taken_away)
        .map(|(grant, _)| grant.grant.as_str())
        .collect();
    let without = match without.as_slice() {
        [] => String::new(),
        names => show::folded(&format!("No share of T-Mobile's cap today: {}.", names.join(", ")), "", "  "),
    };
    if shares.is_empty() {
        return without;
    }
    let mut table = figures(&["grant", "cap of", "guaranteed used", "ceiling used", "of the cap"], 2);
    let mut bars = Vec::new();
    for (grant, share) in shares {
        let several = grant.today.as_ref().is_some_and(|today| today.shares.len() > 1);
        let pool = share.pool.as_str();
        table.add_row([
            grant.grant.to_string(),
            format!("{pool}{}", if share.unit == CapUnit::Messages { " (messages)" } else { "" }),
            of(share.guaranteed_used, share.guaranteed),
            of(share.ceiling_used, share.ceiling),
            or_dash(share.cap_used_per_mille),
        ]);
        bars.push(Bar {
            name: if several { format!("{} ({pool})", grant.grant) } else { grant.grant.to_string() },
            used: share.ceiling_used,
            also: 0,
            whole: share.ceiling,
            mark: Some(share.guaranteed),
            figures: or_dash(share.ceiling_used_per_mille),
        });
    }
    let key = style.key("used of its ceiling", None, Some("its guarantee"));
    format!(
        "\nT-Mobile's caps, in segments, and what each grant used of its share:\n{}{without}{}",
        tables::with_notes(table, &[]),
        style.picture(&key, &bars)
    )
}

/// One cap over all grants.
fn cap(cap: &CapUse) -> String {
    let left = match cap.shared_left {
        left if left < 0 => format!(
            "nothing left for all: {} too many are used or promised, since the cap was lowered",
            left.unsigned_abs()
        ),
        left => format!("{left} left for all"),
    };
    let used = of(cap.used, cap.cap);
    let said = format!("{used} used, {} promised and not used yet, {left}.", cap.promised_left);
    show::folded(&said, &format!("\nThe cap of {}: ", cap.pool.as_str()), "  ")
}

fn of(used: i64, most: i64) -> String {
    let share = PerMille::of(used, most).map(|share| format!(" ({share})")).unwrap_or_default();
    format!("{used} of {most}{share}")
}
