//! The buses that take requests, and their rules: a secondary's on its account's default bus, and the hub's on its own
//! bus in the primary.

use std::collections::BTreeMap;
use std::sync::Arc;

use tendlc_config::Primary;
use tendlc_core::account::AccountId;
use tendlc_core::grant::Topology;
use tendlc_core::name::GrantName;
use tendlc_core::outcome::SOURCE;

use super::System;
use super::event::FunctionName;
use super::names::{HUB_BUS, hub_bus};
use crate::aws::PutEvent;
use crate::lambda::Function;

/// The `detail-type` of a request.
pub const REQUESTED: &str = "SMS Send Requested";

/// A bus that an account may put requests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bus {
    /// As that account writes it in `EventBusName`.
    pub name: String,
    /// The account that puts.
    pub account: AccountId,
    /// The grant that is charged.
    pub grant: GrantName,
}

impl System {
    /// Every bus that takes requests, by the account that may put them there.
    pub fn buses(&self) -> Vec<Bus> {
        let accounts: BTreeMap<&AccountId, &GrantName> = self
            .grants()
            .filter_map(|(_, grant)| Some((&grant.account, self.by_default(grant.account.as_str())?.0)))
            .collect();
        let own = accounts.into_iter().map(|(account, grant)| Bus {
            name: "default".to_owned(),
            account: account.clone(),
            grant: grant.clone(),
        });
        let hubs = self.grants().filter(|(_, grant)| grant.topology == Topology::Hub);
        let hubs = hubs.filter_map(|(name, grant)| {
            Some(Bus { name: self.hub_bus()?, account: grant.account.clone(), grant: name.clone() })
        });
        own.chain(hubs).collect()
    }

    /// The ARN of the hub's bus in the primary; `None` where no grant is a hub's.
    pub fn hub_bus(&self) -> Option<String> {
        self.grants().find(|(_, grant)| grant.topology == Topology::Hub)?;
        Some(hub_bus(self.primary()))
    }

    /// The function that an event goes to. `None`: nobody's, which is said unless it is an outcome.
    pub(super) fn target(&self, put: &PutEvent) -> Option<anyhow::Result<Arc<Function>>> {
        if put.source == SOURCE {
            return None;
        }
        let (bus, account) = (put.bus.as_str(), put.bus_account.as_str());
        if put.detail_type != REQUESTED {
            tracing::warn!(
                "no rule of the bus {bus} of account {account} takes the event of {} with the detail-type `{}`; a \
                 request has any source and the detail-type `{REQUESTED}`",
                put.source,
                put.detail_type
            );
            return None;
        }
        if bus == HUB_BUS && account == self.primary_account().as_str() {
            return Some(self.fleet.function(FunctionName::SendEvent, None));
        }
        let Some((name, topology)) = self.by_default(account).filter(|_| bus == "default") else {
            let known: Vec<String> =
                self.buses().iter().map(|bus| format!("{} by {}", bus.name, bus.account)).collect();
            tracing::warn!(
                "no rule of the bus {bus} of account {account} takes requests; they are put on {}",
                known.join(", ")
            );
            return None;
        };
        let spoke = (topology == Topology::Spoke).then_some(name);
        Some(self.fleet.function(FunctionName::SendEvent, spoke))
    }

    /// Whose the requests on an account's default bus are. A hub's secondary may have a rule that forwards them to the
    /// hub's bus; the event keeps its account.
    fn by_default(&self, account: &str) -> Option<(&GrantName, Topology)> {
        let own = self.grants().filter(|(_, grant)| grant.account.as_str() == account);
        let (name, grant) = own.min_by_key(|(_, grant)| grant.topology == Topology::Hub)?;
        Some((name, grant.topology))
    }

    pub(super) fn primary_account(&self) -> &AccountId {
        &self.primary().account
    }

    pub(super) fn primary(&self) -> &Primary {
        // The configuration was checked: its primary is there.
        &self.config.primaries[&self.primary]
    }
}
