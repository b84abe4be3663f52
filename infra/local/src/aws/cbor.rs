//! CBOR bodies (Smithy's RPC v2), read into JSON and written from it.

use ciborium::Value as Cbor;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// The member of answers that holds moments; on the wire a moment is a number with a tag.
const MOMENTS: &str = "Timestamps";

/// The tag of seconds since 1970 (RFC 8949, section 3.4.2).
const EPOCH: u64 = 1;

/// Reads a body; an empty one is an empty object.
pub(crate) fn read(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let read: Cbor = ciborium::from_reader(body).map_err(|_| Refusal::unreadable("input"))?;
    json_of(read).filter(Value::is_object).ok_or_else(|| Refusal::unreadable("input"))
}

fn json_of(value: Cbor) -> Option<Value> {
    Some(match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(flag) => json!(flag),
        Cbor::Integer(whole) => json!(i64::try_from(whole).ok()?),
        Cbor::Float(number) => json!(number),
        Cbor::Text(text) => json!(text),
        Cbor::Tag(EPOCH, inside) => json_of(*inside)?,
        Cbor::Array(items) => items.into_iter().map(json_of).collect::<Option<_>>()?,
        Cbor::Map(entries) => {
            let entry = |(key, value): (Cbor, Cbor)| Some((key.into_text().ok()?, json_of(value)?));
            Value::Object(entries.into_iter().map(entry).collect::<Option<Map<_, _>>>()?)
        }
        _ => return None,
    })
}

/// The body of an answer.
pub(crate) fn write(value: &Value) -> Vec<u8> {
    let mut body = Vec::new();
    match ciborium::into_writer(&cbor_of(value, false), &mut body) {
        Ok(()) => body,
        Err(_) => Vec::new(),
    }
}

fn cbor_of(value: &Value, moment: bool) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(flag) => Cbor::Bool(*flag),
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Number(number) => {
            let whole = number.as_i64().map(|whole| Cbor::Integer(whole.into()));
            let number = whole.unwrap_or_else(|| Cbor::Float(number.as_f64().unwrap_or_default()));
            if moment { Cbor::Tag(EPOCH, Box::new(number)) } else { number }
        }
        Value::Array(items) => Cbor::Array(items.iter().map(|item| cbor_of(item, moment)).collect()),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| (Cbor::Text(key.clone()), cbor_of(value, key == MOMENTS));
            Cbor::Map(entries.iter().map(entry).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_moments_have_their_tag() {
        let value =
            json!({ "Values": [1.5, 2], "Timestamps": [1_795_978_563], "More": { "Flag": true, "None": null } });
        let body = write(&value);
        assert_eq!(read(&body).unwrap(), value);
        assert_eq!(body.iter().filter(|byte| **byte == 0xc1).count(), 1, "tag 1 before the one moment: {body:x?}");
        assert!(read(b"{\"a\":1}").is_err() && read(&[0x01]).is_err());
        assert_eq!(read(b"").unwrap(), json!({}));
    }
}
