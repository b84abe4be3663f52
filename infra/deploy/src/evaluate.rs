//! What a template comes to with given parameters: the resources that are made, with every intrinsic function worked
//! out. CloudFormation does this when it deploys; here it is done to show the policies before anything is deployed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::physical;

/// Why a template cannot be worked out.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EvaluateError {
    /// A parameter has neither value nor default.
    #[error("the parameter {0} has no value")]
    NoValue(String),
    /// A value is given for a parameter that the template does not have.
    #[error("the template has no parameter {0}")]
    NoParameter(String),
    /// Something is referred to that is not there.
    #[error("nothing in the template is called {0}")]
    Unknown(String),
    /// An intrinsic function is used in a form that is not understood here.
    #[error("{0} cannot be worked out")]
    Function(String),
}

/// Where a stack is: what the pseudo parameters say.
#[derive(Clone, Debug)]
pub struct Place {
    /// `AWS::Partition`.
    pub partition: String,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::AccountId`.
    pub account: String,
    /// `AWS::StackName`.
    pub stack: String,
}

/// A resource that is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Such as `AWS::SQS::Queue`.
    pub kind: String,
    /// Its properties, worked out.
    pub properties: Value,
}

/// The resources that are made, by their logical ids.
pub type Resources = BTreeMap<String, Resource>;

/// Works a template out.
///
/// # Errors
/// When a parameter is missing, or something in the template is not understood.
pub fn resources(
    document: &Value,
    parameters: &BTreeMap<String, String>,
    place: &Place,
) -> Result<Resources, EvaluateError> {
    let scope = Scope::new(document, parameters, place)?;
    let mut made = Resources::new();
    for (id, resource) in section(document, "Resources") {
        if let Some(condition) = resource.get("Condition").and_then(Value::as_str)
            && !scope.holds(condition)?
        {
            continue;
        }
        let kind = resource["Type"].as_str().unwrap_or_default().to_owned();
        let properties = resource.get("Properties").cloned().unwrap_or_else(|| json!({}));
        let properties = scope.value(&properties)?.unwrap_or_else(|| json!({}));
        made.insert(id.clone(), Resource { kind, properties });
    }
    Ok(made)
}

fn section<'a>(document: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    document.get(name).and_then(Value::as_object).into_iter().flatten()
}

struct Scope<'a> {
    document: &'a Value,
    parameters: BTreeMap<&'a str, Value>,
    place: &'a Place,
}

impl<'a> Scope<'a> {
    fn new(document: &'a Value, given: &BTreeMap<String, String>, place: &'a Place) -> Result<Self, EvaluateError> {
        let mut parameters = BTreeMap::new();
        for (name, declared) in section(document, "Parameters") {
            let default = || match declared.get("Default") {
                Some(Value::String(text)) => Some(text.clone()),
                other => other.map(ToString::to_string),
            };
            let text = given.get(name).cloned().or_else(default).ok_or_else(|| EvaluateError::NoValue(name.clone()))?;
            let is_list = declared["Type"] == "CommaDelimitedList";
            let parts = || text.split(',').map(str::trim).map(Value::from).collect();
            parameters.insert(name.as_str(), if is_list { Value::Array(parts()) } else { Value::String(text) });
        }
        match given.keys().find(|name| !parameters.contains_key(name.as_str())) {
            Some(name) => Err(EvaluateError::NoParameter(name.clone())),
            None => Ok(Self { document, parameters, place }),
        }
    }

    fn holds(&self, condition: &str) -> Result<bool, EvaluateError> {
        let unknown = || EvaluateError::Unknown(condition.to_owned());
        let condition = self.document.pointer("/Conditions").and_then(|all| all.get(condition)).ok_or_else(unknown)?;
        self.is_true(condition)
    }

    fn is_true(&self, condition: &Value) -> Result<bool, EvaluateError> {
        let odd = || EvaluateError::Function(condition.to_string());
        let (name, argument) = function(condition).ok_or_else(odd)?;
        let all = || argument.as_array().map(Vec::as_slice).ok_or_else(odd);
        Ok(match name {
            "Condition" => self.holds(argument.as_str().ok_or_else(odd)?)?,
            "Fn::Not" => !self.is_true(all()?.first().ok_or_else(odd)?)?,
            "Fn::Equals" => {
                let [left, right] = all()? else { return Err(odd()) };
                text(&self.value(left)?) == text(&self.value(right)?)
            }
            "Fn::And" => {
                all()?.iter().try_fold(true, |so_far, one| Ok::<_, EvaluateError>(so_far & self.is_true(one)?))?
            }
            "Fn::Or" => {
                all()?.iter().try_fold(false, |so_far, one| Ok::<_, EvaluateError>(so_far | self.is_true(one)?))?
            }
            _ => return Err(odd()),
        })
    }

    /// `None`: `AWS::NoValue`, which takes away whatever it is the value of.
    fn value(&self, value: &Value) -> Result<Option<Value>, EvaluateError> {
        if let Some((name, argument)) = function(value) {
            return self.call(name, argument);
        }
        Ok(Some(match value {
            Value::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.extend(self.value(item)?);
                }
                Value::Array(values)
            }
            Value::Object(entries) => {
                let mut values = Map::new();
                for (key, entry) in entries {
                    values.extend(self.value(entry)?.map(|value| (key.clone(), value)));
                }
                Value::Object(values)
            }
            other => other.clone(),
        }))
    }

    fn call(&self, name: &str, argument: &Value) -> Result<Option<Value>, EvaluateError> {
        let odd = || EvaluateError::Function(format!("{name} {argument}"));
        let all = || argument.as_array().map(Vec::as_slice).ok_or_else(odd);
        match (name, argument) {
            ("Ref", Value::String(name)) if name == "AWS::NoValue" => Ok(None),
            ("Ref", Value::String(name)) => self.reference(name).map(Some),
            ("Fn::GetAtt", _) => {
                let [Value::String(resource), Value::String(attribute)] = all()? else { return Err(odd()) };
                self.attribute(resource, attribute).map(Some)
            }
            ("Fn::Sub", Value::String(pattern)) => self.filled(pattern, &Map::new()).map(Some),
            ("Fn::Sub", _) => {
                let [Value::String(pattern), Value::Object(own)] = all()? else { return Err(odd()) };
                self.filled(pattern, own).map(Some)
            }
            ("Fn::If", _) => {
                let [Value::String(condition), yes, no] = all()? else { return Err(odd()) };
                self.value(if self.holds(condition)? { yes } else { no })
            }
            ("Fn::Join", _) => {
                let [Value::String(between), list] = all()? else { return Err(odd()) };
                let list = self.value(list)?.unwrap_or_default();
                let parts: Vec<String> =
                    list.as_array().ok_or_else(odd)?.iter().map(|part| text(&Some(part.clone()))).collect();
                Ok(Some(Value::String(parts.join(between))))
            }
            ("Fn::Select", _) => {
                let [index, list] = all()? else { return Err(odd()) };
                let index: usize = text(&self.value(index)?).parse().map_err(|_| odd())?;
                let list = self.value(list)?.unwrap_or_default();
                list.get(index).cloned().map(Some).ok_or_else(odd)
            }
            ("Fn::Split", _) => {
                let [Value::String(between), whole] = all()? else { return Err(odd()) };
                let whole = text(&self.value(whole)?);
                Ok(Some(whole.split(between.as_str()).map(Value::from).collect()))
            }
            _ => Err(odd()),
        }
    }

    /// `${Name}`, `${Resource.Attribute}`; `${!Name}` stays `${Name}`.
    fn filled(&self, pattern: &str, own: &Map<String, Value>) -> Result<Value, EvaluateError> {
        let mut filled = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let odd = || EvaluateError::Function(format!("Fn::Sub {pattern}"));
            let (name, after) = after.split_once('}').ok_or_else(odd)?;
            filled.push_str(before);
            match (name.strip_prefix('!'), own.get(name), name.split_once('.')) {
                (Some(literal), ..) => filled.push_str(&format!("${{{literal}}}")),
                (_, Some(value), _) => filled.push_str(&text(&self.value(value)?)),
                (_, _, Some((resource, attribute))) => {
                    filled.push_str(&text(&Some(self.attribute(resource, attribute)?)))
                }
                _ => filled.push_str(&text(&Some(self.reference(name)?))),
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(Value::String(filled))
    }

    fn reference(&self, name: &str) -> Result<Value, EvaluateError> {
        let pseudo = match name {
            "AWS::Partition" => Some(self.place.partition.as_str()),
            "AWS::Region" => Some(self.place.region.as_str()),
            "AWS::AccountId" => Some(self.place.account.as_str()),
            "AWS::StackName" => Some(self.place.stack.as_str()),
            "AWS::URLSuffix" => Some("amazonaws.com"),
            _ => None,
        };
        if let Some(text) = pseudo {
            return Ok(text.into());
        }
        match self.parameters.get(name) {
            Some(value) => Ok(value.clone()),
            None => self.resource(name, physical::reference),
        }
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Result<Value, EvaluateError> {
        self.resource(resource, |kind, properties, place| physical::attribute(kind, properties, place, attribute))
    }

    /// What another resource of the template is known by. Only its own name is worked out for it, since resources may
    /// well refer to each other in a circle otherwise.
    fn resource(
        &self,
        id: &str,
        known_by: impl Fn(&str, &Value, &Place) -> Option<String>,
    ) -> Result<Value, EvaluateError> {
        let unknown = || EvaluateError::Unknown(id.to_owned());
        let resource = self.document.pointer("/Resources").and_then(|all| all.get(id)).ok_or_else(unknown)?;
        let kind = resource["Type"].as_str().unwrap_or_default();
        let mut names = Map::new();
        for key in physical::NAMES {
            if let Some(name) = resource.pointer("/Properties").and_then(|properties| properties.get(key)) {
                names.extend(self.value(name)?.map(|name| (key.to_owned(), name)));
            }
        }
        known_by(kind, &Value::Object(names), self.place).map(Value::String).ok_or_else(unknown)
    }
}

/// An object with one key that is a function's name.
fn function(value: &Value) -> Option<(&str, &Value)> {
    let entries = value.as_object().filter(|entries| entries.len() == 1)?;
    let (name, argument) = entries.iter().next()?;
    // A policy has a key `Condition`, too; what belongs to it is an object, and a condition's name a text.
    let is_function = name == "Ref" || name.starts_with("Fn::") || (name == "Condition" && argument.is_string());
    is_function.then_some((name, argument))
}

fn text(value: &Option<Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().map(|part| text(&Some(part.clone()))).collect::<Vec<_>>().join(","),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
