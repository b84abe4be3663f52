//! What all batch operations have in common.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::faults::Action;
use super::super::refusal::Refusal;
use super::super::server::{Answer, Request};
use super::super::shape::Members;

/// The entries of a batch with their ids.
pub(super) fn entries(input: Members<'_>) -> Result<Vec<(String, Members<'_>)>, Refusal> {
    let list = input.list("Entries")?.map(Vec::as_slice).unwrap_or_default();
    if list.is_empty() {
        let message = "There should be at least one SendMessageBatchRequestEntry in the request.";
        return Err(Refusal::modelled(400, "EmptyBatchRequest", message));
    }
    if list.len() > 10 {
        let message = format!("Maximum number of entries per request are 10. You have sent {}.", list.len());
        return Err(Refusal::modelled(400, "TooManyEntriesInBatchRequest", message));
    }
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    for entry in list {
        let entry = Members::of(entry)?;
        let id = entry.text("Id")?.unwrap_or_default();
        if !(1..=80).contains(&id.len()) || !id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can \
                           be at most 80 letters long.";
            return Err(Refusal::modelled(400, "InvalidBatchEntryId", message));
        }
        if !seen.insert(id) {
            return Err(Refusal::modelled(400, "BatchEntryIdsNotDistinct", format!("Id {id} repeated.")));
        }
        entries.push((id.to_owned(), entry));
    }
    Ok(entries)
}

/// Does the work for every entry and reports each on its own.
pub(super) fn answer(
    request: &Request,
    entries: Vec<(String, Members<'_>)>,
    mut work: impl FnMut(Members<'_>) -> Result<Value, Refusal>,
) -> Result<Answer, Refusal> {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, entry) in entries {
        let on_order = request.fault == Some(Action::FailEntries);
        let result = if on_order { Err(Refusal::failed(request.operation.service)) } else { work(entry) };
        match result {
            Ok(mut result) => {
                result["Id"] = json!(id);
                successful.push(result);
            }
            Err(refusal) => {
                let code = refusal.query_error();
                let code = code.split(';').next().unwrap_or_default();
                failed.push(json!({
                    "Id": id,
                    "SenderFault": refusal.status < 500,
                    "Code": code,
                    "Message": refusal.message,
                }));
            }
        }
    }
    Ok(Answer::Json(json!({ "Successful": successful, "Failed": failed })))
}
