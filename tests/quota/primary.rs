//! A primary account in the doubles, with its table.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::HttpClient;
use jiff::Timestamp;
use tendlc_core::arn::TableArn;
use tendlc_core::clock::{Clock as _, ManualClock, SharedClock};
use tendlc_core::day::PacificDay;
use tendlc_core::directory::Snapshot;
use tendlc_core::grant::{Brand, Budget, Grant, on_day};
use tendlc_core::month::UtcMonth;
use tendlc_core::name::GrantName;
use tendlc_core::quota::counter;
use tendlc_core::sync::{Change, Sync, Wanted};
use tendlc_core::table::{Item, KEY, Key, Table, read_number};
use tendlc_local::aws::Aws;
use tendlc_local::aws::seed::{Number, Role, Seed, Table as SeedTable};

use super::counters::{Counters, Left};
use super::terms::{Granted, Terms, pool, role_arn};

pub const PRIMARY: &str = "111111111111";
pub const NUMBER: &str = "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0123456789abcdef0123456789abcdef";
const TABLE: &str = "arn:aws:dynamodb:us-east-1:111111111111:table/tendlc";

/// Noon in the Pacific, on a day of 24 hours.
pub const NOON: &str = "2026-11-20T20:00:00Z";

/// The doubles with the table.
pub struct Primary {
    pub aws: Aws,
    pub clock: Arc<ManualClock>,
    pub table: Table,
}

impl Primary {
    /// A table that says what the terms do.
    pub async fn start(now: &str, terms: &Terms) -> Self {
        let primary = Self::empty(now, &terms.grants).await;
        primary.sync(terms).await;
        primary.aws.clear_calls();
        primary
    }

    /// An empty table, and roles of these grants.
    pub async fn empty(now: &str, grants: &[Granted]) -> Self {
        let clock = Arc::new(ManualClock::new(now.parse().unwrap()));
        let mut seed = Seed::new(clock.clone(), "us-east-1", PRIMARY);
        seed.tables = vec![SeedTable::of_tendlc(PRIMARY, "tendlc")];
        seed.roles = grants.iter().map(|granted| role(&granted.name)).collect();
        seed.sms.numbers = vec![Number {
            arn: NUMBER.to_owned(),
            phone_number: "+12065550100".to_owned(),
            status: "ACTIVE".to_owned(),
            message_type: "TRANSACTIONAL".to_owned(),
            ..Number::default()
        }];
        // The doubles' own rates are not what is tested here.
        (seed.sms.send_requests_per_second, seed.sms.spend_limit_usd) = (0, u64::MAX / 1_000_000);
        let aws = Aws::start(seed, None).await.unwrap();
        let http = aws_smithy_http_client::Builder::new().build_http();
        let table = table(&config(&aws, http));
        Self { aws, clock, table }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn today(&self) -> PacificDay {
        PacificDay::of(self.now())
    }

    pub async fn sync(&self, terms: &Terms) -> Vec<Change> {
        self.try_sync(terms).await.unwrap()
    }

    pub async fn try_sync(&self, terms: &Terms) -> Result<Vec<Change>, tendlc_core::sync::SyncError> {
        self.run(&terms.wanted(self.today())).await
    }

    pub async fn run(&self, wanted: &Wanted) -> Result<Vec<Change>, tendlc_core::sync::SyncError> {
        let clock: SharedClock = self.clock.clone();
        Sync::new(self.table.clone(), clock).run(wanted).await
    }

    /// What a grant has spent in the present month, in millionths of a dollar.
    pub async fn spent(&self, grant: &str) -> i64 {
        self.spent_in(grant, UtcMonth::of(self.now())).await
    }

    pub async fn spent_in(&self, grant: &str, month: UtcMonth) -> i64 {
        let item = self.item(&Key::month(&grant_name(grant), month)).await;
        read_number(&item, counter::SPENT).unwrap_or(0)
    }

    pub async fn brand(&self) -> Brand {
        self.table.read(&Key::brand(&"acme".parse().unwrap())).await.unwrap().unwrap()
    }

    pub async fn grant(&self, name: &str) -> Option<Grant> {
        self.table.read(&Key::grant(&grant_name(name))).await.unwrap()
    }

    /// What a function that begins now knows.
    pub async fn snapshot(&self, grant: &str) -> Snapshot {
        let grant = self.grant(grant).await.unwrap();
        let mut campaigns = Vec::new();
        for name in &grant.campaigns {
            campaigns.push(self.table.read(&Key::campaign(name)).await.unwrap().unwrap());
        }
        Snapshot::new(grant, campaigns, vec![self.brand().await], self.now())
    }

    /// The counters of a day; those that nobody has made yet show what they would begin at.
    pub async fn counters(&self, day: PacificDay) -> Counters {
        let cap = on_day(&self.brand().await.pools[&pool()], day).unwrap();
        let shared = read_number(&self.item(&Key::pool(&pool(), day)).await, counter::LEFT).unwrap_or(cap.shared());
        let index: tendlc_core::sync::Index = self.table.read(&Key::index()).await.unwrap().unwrap();
        let mut grants = BTreeMap::new();
        for name in index.grants {
            let Some(grant) = self.table.read::<Grant>(&Key::grant(&name)).await.unwrap() else { continue };
            let budget = grant.budgets.get(&pool()).and_then(|values| on_day(values, day));
            let budget = budget.unwrap_or(Budget { guaranteed: 0, ceiling: 0 });
            let daily = on_day(&grant.daily_segments, day).and_then(|daily| daily.segments);
            let item = self.item(&Key::budget(&name, day)).await;
            let left = Left {
                guaranteed: read_number(&item, &counter::guaranteed(&pool())).unwrap_or(budget.guaranteed),
                ceiling: read_number(&item, &counter::ceiling(&pool())).unwrap_or(budget.ceiling),
                all: daily.map(|daily| read_number(&item, counter::ALL).unwrap_or(daily)),
            };
            grants.insert(name.to_string(), left);
        }
        Counters { cap: cap.cap, shared, grants }
    }

    pub async fn item(&self, key: &Key) -> Item {
        let get = self.table.client.get_item().table_name(&self.table.name).key(KEY, key.value()).consistent_read(true);
        get.send().await.unwrap().item.unwrap_or_default()
    }
}

pub fn grant_name(name: &str) -> GrantName {
    name.parse().unwrap()
}

fn role(grant: &str) -> Role {
    Role {
        arn: role_arn(grant),
        trusted_account: PRIMARY.to_owned(),
        trusted_principals: vec![format!("arn:aws:iam::{PRIMARY}:root")],
        session_name_pattern: "tendlc-*".to_owned(),
        grant: grant.to_owned(),
        send_resources: vec![NUMBER.to_owned()],
        ..Role::default()
    }
}

/// The table, with all rights on it.
pub fn table(config: &SdkConfig) -> Table {
    let arn: TableArn = TABLE.parse().unwrap();
    Table::new(aws_sdk_dynamodb::Client::new(config), &arn, false)
}

/// All rights in the primary. No time limits, so that no test depends on how fast the machine is, and no waiting
/// between the SDK's own tries.
pub fn config(aws: &Aws, http: impl HttpClient + 'static) -> SdkConfig {
    let retries = RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(PRIMARY, "any", None, None, "test")))
        .endpoint_url(aws.endpoint())
        .http_client(http)
        .retry_config(retries)
        .build()
}
