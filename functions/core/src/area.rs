//! The area codes that 10DLC reaches: those of the United States, Puerto Rico, the US Virgin Islands, Guam and American
//! Samoa. The Northern Mariana Islands, Canada and the Caribbean share the country code, not the reach or the price.
//!
//! The source is the area code database of the numbering plan's administrator (NANPA) of 2026-01-05: every geographic
//! code of these places that is in service or has a date to be, the last one 761 in July 2027. A code without a date
//! is left out (565, for when 912 is used up), and so is a reserved one (627, 935). A table of our own, because to
//! load the metadata of a phone number library takes longer than the whole cold start; a test compares the two.

use std::fmt;

/// Sorted, for the binary search. Puerto Rico has 787 and 939, the US Virgin Islands 340, Guam 671, American Samoa 684;
/// the rest are the states and the District of Columbia.
static AREA_CODES: [u16; 378] = [
    201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 220, 223, 224, 225, 227, 228,
    229, 231, 234, 235, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 272, 274, 276, 279, 281, 283,
    301, 302, 303, 304, 305, 307, 308, 309, 310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 324, 325, 326,
    327, 329, 330, 331, 332, 334, 336, 337, 339, 340, 341, 346, 347, 350, 351, 352, 353, 357, 360, 361, 363, 364, 369,
    380, 385, 386, 401, 402, 404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 417, 419, 423, 424, 425, 430, 432,
    434, 435, 436, 440, 442, 443, 445, 447, 448, 457, 458, 463, 464, 465, 469, 470, 471, 472, 475, 478, 479, 480, 483,
    484, 501, 502, 503, 504, 505, 507, 508, 509, 510, 512, 513, 515, 516, 517, 518, 520, 530, 531, 534, 539, 540, 541,
    551, 557, 559, 561, 562, 563, 564, 567, 570, 571, 572, 573, 574, 575, 580, 582, 585, 586, 601, 602, 603, 605, 606,
    607, 608, 609, 610, 612, 614, 615, 616, 617, 618, 619, 620, 621, 623, 624, 626, 628, 629, 630, 631, 636, 640, 641,
    645, 646, 650, 651, 656, 657, 659, 660, 661, 662, 667, 669, 671, 678, 679, 680, 681, 682, 684, 686, 689, 701, 702,
    703, 704, 706, 707, 708, 712, 713, 714, 715, 716, 717, 718, 719, 720, 724, 725, 726, 727, 728, 729, 730, 731, 732,
    734, 737, 738, 740, 743, 747, 748, 754, 757, 760, 761, 762, 763, 765, 769, 770, 771, 772, 773, 774, 775, 779, 781,
    785, 786, 787, 801, 802, 803, 804, 805, 806, 808, 810, 812, 813, 814, 815, 816, 817, 818, 820, 821, 826, 828, 830,
    831, 832, 835, 837, 838, 839, 840, 843, 845, 847, 848, 850, 854, 856, 857, 858, 859, 860, 861, 862, 863, 864, 865,
    870, 872, 878, 901, 903, 904, 906, 907, 908, 909, 910, 912, 913, 914, 915, 916, 917, 918, 919, 920, 924, 925, 928,
    929, 930, 931, 934, 936, 937, 938, 939, 940, 941, 943, 945, 947, 948, 949, 951, 952, 954, 956, 959, 970, 971, 972,
    973, 975, 978, 979, 980, 983, 984, 985, 986, 989,
];

/// Whether texts from a 10DLC number reach this area code.
pub fn is_in_10dlc_area(area_code: u16) -> bool {
    AREA_CODES.binary_search(&area_code).is_ok()
}

/// What an area code is that 10DLC does not reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// The called party pays.
    TollFree,
    /// The caller pays extra.
    Premium,
    /// For machines, carriers or a government: 5XX, 6XX, 700, 710.
    NonGeographic,
    /// Another country's, the Northern Mariana Islands', or nobody's.
    Elsewhere,
}

impl Outside {
    /// What keeps this area code out, `None` when 10DLC reaches it.
    pub fn of(area_code: u16) -> Option<Self> {
        match area_code {
            _ if is_in_10dlc_area(area_code) => None,
            800 | 822 | 833 | 844 | 855 | 866 | 877 | 888 => Some(Self::TollFree),
            900 => Some(Self::Premium),
            500 | 521..=529 | 532 | 533 | 538 | 544 | 566 | 577 | 588 => Some(Self::NonGeographic),
            600 | 622 | 633 | 700 | 710 => Some(Self::NonGeographic),
            _ => Some(Self::Elsewhere),
        }
    }
}

/// After "the area code is"; without its digits, since this goes into errors.
impl fmt::Display for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TollFree => "a toll-free one",
            Self::Premium => "a premium-rate one",
            Self::NonGeographic => "a non-geographic one",
            Self::Elsewhere => "another country's, or nobody's that this release knows",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use phonenumber::metadata::DATABASE;
    use phonenumber::{Type, country};

    use super::*;

    /// In service, or with a date to be, and not yet in the metadata of the `phonenumber` crate, which waits until
    /// numbers are in use. When an update of the crate makes the test fail, take out what it has learnt.
    const NEWER_THAN_THE_METADATA: [u16; 14] = [357, 436, 457, 465, 471, 483, 621, 624, 679, 729, 761, 837, 861, 924];

    /// The geographic codes that the crate knows in one of our five places. Small places have few exchanges and the
    /// crate knows them one by one, so several are tried.
    fn known_to_the_crate() -> BTreeSet<u16> {
        let ours = [country::US, country::PR, country::VI, country::GU, country::AS];
        let geographic = |code: u16, exchange: u16| {
            let number = phonenumber::parse(None, format!("+1{code}{exchange}2345")).ok()?;
            let kind = number.number_type(&DATABASE);
            let fixed_or_mobile = matches!(kind, Type::FixedLine | Type::Mobile | Type::FixedLineOrMobile);
            (fixed_or_mobile && ours.contains(&number.country().id()?)).then_some(())
        };
        (200..1000)
            .filter(|code| [234, 300, 622, 642].iter().any(|exchange| geographic(*code, *exchange).is_some()))
            .collect()
    }

    #[test]
    fn the_table_is_sorted_and_says_each_code_once() {
        assert!(AREA_CODES.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn the_table_has_what_a_phone_number_library_has_and_what_is_newer() {
        let ours: BTreeSet<u16> = AREA_CODES.into();
        let theirs = known_to_the_crate();
        let missing: Vec<_> = theirs.difference(&ours).collect();
        assert!(missing.is_empty(), "missing in the table: {missing:?}");
        let newer: Vec<_> = ours.difference(&theirs).copied().collect();
        assert_eq!(newer, NEWER_THAN_THE_METADATA);
    }

    #[test]
    fn the_territories_are_in_and_the_northern_marianas_are_not() {
        for code in [787, 939, 340, 671, 684] {
            assert!(is_in_10dlc_area(code), "{code}");
        }
        assert_eq!(Outside::of(670), Some(Outside::Elsewhere));
    }

    #[test]
    fn the_rest_of_the_numbering_plan_is_out() {
        let canada = [
            204, 226, 236, 249, 250, 257, 263, 273, 289, 306, 343, 354, 365, 367, 368, 382, 403, 416, 418, 428, 431,
            437, 438, 450, 468, 474, 506, 514, 519, 548, 579, 581, 584, 587, 604, 613, 639, 647, 672, 683, 705, 709,
            742, 753, 778, 780, 782, 807, 819, 825, 867, 873, 879, 902, 905, 942,
        ];
        let caribbean =
            [242, 246, 264, 268, 284, 345, 441, 473, 649, 658, 664, 721, 758, 767, 784, 809, 829, 849, 868, 869, 876];
        let nobody = [0, 1, 99, 100, 199, 200, 211, 290, 370, 555, 565, 627, 911, 935, 960, 999, 1000, 2065, u16::MAX];
        for code in canada.into_iter().chain(caribbean).chain(nobody) {
            assert_eq!(Outside::of(code), Some(Outside::Elsewhere), "{code}");
        }
    }

    #[test]
    fn a_code_without_a_place_is_named_by_its_kind() {
        for code in [800, 822, 833, 844, 855, 866, 877, 888] {
            assert_eq!(Outside::of(code), Some(Outside::TollFree), "{code}");
        }
        assert_eq!(Outside::of(900), Some(Outside::Premium));
        for code in [500, 521, 525, 529, 532, 533, 538, 544, 566, 577, 588, 600, 622, 633, 700, 710] {
            assert_eq!(Outside::of(code), Some(Outside::NonGeographic), "{code}");
        }
        assert_eq!(Outside::of(206), None);
    }
}
