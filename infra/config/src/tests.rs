//! Rules about whole files. Each case changes one thing in a right one.

mod answers;
mod live;
mod rules;
mod values;

use tendlc_core::name::GrantName;

use super::*;

const RIGHT: &str = r#"[primaries.main]
account = "111111111111"
region = "us-east-1"
[brands.acme]
t_mobile_daily_segments = 40000
[campaigns.orders]
brand = "acme"
origination_identity = "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0"
segments_per_second = 40
[grants.checkout]
account = "222222222222"
campaigns = ["orders"]
"#;

const OTHER_PRIMARY: &str = "[primaries.west]\naccount = \"444444444444\"\nregion = \"us-west-2\"\n";

/// Line, path and a part of the text.
type Expected<'e> = &'e [(usize, &'e str, &'e str)];

fn changed(from: &str, to: &str) -> String {
    assert!(from.is_empty() || RIGHT.contains(from), "{from}");
    if from.is_empty() { format!("{RIGHT}{to}") } else { RIGHT.replacen(from, to, 1) }
}

fn mistakes(text: &str) -> Vec<Mistake> {
    check(text, "tendlc.toml").err().into_iter().flatten().collect()
}

fn assert_found(text: &str, found: &[Mistake], expected: Expected<'_>) {
    let all: String = found.iter().map(|mistake| format!("{mistake}\n")).collect();
    assert_eq!(found.len(), expected.len(), "{text}\n{all}");
    for (mistake, (line, path, part)) in found.iter().zip(expected) {
        assert_eq!((mistake.line, mistake.path.as_str()), (*line, *path), "{text}\n{all}");
        assert!(mistake.to_string().contains(part), "{part} is not in\n{all}");
        assert!(mistake.cure.ends_with('.') && !mistake.what.ends_with('.'), "{mistake}");
    }
}

fn refused(cases: &[(&str, &str, Expected<'_>)]) {
    for (from, to, expected) in cases {
        let text = changed(from, to);
        assert_found(&text, &mistakes(&text), expected);
    }
}

fn config(text: &str) -> Config {
    check(text, "tendlc.toml").unwrap_or_else(|mistakes| panic!("{text}\n{mistakes}")).config
}

fn grant<'c>(config: &'c Config, name: &str) -> &'c Grant {
    &config.grants[&name.parse::<GrantName>().unwrap()]
}

fn budget(guaranteed: i64, rest: &str) -> String {
    format!("t_mobile_daily_segments = {{ guaranteed = {guaranteed}{rest} }}\n")
}

fn other_grant(account: &str, lines: &str) -> String {
    format!("[grants.other]\naccount = \"{account}\"\ncampaigns = [\"orders\"]\n{lines}")
}
