//! What is found where sms-voice did not answer the probe.

use tendlc_core::ask::{Operation, Trouble};

use crate::check::Finding;

/// Who asks, for whoever is to be allowed to.
pub enum Caller {
    /// The grant's role.
    Role(String),
    /// The function itself.
    Function,
}

impl Caller {
    fn named(&self) -> String {
        match self {
            Self::Role(arn) => format!("the role {arn}"),
            Self::Function => "the function's own role".to_owned(),
        }
    }
}

/// The check could not run. What is missing means something else to every check; it comes as `missing`.
pub fn finding(
    trouble: Trouble,
    operation: Operation,
    (caller, resource): (&Caller, &str),
    missing: Finding,
) -> Finding {
    let action = format!("sms-voice:{}", operation.0);
    match trouble {
        Trouble::Denied(told) => Finding::unknown(
            format!("{} may not call {action} on {resource} ({told})", caller.named()),
            format!("allow {action} on {resource} to {}", caller.named()),
        ),
        Trouble::Missing(_) => missing,
        Trouble::Unanswered(told) => Finding::unknown(
            format!("{action} was not answered ({told})"),
            "run the probe again in a minute; if it stays so, look at AWS's own health",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::State;

    #[test]
    fn a_denied_question_is_unknown_and_its_cure_names_the_permission() {
        let caller = Caller::Role("arn:aws:iam::111111111111:role/tendlc-grant-checkout".to_owned());
        let denied = Trouble::Denied("AccessDeniedException, 1b".to_owned());
        let missing = Finding::failing("gone", "get another");
        let found = finding(denied, Operation("DescribePhoneNumbers"), (&caller, "arn:number"), missing);
        assert_eq!(found.state, State::Unknown);
        let cure = found.cure.unwrap();
        assert!(cure.contains("sms-voice:DescribePhoneNumbers on arn:number"), "{cure}");
        assert!(cure.contains("role/tendlc-grant-checkout"), "{cure}");
    }
}
