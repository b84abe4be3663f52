//! How many segments a text is billed as. Counted here on its own, so that the functions' count is checked.

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿\
                     abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "^{}\\[]~|€";

/// A text's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// `GSM` or `UNICODE`.
    pub(crate) encoding: &'static str,
    /// Septets, or UTF-16 units.
    pub(crate) units: usize,
    /// Segments.
    pub(crate) count: u32,
}

impl Parts {
    pub(crate) fn of(body: &str) -> Self {
        let gsm = |c| if BASIC.contains(c) { Some(1) } else { EXTENSION.contains(c).then_some(2) };
        match body.chars().map(gsm).collect::<Option<Vec<usize>>>() {
            Some(costs) => Self::cut("GSM", &costs, 160, 153),
            None => Self::cut("UNICODE", &body.chars().map(char::len_utf16).collect::<Vec<_>>(), 70, 67),
        }
    }

    /// A pair of units that is one character stays in one segment.
    fn cut(encoding: &'static str, costs: &[usize], single: usize, each: usize) -> Self {
        let units = costs.iter().sum();
        let (mut count, mut used) = (1, 0);
        for cost in costs {
            if units > single && used + cost > each {
                count += 1;
                used = 0;
            }
            used += cost;
        }
        Self { encoding, units, count }
    }

    /// Beyond this AWS does not send a text, whatever its model lets through.
    pub(crate) fn is_too_long(self) -> bool {
        self.units > if self.encoding == "GSM" { 1530 } else { 630 }
    }
}

#[cfg(test)]
mod tests {
    use super::Parts;

    #[test]
    fn segments_are_counted_as_aws_documents_them() {
        for (body, encoding, count) in [
            ("a".repeat(160), "GSM", 1),
            ("a".repeat(161), "GSM", 2),
            ("a".repeat(306), "GSM", 2),
            ("a".repeat(307), "GSM", 3),
            ("€".repeat(80), "GSM", 1),
            ("€".repeat(81), "GSM", 2),
            ("€".repeat(153), "GSM", 3),
            ("’".repeat(70), "UNICODE", 1),
            ("’".repeat(71), "UNICODE", 2),
            ("😀".repeat(35), "UNICODE", 1),
            ("😀".repeat(66), "UNICODE", 2),
            ("😀".repeat(67), "UNICODE", 3),
        ] {
            let parts = Parts::of(&body);
            assert_eq!((parts.encoding, parts.count), (encoding, count), "{} {body:.3}", body.len());
        }
        assert!(!Parts::of(&"a".repeat(1530)).is_too_long() && Parts::of(&"a".repeat(1531)).is_too_long());
        assert!(!Parts::of(&"ы".repeat(630)).is_too_long() && Parts::of(&"ы".repeat(631)).is_too_long());
    }
}
