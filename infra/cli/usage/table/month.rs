//! The UTC month: money by receipts against budgets, and by campaign.

use super::{counted, figures, listed, note, or_dash, some};
use crate::usage::chart::{Bar, Style};
use crate::usage::report::{GrantUse, Report, Span};
use crate::{show, tables};

pub fn text(report: &Report, style: Style) -> String {
    if report.grants.is_empty() {
        return String::new();
    }
    let mut table = figures(&["grant", "texts", "segments", "settled", "set aside", "budget", "used"], 1);
    let mut notes = Vec::new();
    for GrantUse { grant, month, .. } in &report.grants {
        let sent = month.counts.as_ref().map(|counts| counts.sent);
        table.add_row([
            grant.to_string(),
            or_dash(sent.map(|sent| sent.texts)),
            or_dash(sent.map(|sent| sent.segments)),
            month.settled_usd.exact(),
            month.set_aside_usd.exact(),
            or_dash(month.budget_usd),
            or_dash(month.spent_per_mille),
        ]);
        let counts = month.counts.clone().unwrap_or_default();
        notes.push(note(vec![
            (!counts.rejected.is_empty()).then(|| format!("rejected: {}", listed(&counts.rejected))),
            some("duplicates stopped: ", counts.duplicates),
            some("unknown: ", counts.unknown),
            month.estimated_usd.map(|usd| format!("on SNS, without receipts: estimated ${usd}")),
        ]));
    }
    let head = show::folded(&format!("The month {} (UTC), in US dollars; {}:", report.month, days(report)), "", "");
    let bars: Vec<Bar> = report.grants.iter().filter_map(bar).collect();
    let key = style.key("settled", Some("set aside"), None);
    let chart = style.picture(&format!("{key}: of the month's budget"), &bars);
    format!("{head}{}{chart}", tables::with_notes(table, &notes))
}

fn days(report: &Report) -> String {
    match report.days {
        None if report.today.is_some() => "no Pacific day of it has begun, so nothing is counted yet".to_owned(),
        None => "texts and segments are no longer kept, receipts are for 13 months".to_owned(),
        Some(Span { from, to, complete: true }) => format!("texts and segments as counted from {from} to {to}"),
        Some(Span { from, to, .. }) => {
            format!("texts and segments as counted from {from} to {to} only, since counts are kept for 40 days")
        }
    }
}

fn bar(grant: &GrantUse) -> Option<Bar> {
    let (month, budget) = (&grant.month, grant.month.budget_usd?);
    let share = month.spent_per_mille.map(|share| format!(" ({share})")).unwrap_or_default();
    Some(Bar {
        name: grant.grant.to_string(),
        used: month.settled_usd.get(),
        also: month.set_aside_usd.get().max(0),
        whole: budget.get(),
        mark: None,
        figures: format!("${} of ${budget}{share}", month.spent_usd),
    })
}

/// What receipts say, by campaign.
pub fn campaigns(report: &Report) -> String {
    let mut header = vec!["grant", "campaign", "texts", "segments", "price", "carrier fee", "cost"];
    if report.today.is_some() {
        header.push("sent today");
    }
    let (mut table, mut notes) = (figures(&header, 2), Vec::new());
    for (grant, one) in report.grants.iter().flat_map(|grant| grant.campaigns.iter().map(move |one| (grant, one))) {
        let mut row = vec![
            grant.grant.to_string(),
            one.campaign.clone(),
            one.receipts.texts.to_string(),
            one.receipts.segments.to_string(),
            one.receipts.price_usd.exact(),
            one.receipts.carrier_fee_usd.exact(),
            one.receipts.cost_usd.exact(),
        ];
        row.extend(one.today.map(|today| today.segments.to_string()));
        table.add_row(row);
        let price = one.segment_price_usd.filter(|_| grant.month.budget_usd.is_some());
        notes.push(note(vec![
            price.map(|price| format!("a segment is taken to cost ${price} until its receipt tells")),
            (!one.delivered.is_empty()).then(|| format!("delivered by carrier: {}", listed(&one.delivered))),
            (!one.undelivered.is_empty()).then(|| format!("undelivered: {}", listed(&one.undelivered))),
            one.estimate.map(|estimate| {
                let segments = counted(estimate.segments, "segment");
                format!("on SNS, without receipts: {segments}, estimated ${}", estimate.usd)
            }),
        ]));
    }
    if notes.is_empty() {
        return String::new();
    }
    let total = report.total;
    let (texts, segments) = (counted(total.texts, "text"), counted(total.segments, "segment"));
    let all = if report.unmetered.is_some() { "All receipts" } else { "Together" };
    let month = report.month;
    format!(
        "By receipts of {month}, in US dollars and billed segments:\n{}{all}: {texts}, {segments}, ${}.\n",
        tables::with_notes(table, &notes),
        total.cost_usd
    )
}
