use proptest::prelude::*;

use super::*;

/// The lists as AWS documents them, apart from those of the code.
const BASIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 \n\r\
                     àÅåÄäÇÉéèìÑñòØøÖöùÜüÆæß&*@:,¤$=!>#-¡¿(<%.+£?\")§;'/_¥ΔΦΓΛΩΠΨΣΘΞ";
const EXTENSION: &str = "^{}\\[]~|€";

fn parts(body: &str) -> (Encoding, u32) {
    let measure = measure(body).unwrap_or_else(|error| panic!("{error}"));
    (measure.encoding, measure.segments.get())
}

#[test]
fn the_alphabet_is_the_documented_one_and_nothing_else() {
    assert_eq!(BASIC.chars().count(), 127, "the 3GPP table has 128 places, one of which is the escape");
    for c in '\0'..=char::MAX {
        let expected = if BASIC.contains(c) {
            Some(1)
        } else if EXTENSION.contains(c) {
            Some(2)
        } else {
            None
        };
        assert_eq!(septets(c), expected, "{c:?}");
    }
}

#[test]
fn one_character_outside_the_alphabet_makes_the_text_unicode() {
    for c in ['`', 'ç', 'á', 'í', 'ó', 'ú', '’', '“', '–', '—', '…', '®', '\t', '\u{c}', '\u{1b}', '\u{a0}', '😀']
    {
        assert_eq!(parts(&format!("{}{c}", "a".repeat(68))), (Encoding::Unicode, 1), "{c:?}");
        assert_eq!(parts(&format!("{}{c}", "a".repeat(70))), (Encoding::Unicode, 2), "{c:?}");
    }
}

#[test]
fn parts_are_counted_at_every_boundary() {
    let table = [
        ("a", 1, 1),
        ("a", 160, 1),
        ("a", 161, 2),
        ("a", 306, 2),
        ("a", 307, 3),
        ("a", 459, 3),
        ("a", 460, 4),
        ("a", 1530, 10),
        ("€", 80, 1),
        ("€", 81, 2),
        // 76 pairs are 152: the last septet of a part stays empty.
        ("€", 152, 2),
        ("€", 153, 3),
        ("€", 765, 11),
        ("é\n", 80, 1),
        ("é\n", 81, 2),
        ("ж", 70, 1),
        ("ж", 71, 2),
        ("ж", 134, 2),
        ("ж", 135, 3),
        ("ж", 630, 10),
        ("😀", 35, 1),
        // 33 surrogate pairs are 66 units.
        ("😀", 36, 2),
        ("😀", 66, 2),
        ("😀", 67, 3),
        ("😀", 315, 10),
    ];
    for (text, times, expected) in table {
        assert_eq!(parts(&text.repeat(times)).1, expected, "{times} times {text:?}");
    }
}

#[test]
fn a_pair_on_a_boundary_moves_to_the_next_part() {
    let text = |before: usize, pair: &str, after: usize| format!("{}{pair}{}", "a".repeat(before), "a".repeat(after));
    assert_eq!(parts(&text(151, "€", 153)).1, 2);
    assert_eq!(parts(&text(152, "€", 151)).1, 2);
    assert_eq!(parts(&text(152, "€", 152)).1, 3, "306 septets, but the pair leaves one empty");
    assert_eq!(parts(&text(153, "€", 151)).1, 2);
    assert_eq!(parts(&text(65, "😀", 67)).1, 2);
    assert_eq!(parts(&text(66, "😀", 65)).1, 2);
    assert_eq!(parts(&text(66, "😀", 66)).1, 3, "134 units, but the pair leaves one empty");
}

#[test]
fn the_longest_text_may_be_eleven_parts() {
    let text = format!("{}{}€{}", "a".repeat(152), format!("€{}", "a".repeat(150)).repeat(9), "a".repeat(8));
    assert_eq!(text.chars().filter_map(septets).sum::<usize>(), 1530);
    assert_eq!(parts(&text), (Encoding::Gsm, 11));
}

#[test]
fn a_blank_text_is_refused() {
    for blank in ["", " ", "\n", "\r\n\t ", "\u{a0}\u{2003}\u{3000}"] {
        assert_eq!(measure(blank), Err(BodyError::Blank), "{blank:?}");
    }
    assert_eq!(parts(" \n."), (Encoding::Gsm, 1));
}

#[test]
fn a_long_text_is_refused_with_its_cure_and_without_its_words() {
    let error = measure(&"secret".repeat(256)).unwrap_err();
    assert!(matches!(error, BodyError::TooLong { encoding: Encoding::Gsm, length: 1536, most: 1530, .. }));
    assert!(error.to_string().contains("1536 septets") && !error.to_string().contains("secret"), "{error}");

    let error = measure(&format!("{}ç{}", "a".repeat(41), "b".repeat(589))).unwrap_err();
    assert!(matches!(error, BodyError::TooLong { encoding: Encoding::Unicode, length: 631, most: 630, .. }));
    let text = error.to_string();
    assert!(text.contains("position 42") && text.contains("at most 630") && text.contains("1530 septets"), "{text}");
    assert!(!text.contains('ç') && !text.contains("aa"), "{text}");

    assert!(measure(&"a".repeat(1531)).is_err() && measure(&"€".repeat(766)).is_err());
    assert!(measure(&"ж".repeat(631)).is_err() && measure(&"😀".repeat(316)).is_err());
}

#[test]
fn the_words_of_the_contract_are_those_in_json() {
    for (encoding, word) in [(Encoding::Gsm, "GSM"), (Encoding::Unicode, "UNICODE")] {
        assert_eq!(encoding.to_string(), word);
        assert_eq!(serde_json::to_value(encoding).unwrap(), word);
        assert_eq!(serde_json::from_str::<Encoding>(&format!("\"{word}\"")).unwrap(), encoding);
    }
    assert_eq!(serde_json::to_string(&Segments::new(3).unwrap()).unwrap(), "3");
    assert!(serde_json::from_str::<Segments>("0").is_err() && Segments::new(0).is_none());
}

/// The other way to count: encode the text into units, then cut pieces off them and step back where one would tear
/// a pair.
fn reference(body: &str) -> (Encoding, usize, Vec<Vec<u16>>) {
    const ESCAPE: u16 = 0x1b;
    let plain = body.chars().all(|c| BASIC.contains(c) || EXTENSION.contains(c));
    let (encoding, alone, each) = if plain { (Encoding::Gsm, 160, 153) } else { (Encoding::Unicode, 70, 67) };
    let units: Vec<u16> = if plain {
        body.encode_utf16()
            .flat_map(|unit| {
                let extended = char::from_u32(unit.into()).is_some_and(|c| EXTENSION.contains(c));
                if extended { vec![ESCAPE, unit] } else { vec![unit] }
            })
            .collect()
    } else {
        body.encode_utf16().collect()
    };
    let leads = |unit: u16| if plain { unit == ESCAPE } else { (0xd800..0xdc00).contains(&unit) };
    let size = if units.len() <= alone { alone } else { each };
    let (mut rest, mut pieces) = (units.as_slice(), Vec::new());
    while !rest.is_empty() {
        let mut end = size.min(rest.len());
        if leads(rest[end - 1]) {
            end -= 1;
        }
        let (piece, left) = rest.split_at(end);
        assert!(piece.len() <= size && !piece.last().is_some_and(|unit| leads(*unit)), "a torn pair");
        assert!(left.is_empty() || piece.len() + 1 >= size, "a part that could hold more");
        pieces.push(piece.to_vec());
        rest = left;
    }
    assert_eq!(pieces.concat(), units, "nothing lost");
    (encoding, units.len(), pieces)
}

fn text_of(characters: &'static str) -> impl Strategy<Value = String> {
    let characters: Vec<char> = characters.chars().collect();
    (1..1700_usize).prop_flat_map(move |most| {
        proptest::collection::vec(proptest::sample::select(characters.clone()), 0..most)
            .prop_map(|chosen| chosen.into_iter().collect())
    })
}

proptest! {
    #[test]
    fn parts_are_those_of_cutting_the_text(
        body in prop_oneof![text_of("ab €"), text_of("a{}é\n"), text_of("aж"), text_of("a €😀ç"), text_of("😀"), any::<String>()]
    ) {
        let (encoding, length, pieces) = reference(&body);
        let most = if encoding == Encoding::Gsm { 1530 } else { 630 };
        match measure(&body) {
            Ok(measure) => {
                prop_assert_eq!(measure.encoding, encoding);
                prop_assert_eq!(measure.segments.get() as usize, pieces.len());
                prop_assert!(length <= most);
            }
            Err(BodyError::Blank) => prop_assert!(body.chars().all(char::is_whitespace)),
            Err(BodyError::TooLong { encoding: found, length: long, most: limit, .. }) => {
                prop_assert_eq!((found, long, limit), (encoding, length, most));
                prop_assert!(length > most);
            }
        }
    }
}
