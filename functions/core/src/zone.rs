//! Where a recipient may be, as far as the area code says: its time zones. A number that moved with its owner keeps its
//! code, so this is what the law lets a sender go by, not where somebody is. It is as private as the number: nothing
//! here has a `Display`, nor a `Debug` outside tests.

mod codes;

use std::sync::LazyLock;

use jiff::tz::TimeZone;

use crate::number::E164;
use codes::{CODES, MAINLAND};

/// A time zone of the places that 10DLC reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Zone {
    /// Puerto Rico and the US Virgin Islands.
    Atlantic,
    Eastern,
    Central,
    Mountain,
    /// Mountain time without summer time.
    Arizona,
    Pacific,
    Alaska,
    /// The Aleutians west of 169° 30'.
    Aleutian,
    /// As the Aleutians, without summer time.
    Hawaii,
    /// American Samoa.
    Samoa,
    /// Guam, on the other side of the date line.
    Chamorro,
}

impl Zone {
    const ALL: [Self; 11] = [
        Self::Atlantic,
        Self::Eastern,
        Self::Central,
        Self::Mountain,
        Self::Arizona,
        Self::Pacific,
        Self::Alaska,
        Self::Aleutian,
        Self::Hawaii,
        Self::Samoa,
        Self::Chamorro,
    ];

    /// Every zone that a place with the number's area code is in; one at least.
    pub(crate) fn all_of(number: &E164) -> &'static [Self] {
        Self::all_of_code(number.area_code())
    }

    fn all_of_code(code: u16) -> &'static [Self] {
        let found = CODES.iter().find(|(_, codes)| codes.binary_search(&code).is_ok());
        found.map_or(MAINLAND, |(zones, _)| zones)
    }

    /// Its clock. Lambda's runtime brings no time zone database, so these are the rules as they have been since 2007.
    pub(crate) fn clock(self) -> &'static TimeZone {
        static CLOCKS: LazyLock<[TimeZone; 11]> =
            LazyLock::new(|| Zone::ALL.map(|zone| TimeZone::posix(zone.rule()).unwrap_or(TimeZone::UTC)));
        &CLOCKS[self as usize]
    }

    /// In POSIX's form, in which hours count westwards.
    fn rule(self) -> &'static str {
        match self {
            Self::Atlantic => "AST4",
            Self::Eastern => "EST5EDT,M3.2.0,M11.1.0",
            Self::Central => "CST6CDT,M3.2.0,M11.1.0",
            Self::Mountain => "MST7MDT,M3.2.0,M11.1.0",
            Self::Arizona => "MST7",
            Self::Pacific => "PST8PDT,M3.2.0,M11.1.0",
            Self::Alaska => "AKST9AKDT,M3.2.0,M11.1.0",
            Self::Aleutian => "HST10HDT,M3.2.0,M11.1.0",
            Self::Hawaii => "HST10",
            Self::Samoa => "SST11",
            Self::Chamorro => "ChST-10",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;

    use super::*;
    use crate::area::is_in_10dlc_area;

    fn at(zone: Zone, moment: &str) -> String {
        let moment: Timestamp = moment.parse().unwrap();
        zone.clock().to_datetime(moment).strftime("%d %H:%M").to_string()
    }

    #[test]
    fn every_code_that_10dlc_reaches_has_its_zones_once_and_no_other_has() {
        let all: Vec<u16> = CODES.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        let once: BTreeSet<u16> = all.iter().copied().collect();
        assert_eq!(all.len(), once.len(), "each code stands there once");
        assert_eq!(once, (200..1000).filter(|code| is_in_10dlc_area(*code)).collect());
        for (zones, codes) in &CODES {
            assert!(codes.is_sorted_by(|one, next| one < next), "for the binary search: {codes:?}");
            assert!(!zones.is_empty() && !codes.is_empty());
        }
    }

    #[test]
    fn well_known_codes_are_where_everybody_knows_them() {
        for (code, zone) in [
            (212, Zone::Eastern),
            (305, Zone::Eastern),
            (313, Zone::Eastern),
            (312, Zone::Central),
            (713, Zone::Central),
            (303, Zone::Mountain),
            (505, Zone::Mountain),
            (602, Zone::Arizona),
            (206, Zone::Pacific),
            (213, Zone::Pacific),
            (702, Zone::Pacific),
            (808, Zone::Hawaii),
            (787, Zone::Atlantic),
            (340, Zone::Atlantic),
            (671, Zone::Chamorro),
            (684, Zone::Samoa),
        ] {
            assert_eq!(Zone::all_of_code(code), [zone], "{code}");
        }
    }

    #[test]
    fn a_code_on_both_sides_of_a_border_has_both_zones() {
        use Zone::*;
        for (codes, zones) in [
            (&[850, 448, 906, 219, 812, 930, 270, 364, 606, 423, 729, 931][..], [Eastern, Central]),
            (&[605, 701, 308, 620, 785, 915], [Central, Mountain]),
            (&[208, 986, 541, 458, 775], [Mountain, Pacific]),
            (&[928], [Arizona, Mountain]),
            (&[907], [Alaska, Aleutian]),
        ] {
            for code in codes {
                assert_eq!(Zone::all_of_code(*code), zones, "{code}");
            }
        }
    }

    #[test]
    fn an_overlay_lies_where_the_code_lies_that_it_is_laid_over() {
        for overlay in [[850, 448], [812, 930], [270, 364], [423, 729], [208, 986], [541, 458], [402, 531], [334, 483]]
        {
            let [first, second] = overlay.map(Zone::all_of_code);
            assert_eq!(first, second, "{overlay:?}");
        }
    }

    #[test]
    fn a_code_that_nobody_has_placed_is_anywhere_on_the_mainland() {
        assert_eq!(Zone::all_of_code(200), MAINLAND);
    }

    #[test]
    fn each_clock_shows_its_winter_and_its_summer() {
        for (zone, winter, summer) in [
            (Zone::Atlantic, "15 08:00", "15 08:00"),
            (Zone::Eastern, "15 07:00", "15 08:00"),
            (Zone::Central, "15 06:00", "15 07:00"),
            (Zone::Mountain, "15 05:00", "15 06:00"),
            (Zone::Arizona, "15 05:00", "15 05:00"),
            (Zone::Pacific, "15 04:00", "15 05:00"),
            (Zone::Alaska, "15 03:00", "15 04:00"),
            (Zone::Aleutian, "15 02:00", "15 03:00"),
            (Zone::Hawaii, "15 02:00", "15 02:00"),
            (Zone::Samoa, "15 01:00", "15 01:00"),
            (Zone::Chamorro, "15 22:00", "15 22:00"),
        ] {
            let shown = (at(zone, "2026-01-15T12:00:00Z"), at(zone, "2026-07-15T12:00:00Z"));
            assert_eq!(shown, (winter.to_owned(), summer.to_owned()), "{zone:?}");
        }
    }

    #[test]
    fn summer_begins_and_ends_at_two_in_the_night() {
        assert_eq!(at(Zone::Eastern, "2026-03-08T06:59:59Z"), "08 01:59");
        assert_eq!(at(Zone::Eastern, "2026-03-08T07:00:00Z"), "08 03:00");
        assert_eq!(at(Zone::Eastern, "2026-11-01T05:59:59Z"), "01 01:59");
        assert_eq!(at(Zone::Eastern, "2026-11-01T06:00:00Z"), "01 01:00");
    }
}
