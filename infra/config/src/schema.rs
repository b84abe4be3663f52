//! The JSON Schema of `tendlc.toml`, for editors: draft 7, which the TOML ones understand.

use serde_json::Value;

use crate::entry::Entry;
use crate::raw::RawConfig;

/// The schema, made of what [`crate::check`] reads; `infra/config/tendlc.schema.json` is this text.
pub fn schema() -> String {
    let mut schema = RawConfig::schema();
    if let Value::Object(root) = &mut schema {
        root.insert("$schema".to_owned(), Value::from("http://json-schema.org/draft-07/schema#"));
        root.insert("title".to_owned(), Value::from("tendlc.toml"));
    }
    format!("{schema:#}\n")
}

#[cfg(test)]
mod tests;
