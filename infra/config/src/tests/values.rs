//! What is wrong with one value, one key or one statement, and how it is told.

use super::*;

#[test]
fn a_value_that_cannot_be_is_named_with_its_line_and_cure() {
    refused(&[
        ("\"111111111111\"\nr", "111111111111\nr", &[(2, "primaries.main.account", "in quotes")]),
        ("\"111111111111\"\nr", "\"1111\"\nr", &[(2, "primaries.main.account", "`1111` is not an AWS account id")]),
        ("\"us-east-1\"", "\"Virginia\"", &[(3, "primaries.main.region", "such as \"us-east-1\"")]),
        ("us-east-1\"\n", "us-east-1\"\norganization = \"o-1\"\n", &[(4, "primaries.main.organization", "o-1")]),
        ("= 40000", "= 0", &[(5, "brands.acme.t_mobile_daily_segments", "0 is too small")]),
        ("= 40000", "= -5", &[(5, "brands.acme.t_mobile_daily_segments", "from 1 to 1000000000")]),
        ("= 40000", "= 4e4", &[(5, "brands.acme.t_mobile_daily_segments", "a decimal number")]),
        ("= 40000", "= 99999999999999999999", &[(5, "brands.acme.t_mobile_daily_segments", "too large")]),
        ("= 40000", "= \"40000\"", &[(5, "brands.acme.t_mobile_daily_segments", "neither a number nor \"live\"")]),
        ("= 40\n", "= 0.0001\n", &[(9, "campaigns.orders.segments_per_second", "at most three decimals")]),
        ("= 40\n", "= \"fast\"\n", &[(9, "campaigns.orders.segments_per_second", "`fast`")]),
        ("= 40\n", "= 40\nquiet_hours = \"9pm\"\n", &[(10, "campaigns.orders.quiet_hours", "HH:MM-HH:MM")]),
        ("= 40\n", "= 40\nchannel = \"pinpoint\"\n", &[(10, "campaigns.orders.channel", "reserved")]),
        ("= 40\n", "= 40\nmessage_type = \"promotional\"\n", &[(10, "campaigns.orders.message_type", "PROMOTIONAL")]),
        ("", "max_wait = { promotional = \"15d\" }", &[(13, "grants.checkout.max_wait.promotional", "14 days")]),
        ("", "monthly_spend_usd = 400.00", &[(13, "grants.checkout.monthly_spend_usd", "in quotes")]),
        ("", "monthly_spend_usd = \"0.00\"", &[(13, "grants.checkout.monthly_spend_usd", "above zero")]),
        ("", "daily_segments = 0", &[(13, "grants.checkout.daily_segments", "too small")]),
        ("", "external_id = \"a b\"", &[(13, "grants.checkout.external_id", "without spaces")]),
        ("", "topology = \"star\"", &[(13, "grants.checkout.topology", "\"spoke\" or \"hub\"")]),
        ("", "unknown_result = true", &[(13, "grants.checkout.unknown_result", "true or false")]),
        ("", "principals = [\"role/*\"]", &[(13, "grants.checkout.principals", "without wildcards")]),
        ("", "queue = \"a.b\"", &[(13, "grants.checkout.queue", "an SQS queue")]),
        ("[\"orders\"]", "[]", &[(12, "grants.checkout.campaigns", "empty")]),
        ("[\"orders\"]", "\"orders\"", &[(12, "grants.checkout.campaigns", "brackets")]),
        ("[\"orders\"]", "[\"orders\",\n\"orders\"]", &[(13, "grants.checkout.campaigns", "twice")]),
    ]);
}

#[test]
fn a_key_or_a_table_that_is_not_known_names_the_nearest_or_its_place() {
    refused(&[
        (
            "region",
            "regoin",
            &[(1, "primaries.main.region", "missing"), (3, "primaries.main.regoin", "did you mean `region`?")],
        ),
        ("", "quiet_hours = \"21:00-08:00\"", &[(13, "grants.checkout.quiet_hours", "belongs in [campaigns.NAME]")]),
        ("", "colour = 1", &[(13, "grants.checkout.colour", "known here are account, topology")]),
        ("", "[grant.x]", &[(13, "grant", "did you mean `grants`?")]),
        (
            "",
            "[grants.\"a b\"]\naccount = \"1\"\ncampaigns = [\"orders\"]",
            &[(13, "grants.a b", "is not a name"), (14, "grants.a b.account", "12 digits")],
        ),
        (
            "[grants.checkout]",
            "[grants]",
            &[(11, "grants.account", "Give the table a name"), (12, "grants.campaigns", "a list, not a table")],
        ),
        ("[grants.checkout]", "[[grants]]", &[(10, "grants", "[grants.NAME]")]),
        ("", "t_mobile_daily_segments = 5", &[(13, "grants.checkout.t_mobile_daily_segments", "{ guaranteed = 5000")]),
        ("", "max_wait = { sms = \"1m\" }", &[(13, "grants.checkout.max_wait.sms", "known here are transactional")]),
    ]);
}

#[test]
fn what_a_syntax_error_hides_is_not_called_missing() {
    refused(&[
        ("account = \"222222222222\"", "account = \"2222", &[(11, "grants.checkout.account", "no closing quote")]),
        ("[campaigns.orders]", "[campaigns.orders", &[(6, "campaigns.orders", "Close it with `]`")]),
        ("[primaries.main]", "[primaries.main", &[(1, "primaries.main", "Close it with `]`")]),
        ("campaigns = [\"orders\"]", "campaigns = [\"orders\"", &[(12, "grants.checkout.campaigns", "never closed")]),
        ("", "[grants.checkout]\n", &[(13, "grants.checkout", "twice, first in line 10")]),
        ("", "account = \"333333333333\"\n", &[(13, "grants.checkout.account", "twice, first in line 11")]),
    ]);
    assert_found("", &mistakes(""), &[(1, "primaries", "missing")]);
    assert_eq!(mistakes("\u{0}\u{1}").len(), 1);
}

#[test]
fn no_message_repeats_a_phone_number_or_an_external_id() {
    let text = changed("= 40\n", "= 40\nphone_number = \"206-555-0100\"\nquiet_hours = \"+12065550100\"\n")
        .replace("arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0", "+12065550100")
        .replace("= 40\n", "= +12065550100\n");
    let text = format!("{text}external_id = \"not this one\"\n");
    let found = check(&text, "f").unwrap_err();
    assert_eq!(found.len(), 5, "{found}");
    let texts: String = found.iter().map(|mistake| mistake.what.as_str()).collect();
    assert!(!texts.contains("555") && !texts.contains("not this"), "{texts}");
}

#[test]
fn a_mistake_says_where_it_is_to_people_and_to_programs() {
    let found = check(&changed("\"222222222222\"", "\"22\""), "conf/tendlc.toml").unwrap_err();
    assert_eq!(
        found.to_string(),
        "conf/tendlc.toml:11: grants.checkout.account: `22` is not an AWS account id. Write its 12 digits in quotes, \
         such as \"222222222222\"."
    );
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!((&json[0]["line"], &json[0]["column"]), (&11.into(), &11.into()));
    assert_eq!(json[0]["path"], "grants.checkout.account");
}

#[test]
fn ten_mistakes_in_one_file_are_ten_mistakes_in_one_answer() {
    let text = r#"[primaries.main]
account = 111111111111
region = "us east 1"
organisation = "o-a1b2c3d4e5"
[brands.acme]
t_mobile_daily_segments = 40000
[campaigns.orders]
brand = "acmee"
origination_identity = "phone-0123"
segments_per_second = -4
channel = "pinpoint"
[grants.checkout]
account = "222222222222"
campaigns = ["order"]
t_mobile_daily_segments = { guaranteed = 50000, ceiling = 20000 }
max_wait = { transactional = "15 minutes }
"#;
    assert_found(
        text,
        &mistakes(text),
        &[
            (2, "primaries.main.account", "in quotes"),
            (3, "primaries.main.region", "us east 1"),
            (4, "primaries.main.organisation", "did you mean `organization`?"),
            (8, "campaigns.orders.brand", "acmee"),
            (9, "campaigns.orders.origination_identity", "ARN"),
            (10, "campaigns.orders.segments_per_second", "-4"),
            (11, "campaigns.orders.channel", "reserved"),
            (14, "grants.checkout.campaigns", "`order`"),
            (15, "grants.checkout.t_mobile_daily_segments.guaranteed", "ceiling is 20000"),
            (16, "grants.checkout.max_wait", "no closing quote"),
        ],
    );
}

#[test]
fn a_file_that_is_cut_or_damaged_anywhere_is_read_to_its_end() {
    for at in 0..RIGHT.len() {
        for text in [RIGHT[..at].to_owned(), format!("{}{}", &RIGHT[..at], &RIGHT[at + 1..])] {
            for mistake in mistakes(&text) {
                assert!((1..=text.lines().count() + 1).contains(&mistake.line), "{text}\n{mistake}");
            }
        }
        for inserted in ["\"", "[", "}", "\n", "=", "\u{e9}", "'''"] {
            let text = format!("{}{inserted}{}", &RIGHT[..at], &RIGHT[at..]);
            assert!(mistakes(&text).iter().all(|mistake| mistake.column > 0), "{text}");
        }
    }
}
