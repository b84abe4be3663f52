//! One grant's sender: what a function keeps for its life, and what it does with a batch as a whole.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::judge::pause_of;
use super::repeat::Each;
use super::settle::{Fared, Whose, ended, refused, wait};
use super::trouble::Trouble;
use super::{Ended, Incoming};
use crate::account::AccountId;
use crate::channel::Channel;
use crate::clock::SharedClock;
use crate::directory::{Directory, DirectoryError, Snapshot};
use crate::fingerprint::FingerprintKey;
use crate::grant::{Campaign, ChannelKind, Grant};
use crate::ledger::Ledger;
use crate::name::GrantName;
use crate::outcome::Outcomes;
use crate::quota::Quota;
use crate::reason::{Fate, Reason};
use crate::request::{Refusal, Request};
use crate::role::Role;
use crate::table::Table;
use crate::tally::Tally;

/// How long outcomes are waited for, and how long before the deadline that ends.
const SAYING: SignedDuration = SignedDuration::from_secs(6);
const SAID_BY: SignedDuration = SignedDuration::from_millis(500);

/// What a sender is made of.
pub struct Deps {
    /// The grant that is charged.
    pub grant: GrantName,
    /// Its account, where the grant's record was read already: in the hub.
    pub account: Option<AccountId>,
    /// The table, as this function reaches it.
    pub table: Table,
    /// The grant's role, which sends.
    pub role: Role,
    /// `SendTextMessage` with the role.
    pub sms_voice: Arc<dyn Channel>,
    /// SNS `Publish` with the role.
    pub sns: Arc<dyn Channel>,
    /// Where outcomes go.
    pub outcomes: Outcomes,
    /// What fingerprints are keyed with.
    pub key: FingerprintKey,
    /// The time.
    pub clock: SharedClock,
}

/// Takes batches of one grant through the pipeline.
pub struct Sender {
    pub(super) deps: Deps,
    pub(super) ledger: Ledger,
    pub(super) quota: Quota,
    directory: Arc<Directory>,
    pub(super) trouble: Trouble,
}

/// Why a whole batch was not begun.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// The function runs in an account that the grant is not for.
    #[error(
        "the grant {grant} is for the account {wanted}, and this function runs in {found}; correct TENDLC_GRANT, or \
         deploy the function in {wanted}"
    )]
    WrongAccount {
        /// The grant.
        grant: GrantName,
        /// Its account.
        wanted: AccountId,
        /// Where the function runs.
        found: String,
    },
}

/// It was done, and there is no time left to tell anybody.
#[derive(Debug, thiserror::Error)]
#[error("the invocation ends before its outcomes could be said; they are said when the batch comes again")]
pub struct NoTime;

impl Sender {
    /// A sender that has not asked for anything yet.
    pub fn new(deps: Deps) -> Self {
        let (table, grant, clock) = (deps.table.clone(), deps.grant.clone(), Arc::clone(&deps.clock));
        Self {
            directory: Directory::new(table.clone(), grant.clone(), Arc::clone(&clock)),
            ledger: Ledger::new(table.clone(), grant.clone(), Arc::clone(&clock)),
            quota: Quota::new(table, grant, clock),
            trouble: Trouble::default(),
            deps,
        }
    }

    /// Takes a batch through: every record ends, in the order of the batch, no later than `deadline`.
    ///
    /// # Errors
    /// When the function may not act for this grant at all; then nothing was done.
    pub async fn run(
        &self,
        runs_in: Option<&AccountId>,
        batch: &[Incoming],
        deadline: Timestamp,
    ) -> Result<Vec<Ended>, SenderError> {
        let parsed: Vec<Result<Request, Refusal>> =
            batch.iter().map(|one| Request::parse(&one.text, &one.message_id, &one.entrance)).collect();
        let all: Vec<Each<'_>> = parsed
            .iter()
            .enumerate()
            .filter_map(|(index, one)| one.as_ref().ok().map(|request| (index, request, batch[index].first_seen)))
            .collect();
        let mut ends: HashMap<usize, Ended> = HashMap::with_capacity(batch.len());
        let mut account = self.deps.account.as_ref().or(runs_in).cloned();
        // Also for a batch of bad requests: what is found out about the function concerns them, too.
        if !batch.is_empty() {
            match self.prepare().await {
                Ok(snapshot) => {
                    self.check_account(&snapshot, runs_in)?;
                    account = Some(snapshot.grant.account.clone());
                    let whose = Whose { grant: &self.deps.grant, account: account.as_ref() };
                    // On the heap, as are the steps below it: together they would be most of a thread's stack.
                    let rounds = Box::pin(self.rounds(&snapshot, whose, all, deadline));
                    ends = futures::join!(rounds, self.count_refused(&parsed)).0;
                }
                Err((reason, detail)) => {
                    let whose = Whose { grant: &self.deps.grant, account: account.as_ref() };
                    let last = self.directory.last().await;
                    let known = last.as_ref().map(|snapshot| &snapshot.grant);
                    for (index, request, first_seen) in &all {
                        let fared = self.held_up(known, (reason, &detail), request, *first_seen);
                        ends.insert(*index, ended(whose, None, request, &fared));
                    }
                }
            }
        }
        let whose = Whose { grant: &self.deps.grant, account: account.as_ref() };
        for (index, refusal) in parsed.into_iter().enumerate().filter_map(|(i, one)| one.err().map(|e| (i, e))) {
            ends.insert(index, refused(whose, refusal));
        }
        let mut ends: Vec<(usize, Ended)> = ends.into_iter().collect();
        ends.sort_by_key(|(index, _)| *index);
        let of_trace = |(index, mut end): (usize, Ended)| {
            end.outcome.trace.clone_from(&batch[index].trace);
            end
        };
        Ok(ends.into_iter().map(of_trace).collect())
    }

    /// Requests that are none, for the report.
    async fn count_refused(&self, parsed: &[Result<Request, Refusal>]) {
        let mut tally = Tally::default();
        parsed.iter().filter_map(|one| one.as_ref().err()).for_each(|refusal| tally.rejected(refusal.reason));
        tally.post(&self.deps.table, &*self.deps.clock, &self.deps.grant, self.deps.clock.now()).await;
    }

    /// Tells the workload what became of its requests; after everything else, and no longer than `deadline` allows: a
    /// bus that does not answer must not cost the batch its answer.
    ///
    /// # Errors
    /// When there is no time to try it even once. The invocation is to fail, so that it is said when the batch comes
    /// again.
    pub async fn say(&self, ends: &[Ended], deadline: Timestamp) -> Result<(), NoTime> {
        let outcomes: Vec<_> = ends.iter().map(|end| end.outcome.clone()).collect();
        let left = deadline.duration_since(self.deps.clock.now()) - SAID_BY;
        let patience = Duration::try_from(left.min(SAYING)).map_err(|_| NoTime)?;
        if tokio::time::timeout(patience, self.deps.outcomes.say(&outcomes)).await.is_err() {
            let ids: Vec<&str> = outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
            tracing::error!(?ids, "the bus did not take these outcomes in time");
        }
        Ok(())
    }

    /// Role and grant, or what every request of the batch meets without them.
    pub(super) async fn prepare(&self) -> Result<Arc<Snapshot>, (Reason, String)> {
        // Beside each other: in the hub the table does not need the role.
        let (role, snapshot) = futures::join!(self.deps.role.ready(), self.directory.snapshot());
        role.map_err(|error| (error.reason(), error.to_string()))?;
        let error = match snapshot {
            Ok(snapshot) => return Ok(snapshot),
            Err(error) => error,
        };
        let reason = match &error {
            DirectoryError::NoGrant(_) => Reason::NotGranted,
            DirectoryError::Table(table) => table.reason(self.deps.table.through_role),
        };
        if reason == Reason::RoleDenied {
            // The role may have been made anew: an old session would be refused until it ends.
            self.deps.role.forget().await;
        }
        Err((reason, error.to_string()))
    }

    fn check_account(&self, snapshot: &Snapshot, runs_in: Option<&AccountId>) -> Result<(), SenderError> {
        let wanted = &snapshot.grant.account;
        match runs_in {
            // In the hub the grant was found by what AWS vouches for.
            _ if !self.deps.table.through_role => Ok(()),
            Some(found) if found == wanted => Ok(()),
            found => Err(SenderError::WrongAccount {
                grant: self.deps.grant.clone(),
                wanted: wanted.clone(),
                found: found.map_or("no account that its ARN names".to_owned(), ToString::to_string),
            }),
        }
    }

    fn held_up(
        &self,
        known: Option<&Grant>,
        (reason, detail): (Reason, &str),
        request: &Request,
        first_seen: Timestamp,
    ) -> Fared {
        let now = self.deps.clock.now();
        tracing::warn!(%reason, detail, id = %request.id, "held up");
        match reason.fate() {
            Fate::Rejects => Fared::Rejected { reason, detail: detail.to_owned() },
            fate => {
                if fate == Fate::WaitsForOperator {
                    self.trouble.remember_longer_wait(now);
                }
                // A denied role is an operator's matter, and no outage.
                let outage =
                    if reason == Reason::QuotaUnavailable { self.trouble.fails(now) } else { SignedDuration::ZERO };
                wait(known, request, (reason, outage), pause_of(reason, now), first_seen, now)
            }
        }
    }

    pub(super) fn channel(&self, campaign: &Campaign) -> &dyn Channel {
        match campaign.channel {
            ChannelKind::SmsVoice => &*self.deps.sms_voice,
            ChannelKind::Sns => &*self.deps.sns,
        }
    }
}
