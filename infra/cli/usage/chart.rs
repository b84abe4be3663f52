//! Bars for a terminal, and none where there is none. What a bar shows stands in the tables in figures, too.

use std::io::IsTerminal as _;

/// Below this a bar says nothing.
const NARROWEST: usize = 10;
/// Beyond this it is only long.
const WIDEST: usize = 60;
/// So many columns has a line where nobody tells.
const WIDTH: usize = 100;

/// What bars are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    used: char,
    also: char,
    free: char,
    mark: char,
    /// How many columns a line has.
    width: usize,
}

/// One line of a chart.
#[derive(Clone, Debug)]
pub struct Bar {
    pub name: String,
    /// What is used.
    pub used: i64,
    /// What is used in another way, after that.
    pub also: i64,
    /// How much the whole bar is.
    pub whole: i64,
    /// A place to mark.
    pub mark: Option<i64>,
    /// What it says in figures.
    pub figures: String,
}

impl Style {
    pub const fn blocks(width: usize) -> Self {
        Self { used: '█', also: '▒', free: '░', mark: '┃', width }
    }

    pub const fn ascii(width: usize) -> Self {
        Self { used: '#', also: '=', free: '.', mark: '|', width }
    }

    /// As standard output can show it; a terminal that knows no more than ASCII says so by its name.
    pub fn of_stdout() -> Self {
        let width = comfy_table::Table::new().width().filter(|width| *width > 0).map_or(WIDTH, usize::from).min(WIDTH);
        let plain = std::env::var("TERM").is_ok_and(|name| name == "dumb");
        match std::io::stdout().is_terminal() {
            true if plain => Self::ascii(width),
            true => Self::blocks(width),
            false => Self::none(),
        }
    }

    /// No bars.
    pub const fn none() -> Self {
        Self::ascii(0)
    }

    /// What the signs mean, and the lines, after an empty one; nothing where nothing is drawn.
    pub fn picture(self, key: &str, bars: &[Bar]) -> String {
        if self.width == 0 || bars.is_empty() { String::new() } else { format!("\n{key}\n{}", self.chart(bars)) }
    }

    /// What the signs mean; `also` where that is used.
    pub fn key(self, used: &str, also: Option<&str>, mark: Option<&str>) -> String {
        let also = also.map(|what| format!(", {} {what}", self.also)).unwrap_or_default();
        let mark = mark.map(|what| format!(", {} {what}", self.mark)).unwrap_or_default();
        format!("{} {used}{also}{mark}", self.used)
    }

    /// The lines, each no longer than the width allows as long as its name and figures are not.
    pub fn chart(self, bars: &[Bar]) -> String {
        let longest = |of: fn(&Bar) -> &str| bars.iter().map(|bar| of(bar).chars().count()).max().unwrap_or(0);
        let (names, figures) = (longest(|bar| &bar.name), longest(|bar| &bar.figures));
        let width = self.width.saturating_sub(names + figures + 4).clamp(NARROWEST, WIDEST);
        let line = |bar: &Bar| format!("{:<names$}  {}  {:>figures$}\n", bar.name, self.bar(bar, width), bar.figures);
        bars.iter().map(line).collect()
    }

    fn bar(self, bar: &Bar, width: usize) -> String {
        let used = cells(bar.used, bar.whole, width);
        let also = cells(bar.used.saturating_add(bar.also), bar.whole, width);
        let sign = |cell: usize| match cell {
            cell if cell < used => self.used,
            cell if cell < also => self.also,
            _ => self.free,
        };
        let mut signs: Vec<char> = (0..width).map(sign).collect();
        if let Some(mark) = bar.mark.filter(|mark| *mark > 0) {
            // The last of the cells up to it.
            signs[cells(mark, bar.whole, width).clamp(1, width) - 1] = self.mark;
        }
        signs.into_iter().collect()
    }
}

/// How many cells a part takes: one at least if it is something, and all only if it is all.
fn cells(part: i64, whole: i64, width: usize) -> usize {
    let (part, whole) = (i128::from(part.max(0)), i128::from(whole.max(0)));
    if part == 0 {
        return 0;
    }
    if part >= whole {
        return width;
    }
    let cells = usize::try_from(part * width as i128 / whole).unwrap_or(width);
    cells.clamp(1, width.saturating_sub(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(name: &str, used: i64, whole: i64, mark: Option<i64>) -> Bar {
        Bar { name: name.to_owned(), used, also: 0, whole, mark, figures: format!("{used} of {whole}") }
    }

    #[test]
    fn a_bar_is_empty_only_for_nothing_and_full_only_for_all() {
        let bars = [
            bar("nothing", 0, 20_000, None),
            bar("one", 1, 20_000, Some(5_000)),
            bar("half", 10_000, 20_000, Some(5_000)),
            bar("nearly", 19_999, 20_000, Some(20_000)),
            bar("all", 20_000, 20_000, None),
            bar("over", 30_000, 20_000, Some(0)),
        ];
        let wanted = "\
nothing  ....................      0 of 20000
one      #...|...............      1 of 20000
half     ####|#####..........  10000 of 20000
nearly   ###################|  19999 of 20000
all      ####################  20000 of 20000
over     ####################  30000 of 20000
";
        assert_eq!(Style::ascii(45).chart(&bars), wanted);
        let blocks = "\
one   █░░░┃░░░░░░░░░░░░░░░      1 of 20000
half  ████┃█████░░░░░░░░░░  10000 of 20000
";
        assert_eq!(Style::blocks(42).chart(&bars[1..3]), blocks);
    }

    #[test]
    fn what_is_set_aside_follows_what_is_settled() {
        let money = Bar { also: 5, ..bar("a", 5, 20, None) };
        assert_eq!(Style::ascii(32).chart(&[money]), "a  #####=====..........  5 of 20\n");
    }

    #[test]
    fn a_line_fits_unless_its_name_and_figures_do_not() {
        let long = bar(&"n".repeat(40), 999_999_999_999, 999_999_999_999, Some(1));
        let line = Style::ascii(100).chart(std::slice::from_ref(&long));
        assert_eq!(line.trim_end().chars().count(), 100, "{line}");
        let line = Style::ascii(60).chart(&[long]);
        assert!(line.contains("999999999999 of 999999999999") && line.contains(" |#########  "), "{line}");
        assert_eq!(Style::ascii(60).chart(&[]), "");
    }
}
