//! Faults on order: the next calls of an operation fail in a given way.

mod possible;
mod unmet;

use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::state::lock;
pub use possible::FaultError;
use possible::check;
pub use unmet::Unmet;

/// A receipt is no call, but can be broken like one: the name that stands for an operation's.
pub(crate) const RECEIPT: &str = "Receipt";

/// How some calls of an operation shall fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The operation's name, such as `SendTextMessage`, `UpdateItem` or `AssumeRole`; or `Receipt`, for what is told of
    /// texts, in the order in which they were taken.
    pub operation: String,
    /// Which of its calls; all when absent.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub only: Option<Match>,
    /// What happens to them.
    pub action: Action,
    /// To how many of them: 1 when absent, without end when null or 0.
    #[serde(default = "once")]
    pub times: Option<u64>,
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's own type")]
fn once() -> Option<u64> {
    Some(1)
}

impl Fault {
    /// The next call of an operation.
    pub fn next(operation: &str, action: Action) -> Self {
        Self { operation: operation.to_owned(), only: None, action, times: Some(1) }
    }

    /// Every call of an operation.
    pub fn always(operation: &str, action: Action) -> Self {
        Self { times: None, ..Self::next(operation, action) }
    }

    /// Only the `nth` call from now, counted from 1.
    pub fn nth(operation: &str, nth: u64, action: Action) -> Self {
        Self { only: Some(Match { to: None, nth: Some(nth) }), ..Self::next(operation, action) }
    }

    /// How many calls it is for; `None`: without end.
    fn limit(&self) -> Option<u64> {
        self.times.filter(|times| *times > 0)
    }
}

/// Which calls a fault is for: one of these, or none for all.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// Those that send to this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Those from the nth on since the fault was set, counted from 1: as many as its `times`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
}

impl std::fmt::Debug for Match {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Match").field("to", &self.to.as_ref().map(|_| "(a number)")).field("nth", &self.nth).finish()
    }
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The service's throttling error; nothing was done.
    Throttle,
    /// A 500; nothing was done.
    Error,
    /// It is done, then a 500 is answered.
    FailAfterAccept,
    /// No answer while the client waits; nothing is done.
    Hang,
    /// The connection is closed without an answer; nothing is done. A receipt is lost.
    Drop,
    /// Sends only: the recipient has opted out. SNS does not say so and accepts.
    OptOut,
    /// Sends only: the monthly spend limit is reached. SNS does not say so and accepts.
    SpendLimit,
    /// The service's access denied error.
    Deny,
    /// Batches and PutEvents only: a 200 in which every entry failed; nothing was done.
    FailEntries,
    /// Receipts only: it comes three times.
    Repeat,
    /// Receipts only: it comes an hour after its time.
    Late,
    /// Receipts only: it comes before the text's sender is answered. What it says is as it would have been.
    Early,
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    seen: u64,
    met: u64,
    left: Option<u64>,
}

impl Armed {
    /// Whether it is for the call that was seen last.
    fn is_for(&self, to: Option<&str>) -> bool {
        let Some(only) = &self.fault.only else { return true };
        // What another fault took of its calls is not made up for by later ones.
        let among = |past: u64| self.fault.limit().is_none_or(|times| past < times);
        only.to.as_deref().is_none_or(|wanted| to == Some(wanted))
            && only.nth.is_none_or(|nth| self.seen.checked_sub(nth).is_some_and(among))
    }
}

/// The faults that are set.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Armed>>);

impl Faults {
    pub(crate) fn set(&self, fault: Fault) -> Result<(), FaultError> {
        check(&fault)?;
        let left = fault.limit();
        lock(&self.0).push(Armed { fault, seen: 0, met: 0, left });
        Ok(())
    }

    /// Those that are still to happen, with how often yet. Whose number one is for is not told.
    pub(crate) fn list(&self) -> Vec<Fault> {
        let left = |armed: &Armed| {
            let mut fault = Fault { times: armed.left, ..armed.fault.clone() };
            if let Some(to) = fault.only.as_mut().and_then(|only| only.to.as_mut()) {
                *to = "(a number)".to_owned();
            }
            fault
        };
        lock(&self.0).iter().map(left).collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }

    /// What shall happen to this call. Every fault of the operation counts it, the first that matches is used up.
    pub(crate) fn take(&self, operation: &str, to: Option<&str>) -> Option<Action> {
        let mut armed = lock(&self.0);
        let mut taken = None;
        for fault in armed.iter_mut().filter(|armed| armed.fault.operation == operation) {
            fault.seen += 1;
            if taken.is_none() && fault.is_for(to) {
                taken = Some(fault.fault.action);
                fault.met += 1;
                fault.left = fault.left.map(|left| left - 1);
            }
        }
        armed.retain(|armed| armed.left != Some(0));
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(faults: &Faults, to: &str) -> Option<Action> {
        faults.take("SendTextMessage", Some(to))
    }

    #[test]
    fn a_fault_happens_once_unless_it_says_otherwise() {
        let faults = Faults::default();
        faults.set(serde_json::from_str(r#"{"operation":"SendTextMessage","action":"throttle"}"#).unwrap()).unwrap();
        assert_eq!(take(&faults, ""), Some(Action::Throttle));
        assert_eq!(take(&faults, ""), None);
        for forever in ["null", "0"] {
            let fault = format!(r#"{{"operation":"SendTextMessage","action":"hang","times":{forever}}}"#);
            faults.set(serde_json::from_str(&fault).unwrap()).unwrap();
            assert!((0..9).all(|_| take(&faults, "") == Some(Action::Hang)));
            faults.clear();
        }
    }

    #[test]
    fn a_match_by_recipient_or_by_order_spares_the_others() {
        let faults = Faults::default();
        let fault = r#"{"operation":"SendTextMessage","match":{"to":"+12065550111"},"action":"opt_out"}"#;
        faults.set(serde_json::from_str(fault).unwrap()).unwrap();
        faults.set(Fault::nth("SendTextMessage", 3, Action::Error)).unwrap();
        assert_eq!(take(&faults, "+12065550112"), None);
        assert_eq!(take(&faults, "+12065550111"), Some(Action::OptOut));
        assert_eq!(take(&faults, "+12065550111"), Some(Action::Error));
        assert_eq!(take(&faults, "+12065550111"), None);
    }

    fn taken(fault: &str, calls: u64) -> Vec<u64> {
        let faults = Faults::default();
        faults.set(serde_json::from_str(fault).unwrap()).unwrap();
        (1..=calls).filter(|_| take(&faults, "").is_some()).collect()
    }

    #[test]
    fn from_the_nth_call_on_as_many_are_taken_as_times_says() {
        let of = |times: &str| {
            let fault = r#"{"operation":"SendTextMessage","match":{"nth":2},"action":"error""#;
            taken(&format!("{fault}{times}}}"), 6)
        };
        assert_eq!(of(""), [2]);
        assert_eq!(of(r#","times":2"#), [2, 3]);
        assert_eq!(of(r#","times":0"#), [2, 3, 4, 5, 6]);
        assert_eq!(of(r#","times":18446744073709551615"#), [2, 3, 4, 5, 6]);
    }

    #[test]
    fn of_the_calls_from_the_nth_on_none_is_made_up_for_by_a_later_one() {
        let faults = Faults::default();
        faults.set(Fault::nth("SendTextMessage", 2, Action::Throttle)).unwrap();
        faults.set(Fault { times: Some(2), ..Fault::nth("SendTextMessage", 2, Action::Error) }).unwrap();
        let actions: Vec<_> = (0..4).map(|_| take(&faults, "")).collect();
        assert_eq!(actions, [None, Some(Action::Throttle), Some(Action::Error), None]);
    }
}
