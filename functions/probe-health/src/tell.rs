//! The event that something stands otherwise than it did.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::ProvideErrorMetadata;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use jiff::Timestamp;
use serde::Serialize;
use tendlc_core::account::AccountId;
use tendlc_core::name::GrantName;
use tendlc_core::outcome::SOURCE;

use crate::check::State;
use crate::kept::Change;

/// The event's `detail-type`.
pub const CHANGED: &str = "SMS Health Changed";

/// An event takes 256 KB, and a change less than one.
const CHANGES: usize = 100;
/// EventBridge takes ten entries a call, and 256 KB of them.
const ENTRIES: usize = 2;

/// The event's detail.
#[derive(Serialize)]
struct Detail<'a> {
    /// Of this form.
    version: u8,
    /// The grant, of a spoke's probe.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<&'a GrantName>,
    /// Where the probe runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a AccountId>,
    /// What all checks come to.
    status: State,
    /// When that was found.
    at: Timestamp,
    /// What stands otherwise than was told last.
    changes: &'a [Change],
}

/// Who tells, and of what.
pub struct Teller<'a> {
    /// The events' client.
    pub client: &'a Client,
    /// A bus's name or ARN.
    pub bus: &'a str,
    /// The grant, of a spoke's probe.
    pub grant: Option<&'a GrantName>,
    /// Where the probe runs.
    pub account: Option<&'a AccountId>,
}

impl Teller<'_> {
    /// Puts the changes on the bus.
    ///
    /// # Errors
    /// With AWS's code, when not all of them were taken; they are then to be told again.
    pub async fn tell(&self, status: State, at: Timestamp, changes: &[Change]) -> Result<(), String> {
        let entries: Result<Vec<PutEventsRequestEntry>, String> = changes
            .chunks(CHANGES)
            .map(|changes| {
                let Self { grant, account, .. } = self;
                let detail = Detail { version: 1, grant: *grant, account: *account, status, at, changes };
                let detail = serde_json::to_string(&detail).map_err(|error| error.to_string())?;
                let entry = PutEventsRequestEntry::builder().source(SOURCE).detail_type(CHANGED);
                Ok(entry.detail(detail).event_bus_name(self.bus).build())
            })
            .collect();
        for entries in entries?.chunks(ENTRIES) {
            let answer = self.client.put_events().set_entries(Some(entries.to_vec())).send().await;
            let answer = answer.map_err(|error| error.code().unwrap_or("no answer").to_owned())?;
            if let Some(code) = answer.entries().iter().find_map(|entry| entry.error_code()) {
                return Err(code.to_owned());
            }
        }
        Ok(())
    }
}
