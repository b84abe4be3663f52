//! What `refresh-limits` is told: table and topology. It runs in the primary alone.

use super::{EnvError, Lookup, Reader};
use crate::arn::TableArn;

/// What the function is told.
#[derive(Clone, Debug)]
pub struct RefreshSettings {
    /// `TENDLC_TABLE_ARN`.
    pub table: TableArn,
}

impl RefreshSettings {
    /// Reads the environment.
    ///
    /// # Errors
    /// With everything that is missing or wrong.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, EnvError> {
        let mut reader = Reader { lookup, wrong: Vec::new() };
        let table = reader.parsed("TENDLC_TABLE_ARN", "the ARN of the table in the primary");
        let topology = reader.required("TENDLC_TOPOLOGY", "\"hub\": this function runs in the primary");
        if topology.is_some_and(|topology| topology != "hub") {
            let found = "  TENDLC_TOPOLOGY is not \"hub\": this function runs in the primary, which has the numbers";
            reader.wrong.push(found.to_owned());
        }
        match table {
            Some(table) if reader.wrong.is_empty() => Ok(Self { table }),
            _ => Err(EnvError(reader.wrong)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(topology: &str) -> Result<RefreshSettings, EnvError> {
        let lookup = |name: &str| match name {
            "TENDLC_TABLE_ARN" => Some("arn:aws:dynamodb:us-east-1:111111111111:table/tendlc".to_owned()),
            "TENDLC_TOPOLOGY" => Some(topology.to_owned()),
            _ => None,
        };
        RefreshSettings::read(&lookup)
    }

    #[test]
    fn it_runs_in_the_primary_and_nowhere_else() {
        assert_eq!(read("hub").unwrap().table.account().as_str(), "111111111111");
        for topology in ["spoke", ""] {
            assert!(read(topology).unwrap_err().to_string().contains("TENDLC_TOPOLOGY"), "{topology}");
        }
    }
}
