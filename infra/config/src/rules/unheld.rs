//! Limits that can be written already and that nothing holds yet: an operator must not count on them.

use crate::mistake::Report;
use crate::raw::RawConfig;
use crate::table::Field;

pub(super) fn look(raw: &RawConfig, report: &mut Report) {
    let mut unheld = |at: Option<usize>, path: String, what: &str, cure: &str| {
        if let Some(at) = at {
            report.note(at, path, format!("it is read, and not held yet: {what}"), cure);
        }
    };
    for (name, campaign) in raw.campaigns() {
        let path = |key: &str| format!("campaigns.{name}.{key}");
        let campaign = campaign.get_ref();
        let (what, cure) =
            ("AT&T may throttle or block what is faster", "Write a segments_per_second that fits AT&T too.");
        unheld(at(&campaign.att_segments_per_minute), path("att_segments_per_minute"), what, cure);
    }
}

fn at<T>(field: &Field<T>) -> Option<usize> {
    field.given().map(|given| given.span().start)
}
