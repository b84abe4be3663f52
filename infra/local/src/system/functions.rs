//! The functions as they would be deployed: one set in each spoke, one in the hub, each with its own environment.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tendlc_config::Config;
use tendlc_core::account::AccountId;
use tendlc_core::arn::TableArn;
use tendlc_core::clock::SystemClock;
use tendlc_core::name::{GrantName, PrimaryName};

use super::event::FunctionName;
use super::names::{HEALTH, execution_role};
use super::{Programs, table_arn};
use crate::aws::Aws;
use crate::lambda::{Function, Launch};

/// The functions' timeout, as deployed.
const TIMEOUT: Duration = Duration::from_secs(30);

/// More at once than any test needs; a deployed function is held to its campaign's rate.
const MOST: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// How far the clock of this program's own functions is ahead of the system's, in milliseconds. A deployed function
/// never reads it.
pub const CLOCK_AHEAD: &str = "TENDLC_LOCAL_CLOCK_AHEAD_MS";

type Key = (FunctionName, Option<GrantName>);

/// All functions, started when they are first needed.
pub(super) struct Fleet {
    programs: Programs,
    clock: Mutex<Arc<SystemClock>>,
    environments: BTreeMap<Option<GrantName>, Environment>,
    /// That of `settle-receipt`.
    receipts: Environment,
    running: Mutex<BTreeMap<Key, Arc<Function>>>,
}

#[derive(Clone)]
struct Environment {
    account: AccountId,
    region: String,
    variables: BTreeMap<String, String>,
}

impl Fleet {
    pub(super) fn new(
        config: &Config,
        primary: &PrimaryName,
        aws: &Aws,
        programs: Programs,
        log_level: Option<String>,
        clock: Arc<SystemClock>,
    ) -> anyhow::Result<Self> {
        let table = table_arn(config, primary)?;
        let mut environments = BTreeMap::new();
        let mut receipts = Environment::new(aws, &table, table.account());
        if let Some(simulator) = config.primaries.get(primary).and_then(|primary| primary.simulator.as_ref()) {
            receipts = receipts.with([
                ("TENDLC_SIMULATOR_IDENTITY", simulator.identity.to_string()),
                ("TENDLC_SIMULATOR_PHONE_NUMBER", simulator.phone_number.as_str().to_owned()),
            ]);
        }
        let any_queue = |name: &str| aws.queue_url(table.account().as_str(), name);
        let hub = receipts.clone().with([
            ("TENDLC_TOPOLOGY", "hub".to_owned()),
            ("TENDLC_QUEUE_URL", any_queue("tendlc-send")),
            ("TENDLC_PROMOTIONAL_QUEUE_URL", any_queue("tendlc-send-promotional")),
        ]);
        environments.insert(None, hub);
        for (name, grant) in config.grants.iter().filter(|(_, grant)| grant.primary == *primary) {
            if grant.topology == tendlc_core::grant::Topology::Hub {
                continue;
            }
            let url = |queue: &tendlc_core::arn::QueueArn| aws.queue_url(queue.account().as_str(), queue.resource());
            let external_id = grant.external_id.as_ref().map(ToString::to_string).unwrap_or_default();
            let bus = grant.outcome_bus.as_ref().map(ToString::to_string).unwrap_or_default();
            let spoke = Environment::new(aws, &table, &grant.account).with([
                ("TENDLC_TOPOLOGY", "spoke".to_owned()),
                ("TENDLC_GRANT", name.to_string()),
                ("TENDLC_ROLE_ARN", grant.role_arn.to_string()),
                ("TENDLC_EXTERNAL_ID", external_id),
                ("TENDLC_QUEUE_URL", url(&grant.queues.transactional)),
                ("TENDLC_PROMOTIONAL_QUEUE_URL", url(&grant.queues.promotional)),
                ("TENDLC_DEAD_LETTER_QUEUE_URL", url(&grant.queues.dead_letter)),
                ("TENDLC_OUTCOME_BUS", bus),
                ("TENDLC_HEALTH_TABLE_ARN", health_table(&table, &grant.account)),
            ]);
            environments.insert(Some(name.clone()), spoke);
        }
        if let Some(level) = log_level {
            for environment in environments.values_mut().chain([&mut receipts]) {
                environment.variables.insert("RUST_LOG".to_owned(), level.clone());
            }
        }
        Ok(Self { programs, clock: Mutex::new(clock), environments, receipts, running: Mutex::default() })
    }

    /// Whether there is a program for the function.
    pub(super) fn has(&self, name: FunctionName) -> bool {
        match &self.programs {
            Programs::Itself { .. } => true,
            Programs::Folder(folder) => program(folder, name).is_file(),
        }
    }

    /// A function in a spoke or, without a grant, in the hub.
    pub(super) fn function(&self, name: FunctionName, spoke: Option<&GrantName>) -> anyhow::Result<Arc<Function>> {
        // There is one for all grants.
        let spoke = spoke.filter(|_| name != FunctionName::SettleReceipt);
        let key = (name, spoke.cloned());
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(function) = running.get(&key) {
            return Ok(Arc::clone(function));
        }
        let function = Arc::new(Function::new(self.launch(name, spoke)?, MOST));
        running.insert(key, Arc::clone(&function));
        Ok(function)
    }

    fn launch(&self, name: FunctionName, spoke: Option<&GrantName>) -> anyhow::Result<Launch> {
        let environment = match name {
            FunctionName::SettleReceipt => Some(&self.receipts),
            _ => self.environments.get(&spoke.cloned()),
        };
        let environment = environment.ok_or_else(|| anyhow::anyhow!("no function runs for the grant {spoke:?}"))?;
        let (program, args) = match &self.programs {
            Programs::Itself { program, arguments } => {
                (program.clone(), arguments.iter().cloned().chain([name.as_str().to_owned()]).collect())
            }
            Programs::Folder(folder) => {
                let program = program(folder, name);
                anyhow::ensure!(
                    program.is_file(),
                    "{} is not there; build it with `cargo build --release -p {}`",
                    program.display(),
                    name.as_str()
                );
                (program, Vec::new())
            }
        };
        let clock = Arc::clone(&self.clock.lock().unwrap_or_else(PoisonError::into_inner));
        let mut variables = environment.variables.clone();
        variables.insert(CLOCK_AHEAD.to_owned(), clock.ahead().as_millis().to_string());
        if name == FunctionName::ProbeHealth {
            // Nobody else's calls are in the way here, and a person waits.
            variables.insert("TENDLC_PROBE_PACE".to_owned(), "each".to_owned());
        }
        Ok(Launch {
            program,
            args,
            env: variables,
            name: format!("tendlc-{}", name.as_str()),
            account: environment.account.clone(),
            region: environment.region.clone(),
            memory_mb: 128,
            timeout: TIMEOUT,
            clock,
            label_lines: false,
        })
    }

    /// Functions go by `clock` from now on; those that run are ended.
    pub(super) async fn go_by(&self, clock: Arc<SystemClock>) {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = clock;
        self.stop().await;
    }

    pub(super) async fn stop(&self) {
        let running = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        for function in running.into_values() {
            function.stop().await;
        }
    }
}

fn health_table(table: &TableArn, account: &AccountId) -> String {
    format!("arn:aws:dynamodb:{}:{account}:table/{HEALTH}", table.region())
}

/// Where a folder has a function's program: by itself, or as it is in a zip.
fn program(folder: &Path, name: FunctionName) -> PathBuf {
    let flat = folder.join(name.as_str());
    if flat.is_dir() { flat.join("bootstrap") } else { flat }
}

impl Environment {
    fn new(aws: &Aws, table: &TableArn, account: &AccountId) -> Self {
        let keys = aws.issue_session(&execution_role(account), "tendlc-local");
        let fingerprint_key = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let variables = BTreeMap::from([
            ("AWS_ENDPOINT_URL".to_owned(), aws.endpoint().to_owned()),
            ("AWS_ACCESS_KEY_ID".to_owned(), keys.access_key),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), keys.secret),
            ("AWS_SESSION_TOKEN".to_owned(), keys.token),
            ("TENDLC_TABLE_ARN".to_owned(), table.to_string()),
            ("TENDLC_FINGERPRINT_KEY".to_owned(), fingerprint_key),
        ]);
        Self { account: account.clone(), region: aws.region().to_owned(), variables }
    }

    fn with<const N: usize>(mut self, variables: [(&str, String); N]) -> Self {
        self.variables.extend(variables.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }
}
