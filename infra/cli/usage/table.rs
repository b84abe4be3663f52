//! The report for people.

mod month;
mod today;

use std::collections::BTreeMap;

use comfy_table::CellAlignment;

use super::chart::Style;
use super::odd;
use super::report::Report;
use crate::{show, tables};

/// All of it, in parts with an empty line between them.
pub fn text(report: &Report, place: &str, style: Style) -> String {
    let head = match report.grants.is_empty() {
        true => format!("There is no grant in {place}. `tendlc sync` writes those of tendlc.toml into it."),
        false => format!("Use of {place}, as of {}.", report.at.strftime("%Y-%m-%d %H:%M UTC")),
    };
    let parts = [
        show::folded(&head, "", ""),
        today::text(report, style),
        month::text(report, style),
        month::campaigns(report),
        strange(report),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// What nobody should miss, with what to do.
fn strange(report: &Report) -> String {
    let unmetered = report.unmetered.filter(|unmetered| unmetered.texts != 0).map(|unmetered| {
        let texts = counted(unmetered.texts, "text");
        let what = format!("{texts} that no request accounts for, for ${}", unmetered.cost_usd);
        show::folded(&format!("{what}. {}", odd::explained("unmetered")), "unmetered: ", "  ")
    });
    let others = report
        .strange
        .iter()
        .flatten()
        .map(|(name, many)| show::folded(&format!("{many}. {}", odd::explained(name)), &format!("{name}: "), "  "));
    let lines: String = unmetered.into_iter().chain(others).collect();
    if lines.is_empty() { lines } else { format!("Strange in the receipts of {}:\n{lines}", report.month) }
}

/// A table whose first columns are words and the others figures; none is cut.
fn figures(header: &[&str], words: usize) -> comfy_table::Table {
    let mut table = tables::table(header, header.len());
    for column in table.column_iter_mut().skip(words) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// `2 EXPIRED, 1 OPTED_OUT`.
fn listed(counts: &BTreeMap<String, i64>) -> String {
    let words: Vec<String> = counts.iter().map(|(what, many)| format!("{many} {what}")).collect();
    words.join(", ")
}

/// What is to be said below a row, if anything is.
fn note(parts: Vec<Option<String>>) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// A count after its name, where it is not 0.
fn some(what: &str, many: i64) -> Option<String> {
    (many != 0).then(|| format!("{what}{many}"))
}

fn counted(many: i64, noun: &str) -> String {
    show::counted(usize::try_from(many).unwrap_or(0), noun)
}

/// A word for what is not there.
fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or("-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests;
