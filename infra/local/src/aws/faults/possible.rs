//! Which faults can happen at all.

use super::{Action, Fault, Match, RECEIPT};
use crate::aws::service::{Operation, Service};

/// A fault that could never happen.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// No service here has the operation.
    #[error("no operation is called `{0}`; there are {list}, {RECEIPT}", list = Operation::names().join(", "))]
    UnknownOperation(String),
    /// The action means nothing for the operation.
    #[error(
        "`{operation}` cannot have this action or match: opt_out and spend_limit are for SendTextMessage and Publish, \
         `to` for these and {RECEIPT}, fail_entries for PutEvents and the batches of SQS; repeat, late and early are for \
         {RECEIPT}, which can have drop, too, and nothing else"
    )]
    NotForThis {
        /// The operation.
        operation: String,
    },
    /// There is no call before the first.
    #[error("`nth` counts from 1; {{\"nth\":1}} is the first call since the fault was set")]
    NoSuchCall,
    /// They count different calls.
    #[error("a match has `to` or `nth`, not both; with `to`, `times` says how many of the calls to that number")]
    ToAndNth,
}

/// Refuses a fault that could never happen.
pub(super) fn check(fault: &Fault) -> Result<(), FaultError> {
    let operation = Operation::named(&fault.operation);
    let receipt = fault.operation == RECEIPT;
    if operation.is_none() && !receipt {
        return Err(FaultError::UnknownOperation(fault.operation.clone()));
    }
    let sends = matches!(fault.operation.as_str(), "SendTextMessage" | "Publish");
    let entries = operation.is_some_and(|operation| {
        operation.name == "PutEvents" || operation.service == Service::Sqs && operation.name.ends_with("Batch")
    });
    let can = match fault.action {
        Action::OptOut | Action::SpendLimit => sends,
        Action::FailEntries => entries,
        Action::Repeat | Action::Late | Action::Early => receipt,
        Action::Drop => true,
        Action::Throttle | Action::Error | Action::FailAfterAccept | Action::Hang | Action::Deny => !receipt,
    };
    let to = fault.only.as_ref().is_some_and(|only| only.to.is_some());
    if !can || to && !sends && !receipt {
        return Err(FaultError::NotForThis { operation: fault.operation.clone() });
    }
    match &fault.only {
        Some(Match { nth: Some(0), .. }) => Err(FaultError::NoSuchCall),
        Some(Match { to: Some(_), nth: Some(_) }) => Err(FaultError::ToAndNth),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Faults;
    use super::*;

    #[test]
    fn a_match_that_no_call_can_be_is_refused_with_a_word() {
        for (only, word) in
            [(r#"{"nth":0}"#, "`nth` counts from 1"), (r#"{"to":"+12065550111","nth":2}"#, "`to` or `nth`, not both")]
        {
            let fault = format!(r#"{{"operation":"SendTextMessage","match":{only},"action":"error"}}"#);
            let refused = Faults::default().set(serde_json::from_str(&fault).unwrap()).unwrap_err().to_string();
            assert!(refused.contains(word) && !refused.contains("206555"), "{refused}");
        }
    }

    #[test]
    fn a_fault_that_cannot_happen_is_refused() {
        let faults = Faults::default();
        for (operation, action) in
            [("SendTextMesage", Action::Error), ("GetItem", Action::OptOut), ("SendMessage", Action::FailEntries)]
        {
            assert!(faults.set(Fault::next(operation, action)).is_err(), "{operation}");
        }
        let told = faults.set(Fault::next("SendTextMesage", Action::Error)).unwrap_err().to_string();
        for known in ["`SendTextMesage`", "SendTextMessage", "UpdateItem", "AssumeRole", "PutEvents"] {
            assert!(told.contains(known), "{told}");
        }
        assert!(faults.set(Fault::next("SendMessageBatch", Action::FailEntries)).is_ok());
    }

    #[test]
    fn receipts_are_lost_repeated_late_or_early_and_calls_are_not() {
        let set = |operation: &str, action| Faults::default().set(Fault::next(operation, action)).is_ok();
        for action in [Action::Drop, Action::Repeat, Action::Late, Action::Early] {
            assert!(set(RECEIPT, action), "{action:?}");
            assert_eq!(set("SendTextMessage", action), action == Action::Drop, "{action:?}");
        }
        for action in [Action::Throttle, Action::Error, Action::Hang, Action::Deny, Action::OptOut] {
            assert!(!set(RECEIPT, action), "{action:?}");
        }
    }
}
