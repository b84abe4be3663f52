//! Running `tendlc local` and taking its output apart.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a run left behind.
pub struct Run {
    /// Standard output: one object a line.
    pub lines: Vec<Value>,
    /// Standard error: the logs.
    pub logs: String,
    /// The exit code.
    pub code: i32,
}

/// One event of a run.
pub struct Played<'a> {
    /// What was said before the function answered.
    pub outcomes: &'a [Value],
    /// The function's answer.
    pub answer: &'a Value,
}

/// `tendlc local ARGUMENTS --output json`, in the project's folder.
pub fn local(arguments: &[&str]) -> Run {
    let command = Command::new(env!("CARGO_BIN_EXE_tendlc"))
        .arg("local")
        .args(arguments)
        .args(["--output", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("RUST_LOG")
        .output()
        .expect("the command runs");
    let lines = String::from_utf8(command.stdout).expect("output is UTF-8");
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")));
    Run {
        lines: lines.collect(),
        logs: String::from_utf8_lossy(&command.stderr).into_owned(),
        code: command.status.code().expect("the command ends by itself"),
    }
}

/// What a person sees of `tendlc local ARGUMENTS`: standard output and standard error.
pub fn seen(arguments: &[&str], log_level: Option<&str>) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tendlc"));
    command.arg("local").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("RUST_LOG");
    if let Some(level) = log_level {
        command.env("RUST_LOG", level);
    }
    let output = command.output().expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (text(output.stdout), text(output.stderr))
}

/// A sample event's path.
pub fn sample(file: &str) -> String {
    format!("events/{file}")
}

/// What a sample event says.
pub fn read(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(sample(file));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the sample is there")).expect("the sample is JSON")
}

/// An event of the test's own, as a file.
pub struct Made {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Made {
    pub fn of(event: &Value) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("event.json");
        std::fs::write(&path, event.to_string()).expect("the file is written");
        Self { _folder: folder, path }
    }

    pub fn path(&self) -> &str {
        self.path.to_str().expect("a path in UTF-8")
    }
}

impl Run {
    /// Checks the form that every run has, and gives its events: of each the outcomes, then the answer; in the end the
    /// budgets, and a good exit.
    pub fn events(&self) -> Vec<Played<'_>> {
        assert_eq!(self.code, 0, "{}", self.logs);
        let (last, lines) = self.lines.split_last().expect("some output");
        assert_eq!(keys(last), ["budgets"], "the last line has the budgets");
        let mut events = Vec::new();
        let mut from = 0;
        for (place, line) in lines.iter().enumerate() {
            match keys(line).as_slice() {
                ["detail", "detail-type", "source"] => assert_eq!(line["source"], "tendlc"),
                ["event", "function", "reply"] => {
                    events.push(Played { outcomes: &lines[from..place], answer: line });
                    from = place + 1;
                }
                ["error", "event", "function"] => {
                    assert_eq!(keys(&line["error"]), ["errorMessage", "errorType"]);
                    events.push(Played { outcomes: &lines[from..place], answer: line });
                    from = place + 1;
                }
                other => panic!("a line of its own kind: {other:?}"),
            }
        }
        assert_eq!(from, lines.len(), "outcomes come before their event's answer");
        events
    }

    /// The only event of the run.
    pub fn event(&self) -> Played<'_> {
        let mut events = self.events();
        assert_eq!(events.len(), 1);
        events.remove(0)
    }

    /// A grant's line of the budgets.
    pub fn budget(&self, grant: &str) -> &Value {
        let budgets = self.lines.last().and_then(|line| line["budgets"].as_array()).expect("budgets");
        budgets.iter().find(|budget| budget["grant"] == grant).expect("the grant's budget")
    }
}

impl Played<'_> {
    /// `detail-type`, id and reason of each outcome.
    pub fn said(&self) -> Vec<(String, String, Option<String>)> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let each = self.outcomes.iter().map(|outcome| {
            let detail = &outcome["detail"];
            let said = text(&outcome["detail-type"]).expect("a detail-type");
            (said, text(&detail["id"]).expect("an id"), text(&detail["reason"]))
        });
        each.collect()
    }

    /// The reasons alone.
    pub fn reasons(&self) -> Vec<Option<String>> {
        self.said().into_iter().map(|(_, _, reason)| reason).collect()
    }

    /// The messages that stay.
    pub fn failures(&self) -> Vec<&str> {
        let list = self.answer["reply"]["batchItemFailures"].as_array().expect("a batch response");
        list.iter().map(|one| one["itemIdentifier"].as_str().expect("an identifier")).collect()
    }

    /// Type and text of the function's error.
    pub fn error(&self) -> (&str, &str) {
        let error = &self.answer["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_else(|| panic!("no error: {}", self.answer));
        (text("errorType"), text("errorMessage"))
    }
}

/// An object's keys in alphabetical order.
pub fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}
