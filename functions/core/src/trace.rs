//! The trace that a request belongs to, carried from where it came in to what is told of it.

use std::fmt;
use std::str::FromStr;

/// EventBridge takes 500 characters; a real one is a fifth of that.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html>
const LONGEST: usize = 500;

/// What a header of X-Ray is made of: nothing of it can hold a text.
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>
const PARTS: [&str; 5] = ["Root", "Parent", "Sampled", "Lineage", "Self"];

/// X-Ray's trace header, which OpenTelemetry's X-Ray propagator reads, too: `Root=1-…;Parent=…;Sampled=1`. Whoever puts a
/// message on a queue writes it, so it is checked: it goes into logs and outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceHeader(String);

/// It is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no trace header of X-Ray")]
pub struct NotATrace;

impl FromStr for TraceHeader {
    type Err = NotATrace;

    fn from_str(text: &str) -> Result<Self, NotATrace> {
        let parts: Option<Vec<(&str, &str)>> = text.split(';').map(|part| part.split_once('=')).collect();
        let parts = parts.filter(|_| text.len() <= LONGEST).ok_or(NotATrace)?;
        let value = |value: &str| value.bytes().all(|byte| byte.is_ascii_hexdigit() || b"-:|?".contains(&byte));
        let known = parts.iter().all(|(name, text)| PARTS.contains(name) && value(text));
        let root = parts.iter().find(|(name, _)| *name == "Root").map(|(_, root)| root.len());
        // "1-", eight digits of a time, "-", 24 of chance.
        if known && root == Some(35) { Ok(Self(text.to_owned())) } else { Err(NotATrace) }
    }
}

impl TraceHeader {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TraceHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_of_x_ray_is_taken_and_nothing_that_could_hold_a_text() {
        let root = "Root=1-5759e988-bd862e3fe1be46a994272793";
        for good in [root.to_owned(), format!("{root};Parent=53995c3f42cd8ad8;Sampled=1"), format!("{root};Sampled=?")]
        {
            assert_eq!(good.parse::<TraceHeader>().map(|trace| trace.to_string()), Ok(good));
        }
        for bad in ["", "Root=1", "+12065550123", "Sampled=1", "x;Root=1-5759e988-bd862e3fe1be46a994272793"] {
            assert!(bad.parse::<TraceHeader>().is_err(), "{bad}");
        }
        for more in [";Parent=call me", ";Phone=12065550123", &";Sampled=1".repeat(60)] {
            assert!(format!("{root}{more}").parse::<TraceHeader>().is_err(), "{more}");
        }
    }
}
