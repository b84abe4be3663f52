//! Table names: AWS takes ARNs wherever it takes names, the database takes names only.

use axum::body::Bytes;
use serde_json::Value;

use super::super::refusal::Refusal;

/// A request whose tables are named by name.
pub(super) struct Named {
    /// The account whose tables are meant.
    pub(super) account: String,
    /// The request's body.
    pub(super) body: Bytes,
    tables: Vec<String>,
}

impl Named {
    /// The first table that the request names.
    pub(super) fn first_table(&self) -> &str {
        self.tables.first().map_or("*", String::as_str)
    }
}

/// Turns ARNs into names.
pub(super) fn resolve(input: &Value, body: &Bytes, own: &str, region: &str) -> Result<Named, Refusal> {
    let mut named = Named { account: own.to_owned(), body: body.clone(), tables: Vec::new() };
    if body.is_empty() {
        named.body = Bytes::from_static(b"{}");
    }
    // Nearly all requests use names: parse and write again only those that do not.
    if !contains(body, b"arn:aws") {
        each_name(&mut input.clone(), &mut |name| named.tables.push(name.clone()));
        return Ok(named);
    }
    let mut rewritten = input.clone();
    let mut accounts = Vec::new();
    let mut wrong = false;
    each_name(&mut rewritten, &mut |name| {
        if let Some(arn) = name.strip_prefix("arn:aws:dynamodb:") {
            let mut parts = arn.splitn(3, ':');
            let (in_region, account) = (parts.next() == Some(region), parts.next().unwrap_or_default().to_owned());
            let table = parts.next().and_then(|resource| resource.strip_prefix("table/"));
            match table {
                Some(table) if in_region => {
                    accounts.push(account);
                    *name = table.to_owned();
                }
                _ => wrong = true,
            }
        } else {
            accounts.push(own.to_owned());
        }
        named.tables.push(name.clone());
    });
    if wrong {
        return Err(Refusal::common(400, "ValidationException", "Invalid table ARN, or one of another Region"));
    }
    accounts.dedup();
    match accounts.len() {
        0 => {}
        1 => named.account = accounts.remove(0),
        _ => return Err(Refusal::common(400, "ValidationException", "Tables of several accounts in one request")),
    }
    named.body = Bytes::from(rewritten.to_string());
    Ok(named)
}

fn contains(body: &[u8], wanted: &[u8]) -> bool {
    body.windows(wanted.len()).any(|window| window == wanted)
}

/// Visits every table name of a request.
fn each_name(input: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    if let Some(Value::String(name)) = input.get_mut("TableName") {
        visit(name);
    }
    if let Some(Value::Array(items)) = input.get_mut("TransactItems") {
        let parts = items.iter_mut().filter_map(Value::as_object_mut).flat_map(|item| item.values_mut());
        for part in parts {
            if let Some(Value::String(name)) = part.get_mut("TableName") {
                visit(name);
            }
        }
    }
    if let Some(Value::Object(requests)) = input.get_mut("RequestItems") {
        let old = std::mem::take(requests);
        for (mut name, request) in old {
            visit(&mut name);
            requests.insert(name, request);
        }
    }
}
