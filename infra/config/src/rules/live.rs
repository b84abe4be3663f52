//! Limits that AWS tells: whoever writes one should know who reads it, and from what.

use crate::config::Limit;
use crate::mistake::Report;
use crate::raw::RawConfig;
use crate::table::Field;

pub(super) fn look(raw: &RawConfig, report: &mut Report) {
    let mut live = |at: Option<usize>, path: String| {
        if let Some(at) = at {
            let what = "it is read from AWS, by `tendlc sync` at first and from then on by the function refresh-limits";
            let cure = "Let EventBridge Scheduler invoke that function once a minute, or write a number.";
            report.note(at, path, what, cure);
        }
    };
    for (name, brand) in raw.brands() {
        live(at(&brand.get_ref().t_mobile_daily_segments), format!("brands.{name}.t_mobile_daily_segments"));
    }
    for (name, campaign) in raw.campaigns() {
        live(at(&campaign.get_ref().segments_per_second), format!("campaigns.{name}.segments_per_second"));
    }
}

fn at<T>(field: &Field<Limit<T>>) -> Option<usize> {
    field.given().filter(|given| matches!(given.get_ref(), Limit::Live)).map(|given| given.span().start)
}
