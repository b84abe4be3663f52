//! Progress of what takes long: bars on a terminal, one line for each thing that ends elsewhere.

use std::io::IsTerminal as _;
use std::time::Instant;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Where progress is shown: on standard error, so that results can be piped on.
pub struct Board {
    bars: Option<MultiProgress>,
}

impl Board {
    pub fn new() -> Self {
        Self { bars: std::io::stderr().is_terminal().then(MultiProgress::new) }
    }

    /// Something of `steps` steps has begun.
    pub fn begin(&self, what: impl Into<String>, steps: usize) -> Row {
        let what = what.into();
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new(steps as u64));
            let style = ProgressStyle::with_template("  {bar:20} {pos:>3}/{len} {msg} ({elapsed})");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("█▌ "));
            bar.set_message(what.clone());
            bar
        });
        Row { what, bar, began: Instant::now() }
    }

    /// A line above the bars.
    pub fn say(&self, line: &str) {
        match &self.bars {
            // Where the terminal is gone there is nobody to tell.
            Some(bars) => bars.suspend(|| eprintln!("  {line}")),
            None => eprintln!("  {line}"),
        }
    }
}

/// One thing that takes long.
pub struct Row {
    what: String,
    bar: Option<ProgressBar>,
    began: Instant,
}

impl Row {
    /// One more of its steps is done.
    pub fn step(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// So many of its steps are done.
    pub fn done(&self, steps: usize) {
        if let Some(bar) = &self.bar {
            bar.set_position(steps as u64);
        }
    }

    /// It has ended.
    pub fn end(self, board: &Board, how: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        board.say(&format!("{}: {how} ({:.0} s)", self.what, self.began.elapsed().as_secs_f32()));
    }
}
