//! Faults that have not happened, or not as often as they should: whoever set them waited for nothing.

use std::fmt;

use super::{Fault, Faults, RECEIPT};
use crate::aws::state::lock;

/// A fault that was not met as often as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    fault: Fault,
    /// How often its operation was called since it was set.
    calls: u64,
    /// How many of these it broke.
    met: u64,
}

impl Faults {
    /// Those with some of their `times` left; of the endless ones those that never happened.
    pub(crate) fn unmet(&self) -> Vec<Unmet> {
        let faults = lock(&self.0);
        let unmet = faults.iter().filter(|armed| armed.left.is_some() || armed.met == 0);
        unmet.map(|armed| Unmet { fault: armed.fault.clone(), calls: armed.seen, met: armed.met }).collect()
    }
}

impl fmt::Display for Unmet {
    /// A sentence without a full stop. Whose number it is for is not told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, calls, met } = self;
        let (Fault { operation, only, action, .. }, times) = (fault, fault.limit());
        let action = serde_json::to_value(action).map_err(|_| fmt::Error)?;
        write!(f, "the fault {} of {operation}", action.as_str().unwrap_or_default())?;
        let (to, nth) = only.as_ref().map_or((false, None), |only| (only.to.is_some(), only.nth));
        if let Some(nth) = nth {
            match times {
                Some(1) => write!(f, " for call {nth}")?,
                _ => write!(f, " from call {nth} on")?,
            }
        }
        if to {
            f.write_str(" for one number")?;
        }
        match times {
            Some(times) if *met > 0 => write!(f, " was met {met} of {times} times: {} left", times - met)?,
            Some(times) if times > 1 => write!(f, " was never met: {times} left")?,
            _ => f.write_str(" was never met")?,
        }
        if operation == RECEIPT {
            return match calls {
                0 => f.write_str("; no text has had a receipt"),
                1 => f.write_str("; there was one receipt"),
                many => write!(f, "; there were {many} receipts"),
            };
        }
        match calls {
            0 => write!(f, "; nothing has called {operation}"),
            1 => write!(f, "; {operation} was called once"),
            many => write!(f, "; {operation} was called {many} times"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Action;

    fn unmet(fault: Fault, calls: usize) -> Vec<String> {
        let faults = Faults::default();
        let operation = fault.operation.clone();
        faults.set(fault).unwrap();
        for _ in 0..calls {
            faults.take(&operation, Some("+12065550112"));
        }
        faults.unmet().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_was_met_as_often_as_it_says_is_nothing_to_tell() {
        let none: [&str; 0] = [];
        assert_eq!(unmet(Fault::next("GetItem", Action::Error), 1), none);
        assert_eq!(unmet(Fault::nth("GetItem", 2, Action::Error), 2), none);
        assert_eq!(unmet(Fault::always("GetItem", Action::Error), 3), none);
    }

    #[test]
    fn what_was_not_says_how_often_it_was_called_and_what_is_left() {
        let times = |times| Fault { times: Some(times), ..Fault::next("GetItem", Action::FailAfterAccept) };
        for (fault, calls, told) in [
            (times(1), 0, "the fault fail_after_accept of GetItem was never met; nothing has called GetItem"),
            (times(3), 0, "the fault fail_after_accept of GetItem was never met: 3 left; nothing has called GetItem"),
            (
                times(3),
                1,
                "the fault fail_after_accept of GetItem was met 1 of 3 times: 2 left; GetItem was called once",
            ),
            (
                Fault::always("GetItem", Action::Hang),
                0,
                "the fault hang of GetItem was never met; nothing has called GetItem",
            ),
            (
                Fault::nth("GetItem", 9, Action::Deny),
                2,
                "the fault deny of GetItem for call 9 was never met; GetItem was called 2 times",
            ),
            (
                Fault { times: Some(3), ..Fault::nth("GetItem", 2, Action::Deny) },
                3,
                "the fault deny of GetItem from call 2 on was met 2 of 3 times: 1 left; GetItem was called 3 times",
            ),
            (
                Fault::next("Receipt", Action::Drop),
                0,
                "the fault drop of Receipt was never met; no text has had a receipt",
            ),
            (
                Fault::nth("Receipt", 9, Action::Late),
                2,
                "the fault late of Receipt for call 9 was never met; there were 2 receipts",
            ),
        ] {
            assert_eq!(unmet(fault, calls), [told]);
        }
    }

    #[test]
    fn whose_number_one_is_for_is_not_told() {
        let fault = r#"{"operation":"SendTextMessage","match":{"to":"+12065550111"},"action":"opt_out"}"#;
        let told = unmet(serde_json::from_str(fault).unwrap(), 1).concat();
        assert!(told.contains("for one number") && !told.contains("206555"), "{told}");
    }
}
