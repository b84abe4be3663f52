use std::path::Path;

use serde_json::{Value, json};

use crate::EXAMPLE;

fn as_json(text: &str) -> Value {
    toml::from_str(text).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(&super::schema()).unwrap()
}

/// Set `TENDLC_BLESS=1` to write the file anew.
#[test]
fn the_schema_in_the_repository_is_the_one_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tendlc.schema.json");
    if std::env::var_os("TENDLC_BLESS").is_some() {
        std::fs::write(&file, super::schema()).unwrap();
    }
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    // Compared as values: the order of keys depends on the features that other crates want of serde_json.
    assert!(committed == schema(), "run the tests of tendlc-config with TENDLC_BLESS=1");
}

#[test]
fn the_example_fits_the_schema() {
    assert!(jsonschema::draft7::meta::is_valid(&schema()));
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&as_json(EXAMPLE)).map(|error| error.to_string()).collect();
    assert_eq!(wrong, [""; 0]);
}

/// For every property of the schema a file in which the key is known to [`crate::check`], and one where its
/// neighbour, which the schema does not have, is not.
#[test]
fn the_schema_has_exactly_the_keys_that_the_check_knows() {
    let schema = schema();
    let mut keys = 0;
    for table in ["primaries", "brands", "campaigns", "grants"] {
        let named = &schema["properties"][table]["additionalProperties"];
        keys += same_keys(&format!("{table}.x"), named);
        for (key, inner) in named["properties"].as_object().unwrap() {
            if inner["type"] == "object" {
                keys += same_keys(&format!("{table}.x.{key}"), inner);
            }
        }
    }
    keys += same_keys("", &schema);
    assert_eq!(keys, 12 + 3 + 12 + 18 + 2 + 2 + 4);
}

fn same_keys(table: &str, schema: &Value) -> usize {
    assert_eq!(schema["additionalProperties"], json!(false), "{table}");
    let properties = schema["properties"].as_object().unwrap();
    for (key, about) in properties {
        assert!(about["description"].as_str().is_some_and(|text| text.ends_with('.')), "{table}.{key}");
        assert!(!calls_unknown(table, key), "{table}.{key} is in the schema only");
        assert!(calls_unknown(table, &format!("{key}_x")), "{table}.{key}_x");
    }
    properties.len()
}

/// Whether the check says of this key that it is not known. A date is no right value anywhere.
fn calls_unknown(table: &str, key: &str) -> bool {
    let header = if table.is_empty() { String::new() } else { format!("[{table}]\n") };
    let mistakes = crate::check(&format!("{header}{key} = 2026-11-20\n"), "f").unwrap_err();
    let path = if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") };
    let mut about = mistakes.iter().filter(|mistake| mistake.path == path).peekable();
    assert!(about.peek().is_some(), "{path}: {mistakes}");
    about.any(|mistake| mistake.what.contains("not known"))
}

#[test]
fn what_the_check_requires_the_schema_requires() {
    let required = |table: &Value| {
        let names = table["required"].as_array().cloned().unwrap_or_default();
        names.iter().map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let schema = schema();
    let mut missing: Vec<String> = required(&schema);
    for table in ["brands", "campaigns", "grants"] {
        let names = required(&schema["properties"][table]["additionalProperties"]);
        missing.extend(names.iter().map(|name| format!("{table}.x.{name}")));
    }
    let mistakes = crate::check("[brands.x]\n[campaigns.x]\n[grants.x]\n", "f").unwrap_err();
    let found: Vec<String> = mistakes.iter().map(|mistake| mistake.path.clone()).collect();
    missing.sort();
    assert_eq!(
        {
            let mut found = found;
            found.sort();
            found
        },
        missing
    );
}

#[test]
fn the_schema_refuses_what_the_check_refuses() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let changes = [
        ("account = \"222222222222\"", "account = 222222222222"),
        ("account = \"222222222222\"", "acount = \"222222222222\""),
        ("[\"order-updates\"]", "[]"),
        ("[\"order-updates\"]", "[\"order-updates\", \"order-updates\"]"),
        ("\"sms-voice\"", "\"pinpoint\""),
        ("= 40000", "= \"40000\""),
        ("= 40000", "= 0"),
        ("segments_per_second = 40 ", "segments_per_second = 0 "),
        ("\"21:00-08:00\"", "\"9pm-8am\""),
        ("\"15m\"", "\"15 minutes\""),
        ("\"400.00\"", "400.00"),
        ("role/tendlc-send", "role/*"),
        ("[grants.checkout]", "[grants.\"check out\"]"),
    ];
    for (right, wrong) in changes {
        let text = EXAMPLE.replacen(right, wrong, 1);
        assert_ne!(text, EXAMPLE, "{right}");
        assert!(crate::check(&text, "f").is_err(), "{wrong}");
        assert!(!validator.is_valid(&as_json(&text)), "{wrong}");
    }
}
