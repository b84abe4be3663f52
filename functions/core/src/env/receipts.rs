//! What `settle-receipt` is told.

use super::{EnvError, Lookup, Reader};
use crate::arn::TableArn;
use crate::fingerprint::FingerprintKey;
use crate::number::E164;

/// What the function is told. Where outcomes go is in each grant's record.
#[derive(Clone, Debug)]
pub struct ReceiptSettings {
    /// `TENDLC_TABLE_ARN`.
    pub table: TableArn,
    /// `TENDLC_FINGERPRINT_KEY`: recipients of texts that nobody asked for are told apart by it.
    pub key: FingerprintKey,
    /// `TENDLC_SIMULATOR_PHONE_NUMBER`: what is sent from it is the probe's, and reaches nobody; none: there is no such
    /// number.
    pub simulator: Option<E164>,
}

impl ReceiptSettings {
    /// Reads the environment.
    ///
    /// # Errors
    /// With everything that is missing or wrong.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, EnvError> {
        let mut reader = Reader { lookup, wrong: Vec::new() };
        let table = reader.parsed("TENDLC_TABLE_ARN", "the ARN of the table in the primary");
        let key = reader.parsed("TENDLC_FINGERPRINT_KEY", "32 random bytes in hex, the same at every deploy");
        let simulator = reader.simulator_phone_number();
        match (table, key) {
            (Some(table), Some(key)) if reader.wrong.is_empty() => Ok(Self { table, key, simulator }),
            _ => Err(EnvError(reader.wrong)),
        }
    }
}
