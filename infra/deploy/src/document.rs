//! A template's YAML as JSON: the short tags (`!Ref`, `!Sub`, …) in their long form, as CloudFormation reads them.

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// The text is no template.
#[derive(Debug, thiserror::Error)]
pub enum NotATemplate {
    /// It is no YAML.
    #[error("it is not YAML: {0}")]
    Yaml(String),
    /// It has something that CloudFormation does not read either.
    #[error("it has {0}, which no template has")]
    Odd(&'static str),
}

/// Reads a template.
///
/// # Errors
/// When it is none.
pub fn read(text: &str) -> Result<Value, NotATemplate> {
    let documents = Yaml::load_from_str(text).map_err(|error| NotATemplate::Yaml(error.to_string()))?;
    match documents.as_slice() {
        [document] => value(document),
        _ => Err(NotATemplate::Odd("several documents, or none")),
    }
}

fn value(node: &Yaml<'_>) -> Result<Value, NotATemplate> {
    Ok(match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(is)) => json!(is),
        Yaml::Value(Scalar::Integer(number)) => json!(number),
        Yaml::Value(Scalar::FloatingPoint(number)) => json!(number.into_inner()),
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Sequence(nodes) => Value::Array(nodes.iter().map(value).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, node) in entries {
                let key = key.as_str().ok_or(NotATemplate::Odd("a key that is no text"))?;
                map.insert(key.to_owned(), value(node)?);
            }
            Value::Object(map)
        }
        Yaml::Tagged(tag, node) => {
            let (name, inner) = (tag.suffix.as_str(), value(node)?);
            let name = if ["Ref", "Condition"].contains(&name) { name.to_owned() } else { format!("Fn::{name}") };
            // `!GetAtt Queue.Arn` is short for a list of two.
            let inner = match inner.as_str().and_then(|text| text.split_once('.')) {
                Some((resource, attribute)) if name == "Fn::GetAtt" => json!([resource, attribute]),
                _ => inner,
            };
            json!({ name: inner })
        }
        _ => return Err(NotATemplate::Odd("an alias or a value that cannot be read")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_become_what_they_stand_for() {
        let text = "a: !Ref B\nc: !GetAtt D.Arn\ne: !If [F, !Sub 'x${B}', !Ref AWS::NoValue]\ng: 2012-10-17\nh: true";
        let expected = json!({
            "a": { "Ref": "B" },
            "c": { "Fn::GetAtt": ["D", "Arn"] },
            "e": { "Fn::If": ["F", { "Fn::Sub": "x${B}" }, { "Ref": "AWS::NoValue" }] },
            "g": "2012-10-17",
            "h": true,
        });
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn what_is_no_template_is_refused() {
        assert!(matches!(read("a: [").unwrap_err(), NotATemplate::Yaml(_)));
        assert!(matches!(read("a: 1\n---\nb: 2").unwrap_err(), NotATemplate::Odd(_)));
    }
}
