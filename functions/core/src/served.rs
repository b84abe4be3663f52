//! Who is charged: in the spoke the grant that the function is configured for, in the hub the one whose record names
//! what AWS vouches for (the exact queue, the event's account). Never what a request says.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_types::SdkConfig;
use futures::future::{join_all, try_join_all};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::account::AccountId;
use crate::arn::{QueueArn, RoleArn};
use crate::aws;
use crate::clock::SharedClock;
use crate::env::{Lanes, Settings};
use crate::grant::{Grant, Topology};
use crate::mail::url_of;
use crate::name::GrantName;
use crate::outcome::Outcomes;
use crate::pipeline::{Deps, Ended, Incoming, Sender, not_granted};
use crate::role::Role;
use crate::sync::Index;
use crate::table::{Key, Table, TableError};

/// How long the hub believes which grant a queue belongs to, and how to serve it.
const BELIEVED: SignedDuration = SignedDuration::from_secs(60);

/// How long a start may take: Lambda ends one at ten seconds and begins it anew, as part of the first invocation.
const WARMING: Duration = Duration::from_secs(6);

/// Where the hub has more grants, none is fetched ahead: an environment serves few of them, and would assume roles that
/// it never uses.
const FETCHED_AHEAD: usize = 4;

/// What AWS vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Vouched {
    /// The queue that a message came from.
    Queue(QueueArn),
    /// The account that an event came from.
    Account(AccountId),
}

/// `Q#…` and `A#…` items of the table: which grant it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pointer {
    /// The grant.
    pub grant: GrantName,
}

/// A grant as a function serves it.
pub struct Served {
    /// Takes its requests through the pipeline.
    pub sender: Sender,
    /// Its name.
    pub grant: GrantName,
    /// Where its dead letters go.
    pub dead_letter_queue_url: Option<String>,
    /// Where its waiting events go.
    pub lanes: Option<Lanes>,
}

/// Finds who is charged.
pub enum Serves {
    /// One grant.
    Spoke(Arc<Served>),
    /// Every hub grant.
    Hub(Box<Hub>),
}

/// The hub's grants, by what AWS vouches for.
pub struct Hub {
    config: SdkConfig,
    settings: Settings,
    function: &'static str,
    table: Table,
    /// The default bus of the hub's own account, for those who have no grant that names another.
    strangers: Outcomes,
    clock: SharedClock,
    kept: Mutex<HashMap<Vouched, Kept>>,
}

struct Kept {
    read_at: Timestamp,
    grant: Grant,
    served: Arc<Served>,
}

impl Serves {
    /// As the settings say; `function` goes into the role's session name.
    pub fn new(config: SdkConfig, settings: Settings, function: &'static str, clock: SharedClock) -> Self {
        let Some(spoke) = settings.spoke.clone() else {
            let table = Table::new(aws::table_client(&config, &settings.table), &settings.table, false);
            let events = aws_sdk_eventbridge::Client::new(&config);
            let strangers = Outcomes::new(events, Some("default".to_owned()), Arc::clone(&clock));
            let kept = Mutex::default();
            return Self::Hub(Box::new(Hub { config, settings, function, table, strangers, clock, kept }));
        };
        let role = role(&config, spoke.role_arn, Some(spoke.external_id), (&spoke.grant, function), &clock);
        let through_role = aws::through_role(&config, &role, settings.table.region());
        let table = Table::new(aws::table_client(&through_role, &settings.table), &settings.table, true);
        let sender = sender(&config, &settings, table, role, (spoke.grant.clone(), None), spoke.outcome_bus, &clock);
        Self::Spoke(Arc::new(Served {
            sender,
            grant: spoke.grant,
            dead_letter_queue_url: Some(spoke.dead_letter_queue_url),
            lanes: settings.lanes,
        }))
    }

    /// The grant for what AWS vouches for; `None`: there is none.
    ///
    /// # Errors
    /// When the table does not say. Nothing is sent then.
    pub async fn find(&self, vouched: &Vouched) -> Result<Option<Arc<Served>>, TableError> {
        match self {
            Self::Spoke(served) => Ok(Some(Arc::clone(served))),
            Self::Hub(hub) => hub.find(vouched).await,
        }
    }

    /// Refuses the requests of a queue or an account that has no grant, and says so on the hub's own bus.
    pub async fn refuse(&self, account: Option<&AccountId>, batch: &[Incoming]) -> Vec<Ended> {
        let ends = not_granted(account, batch);
        if let Self::Hub(hub) = self {
            let outcomes: Vec<_> = ends.iter().map(|end| end.outcome.clone()).collect();
            hub.strangers.say(&outcomes).await;
        }
        ends
    }

    /// Fetches what can be fetched before the first event, and opens the connections for a batch of so many texts, as
    /// far as that goes quickly.
    pub async fn warm_up(&self, texts: usize) {
        let warming = async {
            let served = match self {
                Self::Spoke(served) => served.sender.warm_up().await.then(|| Arc::clone(served)),
                Self::Hub(hub) => hub.warm_up().await,
            };
            if let Some(served) = served {
                served.sender.connect(texts).await;
            }
        };
        if tokio::time::timeout(WARMING, warming).await.is_err() {
            tracing::warn!("not all was fetched in time; the first batch goes on with it");
        }
    }
}

impl Hub {
    async fn find(&self, vouched: &Vouched) -> Result<Option<Arc<Served>>, TableError> {
        let now = self.clock.now();
        let mut kept = self.kept.lock().await;
        if let Some(found) = kept.get(vouched).filter(|kept| now.duration_since(kept.read_at).abs() < BELIEVED) {
            return Ok(Some(Arc::clone(&found.served)));
        }
        let key = match vouched {
            Vouched::Queue(queue) => Key::hub_queue(queue),
            Vouched::Account(account) => Key::hub_account(account),
        };
        let grant = match (self.look_up(&key).await, kept.get(vouched)) {
            (Ok(Some(grant)), _) => grant,
            (Ok(None), _) => {
                kept.remove(vouched);
                return Ok(None);
            }
            // Nothing is sent without the table, but its requests are told so, and end.
            (Err(error), Some(last)) if !matches!(error, TableError::Malformed { .. }) => {
                tracing::warn!(%error, grant = %last.grant.name, "whose this is was known before, and is not confirmed");
                return Ok(Some(Arc::clone(&last.served)));
            }
            (Err(error), _) => return Err(error),
        };
        // The same grant serves on, by whichever way it came: its session, memory and snapshot are worth keeping.
        let same = kept.values().find(|kept| same_service(&kept.grant, &grant));
        let served = same.map_or_else(|| Arc::new(self.serve(&grant)), |kept| Arc::clone(&kept.served));
        kept.insert(vouched.clone(), Kept { read_at: now, grant, served: Arc::clone(&served) });
        Ok(Some(served))
    }

    async fn look_up(&self, key: &Key) -> Result<Option<Grant>, TableError> {
        let Some(pointer) = self.table.read::<Pointer>(key).await? else { return Ok(None) };
        // A pointer without its grant is a change under way: nobody is refused for it.
        let grant = self.table.read::<Grant>(&Key::grant(&pointer.grant)).await?;
        grant.map(Some).ok_or_else(|| TableError::Malformed {
            key: key.as_str().to_owned(),
            what: "it names a grant that is not there".to_owned(),
        })
    }

    /// Fetches the grants, where they are few, and returns one that is ready: whichever opens connections opens them for
    /// all.
    async fn warm_up(&self) -> Option<Arc<Served>> {
        let grants = match self.few_grants().await {
            Ok(grants) => grants,
            Err(error) => {
                tracing::warn!(%error, "no grant was fetched ahead");
                return None;
            }
        };
        let fetched = join_all(grants.iter().map(async |grant| {
            let served = Arc::new(self.serve(grant));
            let ready = served.sender.warm_up().await;
            let read_at = self.clock.now();
            let queues = grant.queues.iter().flat_map(|queues| [&queues.transactional, &queues.promotional]);
            let ways = queues.cloned().map(Vouched::Queue).chain([Vouched::Account(grant.account.clone())]);
            let mut kept = self.kept.lock().await;
            for way in ways {
                kept.insert(way, Kept { read_at, grant: grant.clone(), served: Arc::clone(&served) });
            }
            ready.then_some(served)
        }));
        fetched.await.into_iter().flatten().next()
    }

    async fn few_grants(&self) -> Result<Vec<Grant>, TableError> {
        let names = self.table.read::<Index>(&Key::index()).await?.unwrap_or_default().grants;
        if names.len() > FETCHED_AHEAD {
            return Ok(Vec::new());
        }
        let grants = try_join_all(names.iter().map(async |name| self.table.read::<Grant>(&Key::grant(name)).await));
        Ok(grants.await?.into_iter().flatten().filter(|grant| grant.topology == Topology::Hub).collect())
    }

    fn serve(&self, grant: &Grant) -> Served {
        let role = role(
            &self.config,
            grant.role_arn.clone(),
            grant.external_id.clone(),
            (&grant.name, self.function),
            &self.clock,
        );
        let bus = grant.outcome_bus.clone();
        let sender = sender(
            &self.config,
            &self.settings,
            self.table.clone(),
            role,
            (grant.name.clone(), Some(grant.account.clone())),
            bus,
            &self.clock,
        );
        Served {
            sender,
            grant: grant.name.clone(),
            dead_letter_queue_url: grant.dead_letter_queue.as_ref().map(url_of),
            lanes: grant.queues.as_ref().map(|queues| Lanes {
                transactional: url_of(&queues.transactional),
                promotional: url_of(&queues.promotional),
            }),
        }
    }
}

fn same_service(one: &Grant, other: &Grant) -> bool {
    one.name == other.name
        && one.role_arn == other.role_arn
        && one.external_id == other.external_id
        && one.outcome_bus == other.outcome_bus
        && one.dead_letter_queue == other.dead_letter_queue
        && one.queues == other.queues
}

fn role(
    config: &SdkConfig,
    arn: RoleArn,
    external_id: Option<String>,
    who: (&GrantName, &str),
    clock: &SharedClock,
) -> Role {
    Role::new(aws_sdk_sts::Client::new(config), arn, external_id, who, Arc::clone(clock))
}

fn sender(
    config: &SdkConfig,
    settings: &Settings,
    table: Table,
    role: Role,
    (grant, account): (GrantName, Option<AccountId>),
    bus: Option<String>,
    clock: &SharedClock,
) -> Sender {
    // A campaign's numbers are in the Region of its primary, which is the table's.
    let (sms_voice, sns) = aws::channels(config, &role, settings.table.region());
    let outcomes = Outcomes::new(aws_sdk_eventbridge::Client::new(config), bus, Arc::clone(clock));
    let key = settings.key.clone();
    Sender::new(Deps { grant, account, table, role, sms_voice, sns, outcomes, key, clock: Arc::clone(clock) })
}
