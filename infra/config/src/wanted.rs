//! What the table is to say, as `tendlc.toml` has it.

use std::collections::BTreeMap;

use tendlc_core::day::PacificDay;
use tendlc_core::grant::{self, Budget, Cap, Counted, DailySegments, LaneQueues, Since, Topology};
use tendlc_core::name::PrimaryName;
use tendlc_core::sync::Wanted;

use crate::config::{Config, Limit};

/// A limit that is to be read from AWS and has not been.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{path} is \"live\", and no reading of AWS's limits is there yet; write the number that the console shows")]
pub struct NotRead {
    path: String,
}

impl Config {
    /// The records of one primary's table, valid from `today` on.
    ///
    /// # Errors
    /// When a limit is "live".
    pub fn wanted(&self, primary: &PrimaryName, today: PacificDay) -> Result<Wanted, NotRead> {
        let mut wanted = Wanted::default();
        let Some(account) = self.primaries.get(primary) else { return Ok(wanted) };
        let mut pools = BTreeMap::new();
        for (name, campaign) in self.campaigns.iter().filter(|(_, campaign)| campaign.primary == *primary) {
            let (Some(pool), Some(brand)) = (self.pool(name), self.brands.get(&campaign.brand)) else { continue };
            let cap =
                read(brand.t_mobile_daily_segments, || format!("brands.{}.t_mobile_daily_segments", campaign.brand))?;
            let rate = read(campaign.segments_per_second, || format!("campaigns.{name}.segments_per_second"))?;
            let value = Cap { cap, guaranteed: 0 };
            pools.insert(pool.clone(), (campaign.brand.clone(), value));
            wanted.campaigns.push(grant::Campaign {
                name: name.clone(),
                brand: campaign.brand.clone(),
                counted: vec![Since { from: today, value: Counted { pool, unit: brand.t_mobile_cap_unit } }],
                primary: primary.clone(),
                region: account.region.to_string(),
                origination_identity: campaign.origination_identity.to_string(),
                // Only where it is needed: the table holds no number that it can do without.
                origination_number: match campaign.channel {
                    grant::ChannelKind::Sns => campaign.phone_number.as_ref().map(|number| number.as_str().to_owned()),
                    grant::ChannelKind::SmsVoice => None,
                },
                registration: campaign.registration.as_ref().map(ToString::to_string),
                channel: campaign.channel,
                message_type: campaign.message_type,
                configuration_set: campaign.configuration_set.as_ref().map(ToString::to_string),
                quiet_hours: campaign.quiet_hours,
                milli_segments_per_second: rate.milli(),
                send_requests_per_second: account.send_requests_per_second,
                segment_price: grant::FIRST_PRICE,
                paused: false,
            });
        }
        for name in self.brands.keys() {
            let of_brand: BTreeMap<_, _> = pools
                .iter()
                .filter(|(_, (of, _))| of == name)
                .map(|(pool, (_, value))| (pool.clone(), vec![Since { from: today, value: *value }]))
                .collect();
            if !of_brand.is_empty() {
                wanted.brands.push(grant::Brand { name: name.clone(), pools: of_brand });
            }
        }
        for (name, grant) in self.grants.iter().filter(|(_, grant)| grant.primary == *primary) {
            let mut budgets = BTreeMap::new();
            for pool in grant.campaigns.iter().filter_map(|campaign| self.pool(campaign)) {
                let ceiling =
                    read(grant.t_mobile_daily_segments.ceiling, || format!("grants.{name}.t_mobile_daily_segments"))?;
                let value = Budget { guaranteed: grant.t_mobile_daily_segments.guaranteed, ceiling };
                budgets.insert(pool, vec![Since { from: today, value }]);
            }
            let hub = grant.topology == Topology::Hub;
            wanted.grants.push(grant::Grant {
                name: name.clone(),
                account: grant.account.clone(),
                topology: grant.topology,
                campaigns: grant.campaigns.clone(),
                role_arn: grant.role_arn.clone(),
                // A spoke has it in its environment, where its own account keeps it.
                external_id: grant.external_id.as_ref().filter(|_| hub).map(ToString::to_string),
                outcome_bus: grant.outcome_bus.as_ref().map(ToString::to_string),
                dead_letter_queue: hub.then(|| grant.queues.dead_letter.clone()),
                queues: hub.then(|| LaneQueues {
                    transactional: grant.queues.transactional.clone(),
                    promotional: grant.queues.promotional.clone(),
                }),
                paused: false,
                max_wait: grant.max_wait,
                unknown_result: grant.unknown_result,
                budgets,
                daily_segments: vec![Since { from: today, value: DailySegments { segments: grant.daily_segments } }],
                monthly_spend: grant.monthly_spend,
            });
        }
        Ok(wanted)
    }
}

fn read<T>(limit: Limit<T>, path: impl FnOnce() -> String) -> Result<T, NotRead> {
    match limit {
        Limit::Fixed(value) => Ok(value),
        Limit::Live => Err(NotRead { path: path() }),
    }
}
