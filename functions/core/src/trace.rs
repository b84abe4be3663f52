//! The trace that a request belongs to, carried from where it came in to what is told of it.

use std::fmt;
use std::str::FromStr;

/// X-Ray's trace header, which OpenTelemetry's X-Ray propagator reads, too: `Root=1-…;Parent=…;Sampled=1`. Whoever puts a
/// message on a queue writes it, and it goes into logs and outcomes: so it is these three parts in exactly their forms, and
/// whatever else stood there is left out.
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceHeader(String);

/// It is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no trace header of X-Ray")]
pub struct NotATrace;

impl FromStr for TraceHeader {
    type Err = NotATrace;

    fn from_str(text: &str) -> Result<Self, NotATrace> {
        let part = |name: &str| text.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        let root = part("Root").filter(|root| is_root(root)).ok_or(NotATrace)?;
        let mut header = format!("Root={root}");
        for (name, fits) in [("Parent", is_parent as fn(&str) -> bool), ("Sampled", is_sampled)] {
            if let Some(value) = part(name) {
                let value = Some(value).filter(|value| fits(value)).ok_or(NotATrace)?;
                header.push_str(&format!(";{name}={value}"));
            }
        }
        Ok(Self(header))
    }
}

/// A version, the seconds of a moment in eight digits, and 24 of chance.
fn is_root(root: &str) -> bool {
    let rest = root.strip_prefix("1-").and_then(|rest| rest.split_once('-'));
    rest.is_some_and(|(moment, chance)| is_hex(moment, 8) && is_hex(chance, 24))
}

fn is_parent(parent: &str) -> bool {
    is_hex(parent, 16)
}

fn is_sampled(sampled: &str) -> bool {
    ["0", "1", "?"].contains(&sampled)
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl TraceHeader {
    /// Of a W3C `traceparent`, `00-TRACE-PARENT-FLAGS`, as OpenTelemetry's own propagator writes it: the trace's id has the
    /// two parts of X-Ray's without the hyphen, and the lowest flag says whether it is sampled.
    /// <https://www.w3.org/TR/trace-context/#traceparent-header>
    pub fn of_traceparent(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace) = (parts.next()?, parts.next()?);
        let (parent, flags) = (parts.next()?, parts.next()?);
        // A later version may say more behind these; of this one nothing else is known.
        let ends = version != "00" || parts.next().is_none();
        let fits = is_hex(version, 2) && version != "ff" && is_hex(trace, 32) && is_hex(parent, 16) && is_hex(flags, 2);
        let zeros = |id: &str| id.bytes().all(|byte| byte == b'0');
        if !(ends && fits) || zeros(trace) || zeros(parent) {
            return None;
        }
        let sampled = u8::from_str_radix(flags, 16).ok()? & 1;
        let (moment, chance) = trace.split_at_checked(8)?;
        Some(Self(format!("Root=1-{moment}-{chance};Parent={parent};Sampled={sampled}")))
    }

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
    fn a_traceparent_of_opentelemetry_is_the_same_trace_in_x_rays_words() {
        let of = |text: &str| TraceHeader::of_traceparent(text).map(|trace| trace.to_string());
        let taken = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        assert_eq!(of("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01").as_deref(), Some(taken));
        assert_eq!(of("01-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01-more").as_deref(), Some(taken));
        let not_sampled = of("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00").unwrap();
        assert!(not_sampled.ends_with(";Sampled=0") && not_sampled.parse::<TraceHeader>().is_ok(), "{not_sampled}");
        for bad in [
            "",
            "+12065550123",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8",
            "ff-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
            "00-00000000000000000000000000000000-53995c3f42cd8ad8-01",
            "00-5759e988bd862e3fe1be46a994272793-0000000000000000-01",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01-more",
            "00-call me on +12065550123 in the evening-53995c3f42cd8ad8-01",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_header_of_x_ray_is_taken_and_nothing_beside_it() {
        let root = "Root=1-5759e988-bd862e3fe1be46a994272793";
        for good in [root.to_owned(), format!("{root};Parent=53995c3f42cd8ad8;Sampled=1"), format!("{root};Sampled=?")]
        {
            assert_eq!(good.parse::<TraceHeader>().map(|trace| trace.to_string()), Ok(good));
        }
        let more = format!("{root};Lineage=12065550123:1;Self=12065550123;Phone=12065550123");
        assert_eq!(
            more.parse::<TraceHeader>().map(|trace| trace.to_string()),
            Ok(root.to_owned()),
            "what else is there"
        );
        for bad in ["", "Root=1", "+12065550123", "Sampled=1", "Root=1-5759e988-bd862e3fe1be46a99427279+"] {
            assert!(bad.parse::<TraceHeader>().is_err(), "{bad}");
        }
        for more in [";Parent=call me", ";Parent=12065550123", ";Sampled=2", ";Sampled="] {
            assert!(format!("{root}{more}").parse::<TraceHeader>().is_err(), "{more}");
        }
    }
}
