//! What is wrong between values that could each be right.

use super::*;

#[test]
fn a_name_must_lead_somewhere() {
    refused(&[
        ("\"acme\"", "\"acne\"", &[(7, "campaigns.orders.brand", "did you mean `acme`?")]),
        (
            "[brands.acme]\nt_mobile_daily_segments = 40000\n",
            "",
            &[(5, "campaigns.orders.brand", "Add `[brands.acme]`")],
        ),
        ("= 40\n", "= 40\nprimary = \"east\"\n", &[(10, "campaigns.orders.primary", "called `east`")]),
        ("[\"orders\"]", "[\"order\", \"orders\"]", &[(12, "grants.checkout.campaigns", "did you mean `orders`?")]),
        ("", OTHER_PRIMARY, &[(6, "campaigns.orders.primary", "main or west")]),
    ]);
}

#[test]
fn an_identity_and_a_role_are_in_the_primary_and_principals_are_not() {
    let (other, region) = ("333333333333", "us-west-2");
    let cases = [
        ("role_arn = \"arn:aws:iam::222222222222:role/x\"", "role_arn", "primary is account 111111111111"),
        ("principals = [\"arn:aws:iam::333333333333:role/x\"]", "principals", "for account 222222222222"),
        ("outcome_bus = \"arn:aws:events:us-west-2:222222222222:event-bus/x\"", "outcome_bus", region),
    ];
    for (line, key, part) in cases {
        refused(&[("", line, &[(13, &format!("grants.checkout.{key}"), part)])]);
    }
    let identity = "campaigns.orders.origination_identity";
    refused(&[
        ("us-east-1:1", "us-west-2:1", &[(8, identity, region)]),
        ("111111111111:phone", "333333333333:phone", &[(8, identity, other)]),
        (
            "us-east-1\"\n",
            "us-east-1\"\nalarm_topic_arn = \"arn:aws:sns:us-west-2:111111111111:x\"\n",
            &[(4, "primaries.main.alarm_topic_arn", "alarms in us-east-1")],
        ),
        (
            "",
            "topology = \"hub\"\nprincipals = [\"arn:aws:iam::222222222222:role/x\"]",
            &[(14, "grants.checkout.principals", "past the hub")],
        ),
    ]);
}

#[test]
fn no_rate_and_no_cap_is_counted_in_two_places() {
    let second = |lines: &str| format!("[campaigns.more]\nbrand = \"acme\"\nsegments_per_second = 1\n{lines}");
    let same = second("origination_identity = \"arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0\"\n");
    refused(&[("", &same, &[(16, "campaigns.more.origination_identity", "campaigns.orders has the same")])]);
    let west =
        second("primary = \"west\"\norigination_identity = \"arn:aws:sms-voice:us-west-2:444444444444:pool/p\"\n");
    let text = changed("", &format!("{west}{OTHER_PRIMARY}")).replace("= 40\n", "= 40\nprimary = \"main\"\n");
    assert_found(&text, &mistakes(&text), &[(15, "campaigns.more.brand", "cap would be counted twice")]);
    let by_campaign = text.replace("= 40000\n", "= 40000\nt_mobile_cap_scope = \"campaign\"\n");
    assert_eq!(mistakes(&by_campaign), []);
    let both = text
        .replace("[\"orders\"]", "[\"orders\", \"more\"]")
        .replace("= 40000", "= 40000\nt_mobile_cap_scope = \"campaign\"");
    assert_found(&both, &mistakes(&both), &[(14, "grants.checkout.campaigns", "one grant for each primary")]);
}

#[test]
fn the_sns_channel_needs_a_number() {
    refused(&[("= 40\n", "= 40\nchannel = \"sns\"\n", &[(10, "campaigns.orders.phone_number", "sns channel")])]);
    let text = changed("= 40\n", "= 40\nchannel = \"sns\"\nphone_number = \"+12065550100\"\n");
    let pool = text.replace("phone-number/phone-0", "pool/p");
    assert_found(&pool, &mistakes(&pool), &[(8, "campaigns.orders.origination_identity", "from one number")]);
    let checked = check(&text, "f").unwrap();
    let note = checked.notes.iter().find(|note| note.path == "campaigns.orders.channel").unwrap();
    assert!(note.what.contains("context") && note.line == 10, "{note}");
}

#[test]
fn a_simulator_is_whole_in_the_primary_and_nobodys_campaign() {
    let line = "region = \"us-east-1\"\n";
    let identity = |arn: &str| format!("simulator_identity = \"arn:aws:sms-voice:{arn}\"\n");
    let own = identity("us-east-1:111111111111:phone-number/phone-5");
    let number = "simulator_phone_number = \"+12065550142\"\n";
    let simulated = |lines: &str| {
        let with_set = changed("= 40\n", "= 40\nconfiguration_set = \"x\"\n");
        with_set.replacen(line, &format!("{line}{lines}"), 1)
    };
    let simulator = config(&simulated(&format!("{own}{number}"))).primaries[&"main".parse().unwrap()].simulator.clone();
    assert_eq!(simulator.unwrap().phone_number.as_str(), "+12065550142");
    assert_eq!(config(RIGHT).primaries[&"main".parse().unwrap()].simulator, None);
    let (key, path) = ("primaries.main.simulator_identity", "primaries.main.simulator_phone_number");
    let west = identity("us-west-2:111111111111:phone-number/phone-5");
    for (lines, expected) in [
        (own.clone(), [(4, path, "missing")]),
        (number.to_owned(), [(4, key, "missing")]),
        (format!("{west}{number}"), [(4, key, "not in account 111111111111 in us-east-1")]),
        (format!("{}{number}", identity("us-east-1:111111111111:pool/p")), [(4, key, "no phone number")]),
        (
            format!("{}{number}", identity("us-east-1:111111111111:phone-number/phone-0")),
            [(4, key, "campaigns.orders sends from it")],
        ),
    ] {
        let text = simulated(&lines);
        assert_found(&text, &mistakes(&text), &expected);
    }
    let unset = simulated(&format!("{own}{number}")).replacen("configuration_set = \"x\"\n", "", 1);
    assert_found(&unset, &mistakes(&unset), &[(4, key, "has a configuration set")]);
    let same = simulated(&format!("{own}{number}")).replacen("= 40\n", "= 40\nphone_number = \"+12065550142\"\n", 1);
    assert_found(&same, &mistakes(&same), &[(4, key, "campaigns.orders sends from it")]);
}

#[test]
fn guarantees_fit_the_cap_and_the_ceiling() {
    let path = "grants.checkout.t_mobile_daily_segments.guaranteed";
    refused(&[
        ("", &budget(40_001, ""), &[(13, path, "which is 40000")]),
        ("", &budget(500, ", ceiling = 499"), &[(13, path, "the ceiling is 499")]),
        ("", &budget(1, ", ceiling = 0"), &[(13, "grants.checkout.t_mobile_daily_segments.ceiling", "too small")]),
    ]);
    let two = format!("{}{}", budget(30_000, ""), other_grant("333333333333", &budget(10_001, "")));
    let path = "grants.other.t_mobile_daily_segments.guaranteed";
    refused(&[("", &two, &[(17, path, "(checkout 30000, other 10001) make 40001")])]);
    let text = changed("", &two);
    assert_eq!(mistakes(&text.replace("10001", "10000")), []);
    assert_eq!(mistakes(&text.replace("= 40000", "= \"live\"")), []);
    let mut scoped = text.replace("= 40000", "= 40000\nt_mobile_cap_scope = \"campaign\"");
    assert_eq!(mistakes(&scoped).len(), 1);
    // On campaigns of their own, each guarantee has a cap of its own.
    scoped = scoped.replace(
        "[\"orders\"]\nt_mobile_daily_segments = { guaranteed = 10001",
        "[\"more\"]\nt_mobile_daily_segments = { guaranteed = 10001",
    );
    scoped.push_str("[campaigns.more]\nbrand = \"acme\"\nsegments_per_second = \"live\"\n");
    scoped.push_str("origination_identity = \"arn:aws:sms-voice:us-east-1:111111111111:pool/p\"\n");
    assert_eq!(mistakes(&scoped), []);
}

#[test]
fn a_queue_and_a_hub_account_belong_to_one_grant() {
    let hub = "topology = \"hub\"\n";
    let other = |account: &str, lines: &str| format!("{hub}{}{hub}{lines}", other_grant(account, ""));
    refused(&[
        (
            "",
            &other("222222222222", ""),
            &[(15, "grants.other.account", "grants.checkout in the hub has the same account")],
        ),
        (
            "",
            &other("333333333333", "queue = \"tendlc-checkout\"\n"),
            &[(18, "grants.other.queue", "already has `tendlc-checkout`")],
        ),
        (
            "",
            &other_grant("222222222222", ""),
            &[(13, "grants.other.queue", "queue = \"tendlc-send-other\", promotional_queue")],
        ),
        ("", "queue = \"a-promotional\"", &[(13, "grants.checkout.queue", "the promotional lane")]),
        ("", "promotional_queue = \"bulk\"", &[(13, "grants.checkout.promotional_queue", "-promotional")]),
        ("", "dead_letter_queue = \"tendlc-send\"", &[(13, "grants.checkout.dead_letter_queue", "again and again")]),
        (
            "",
            "queue = \"a.fifo\"\ndead_letter_queue = \"b.fifo\"",
            &[(10, "grants.checkout.promotional_queue", "standard")],
        ),
        (
            "[grants.checkout]",
            "[grants.x-promotional]\ntopology = \"hub\"",
            &[(10, "grants.x-promotional.queue", "promotional lane")],
        ),
    ]);
    let apart = "queue = \"q\"\npromotional_queue = \"q-promotional\"\ndead_letter_queue = \"q-dead\"\n";
    assert_eq!(mistakes(&changed("", &other_grant("222222222222", apart))), []);
}

#[test]
fn a_role_belongs_to_one_grant_and_iam_ignores_case() {
    let adopted = "role_arn = \"arn:aws:iam::111111111111:role/sms\"\n";
    let two = format!("{adopted}{}{adopted}", other_grant("333333333333", ""));
    refused(&[
        ("", &two, &[(17, "grants.other.role_arn", "grants.checkout too")]),
        (
            "",
            &other_grant("333333333333", "").replace("other", "Checkout"),
            &[(13, "grants.Checkout.role_arn", "case")],
        ),
    ]);
}

#[test]
fn a_hub_of_many_accounts_is_told_to_let_in_its_organization() {
    let hub = |many: usize| {
        let grants = (0..many).map(|number| {
            let account = 300_000_000_000 + number;
            format!("[grants.g{number}]\naccount = \"{account}\"\ncampaigns = [\"orders\"]\ntopology = \"hub\"\n")
        });
        changed("", &grants.collect::<String>())
    };
    let noted = |text: &str| {
        let notes = check(text, "f").unwrap_or_else(|mistakes| panic!("{mistakes}")).notes;
        notes.iter().any(|note| note.path == "primaries.main" && note.cure.contains("hub_senders"))
    };
    assert!(!noted(&hub(25)));
    assert!(noted(&hub(26)));
    let (of, lets_in) = ("organization = \"o-a1b2c3d4e5\"\n", "hub_senders = \"organization\"\n");
    let with = |lines: &str| hub(26).replace("us-east-1\"\n[", &format!("us-east-1\"\n{lines}["));
    assert!(noted(&with(of)));
    assert!(!noted(&with(&format!("{of}{lets_in}"))));
    assert_found(&with(lets_in), &mistakes(&with(lets_in)), &[(4, "primaries.main.hub_senders", "organization")]);
}

#[test]
fn what_concerns_a_primary_alone_is_not_held_up_by_what_is_wrong_elsewhere() {
    for (from, to) in [
        ("\"222222222222\"", "\"2\""),
        ("= 40000", "= \"many\""),
        ("[\"orders\"]", "[\"order\"]"),
        ("campaigns = [", "campaigns = "),
        ("[grants.checkout]", "[grants.checkout"),
    ] {
        let text = changed(from, to);
        let checked = check_primaries(&text, "tendlc.toml").unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert_eq!(checked.config.primaries, config(RIGHT).primaries, "{text}");
        assert_eq!(checked.notes, mistakes(&text));
        assert!(!checked.notes.is_empty());
    }
    assert_eq!(check_primaries(RIGHT, "f").unwrap().notes, []);
}

#[test]
fn what_may_be_about_a_primary_holds_up_everything() {
    for (from, to) in [
        ("\"111111111111\"", "\"1\""),
        ("[primaries.main]", "[primaries.main"),
        ("[primaries.main]", "[primary.main]"),
        ("region = ", "\"\"\"region = "),
        ("[primaries.main]", "[brands.b]\nt_mobile_daily_segments = \"\"\"1\n[primaries.main]"),
    ] {
        let text = changed(from, to);
        let found = check_primaries(&text, "tendlc.toml").unwrap_err();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), mistakes(&text), "{text}");
    }
    // Of two primaries one is swallowed, and the other must not be taken for the only one.
    let text = changed("= 40000\n", &format!("= \"\"\"40000\n{OTHER_PRIMARY}"));
    for text in [text.clone(), format!("{text}\"\"\"\n{OTHER_PRIMARY}x = 1\n")] {
        assert!(check_primaries(&text, "tendlc.toml").is_err(), "{text}");
    }
}
