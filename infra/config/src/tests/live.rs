//! Limits that AWS tells, on their way into the records.

use tendlc_core::day::PacificDay;
use tendlc_core::grant::{Asked, Live, Pool, Reading};
use tendlc_core::sync::Wanted;

use super::*;

/// Two campaigns of a brand whose cap is live, one of them with a live rate; what each tells.
fn text(scope: &str) -> String {
    let more = "[campaigns.more]\nbrand = \"acme\"\nsegments_per_second = \"live\"\nregistration = \"registration-1\"\n\
                origination_identity = \"arn:aws:sms-voice:us-east-1:111111111111:pool/p\"\n";
    let text = changed("[\"orders\"]", "[\"orders\", \"more\"]\nt_mobile_daily_segments = { guaranteed = 50 }");
    format!("{}{more}", text.replace("= 40000\n", &format!("= \"live\"\nt_mobile_cap_scope = \"{scope}\"\n")))
}

fn wanted(text: &str, readings: &[(&str, Option<i64>, i64)]) -> Result<Wanted, NotRead> {
    let reading = |value: i64| Reading { value, read_at: "2026-11-20T20:00:00Z".parse().unwrap() };
    let readings = readings.iter().map(|(name, rate, cap)| {
        let (segments_per_second, t_mobile_daily_segments) = (rate.map(reading), Some(reading(*cap)));
        (name.parse().unwrap(), Live { segments_per_second, t_mobile_daily_segments })
    });
    let today: PacificDay = "2026-11-20".parse().unwrap();
    config(text).wanted(&"main".parse().unwrap(), today, &readings.collect())
}

fn cap(wanted: &Wanted, pool: &Pool) -> i64 {
    wanted.brands[0].pools[pool][0].value.cap
}

#[test]
fn what_is_live_is_asked_for_and_nothing_else() {
    let config = config(&text("brand"));
    let wants = config.live(&"main".parse().unwrap());
    let told: Vec<_> = wants.iter().map(|one| (one.campaign.as_str(), one.rate, one.cap)).collect();
    assert_eq!(told, [("more", true, true), ("orders", false, true)]);
    assert_eq!(wants[0].source.registration.as_deref(), Some("registration-1"));
    assert_eq!(wants[1].source.registration, None);
    assert_eq!(super::config(RIGHT).live(&"main".parse().unwrap()), []);
}

#[test]
fn a_brands_cap_is_the_least_of_its_campaigns_and_a_grant_asks_for_its_share_of_whatever_that_is() {
    let wanted = wanted(&text("brand"), &[("more", Some(7), 300), ("orders", None, 200)]).unwrap();
    let pool = Pool::of_brand(&"acme".parse().unwrap());
    assert_eq!((cap(&wanted, &pool), wanted.brands[0].live), (200, true));
    let rates: Vec<u64> = wanted.campaigns.iter().map(|campaign| campaign.milli_segments_per_second).collect();
    assert_eq!(rates, [7_000, 40_000]);
    let grant = &wanted.grants[0];
    assert_eq!(grant.asked[&pool], Asked { guaranteed: 50, ceiling: None });
    assert_eq!(grant.budgets[&pool][0].value.ceiling, 200);
}

#[test]
fn where_a_cap_counts_by_campaign_each_has_its_own() {
    let wanted = wanted(&text("campaign"), &[("more", Some(7), 300), ("orders", None, 200)]).unwrap();
    let acme = "acme".parse().unwrap();
    for (name, told) in [("more", 300), ("orders", 200)] {
        let pool = Pool::of_campaign(&acme, &name.parse().unwrap());
        assert_eq!((cap(&wanted, &pool), wanted.grants[0].budgets[&pool][0].value.ceiling), (told, told), "{name}");
    }
}

#[test]
fn a_live_limit_that_nobody_has_read_is_named() {
    let error = wanted(&text("brand"), &[("orders", None, 200)]).unwrap_err().to_string();
    assert!(error.contains("brands.acme.t_mobile_daily_segments"), "{error}");
    let error = wanted(&text("brand"), &[("orders", None, 200), ("more", None, 1)]).unwrap_err().to_string();
    assert!(error.contains("campaigns.more.segments_per_second"), "{error}");
}
