use super::*;

fn parse(text: &str) -> Result<Request, Refusal> {
    Request::parse(text, &"message-1".parse().unwrap(), &Entrance::of_queue("tendlc-send"))
}

fn reason(text: &str) -> Reason {
    parse(text).err().unwrap().reason
}

#[test]
fn the_least_request_gets_the_defaults() {
    let request = parse(r#"{"to":"+12065550100","body":"hi"}"#).ok().unwrap();
    assert_eq!(request.id.as_str(), "message-1");
    assert_eq!((request.kind, request.on_quota), (Kind::Transactional, OnQuota::Defer));
    assert_eq!(request.measure.segments.get(), 1);
}

#[test]
fn every_bad_request_has_a_clear_reason_and_shows_nothing_private() {
    let long = "x".repeat(1531);
    let table = [
        (r#"not json +12065550100"#.to_owned(), Reason::InvalidRequest),
        ("[]".to_owned(), Reason::InvalidRequest),
        ("".to_owned(), Reason::InvalidRequest),
        (r#"{"body":"secret"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":12065550100,"body":"secret"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":null,"body":"secret"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":" \n"}"#.to_owned(), Reason::InvalidRequest),
        (format!(r#"{{"to":"+12065550100","body":"{long}"}}"#), Reason::BodyTooLong),
        (r#"{"to":"2065550100","body":"secret"}"#.to_owned(), Reason::InvalidDestination),
        (r#"{"to":"+18005550100","body":"secret"}"#.to_owned(), Reason::InvalidDestination),
        (r#"{"to":"+12065550100","body":"secret","expire_at":"x"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","+12065550100":"x"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","id":""}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","id":"a b"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","id":"otp-(206) 555-0100"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"2065550100","body":"secret","id":"otp-2065550100"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","expires_at":"tomorrow"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","on_quota":"wait"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","kind":"promotional"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","max_price_usd":"100"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","max_price_usd":0.05}"#.to_owned(), Reason::InvalidRequest),
        (
            r#"{"to":"+12065550100","body":"secret","context":{"a":"1","b":"2","c":"3"}}"#.to_owned(),
            Reason::InvalidRequest,
        ),
        (r#"{"to":"+12065550100","body":"secret","context":{"n":"2065550100"}}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","body":"more"}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","context":{"a":"1","a":"2"}}"#.to_owned(), Reason::InvalidRequest),
        (r#"{"to":"+12065550100","body":"secret","media":["s3://a/b"]}"#.to_owned(), Reason::InvalidRequest),
    ];
    for (text, expected) in table {
        let refusal = parse(&text).err().unwrap_or_else(|| panic!("taken: {text}"));
        assert_eq!(refusal.reason, expected, "{text}");
        let said = format!("{refusal:?}");
        assert!(!said.contains("5550100") && !said.contains("secret"), "{said}");
    }
}

#[test]
fn a_request_with_a_field_twice_is_refused_under_its_messages_id() {
    // Its own id was compared with the last number only.
    let text = r#"{"id":"k-2065550100","to":"+12065550100","to":"+12125550101","body":"x"}"#;
    assert_eq!(parse(text).err().unwrap().id.as_str(), "message-1");
}

#[test]
fn expires_at_is_rfc_3339_and_nothing_like_it() {
    let expires = |text: &str| {
        let request = format!(r#"{{"to":"+12065550100","body":"secret","expires_at":"{text}"}}"#);
        parse(&request).map(|request| request.expires_at.unwrap().to_string()).map_err(|refusal| refusal.reason)
    };
    for (text, moment) in [
        ("2026-11-20T17:00:00Z", "2026-11-20T17:00:00Z"),
        ("2026-11-20t17:00:00z", "2026-11-20T17:00:00Z"),
        ("2026-11-20T18:00:00.25+01:00", "2026-11-20T17:00:00.25Z"),
        ("2026-11-20T17:00:00.1234567891Z", "2026-11-20T17:00:00.123456789Z"),
        ("9999-12-31T23:59:59Z", &Timestamp::MAX.to_string()),
    ] {
        assert_eq!(expires(text).as_deref(), Ok(moment), "{text}");
    }
    for text in [
        "20261120T170000Z",
        "2026-11-20T17Z",
        "2026-11-20T17:00Z",
        "2026-11-20T17:00:00,5Z",
        "2026-11-20T17:00:00+0100",
        "2026-11-20T17:00:00+01",
        "2026-11-20T17:00:00+01:00:30",
        "2026-11-20T17:00:00+24:00",
        "2026-11-20T17:00:00",
        "2026-11-20T17:00:00Z[UTC]",
        "2026-11-20 17:00:00Z",
        "+002026-11-20T17:00:00Z",
        "2026-02-30T17:00:00Z",
        "tomorrow",
    ] {
        assert_eq!(expires(text), Err(Reason::InvalidRequest), "{text}");
    }
}

#[test]
fn promotional_requests_are_sent_to_the_queue_of_their_lane() {
    let text = r#"{"to":"+12065550100","body":"sale","kind":"promotional"}"#;
    let id: RequestId = "m".parse().unwrap();
    let refusal = Request::parse(text, &id, &Entrance::of_queue("tendlc-send.fifo")).err().unwrap();
    assert!(refusal.detail.contains("tendlc-send-promotional.fifo"), "{}", refusal.detail);
    for entrance in
        [Entrance::of_queue("tendlc-send-promotional"), Entrance::of_queue("x-promotional.fifo"), Entrance::Bus]
    {
        assert!(Request::parse(text, &id, &entrance).is_ok(), "{entrance:?}");
    }
    let plain = r#"{"to":"+12065550100","body":"sale"}"#;
    let request = Request::parse(plain, &id, &Entrance::PromotionalQueue).ok().unwrap();
    assert_eq!(request.kind, Kind::Promotional);
}

#[test]
fn a_body_of_sqs_largest_size_is_refused_without_a_panic() {
    assert_eq!(reason(&"x".repeat(1_048_576)), Reason::InvalidRequest);
    let body = "é".repeat(500_000);
    assert_eq!(reason(&format!(r#"{{"to":"+12065550100","body":"{body}"}}"#)), Reason::BodyTooLong);
}

#[test]
fn the_same_content_has_the_same_fingerprint_however_it_is_to_be_sent() {
    let key = "ab".repeat(32).parse().unwrap();
    let campaign = "order-updates".parse().unwrap();
    let print = |text: &str| parse(text).ok().unwrap().fingerprint(&key, &campaign);
    let first = print(r#"{"to":"+12065550100","body":"hi"}"#);
    assert_eq!(first, print(r#"{"body":"hi","to":"+12065550100","on_quota":"reject"}"#));
    assert_ne!(first, print(r#"{"to":"+12065550101","body":"hi"}"#));
    assert_ne!(first, print(r#"{"to":"+12065550100","body":"hi!"}"#));
}
