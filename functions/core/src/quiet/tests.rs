use proptest::prelude::*;

use super::*;

const NIGHT: &str = "21:00-08:00";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hours(text: &str) -> QuietHours {
    text.parse().unwrap()
}

/// A number of this area code.
fn of(code: u16) -> E164 {
    format!("+1{code}5550100").parse().unwrap()
}

/// When quiet hours begin after a moment, and when they end after that.
fn next(text: &str, code: u16, now: &str) -> (String, String) {
    let (hours, number, now) = (hours(text), of(code), at(now));
    let begin = hours.begin(&number, now);
    let end = hours.end(&number, begin, SignedDuration::from_secs(1)).unwrap();
    (begin.to_string(), end.to_string())
}

fn span(begin: &str, end: &str) -> (String, String) {
    (begin.to_owned(), end.to_owned())
}

#[test]
fn they_are_two_times_of_the_day_that_leave_some_of_it() {
    for text in [NIGHT, "00:00-20:00", "12:00-13:30", "22:15-06:45", "23:59-00:00"] {
        assert_eq!(hours(text).to_string(), text);
        assert_eq!(serde_json::to_string(&hours(text)).unwrap(), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<QuietHours>(&format!("\"{text}\"")).unwrap(), hours(text));
    }
    for wrong in [
        "",
        "21-8",
        "21:00",
        "24:00-08:00",
        "21:60-08:00",
        "9:00-21:00",
        "08:00-08:00",
        "21:00–08:00",
        "21:00-08:00-09:00",
        " 21:00-08:00",
        "+1:00-08:00",
        "00:00-20:01",
        "08:00-07:00",
    ] {
        assert_eq!(wrong.parse::<QuietHours>(), Err(NotQuietHours), "{wrong}");
    }
}

#[test]
fn they_are_as_long_as_they_say_and_a_nights_hold_midnight() {
    for (text, minutes, midnight) in
        [(NIGHT, 660, true), ("12:00-13:30", 90, false), ("00:00-08:00", 480, true), ("20:00-00:00", 240, false)]
    {
        let hours = hours(text);
        assert_eq!((hours.length().as_mins(), hours.hold_midnight()), (minutes, midnight), "{text}");
    }
}

#[test]
fn a_night_is_quiet_from_its_first_minute_on_and_no_longer_than_its_last() {
    let soon = SignedDuration::from_secs(1);
    let end = |now: &str| hours(NIGHT).end(&of(212), at(now), soon).map(|end| end.to_string());
    assert_eq!(end("2026-11-21T01:59:59Z"), None, "a second before nine in New York");
    for quiet in ["2026-11-21T02:00:00Z", "2026-11-21T05:00:00Z", "2026-11-21T12:59:59Z"] {
        assert_eq!(end(quiet).as_deref(), Some("2026-11-21T13:00:00Z"), "{quiet}");
    }
    assert_eq!(end("2026-11-21T13:00:00Z"), None, "eight in New York");
}

#[test]
fn what_begins_within_the_time_that_a_text_needs_holds_it_already() {
    let end = |ahead| hours(NIGHT).end(&of(212), at("2026-11-21T01:59:50Z"), SignedDuration::from_secs(ahead));
    assert_eq!(end(10), None, "it is there in time");
    assert_eq!(end(11), Some(at("2026-11-21T13:00:00Z")));
}

#[test]
fn hours_within_a_day_are_quiet_on_that_day() {
    assert_eq!(next("12:00-13:30", 312, "2026-11-20T17:00:00Z"), span("2026-11-20T18:00:00Z", "2026-11-20T19:30:00Z"));
    assert_eq!(next("12:00-13:30", 312, "2026-11-20T19:30:00Z"), span("2026-11-21T18:00:00Z", "2026-11-21T19:30:00Z"));
    assert_eq!(next("00:00-08:00", 808, "2026-11-20T19:30:00Z"), span("2026-11-21T10:00:00Z", "2026-11-21T18:00:00Z"));
}

#[test]
fn each_place_has_its_own_night() {
    for (code, begin, end) in [
        (787, "2026-11-21T01:00:00Z", "2026-11-21T12:00:00Z"),
        (212, "2026-11-21T02:00:00Z", "2026-11-21T13:00:00Z"),
        (312, "2026-11-21T03:00:00Z", "2026-11-21T14:00:00Z"),
        (303, "2026-11-21T04:00:00Z", "2026-11-21T15:00:00Z"),
        (213, "2026-11-21T05:00:00Z", "2026-11-21T16:00:00Z"),
        (808, "2026-11-21T07:00:00Z", "2026-11-21T18:00:00Z"),
        (684, "2026-11-21T08:00:00Z", "2026-11-21T19:00:00Z"),
        (671, "2026-11-21T11:00:00Z", "2026-11-21T22:00:00Z"),
        // In both of its zones, and in all that a code may be in that nobody has placed.
        (850, "2026-11-21T02:00:00Z", "2026-11-21T14:00:00Z"),
        (907, "2026-11-21T06:00:00Z", "2026-11-21T18:00:00Z"),
        (761, "2026-11-21T02:00:00Z", "2026-11-21T16:00:00Z"),
    ] {
        let at_noon = if code == 671 { "2026-11-21T02:00:00Z" } else { "2026-11-20T22:00:00Z" };
        assert_eq!(next(NIGHT, code, at_noon), span(begin, end), "{code}");
    }
}

#[test]
fn arizonas_nights_end_with_the_navajos_in_summer() {
    let night = |code| next(NIGHT, code, "2026-07-15T20:00:00Z");
    assert_eq!(night(602), span("2026-07-16T04:00:00Z", "2026-07-16T15:00:00Z"));
    assert_eq!(night(928), span("2026-07-16T03:00:00Z", "2026-07-16T15:00:00Z"));
}

#[test]
fn a_night_in_which_the_clock_is_set_is_as_long_as_it_is() {
    assert_eq!(next(NIGHT, 212, "2026-03-07T20:00:00Z"), span("2026-03-08T02:00:00Z", "2026-03-08T12:00:00Z"));
    assert_eq!(next(NIGHT, 212, "2026-10-31T20:00:00Z"), span("2026-11-01T01:00:00Z", "2026-11-01T13:00:00Z"));
}

#[test]
fn an_hour_that_is_left_out_is_never_quiet() {
    // From 02:00 to 03:00 nothing is shown: the night ends when it would have ended, or with the hour.
    assert_eq!(next("21:00-02:30", 212, "2026-03-07T20:00:00Z").1, "2026-03-08T07:00:00Z");
    assert_eq!(next("02:30-08:00", 212, "2026-03-07T20:00:00Z").0, "2026-03-08T07:00:00Z");
    assert_eq!(next("02:15-02:45", 212, "2026-03-07T20:00:00Z").0, "2026-03-09T06:15:00Z", "not on that day");
}

#[test]
fn an_hour_that_is_there_twice_is_quiet_twice() {
    assert_eq!(next("21:00-01:30", 212, "2026-10-31T20:00:00Z"), span("2026-11-01T01:00:00Z", "2026-11-01T05:30:00Z"));
    assert_eq!(next("21:00-01:30", 212, "2026-11-01T05:30:00Z"), span("2026-11-01T06:00:00Z", "2026-11-01T06:30:00Z"));
    assert_eq!(next("01:15-01:45", 212, "2026-10-31T20:00:00Z"), span("2026-11-01T05:15:00Z", "2026-11-01T05:45:00Z"));
    assert_eq!(next("01:15-01:45", 212, "2026-11-01T05:45:00Z"), span("2026-11-01T06:15:00Z", "2026-11-01T06:45:00Z"));
}

proptest! {
    /// Minute by minute beside what is reckoned: around both days on which clocks are set, and on any other.
    #[test]
    fn the_reckoned_span_is_that_of_the_clocks(
        day in prop_oneof![Just("2026-03-07T00:00:00Z"), Just("2026-10-31T00:00:00Z"), Just("2026-07-01T00:00:00Z")],
        minute in 0_i64..4_000,
        (from, length) in (0_i64..1_440, 1_i64..1_200),
        code in prop_oneof![Just(212_u16), Just(850), Just(605), Just(928), Just(907), Just(671), Just(761)],
    ) {
        let time = |minute: i64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
        let hours = hours(&format!("{}-{}", time(from), time(from + length)));
        let (number, now) = (of(code), at(day) + SignedDuration::from_mins(minute));
        let quiet = |moment: &Timestamp| Zone::all_of(&number).iter().any(|zone| {
            let shown = zone.clock().to_datetime(*moment).time();
            let shown = i64::from(shown.hour()) * 60 + i64::from(shown.minute());
            (shown - from).rem_euclid(1_440) < length
        });
        let minutes = |from: Timestamp| (0..5_000).map(move |minute| from + SignedDuration::from_mins(minute));
        let begin = minutes(now).find(quiet).unwrap();
        let end = minutes(begin).find(|moment| !quiet(moment)).unwrap();
        prop_assert_eq!(hours.begin(&number, now), begin);
        prop_assert_eq!(hours.end(&number, begin, SignedDuration::from_secs(1)), Some(end));
    }
}
