//! What a right file means, and what is worth knowing about it.

use super::*;

#[test]
fn what_is_left_out_has_the_stated_defaults() {
    let config = config(RIGHT);
    let (primary, campaign) = (config.primaries.values().next().unwrap(), config.campaigns.values().next().unwrap());
    assert_eq!((primary.send_requests_per_second, primary.table.resource()), (1, "tendlc"));
    assert_eq!(config.brands.values().next().unwrap().t_mobile_cap_unit, CapUnit::Segments);
    assert_eq!((campaign.channel, campaign.message_type), (ChannelKind::SmsVoice, MessageType::Transactional));
    let grant = grant(&config, "checkout");
    assert_eq!(grant.role_arn.as_str(), "arn:aws:iam::111111111111:role/tendlc-grant-checkout");
    assert_eq!(grant.principals[0].as_str(), "arn:aws:iam::222222222222:role/tendlc-send");
    assert_eq!(grant.t_mobile_daily_segments, Budget { guaranteed: 0, ceiling: Limit::Fixed(40_000) });
    assert_eq!(grant.max_wait, MaxWait { transactional: 900, promotional: 86_400 });
    assert_eq!((grant.topology, grant.unknown_result), (Topology::Spoke, UnknownResult::DeadLetter));
    let bus = grant.outcome_bus.as_ref().map(EventBusArn::as_str);
    assert_eq!(bus, Some("arn:aws:events:us-east-1:222222222222:event-bus/default"));
    let queues = [&grant.queues.transactional, &grant.queues.promotional, &grant.queues.dead_letter];
    let at = "arn:aws:sqs:us-east-1:222222222222:tendlc";
    assert_eq!(
        queues.map(|queue| queue.as_str().strip_prefix(at)),
        [Some("-send"), Some("-send-promotional"), Some("-dead-letter")]
    );
}

#[test]
fn a_hub_has_its_queues_and_its_caller_in_the_primary() {
    let text = changed("", "topology = \"hub\"\noutcome_bus = \"\"\n").replace("us-east-1", "us-gov-west-1");
    let config = config(&text.replace("arn:aws:", "arn:aws-us-gov:").replace("= 40000", "= \"live\""));
    let grant = grant(&config, "checkout");
    assert_eq!(grant.principals[0].as_str(), "arn:aws-us-gov:iam::111111111111:role/tendlc-send");
    assert_eq!(grant.outcome_bus, None);
    assert_eq!(grant.t_mobile_daily_segments.ceiling, Limit::Live);
    let queues = [&grant.queues.transactional, &grant.queues.promotional, &grant.queues.dead_letter];
    let at = "arn:aws-us-gov:sqs:us-gov-west-1:111111111111:tendlc-checkout";
    assert_eq!(
        queues.map(|queue| queue.as_str().strip_prefix(at)),
        [Some(""), Some("-promotional"), Some("-dead-letter")]
    );
}

#[test]
fn the_example_is_the_designs_with_a_second_grant_in_the_hub() {
    let checked = check(EXAMPLE, "example.toml").unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let about: Vec<&str> = checked.notes.iter().map(|note| note.path.as_str()).collect();
    assert_eq!(about, ["grants.checkout.external_id", "grants.newsletter.external_id"]);
    let config = checked.config;
    let (checkout, newsletter) = (grant(&config, "checkout"), grant(&config, "newsletter"));
    assert_eq!(checkout.t_mobile_daily_segments, Budget { guaranteed: 5_000, ceiling: Limit::Fixed(20_000) });
    assert_eq!((newsletter.account.as_str(), newsletter.topology), ("333333333333", Topology::Hub));
    assert_eq!(newsletter.campaigns, checkout.campaigns);
    let pool = config.pool(&checkout.campaigns[0]).unwrap();
    assert_eq!(config.guaranteed(&pool), 6_000);
    let campaign = config.campaigns.values().next().unwrap();
    assert_eq!(campaign.segments_per_second.fixed().map(SegmentRate::milli), Some(40_000));
}

#[test]
fn a_note_tells_what_is_not_wrong_but_hardly_meant() {
    let note = |text: &str, path: &str| {
        let checked = check(text, "f").unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert!(checked.notes.iter().any(|note| note.path == path), "{path}: {:?}", checked.notes);
    };
    note(RIGHT, "grants.checkout.external_id");
    note(RIGHT, "campaigns.orders.configuration_set");
    let sns = "= 40\nchannel = \"sns\"\nphone_number = \"+12065550100\"\n";
    note(&changed("= 40\n", sns), "campaigns.orders.channel");
    note(&changed("", "[brands.old]\nt_mobile_daily_segments = 1\n"), "brands.old");
    note(
        &changed("= 40\n", "= 40\nprimary = \"main\"\n").replace("[brands", &format!("{OTHER_PRIMARY}[brands")),
        "primaries.west",
    );
    note(&changed("[grants.checkout]\naccount = \"222222222222\"\ncampaigns = [\"orders\"]\n", ""), "campaigns.orders");
    note(&changed("= 40\n", "= 40\nmessage_type = \"PROMOTIONAL\"\n"), "campaigns.orders.quiet_hours");
    note(&changed("= 40\n", "= 40\nquiet_hours = \"08:00-21:00\"\n"), "campaigns.orders.quiet_hours");
    let night = changed("= 40\n", "= 40\nquiet_hours = \"21:00-08:00\"\n");
    let waits = |wait: &str| format!("{night}max_wait = {{ promotional = \"{wait}\" }}\n");
    note(&waits("659m"), "grants.checkout.max_wait.promotional");
    let checked = check(&waits("11h"), "f").unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert!(
        !checked.notes.iter().any(|note| note.path.contains("quiet") || note.path.contains("wait")),
        "a whole night"
    );
    note(&changed("", &budget(1, ", ceiling = 40001")), "grants.checkout.t_mobile_daily_segments.ceiling");
    note(
        &changed("", &format!("daily_segments = 5\n{}", budget(6, ""))),
        "grants.checkout.t_mobile_daily_segments.guaranteed",
    );
    let fifo = "queue = \"a.fifo\"\npromotional_queue = \"a-promotional.fifo\"\ndead_letter_queue = \"b.fifo\"\n";
    note(&changed("", fifo), "grants.checkout.queue");
    let apart = "queue = \"q\"\npromotional_queue = \"q-promotional\"\ndead_letter_queue = \"q-dead\"\n";
    note(&changed("", &other_grant("222222222222", apart)), "grants.other.principals");
}

#[test]
fn a_limit_that_nothing_holds_yet_says_so() {
    let cases =
        [(changed("= 40\n", "= 40\natt_segments_per_minute = 240\n"), 10, "campaigns.orders.att_segments_per_minute")];
    let unheld = |text: &str| -> Vec<(usize, String)> {
        let notes = check(text, "f").unwrap_or_else(|mistakes| panic!("{mistakes}")).notes;
        let unheld = notes.into_iter().filter(|note| note.what.contains("not held yet"));
        unheld.map(|note| (note.line, note.path)).collect()
    };
    for (text, line, path) in cases {
        assert_eq!(unheld(&text), [(line, path.to_owned())], "{text}");
    }
    assert_eq!(unheld(RIGHT), []);
}

#[test]
fn a_live_limit_is_right_and_says_who_reads_it() {
    for (text, line, path) in [
        (changed("= 40000", "= \"live\""), 5, "brands.acme.t_mobile_daily_segments"),
        (changed("= 40\n", "= \"live\"\n"), 9, "campaigns.orders.segments_per_second"),
    ] {
        let notes = check(&text, "f").unwrap_or_else(|mistakes| panic!("{mistakes}")).notes;
        let live: Vec<&Note> = notes.iter().filter(|note| note.what.contains("refresh-limits")).collect();
        assert_eq!(live.iter().map(|note| (note.line, note.path.as_str())).collect::<Vec<_>>(), [(line, path)]);
    }
}

/// `live` would need an account to ask.
#[test]
fn what_to_write_for_a_limit_that_is_missing_is_one_that_holds() {
    for (line, number) in [("t_mobile_daily_segments = 40000\n", "2000"), ("segments_per_second = 40\n", "1")] {
        assert_eq!(RIGHT.matches(line).count(), 1, "{line}");
        let mistakes = check(&RIGHT.replace(line, ""), "f").unwrap_err().to_string();
        let key = line.split(' ').next().unwrap_or_default();
        let cure = format!("{key} = {number}");
        assert!(mistakes.contains(&format!("Add `{cure}`.")), "{mistakes}");
        let written = RIGHT.replace(line, &format!("{cure}\n"));
        let notes = check(&written, "f").unwrap_or_else(|mistakes| panic!("{mistakes}")).notes;
        assert!(!notes.iter().any(|note| note.what.contains("not held yet")), "{key}");
    }
}

#[test]
fn the_examples_lines_that_are_to_be_written_are_right_where_they_stand() {
    let about = |text: &str| -> Vec<String> {
        let notes = check(text, "f").unwrap_or_else(|mistakes| panic!("{mistakes}")).notes;
        notes.into_iter().map(|note| note.path).filter(|path| path.ends_with(".external_id")).collect()
    };
    assert_eq!(about(EXAMPLE), ["grants.checkout.external_id", "grants.newsletter.external_id"]);
    let written =
        EXAMPLE.replace("# external_id = \"...\" ", "external_id = \"3f0f6d4e-7a55-4b0e-9d0b-2f2f5b2c8a11\" ");
    assert_eq!(about(&written), [""; 0]);
}

#[test]
fn the_examples_lines_may_be_left_out_where_they_say_so_and_nowhere_else() {
    let lines: Vec<&str> = EXAMPLE.lines().collect();
    let keys = lines.iter().filter(|line| !line.starts_with('#') && line.contains(" = "));
    let marked = keys.filter(|line| line.contains("# optional")).count();
    for (place, line) in lines.iter().enumerate() {
        if line.starts_with(['#', '[']) || line.is_empty() {
            continue;
        }
        let without: String =
            lines.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, l)| format!("{l}\n")).collect();
        assert_eq!(mistakes(&without).is_empty(), line.contains("# optional"), "{line}");
    }
    let least: String =
        lines.iter().filter(|line| !line.contains("# optional")).map(|line| format!("{line}\n")).collect();
    assert!(marked > 10 && mistakes(&least).is_empty(), "{least}");
}
