//! What `recount` is told: its table.

use super::{EnvError, Lookup, Reader};
use crate::arn::TableArn;

/// What the function is told.
#[derive(Clone, Debug)]
pub struct RecountSettings {
    /// `TENDLC_TABLE_ARN`.
    pub table: TableArn,
}

impl RecountSettings {
    /// Reads the environment.
    ///
    /// # Errors
    /// With everything that is missing or wrong.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, EnvError> {
        let mut reader = Reader { lookup, wrong: Vec::new() };
        match reader.parsed("TENDLC_TABLE_ARN", "the ARN of the table in the primary") {
            Some(table) => Ok(Self { table }),
            None => Err(EnvError(reader.wrong)),
        }
    }
}
