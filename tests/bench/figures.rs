//! What was measured, and the operating system's account of the function's process (Linux; `-` elsewhere).

use std::fmt;
use std::time::Duration;

pub const HEADER: &str =
    "                             start  first batch  warm batch  sequential  calls a text  CPU a batch  resident";

pub struct Figures {
    /// From the process to its readiness, with all that it fetches ahead.
    pub start: Duration,
    pub first: Duration,
    pub wall: Duration,
    pub sequential: usize,
    pub calls_per_text: f64,
    pub cpu_per_batch: Option<Duration>,
    pub resident_kib: Option<u64>,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
        write!(
            f,
            "{:>12}{:>13}{:>12}{:>12}{:>14.2}{:>13}{:>10}",
            ms(self.start),
            ms(self.first),
            ms(self.wall),
            self.sequential,
            self.calls_per_text,
            self.cpu_per_batch.map_or("-".to_owned(), |cpu| format!("{:.2} ms", cpu.as_secs_f64() * 1000.0)),
            self.resident_kib.map_or("-".to_owned(), |kib| format!("{:.1} MiB", kib as f64 / 1024.0)),
        )
    }
}

/// The one function process that this program has started.
pub struct Process(u32);

impl Process {
    pub fn child() -> Option<Self> {
        let own = std::process::id().to_string();
        let children = std::fs::read_dir("/proc").ok()?.filter_map(|entry| {
            let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            (fields(pid)?.get(1)? == &own).then_some(pid)
        });
        children.max().map(Self)
    }

    /// User and system time so far; the kernel counts in hundredths of a second.
    pub fn cpu(&self) -> Option<Duration> {
        let fields = fields(self.0)?;
        let ticks = |place: usize| fields.get(place)?.parse::<u64>().ok();
        Some(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
    }

    pub fn resident_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches(" kB").trim().parse().ok()
    }
}

/// `/proc/PID/stat` after the program's name, which may hold anything.
fn fields(pid: u32) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(stat.rsplit_once(") ")?.1.split(' ').map(str::to_owned).collect())
}
