//! What the README and the guides show is what happens, or what compiles.

use std::path::Path;

use serde_json::Value;

use super::commands::{local, sample};

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README")
}

#[test]
fn the_outcome_in_the_readme_is_that_of_its_sample() {
    let text = readme();
    let shown = text.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an outcome");
    let mut shown: Value = serde_json::from_str(shown).expect("the outcome is JSON");
    let run = local(&[&sample("event-single.json")]);
    let mut outcome = run.event().outcomes[0].clone();
    assert!(shown["detail"]["message_id"].is_string());
    // AWS's own.
    for one in [&mut shown, &mut outcome] {
        one["detail"]["message_id"] = Value::Null;
    }
    assert_eq!(shown, outcome);
}

#[test]
fn the_files_and_flags_of_the_readme_are_there() {
    let text = readme();
    let commands: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("    cargo run -- local ")).collect();
    assert!(!commands.is_empty());
    for command in commands {
        let arguments: Vec<&str> = command.split(' ').collect();
        assert!(!local(&arguments).events().is_empty(), "{command}");
    }
}

#[test]
fn the_rust_that_developers_are_shown_is_what_is_compiled() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("infra/docs");
    let guide = std::fs::read_to_string(docs.join("developer.md")).expect("the guide");
    let shown: Vec<&str> = guide.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let compiled = ["send.rs", "outcomes.rs"].map(|name| std::fs::read_to_string(docs.join("snippets").join(name)));
    assert_eq!(shown, compiled.map(|text| text.expect("a snippet")));
}
