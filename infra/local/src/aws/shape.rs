//! Reading the members of a JSON input, each with the type that the model gives it.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// An object of the input.
#[derive(Clone, Copy)]
pub(crate) struct Members<'a>(&'a Map<String, Value>);

impl<'a> Members<'a> {
    /// The input itself.
    pub(crate) fn of(value: &'a Value) -> Result<Self, Refusal> {
        value.as_object().map(Self).ok_or_else(|| Refusal::unreadable("input"))
    }

    /// A member that is there and not null.
    pub(crate) fn get(self, member: &str) -> Option<&'a Value> {
        self.0.get(member).filter(|value| !value.is_null())
    }

    pub(crate) fn text(self, member: &str) -> Result<Option<&'a str>, Refusal> {
        self.typed(member, Value::as_str)
    }

    pub(crate) fn whole(self, member: &str) -> Result<Option<i64>, Refusal> {
        self.typed(member, Value::as_i64)
    }

    pub(crate) fn flag(self, member: &str) -> Result<Option<bool>, Refusal> {
        self.typed(member, Value::as_bool)
    }

    pub(crate) fn list(self, member: &str) -> Result<Option<&'a Vec<Value>>, Refusal> {
        self.typed(member, Value::as_array)
    }

    pub(crate) fn map(self, member: &str) -> Result<Option<&'a Map<String, Value>>, Refusal> {
        self.typed(member, Value::as_object)
    }

    /// A list of texts; empty when it is absent.
    pub(crate) fn texts(self, member: &str) -> Result<Vec<&'a str>, Refusal> {
        let list = self.list(member)?.map(Vec::as_slice).unwrap_or_default();
        list.iter().map(|value| value.as_str().ok_or_else(|| Refusal::unreadable(member))).collect()
    }

    fn typed<T>(self, member: &str, read: impl Fn(&'a Value) -> Option<T>) -> Result<Option<T>, Refusal> {
        self.get(member).map(|value| read(value).ok_or_else(|| Refusal::unreadable(member))).transpose()
    }
}
