//! What `probe-health` is told: the spoke's set, or table and topology alone in the primary.

use super::{EnvError, Lookup, Reader, Spoke};
use crate::arn::TableArn;
use crate::number::E164;

/// AWS's simulated phone that takes every text. AWS's user guide lists them by country
/// (<https://docs.aws.amazon.com/sms-voice/latest/userguide/test-phone-numbers.html>); this one is from public code that goes
/// by it (facts, section 7), so it can be replaced.
const SIMULATOR: &str = "+14254147755";
/// And the one that takes none, from the same places.
const TAKES_NOTHING: &str = "+14254147167";

/// How fast the probe asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pacing {
    /// One call a second, so that those who send notice nothing.
    #[default]
    OfAll,
    /// One call a second of each operation, which is what AWS allows.
    OfEach,
}

/// What the probe is told.
#[derive(Clone, Debug)]
pub struct ProbeSettings {
    /// `TENDLC_TABLE_ARN`.
    pub table: TableArn,
    /// `TENDLC_PROBE_DESTINATION`: the recipient of dry runs, AWS's simulator unless set.
    pub destination: E164,
    /// `TENDLC_HEALTH_TABLE_ARN`: the table of a spoke's account where its probe keeps what it found; none: nothing is
    /// kept from run to run. In the primary it is the table itself.
    pub health_table: Option<TableArn>,
    /// `TENDLC_QUEUE_URL` and `TENDLC_PROMOTIONAL_QUEUE_URL`: the lanes that are looked at, where they are told.
    pub lanes: Vec<String>,
    /// `TENDLC_PROBE_PACE`: `all` unless set, or `each`.
    pub pacing: Pacing,
    /// `TENDLC_SIMULATOR_IDENTITY` and `TENDLC_SIMULATOR_PHONE_NUMBER`, in the primary: what texts are sent from that
    /// reach nobody; none: no text is sent.
    pub simulator: Option<Simulator>,
    /// In the spoke; `None` in the primary.
    pub spoke: Option<Spoke>,
}

/// A number that sends to AWS's simulated phones and to nobody else.
#[derive(Clone, Debug)]
pub struct Simulator {
    /// Its ARN.
    pub identity: String,
    /// The number itself.
    pub phone_number: E164,
    /// `TENDLC_SIMULATOR_DESTINATIONS`, with commas: AWS's simulated phones, one that takes texts and one that does not
    /// unless set.
    pub destinations: Vec<E164>,
}

impl ProbeSettings {
    /// Reads the environment.
    ///
    /// # Errors
    /// With everything that is missing or wrong.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, EnvError> {
        let mut reader = Reader { lookup, wrong: Vec::new() };
        let table = reader.parsed("TENDLC_TABLE_ARN", "the ARN of the table in the primary");
        let destination = reader.text("TENDLC_PROBE_DESTINATION").unwrap_or_else(|| SIMULATOR.to_owned());
        let destination = match destination.parse::<E164>() {
            Ok(destination) => Some(destination),
            Err(error) => {
                reader.wrong.push(format!("  TENDLC_PROBE_DESTINATION: {error}"));
                None
            }
        };
        let health_table = match reader.text("TENDLC_HEALTH_TABLE_ARN") {
            Some(_) => reader.parsed("TENDLC_HEALTH_TABLE_ARN", "the ARN of a table in the spoke's own account"),
            None => None,
        };
        let lanes = ["TENDLC_QUEUE_URL", "TENDLC_PROMOTIONAL_QUEUE_URL"].into_iter();
        let lanes = lanes.filter_map(|name| reader.text(name)).collect();
        let pacing = match reader.text("TENDLC_PROBE_PACE").as_deref() {
            None | Some("all") => Pacing::OfAll,
            Some("each") => Pacing::OfEach,
            Some(_) => {
                reader.wrong.push("  TENDLC_PROBE_PACE is neither \"all\" nor \"each\"".to_owned());
                Pacing::OfAll
            }
        };
        let simulator = reader.simulator();
        let spoke = reader.spoke();
        match (table, destination) {
            (Some(table), Some(destination)) if reader.wrong.is_empty() => {
                Ok(Self { table, destination, health_table, lanes, pacing, simulator, spoke })
            }
            _ => Err(EnvError(reader.wrong)),
        }
    }
}

impl Reader<'_> {
    fn simulator(&mut self) -> Option<Simulator> {
        let (identity, phone_number) = (self.text("TENDLC_SIMULATOR_IDENTITY"), self.simulator_phone_number());
        let destinations = self.text("TENDLC_SIMULATOR_DESTINATIONS");
        let destinations = destinations.unwrap_or_else(|| format!("{SIMULATOR},{TAKES_NOTHING}"));
        let destinations: Result<Vec<E164>, _> = destinations.split(',').map(|one| one.trim().parse()).collect();
        let destinations = destinations.unwrap_or_else(|error| {
            self.wrong.push(format!("  TENDLC_SIMULATOR_DESTINATIONS: {error}"));
            Vec::new()
        });
        match (identity, phone_number) {
            (Some(identity), Some(phone_number)) => Some(Simulator { identity, phone_number, destinations }),
            (Some(_), None) => {
                self.wrong.push("  TENDLC_SIMULATOR_IDENTITY is nothing without its number".to_owned());
                None
            }
            (None, _) => None,
        }
    }

    /// `TENDLC_SIMULATOR_PHONE_NUMBER`, if it is told.
    pub(super) fn simulator_phone_number(&mut self) -> Option<E164> {
        let name = "TENDLC_SIMULATOR_PHONE_NUMBER";
        self.text(name).and_then(|_| self.parsed(name, "the simulator's number, +1 and ten digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<ProbeSettings, EnvError> {
        let table = ("TENDLC_TABLE_ARN", "arn:aws:dynamodb:us-east-1:111111111111:table/tendlc");
        let vars: Vec<(&str, &str)> = vars.iter().copied().chain([table]).collect();
        let lookup = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        ProbeSettings::read(&lookup)
    }

    #[test]
    fn in_the_primary_table_and_topology_are_enough() {
        let settings = read(&[("TENDLC_TOPOLOGY", "hub"), ("TENDLC_PROBE_DESTINATION", "")]).unwrap();
        assert!(settings.spoke.is_none());
        assert_eq!(settings.destination.as_str(), SIMULATOR);
    }

    #[test]
    fn it_asks_once_a_second_unless_it_is_told_otherwise() {
        let pacing =
            |value: &str| read(&[("TENDLC_TOPOLOGY", "hub"), ("TENDLC_PROBE_PACE", value)]).map(|read| read.pacing);
        assert_eq!((pacing("").unwrap(), pacing("all").unwrap()), (Pacing::OfAll, Pacing::OfAll));
        assert_eq!(pacing("each").unwrap(), Pacing::OfEach);
        assert!(pacing("fast").unwrap_err().to_string().contains("TENDLC_PROBE_PACE"));
    }

    #[test]
    fn a_simulator_is_told_whole() {
        let identity = ("TENDLC_SIMULATOR_IDENTITY", "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-5");
        let number = |number| ("TENDLC_SIMULATOR_PHONE_NUMBER", number);
        let hub = ("TENDLC_TOPOLOGY", "hub");
        assert!(read(&[hub]).unwrap().simulator.is_none());
        let simulator = read(&[hub, identity, number("+12065550142")]).unwrap().simulator.unwrap();
        assert_eq!((simulator.identity.as_str(), simulator.phone_number.as_str()), (identity.1, "+12065550142"));
        assert!(read(&[hub, identity]).unwrap_err().to_string().contains("TENDLC_SIMULATOR_IDENTITY"));
        let message = read(&[hub, identity, number("+442071838750")]).unwrap_err().to_string();
        assert!(message.contains("TENDLC_SIMULATOR_PHONE_NUMBER") && !message.contains("2071838750"), "{message}");
    }

    #[test]
    fn a_destination_that_is_none_is_named_without_its_digits() {
        let vars = [("TENDLC_TOPOLOGY", "spoke"), ("TENDLC_PROBE_DESTINATION", "+442071838750")];
        let message = read(&vars).unwrap_err().to_string();
        assert!(message.contains("TENDLC_PROBE_DESTINATION") && message.contains("TENDLC_GRANT"), "{message}");
        assert!(!message.contains("2071838750"), "{message}");
    }
}
