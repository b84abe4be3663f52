//! `dynamodb:LeadingKeys`: which items a request touches, and with which action each is authorised.

use serde_json::Value;

use super::super::glob::matches;
use super::super::seed::LeadingKeys;

/// One item or table that a request touches.
pub(super) struct Touched {
    /// The IAM action, without its prefix.
    pub(super) action: &'static str,
    /// The table's name.
    pub(super) table: String,
    /// The item's partition key. None where the request has none, or none that can be read without running it:
    /// a policy that wants `Null dynamodb:LeadingKeys` to be false then denies.
    key: Option<String>,
}

impl Touched {
    /// Whether a rule allows it. What has no key is allowed only by a rule that names the action and takes any key.
    pub(super) fn is_allowed_by(&self, rule: &LeadingKeys) -> bool {
        match &self.key {
            Some(key) => rule.actions.iter().any(|action| matches(action, self.action)) && matches(&rule.keys, key),
            None => rule.keys == "*" && rule.actions.iter().any(|action| action == self.action),
        }
    }
}

/// Everything that a request touches. `key_of` is the partition key's attribute of a table.
pub(super) fn touched(operation: &'static str, input: &Value, key_of: impl Fn(&str) -> Option<String>) -> Vec<Touched> {
    let touch = |action: &'static str, table: Option<&str>, item: Option<&Value>| {
        let table = bare(table.unwrap_or_default()).to_owned();
        let key = key_of(&table).and_then(|attribute| {
            let value = item?.get(attribute)?.as_object()?.values().next()?;
            value.as_str().map(str::to_owned)
        });
        Touched { action, table, key }
    };
    let table = input.get("TableName").and_then(Value::as_str);
    match operation {
        "GetItem" | "UpdateItem" | "DeleteItem" => vec![touch(operation, table, input.get("Key"))],
        "PutItem" => vec![touch(operation, table, input.get("Item"))],
        "TransactWriteItems" | "TransactGetItems" => {
            let items = input.get("TransactItems").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let parts = items.iter().filter_map(Value::as_object).flatten();
            let touch_part = |(kind, part): (&String, &Value)| {
                let action = match kind.as_str() {
                    "Put" => "PutItem",
                    "Update" => "UpdateItem",
                    "Delete" => "DeleteItem",
                    "Get" => "GetItem",
                    _ => "ConditionCheckItem",
                };
                let item = part.get(if action == "PutItem" { "Item" } else { "Key" });
                touch(action, part.get("TableName").and_then(Value::as_str), item)
            };
            parts.map(touch_part).collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let requests = input.get("RequestItems").and_then(Value::as_object);
            let mut all = Vec::new();
            for (table, request) in requests.into_iter().flatten() {
                let keys = request.get("Keys").unwrap_or(request).as_array().map(Vec::as_slice).unwrap_or_default();
                for entry in keys {
                    let item = entry.pointer("/PutRequest/Item").or_else(|| entry.pointer("/DeleteRequest/Key"));
                    all.push(touch(operation, Some(table), Some(item.unwrap_or(entry))));
                }
            }
            all
        }
        _ => vec![touch(operation, table, None)],
    }
}

/// The name in an ARN.
fn bare(table: &str) -> &str {
    if table.starts_with("arn:") { table.rsplit('/').next().unwrap_or_default() } else { table }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(operation: &'static str, input: &Value) -> Vec<(&'static str, Option<String>)> {
        let touched = touched(operation, input, |_| Some("pk".to_owned()));
        touched.into_iter().map(|touched| (touched.action, touched.key)).collect()
    }

    #[test]
    fn a_transaction_is_authorised_item_by_item() {
        let input = json!({ "TransactItems": [
            { "Put": { "TableName": "t", "Item": { "pk": { "S": "a" } } } },
            { "Update": { "TableName": "arn:aws:dynamodb:us-east-1:1:table/t", "Key": { "pk": { "S": "b" } } } },
            { "ConditionCheck": { "TableName": "t", "Key": { "pk": { "S": "c" } } } },
        ] });
        let expected = [("PutItem", "a"), ("UpdateItem", "b"), ("ConditionCheckItem", "c")];
        assert_eq!(of("TransactWriteItems", &input), expected.map(|(action, key)| (action, Some(key.to_owned()))));
    }

    #[test]
    fn a_batch_is_authorised_by_all_of_its_keys() {
        let input = json!({ "RequestItems": { "t": [
            { "PutRequest": { "Item": { "pk": { "S": "a" } } } },
            { "DeleteRequest": { "Key": { "pk": { "S": "b" } } } },
        ] } });
        assert_eq!(of("BatchWriteItem", &input).len(), 2);
        assert!(of("BatchWriteItem", &input).iter().all(|(_, key)| key.is_some()));
        let input = json!({ "RequestItems": { "t": { "Keys": [{ "pk": { "S": "a" } }] } } });
        assert_eq!(of("BatchGetItem", &input), [("BatchGetItem", Some("a".to_owned()))]);
    }

    #[test]
    fn what_has_no_leading_key_needs_a_rule_of_its_own() {
        let scan = &touched("Scan", &json!({ "TableName": "t" }), |_| Some("pk".to_owned()))[0];
        let rule = |action: &str, keys: &str| LeadingKeys { actions: vec![action.to_owned()], keys: keys.to_owned() };
        assert!(!scan.is_allowed_by(&rule("*", "*")));
        assert!(!scan.is_allowed_by(&rule("Scan", "L#*")));
        assert!(scan.is_allowed_by(&rule("Scan", "*")));
    }
}
