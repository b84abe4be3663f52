//! What a primary's table is to say: one brand, one campaign, a few grants.

use std::collections::BTreeMap;

use tendlc_core::day::PacificDay;
use tendlc_core::grant::{
    Brand, Budget, Campaign, Cap, CapUnit, ChannelKind, Counted, DailySegments, FIRST_PRICE, Grant, Live, MaxWait,
    MessageType, Pool, Since, Topology, UnknownResult,
};
use tendlc_core::money::MicroUsd;
use tendlc_core::sync::Wanted;

use super::primary::{NUMBER, PRIMARY};

/// What one grant may use of the brand's cap.
#[derive(Clone, Debug)]
pub struct Granted {
    pub name: String,
    pub guaranteed: i64,
    pub ceiling: i64,
    pub daily: Option<i64>,
}

/// The limits of a test: one brand, one campaign, a few grants.
#[derive(Clone, Debug)]
pub struct Terms {
    pub cap: i64,
    pub unit: CapUnit,
    /// Thousandths of a segment per second, by campaign.
    pub campaigns: Vec<(&'static str, u64)>,
    pub requests_per_second: u32,
    /// Of every grant.
    pub monthly_spend: Option<MicroUsd>,
    /// What a segment is taken to cost.
    pub segment_price: MicroUsd,
    pub grants: Vec<Granted>,
}

impl Default for Terms {
    /// Rates that no test reaches.
    fn default() -> Self {
        let campaigns = vec![("orders", 10_000_000_000)];
        Self {
            cap: 1_000,
            unit: CapUnit::Segments,
            campaigns,
            requests_per_second: 1_000_000,
            monthly_spend: None,
            segment_price: FIRST_PRICE,
            grants: Vec::new(),
        }
    }
}

impl Terms {
    pub fn cap(cap: i64) -> Self {
        Self { cap, ..Self::default() }
    }

    /// The same with one grant more.
    pub fn grant(self, name: &str, guaranteed: i64, ceiling: i64) -> Self {
        self.granted(Granted { name: name.to_owned(), guaranteed, ceiling, daily: None })
    }

    pub fn granted(mut self, granted: Granted) -> Self {
        self.grants.retain(|one| one.name != granted.name);
        self.grants.push(granted);
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.grants.retain(|one| one.name != name);
        self
    }

    pub fn wanted(&self, today: PacificDay) -> Wanted {
        let pool = pool();
        let since = |cap| Since { from: today, value: Cap { cap, guaranteed: 0 } };
        let pools = BTreeMap::from([(pool.clone(), vec![since(self.cap)])]);
        let brand = Brand { name: "acme".parse().unwrap(), pools, live: false };
        Wanted {
            grants: self.grants.iter().map(|granted| self.record(granted, today)).collect(),
            campaigns: self.campaigns.iter().map(|(name, rate)| self.campaign(name, *rate, today)).collect(),
            brands: vec![brand],
        }
    }

    fn campaign(&self, name: &str, milli_segments_per_second: u64, today: PacificDay) -> Campaign {
        Campaign {
            name: name.parse().unwrap(),
            brand: "acme".parse().unwrap(),
            counted: vec![Since { from: today, value: Counted { pool: pool(), unit: self.unit } }],
            primary: "main".parse().unwrap(),
            region: "us-east-1".to_owned(),
            origination_identity: NUMBER.to_owned(),
            origination_number: None,
            registration: None,
            channel: ChannelKind::SmsVoice,
            message_type: MessageType::Transactional,
            configuration_set: None,
            quiet_hours: None,
            milli_segments_per_second,
            live: Live::default(),
            send_requests_per_second: self.requests_per_second,
            segment_price: self.segment_price,
            paused: false,
        }
    }

    fn record(&self, granted: &Granted, today: PacificDay) -> Grant {
        let budget = Budget { guaranteed: granted.guaranteed, ceiling: granted.ceiling };
        Grant {
            name: granted.name.parse().unwrap(),
            account: "222222222222".parse().unwrap(),
            topology: Topology::Spoke,
            campaigns: self.campaigns.iter().map(|(name, _)| name.parse().unwrap()).collect(),
            role_arn: role_arn(&granted.name).parse().unwrap(),
            external_id: None,
            outcome_bus: None,
            dead_letter_queue: None,
            queues: None,
            paused: false,
            max_wait: MaxWait { transactional: 86_400, promotional: 86_400 },
            unknown_result: UnknownResult::DeadLetter,
            budgets: BTreeMap::from([(pool(), vec![Since { from: today, value: budget }])]),
            asked: BTreeMap::new(),
            daily_segments: vec![Since { from: today, value: DailySegments { segments: granted.daily } }],
            monthly_spend: self.monthly_spend,
        }
    }
}

pub fn pool() -> Pool {
    Pool::of_brand(&"acme".parse().unwrap())
}

pub fn role_arn(grant: &str) -> String {
    format!("arn:aws:iam::{PRIMARY}:role/tendlc-grant-{grant}")
}

pub fn day(text: &str) -> PacificDay {
    text.parse().unwrap()
}
