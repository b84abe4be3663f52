//! What the table is to say, as `tendlc.toml` has it.

use std::collections::BTreeMap;

use tendlc_core::day::PacificDay;
use tendlc_core::grant::{self, Asked, Budget, Cap, Counted, DailySegments, LaneQueues, Live, Pool, Since, Topology};
use tendlc_core::limits::{Source, Wants};
use tendlc_core::name::{BrandName, CampaignName, PrimaryName};
use tendlc_core::sync::Wanted;

use crate::config::{Campaign, Config, Limit};
use crate::values::SegmentRate;

/// What AWS told of the campaigns that have live limits.
pub type Readings = BTreeMap<CampaignName, Live>;

/// A limit that is to be read from AWS and has not been.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{path} is \"live\", and nobody has read it from AWS; write the number that the console shows")]
pub struct NotRead {
    path: String,
}

impl Config {
    /// The campaigns of one primary that have a live limit.
    pub fn live(&self, primary: &PrimaryName) -> Vec<Wants> {
        let Some(region) = self.primaries.get(primary).map(|primary| &primary.region) else { return Vec::new() };
        let wants = |(name, campaign): (&CampaignName, &Campaign)| {
            let brand = self.brands.get(&campaign.brand)?;
            let (rate, cap) = (campaign.segments_per_second, brand.t_mobile_daily_segments);
            let (rate, cap) = (rate.fixed().is_none(), cap.fixed().is_none());
            let source = Source {
                region: region.to_string(),
                registration: campaign.registration.as_ref().map(ToString::to_string),
                origination_identity: campaign.origination_identity.to_string(),
            };
            (rate || cap).then(|| Wants { campaign: name.clone(), source, rate, cap })
        };
        self.campaigns.iter().filter(|(_, campaign)| campaign.primary == *primary).filter_map(wants).collect()
    }

    /// The records of one primary's table, valid from `today` on. Live limits are as in `readings`.
    ///
    /// # Errors
    /// When a limit is live and not among them.
    pub fn wanted(&self, primary: &PrimaryName, today: PacificDay, readings: &Readings) -> Result<Wanted, NotRead> {
        let mut wanted = Wanted::default();
        let Some(account) = self.primaries.get(primary) else { return Ok(wanted) };
        let mut pools: BTreeMap<Pool, (_, Cap)> = BTreeMap::new();
        for (name, campaign) in self.campaigns.iter().filter(|(_, campaign)| campaign.primary == *primary) {
            let (Some(pool), Some(brand)) = (self.pool(name), self.brands.get(&campaign.brand)) else { continue };
            let live = readings.get(name).copied().unwrap_or_default();
            let told = live.t_mobile_daily_segments.map(|reading| reading.value);
            let cap = read(brand.t_mobile_daily_segments, told, || {
                format!("brands.{}.t_mobile_daily_segments", campaign.brand)
            })?;
            let told = live.milli_segments_per_second();
            let rate = campaign.segments_per_second.map(SegmentRate::milli);
            let rate = read(rate, told, || format!("campaigns.{name}.segments_per_second"))?;
            // Of live caps the least: each campaign tells its own.
            let cap = pools.get(&pool).map_or(cap, |(_, known)| known.cap.min(cap));
            pools.insert(pool.clone(), (campaign.brand.clone(), Cap { cap, guaranteed: 0 }));
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
                milli_segments_per_second: rate,
                live,
                send_requests_per_second: account.send_requests_per_second,
                segment_price: campaign.segment_price,
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
                let live = self.is_live(name);
                wanted.brands.push(grant::Brand { name: name.clone(), pools: of_brand, live });
            }
        }
        for (name, grant) in self.grants.iter().filter(|(_, grant)| grant.primary == *primary) {
            let (mut budgets, mut asked) = (BTreeMap::new(), BTreeMap::new());
            for pool in grant.campaigns.iter().filter_map(|campaign| self.pool(campaign)) {
                let ceiling = grant.t_mobile_daily_segments.ceiling;
                let cap = pools.get(&pool).map(|(_, cap)| cap.cap);
                let guaranteed = grant.t_mobile_daily_segments.guaranteed;
                if pool.brand().is_some_and(|brand| self.is_live(&brand)) {
                    asked.insert(pool.clone(), Asked { guaranteed, ceiling: ceiling.fixed() });
                }
                let ceiling = read(ceiling, cap, || format!("grants.{name}.t_mobile_daily_segments"))?;
                budgets.insert(pool, vec![Since { from: today, value: Budget { guaranteed, ceiling } }]);
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
                asked,
                daily_segments: vec![Since { from: today, value: DailySegments { segments: grant.daily_segments } }],
                monthly_spend: grant.monthly_spend,
            });
        }
        Ok(wanted)
    }

    fn is_live(&self, brand: &BrandName) -> bool {
        self.brands.get(brand).is_some_and(|brand| brand.t_mobile_daily_segments == Limit::Live)
    }
}

fn read<T>(limit: Limit<T>, told: Option<T>, path: impl FnOnce() -> String) -> Result<T, NotRead> {
    match limit {
        Limit::Fixed(value) => Ok(value),
        Limit::Live => told.ok_or_else(|| NotRead { path: path() }),
    }
}
