//! Message attributes: their rules, their size, and the digests that the SDKs check.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};
use serde_json::{Map, Value};

use super::super::refusal::Refusal;
use super::super::shape::Members;
use super::invalid;

/// The attributes of a message, checked.
#[derive(Clone, Default)]
pub(super) struct Attributes(Map<String, Value>);

/// Lower-case hex of the MD5.
pub(super) fn md5(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Attributes {
    /// Reads a message's own attributes.
    pub(super) fn read(input: Members<'_>) -> Result<Self, Refusal> {
        let Some(map) = input.map("MessageAttributes")? else { return Ok(Self::default()) };
        if map.len() > 10 {
            let message = format!("Number of message attributes [{}] exceeds the allowed maximum [10].", map.len());
            return Err(invalid(message));
        }
        for (name, value) in map {
            check_name(name)?;
            check_value(name, Members::of(value)?)?;
        }
        Ok(Self(map.clone()))
    }

    /// Reads the one system attribute that can be sent.
    pub(super) fn read_system(input: Members<'_>) -> Result<Self, Refusal> {
        let Some(map) = input.map("MessageSystemAttributes")? else { return Ok(Self::default()) };
        for (name, value) in map {
            if name != "AWSTraceHeader" {
                return Err(invalid(format!("Message system attribute name '{name}' is invalid.")));
            }
            check_value(name, Members::of(value)?)?;
        }
        Ok(Self(map.clone()))
    }

    /// Those that a receiver asks for: `All`, `.*`, a name, or a prefix with `.*`.
    pub(super) fn only(&self, asked: &[&str]) -> Self {
        let wanted = |name: &str| {
            asked.iter().any(|asked| match *asked {
                "All" | ".*" => true,
                asked => asked.strip_suffix(".*").map_or(asked == name, |prefix| name.starts_with(prefix)),
            })
        };
        Self(
            self.0.iter().filter(|(name, _)| wanted(name)).map(|(name, value)| (name.clone(), value.clone())).collect(),
        )
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.get("StringValue")?.as_str()
    }

    pub(super) fn json(&self) -> Option<Value> {
        (!self.0.is_empty()).then(|| Value::Object(self.0.clone()))
    }

    /// What they add to the size of a message: names, types and values.
    pub(super) fn size(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + kind(value).len() + bytes(value).len()).sum()
    }

    /// AWS's digest: by name, each part with its length before it.
    pub(super) fn md5(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_by_key(|(name, _)| name.as_str());
        let mut all = Vec::new();
        for (name, value) in sorted {
            add(&mut all, name.as_bytes());
            add(&mut all, kind(value).as_bytes());
            all.push(if kind(value).starts_with("Binary") { 2 } else { 1 });
            add(&mut all, &bytes(value));
        }
        Some(md5(&all))
    }
}

fn add(all: &mut Vec<u8>, part: &[u8]) {
    all.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
    all.extend(part);
}

fn kind(value: &Value) -> &str {
    value.get("DataType").and_then(Value::as_str).unwrap_or_default()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    match text("BinaryValue") {
        Some(binary) => BASE64_STANDARD.decode(binary).unwrap_or_default(),
        None => text("StringValue").unwrap_or_default().as_bytes().to_vec(),
    }
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let lower = name.to_ascii_lowercase();
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
    if !(1..=256).contains(&name.len()) || !letters || dots || lower.starts_with("aws.") || lower.starts_with("amazon.")
    {
        return Err(invalid(format!("The message attribute name '{name}' is invalid.")));
    }
    Ok(())
}

fn check_value(name: &str, value: Members<'_>) -> Result<(), Refusal> {
    let kind = value.text("DataType")?.unwrap_or_default();
    let refuse = |why: String| Err(invalid(format!("The message attribute '{name}' {why}")));
    let (text, binary) = (value.text("StringValue")?, value.text("BinaryValue")?);
    let base = kind.split('.').next().unwrap_or_default();
    if kind.len() > 256 || !matches!(base, "String" | "Number" | "Binary") {
        return refuse(format!("has an invalid message attribute type '{kind}'."));
    }
    let given = if base == "Binary" { binary } else { text };
    if given.is_none_or(str::is_empty) {
        return refuse(format!("must contain a non-empty value of type '{base}'."));
    }
    if base == "Binary" && BASE64_STANDARD.decode(given.unwrap_or_default()).is_err() {
        return Err(Refusal::unreadable("BinaryValue"));
    }
    if base == "Number" && text.is_none_or(|text| text.trim().parse::<f64>().is_err()) {
        return refuse("has a value that is not a number.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_attributes_is_aws_s() {
        let input = serde_json::json!({ "MessageAttributes": {
            "timestamp": { "DataType": "Number", "StringValue": "1493147359900" },
        } });
        let attributes = Attributes::read(Members::of(&input).unwrap()).unwrap();
        assert_eq!(attributes.md5().as_deref(), Some("235c5c510d26fb653d073faed50ae77c"));
    }
}
