//! Tables for people.

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, TableComponent};

use crate::show;

/// Separates rows where it is told apart from them; never printed.
const RULE: char = '─';

/// A table that fits the terminal, or 100 columns where there is none, as far as that goes without cutting its first
/// columns, `whole` of them: ids and reasons are there to be copied and searched for.
pub fn table(header: &[&str], whole: usize) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    for column in table.column_iter_mut().take(whole) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    if table.width().is_none() {
        table.set_width(100);
    }
    table
}

/// The table with what is to be said of a row below it, indented; `notes` has an entry for each row.
pub fn with_notes(mut table: Table, notes: &[Option<String>]) -> String {
    // A row may take several lines; only a rule between rows tells where one ends.
    table.set_style(TableComponent::HorizontalLines, RULE);
    let mut notes = notes.iter();
    let mut text = String::new();
    let mut end_row = |text: &mut String| {
        if let Some(note) = notes.next().and_then(Option::as_ref) {
            text.push_str(&show::folded(note, "     ", "     "));
        }
    };
    for line in table.lines() {
        if line.contains(RULE) && line.chars().all(|c| c == RULE || c == ' ') {
            end_row(&mut text);
        } else {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    end_row(&mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_reason_is_cut_however_narrow_the_terminal_is() {
        let mut table = table(&["request", "reason"], 2);
        table.set_width(20).add_row(["373dcc80-1435-4a30-b134-4b684062de6c", "QUOTA_UNAVAILABLE"]);
        assert!(with_notes(table, &[]).contains("373dcc80-1435-4a30-b134-4b684062de6c  QUOTA_UNAVAILABLE"));
    }

    #[test]
    fn a_note_stands_below_the_whole_of_its_row() {
        let mut table = table(&["request", "became"], 1);
        table
            .set_width(30)
            .add_row(["a", "accepted"])
            .add_row(["b".to_owned(), "rejected for many reasons ".repeat(3)]);
        table.add_row(["c", "deferred"]);
        let notes = [None, Some("Mend b.".to_owned()), Some("Wait for c.".to_owned())];
        let text = with_notes(table, &notes);
        let lines: Vec<&str> = text.lines().collect();
        let place = |part: &str| lines.iter().position(|line| line.contains(part)).unwrap();
        assert!(place("rejected") > place("accepted") && place("Mend b.") > place("rejected") + 1, "{text}");
        assert_eq!((place("deferred"), lines.len() - 1), (place("Mend b.") + 1, place("Wait for c.")), "{text}");
        assert!(!text.contains(RULE) && lines.iter().all(|line| line.trim_end() == *line), "{text}");
    }
}
