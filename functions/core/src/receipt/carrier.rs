//! Who delivers a text. T-Mobile's cap counts what goes over its network, also for brands that are not its own; so only
//! networks that are surely another's give their segments back, and everything else counts as T-Mobile's.

use serde::{Deserialize, Serialize};

/// Whose network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Network {
    /// T-Mobile, and what was Sprint.
    #[serde(rename = "T-Mobile")]
    TMobile,
    /// AT&T, FirstNet and Cricket.
    #[serde(rename = "AT&T")]
    Att,
    /// Verizon.
    Verizon,
    /// US Cellular, which T-Mobile has bought and takes over.
    #[serde(rename = "US Cellular")]
    UsCellular,
    /// A name that is none of these: perhaps on T-Mobile's network.
    Unknown,
}

/// A carrier as a receipt names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carrier {
    /// Whose network that is.
    pub network: Network,
    /// AWS's name of it, or the codes of its network.
    pub name: String,
}

/// In the names that AWS gives carriers.
const BY_NAME: [(&str, Network); 13] = [
    ("t-mobile", Network::TMobile),
    ("tmobile", Network::TMobile),
    ("sprint", Network::TMobile),
    ("metropcs", Network::TMobile),
    ("metro by", Network::TMobile),
    ("at&t", Network::Att),
    ("att wireless", Network::Att),
    ("cingular", Network::Att),
    ("firstnet", Network::Att),
    ("cricket", Network::Att),
    ("verizon", Network::Verizon),
    ("us cellular", Network::UsCellular),
    ("u.s. cellular", Network::UsCellular),
];

impl Carrier {
    /// Of what a receipt says; `None`: it names nobody.
    pub fn of(name: Option<&str>, mcc: Option<&str>, mnc: Option<&str>) -> Option<Self> {
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        let by_name = name.map(|name| {
            let name = name.to_ascii_lowercase();
            BY_NAME.iter().find(|(part, _)| name.contains(part)).map_or(Network::Unknown, |(_, network)| *network)
        });
        let by_code = mcc.zip(mnc).and_then(|(mcc, mnc)| Some((mcc.parse().ok()?, mnc.parse().ok()?)));
        let code = by_code.map(|(mcc, mnc)| format!("{mcc}-{mnc:03}"));
        let by_code = by_code.map(|(mcc, mnc)| network_of(mcc, mnc));
        let network = match (by_name, by_code) {
            (None, None) => return None,
            // One of them is surely wrong, and which is not known.
            (Some(Network::TMobile), _) | (_, Some(Network::TMobile)) => Network::TMobile,
            (Some(one), Some(other)) if one == other => one,
            (Some(Network::Unknown) | None, Some(other)) => other,
            (Some(one), Some(Network::Unknown) | None) => one,
            (Some(_), Some(_)) => Network::Unknown,
        };
        let shown = |name: &str| name.chars().filter(|letter| !letter.is_ascii_digit()).take(60).collect::<String>();
        Some(Self { network, name: name.map(shown).or(code).unwrap_or_default() })
    }
}

impl Network {
    /// Whether its texts surely do not count against T-Mobile's cap.
    pub fn is_surely_another(self) -> bool {
        matches!(self, Self::Att | Self::Verizon)
    }

    /// In reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TMobile => "T-Mobile",
            Self::Att => "AT&T",
            Self::Verizon => "Verizon",
            Self::UsCellular => "US Cellular",
            Self::Unknown => "other",
        }
    }
}

/// The ranges of the numbering administrators' public list of mobile network codes, as far as they are surely one
/// network's (Wikipedia, "Mobile network codes in ITU region 3xx", 2026).
fn network_of(mcc: u16, mnc: u16) -> Network {
    match (mcc, mnc) {
        (310, 160 | 200 | 210 | 220 | 230 | 240 | 250 | 260 | 270 | 300 | 310 | 490 | 660 | 800) => Network::TMobile,
        (310, 120) | (311, 490 | 870 | 880 | 882) | (312, 190 | 250 | 530) | (316, 10) => Network::TMobile,
        (310, 30 | 70 | 80 | 90 | 150 | 170 | 280 | 380 | 410 | 560 | 670 | 680 | 950) => Network::Att,
        (311, 70 | 90 | 180 | 190) | (312, 90) | (313, 100..=140) => Network::Att,
        (310, 4 | 5 | 6 | 10 | 12 | 13 | 350 | 590 | 591..=599 | 820 | 890..=899 | 910) => Network::Verizon,
        (311, 110 | 270..=289 | 390 | 480..=489 | 590) | (312, 770) => Network::Verizon,
        (311, 220..=229 | 580..=589) => Network::UsCellular,
        _ => Network::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(name: Option<&str>, codes: Option<(&str, &str)>) -> Option<Network> {
        Carrier::of(name, codes.map(|codes| codes.0), codes.map(|codes| codes.1)).map(|carrier| carrier.network)
    }

    #[test]
    fn only_a_network_that_is_surely_anothers_is_another() {
        for (name, codes, wanted) in [
            (Some("Verizon Wireless"), None, Some(Network::Verizon)),
            (Some("AT&T Mobility"), Some(("310", "410")), Some(Network::Att)),
            (None, Some(("310", "800")), Some(Network::TMobile)),
            (Some("T-Mobile USA"), None, Some(Network::TMobile)),
            (Some("Sprint Spectrum"), Some(("310", "120")), Some(Network::TMobile)),
            (Some("Mint Mobile"), None, Some(Network::Unknown)),
            (Some("Verizon"), Some(("310", "260")), Some(Network::TMobile)),
            (Some("Verizon"), Some(("310", "410")), Some(Network::Unknown)),
            (Some("Somebody's Wireless"), Some(("311", "480")), Some(Network::Verizon)),
            (None, None, None),
            (Some(" "), None, None),
            (None, Some(("xyz", "1")), None),
        ] {
            assert_eq!(network(name, codes), wanted, "{name:?} {codes:?}");
        }
    }

    #[test]
    fn a_carriers_name_brings_no_digits_along() {
        let carrier = Carrier::of(Some("Verizon +12065550100"), None, None).unwrap();
        assert_eq!(carrier.name, "Verizon +");
    }
}
