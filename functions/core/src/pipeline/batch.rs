//! The steps that a batch of valid requests with different ids goes through: judge, claim beside admit, publish,
//! record.

use std::collections::HashMap;

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::Ended;
use super::fate::{Step, answered, fate, waits};
use super::judge::{self, OPERATOR_WAIT, Seen};
use super::publish::publish;
use super::record::record;
use super::repeat::Each;
use super::sender::Sender;
use super::settle::{Fared, Whose, ended};
use crate::directory::Snapshot;
use crate::fingerprint::Fingerprint;
use crate::grant::Campaign;
use crate::ledger::{Entry, Intent, Opened, Owner, Prior};
use crate::outcome::Said;
use crate::quota::{Admission, Demand, Verdict};
use crate::reason::{Fate, Reason};
use crate::request::Request;
use crate::table::TableError;
use crate::tally::Tally;

/// Less than this left of an invocation, and nothing is begun: a claim that cannot be finished turns into an unknown.
const LEAST: SignedDuration = SignedDuration::from_millis(2_500);

/// No request is put off for less.
const SHORTEST_WAIT: SignedDuration = SignedDuration::from_secs(1);

/// What all requests of a batch share.
pub(super) struct Batch<'a> {
    pub(super) sender: &'a Sender,
    pub(super) snapshot: &'a Snapshot,
    /// Of this batch alone: not even another of the same invocation may take its claims for its own.
    pub(super) owner: Owner,
    begun: Timestamp,
    deadline: Timestamp,
}

/// A request on its way, with what was judged of it.
pub(super) struct Going<'a> {
    index: usize,
    pub(super) request: &'a Request,
    pub(super) first_seen: Timestamp,
    pub(super) campaign: &'a Campaign,
    pub(super) fingerprint: Fingerprint,
    pub(super) intent: Intent,
}

/// A request with what the ledger and the quotas said of it.
pub(super) struct Taken<'a> {
    pub(super) going: Going<'a>,
    pub(super) opened: Opened,
    pub(super) admission: Option<Admission>,
}

impl<'a> Batch<'a> {
    /// Begins now; everything is to end by `deadline`.
    pub(super) fn new(sender: &'a Sender, snapshot: &'a Snapshot, deadline: Timestamp) -> Self {
        Self { sender, snapshot, owner: Owner::unique(), begun: sender.deps.clock.now(), deadline }
    }

    /// Takes the requests through; each ends, by its place.
    pub(super) async fn take(&self, whose: Whose<'_>, requests: &[Each<'a>]) -> HashMap<usize, Ended> {
        let (mut going, mut ends) = self.judge(whose, requests);
        // Whose campaign is none: no record is asked for them.
        let refused: Vec<Reason> = ends.values().filter_map(rejected).collect();
        self.foresee(whose, &mut going, &mut ends);
        let taken = Box::pin(self.claim_beside_admit(going)).await;
        let steps: Vec<Step> = taken.iter().map(|one| fate(self, one)).collect();
        let answers = taken.iter().zip(&steps).map(async |(one, step)| match step {
            Step::Ends(fared) => fared.clone(),
            Step::Send { not_before } => self.publish(&one.going, *not_before).await,
        });
        let fares: Vec<Fared> = join_all(answers).await;
        // Beside each other: what stops everybody is not to wait for what is written down.
        futures::join!(
            Box::pin(record(self, &taken, &fares)),
            self.stop_where_aws_does(&taken, &steps, &fares),
            self.count(&refused, &taken, &fares),
        );
        let longer = |fared: &Fared| match fared {
            Fared::Waits { reason, .. } => reason.fate() == Fate::WaitsForOperator,
            Fared::Unknown { .. } | Fared::UnknownForGood => true,
            _ => false,
        };
        if fares.iter().any(longer) {
            self.sender.trouble.remember_longer_wait(self.begun);
        }
        // Only now: the session that may not send may still record.
        if fares.iter().any(|fared| matches!(fared, Fared::Waits { reason: Reason::RoleDenied, .. })) {
            self.sender.deps.role.forget().await;
        }
        for (one, fared) in taken.iter().zip(&fares) {
            ends.insert(one.going.index, ended(whose, Some(one.going.campaign), one.going.request, fared));
        }
        ends
    }

    async fn count(&self, refused: &[Reason], taken: &[Taken<'_>], fares: &[Fared]) {
        let mut tally = Tally::default();
        refused.iter().for_each(|reason| tally.rejected(*reason));
        for (one, fared) in taken.iter().zip(fares) {
            let (campaign, segments) = (&one.going.campaign.name, one.going.request.measure.segments);
            match fared {
                Fared::Accepted { duplicate: false, .. } => tally.sent(campaign, segments),
                Fared::Unknown { duplicate: false, .. } => {
                    tally.sent(campaign, segments);
                    tally.unknown();
                }
                Fared::Accepted { duplicate: true, .. } => tally.duplicate(),
                Fared::Rejected { reason, .. } => tally.rejected(*reason),
                _ => {}
            }
        }
        let deps = &self.sender.deps;
        tally.post(&deps.table, &*deps.clock, &deps.grant, self.begun).await;
    }

    /// AWS's spend limit is the primary's: once one text meets it, no grant's is sent.
    async fn stop_where_aws_does(&self, taken: &[Taken<'_>], steps: &[Step], fares: &[Fared]) {
        let met = |(step, fared): (&Step, &Fared)| {
            matches!(step, Step::Send { .. }) && fared.reason() == Some(Reason::PrimarySpendLimit)
        };
        let Some(place) = steps.iter().zip(fares).position(met) else { return };
        let one = &taken[place];
        let primary = &one.going.campaign.primary;
        tracing::error!(%primary, "AWS's monthly spend limit is reached; nothing is sent until it is raised or the month ends");
        if let Err(error) = self.sender.quota.stop(primary).await {
            tracing::warn!(%error, %primary, "the other functions could not be told of it");
        }
    }

    fn judge(&self, whose: Whose<'_>, requests: &[Each<'a>]) -> (Vec<Going<'a>>, HashMap<usize, Ended>) {
        let mut ends = HashMap::with_capacity(requests.len());
        let mut going = Vec::with_capacity(requests.len());
        for &(index, request, first_seen) in requests {
            let campaign = match judge::campaign(self.snapshot, request) {
                Ok(campaign) => campaign,
                Err(judge::Refused { reason, detail }) => {
                    ends.insert(index, ended(whose, None, request, &Fared::Rejected { reason, detail }));
                    continue;
                }
            };
            if self.deadline.duration_since(self.begun) < LEAST {
                let fared = Fared::Waits { reason: Reason::Rate, until: self.begun + SignedDuration::from_secs(1) };
                ends.insert(index, ended(whose, Some(campaign), request, &fared));
                continue;
            }
            let fingerprint = request.fingerprint(&self.sender.deps.key, &campaign.name);
            let longest = self.sender.trouble.longest_wait(self.snapshot.grant.max_wait.of(request.kind), first_seen);
            let seen = (first_seen, longest);
            let intent = judge::intent(self.snapshot, campaign, request, seen, self.begun, self.deadline);
            going.push(Going { index, request, first_seen, campaign, fingerprint, intent });
        }
        (going, ends)
    }

    /// What a refusal taught is not asked for again: such a request is put off in one write, or, where it was put off
    /// before and only comes back, in none. Whether it was sent long ago is found out when there is room for it.
    fn foresee(&self, whose: Whose<'_>, going: &mut Vec<Going<'a>>, ends: &mut HashMap<usize, Ended>) {
        let claiming = |one: &Going<'_>| matches!(one.intent, Intent::Claim { .. });
        let demands: Vec<Demand<'_>> = going.iter().filter(|one| claiming(one)).map(Going::demand).collect();
        let mut foreseen = self.sender.quota.foresee(self.snapshot, &demands).into_iter();
        going.retain_mut(|one| {
            let Some((reason, until)) = claiming(one).then(|| foreseen.next().flatten()).flatten() else { return true };
            if judge::rejects_at_once(one.request, reason) {
                one.intent = Intent::Reject { reason };
                return true;
            }
            one.intent = Intent::Defer { reason, until };
            let came_before = self.begun.duration_since(one.first_seen) >= SHORTEST_WAIT;
            if came_before {
                let fared = waits(self, one, reason, until);
                ends.insert(one.index, ended(whose, Some(one.campaign), one.request, &fared));
            }
            !came_before
        });
    }

    async fn claim_beside_admit(&self, going: Vec<Going<'a>>) -> Vec<Taken<'a>> {
        let claims = |one: &&Going<'_>| matches!(one.intent, Intent::Claim { .. });
        let demands: Vec<Demand<'_>> = going.iter().filter(claims).map(Going::demand).collect();
        let admit = async {
            if demands.is_empty() { Vec::new() } else { self.sender.quota.admit(self.snapshot, &demands).await }
        };
        // Beside each other, unless the ledger failed a moment ago: what is charged for a claim that fails is lost.
        let (opened, mut admitted) = if self.sender.trouble.ledger_fails(self.begun) {
            let opened = self.open(&going).await;
            let any = opened.iter().any(|opened| matches!(opened, Opened::AsIntended));
            (opened, if any { admit.await } else { Vec::new() })
        } else {
            futures::join!(self.open(&going), admit)
        };
        // One record that is malformed is no failure of the table, and where nothing was asked nothing is known.
        let fails = |error: &TableError| !matches!(error, TableError::Malformed { .. });
        let failed = opened.iter().any(|opened| matches!(opened, Opened::Failed(error) if fails(error)));
        let quota_failed = |admission: &Admission| matches!(&admission.verdict, Verdict::Failed(error) if fails(error));
        if !opened.is_empty() {
            self.sender.trouble.remember_ledger(self.begun, failed);
            if !failed && !admitted.iter().any(quota_failed) {
                self.sender.trouble.works();
            }
        }
        self.sender.quota.keep_apart(&demands, &mut admitted);
        let mut admitted = admitted.into_iter();
        let admissions: Vec<Option<Admission>> =
            going.iter().map(|one| claims(&one).then(|| admitted.next()).flatten()).collect();
        let parts = going.into_iter().zip(opened).zip(admissions);
        parts.map(|((going, opened), admission)| Taken { going, opened, admission }).collect()
    }

    /// Opens the records. A few may be opened from a state that is only known once it was seen: what waits for an
    /// operator, and what is to be sent again after an unknown result.
    async fn open(&self, going: &[Going<'_>]) -> Vec<Opened> {
        let ledger = &self.sender.ledger;
        let entries: Vec<Entry<'_>> =
            going.iter().map(|one| one.entry(judge::prior(self.snapshot, one.request, self.begun))).collect();
        let mut opened = ledger.open(&self.owner, &entries).await;
        let mut again = Vec::new();
        for (place, one) in going.iter().enumerate() {
            let Opened::Seen(found) = &opened[place] else { continue };
            let id = &one.request.id;
            match judge::seen(found, &one.fingerprint, self.snapshot.grant.unknown_result, self.begun) {
                // Nothing was taken for it: it is back in a moment, and is not taken to have waited too long then.
                Seen::Again(_) if one.is_too_old() && one.may_wait_longer(self.begun) => {
                    self.sender.trouble.remember_longer_wait(self.begun);
                }
                // It is not sent again so late, and stays what it is: unknown.
                Seen::Again(Prior::UnknownSince(_)) if one.is_too_old() => {}
                Seen::Again(prior) => again.push((place, one.entry(prior))),
                Seen::Unknown { lapsed: true, .. } => {
                    if let Err(error) = ledger.lapse(id, found).await {
                        tracing::warn!(%error, %id, "a lapsed claim could not be marked yet");
                    }
                }
                Seen::WaitedTooLong { reason, .. } => {
                    if let Err(error) = ledger.give_up(id, reason).await {
                        tracing::warn!(%error, %id, "the end of its waiting could not be recorded");
                    }
                }
                _ => {}
            }
        }
        if !again.is_empty() {
            let (places, entries): (Vec<usize>, Vec<Entry<'_>>) = again.into_iter().unzip();
            for (place, result) in places.into_iter().zip(ledger.open(&self.owner, &entries).await) {
                opened[place] = result;
            }
        }
        opened
    }

    async fn publish(&self, one: &Going<'_>, not_before: Timestamp) -> Fared {
        let deps = &self.sender.deps;
        let channel = self.sender.channel(one.campaign);
        let times = (self.begun, not_before, self.deadline);
        let answer = publish(channel, &*deps.clock, (&deps.grant, one.campaign, &self.owner), one.request, times).await;
        answered(self, one, answer)
    }
}

fn rejected(ended: &Ended) -> Option<Reason> {
    ended.outcome.reason.filter(|_| ended.outcome.said == Said::Rejected)
}

impl<'a> Going<'a> {
    /// Whether it has waited as long as a request without a record may.
    pub(super) fn is_too_old(&self) -> bool {
        matches!(self.intent, Intent::Reject { reason: Reason::WaitedTooLong })
    }

    /// Whether its record may allow it more: what waits for an operator or a receipt has an hour.
    pub(super) fn may_wait_longer(&self, now: Timestamp) -> bool {
        now.duration_since(self.first_seen) <= OPERATOR_WAIT
    }

    fn demand(&self) -> Demand<'a> {
        Demand { campaign: self.campaign, kind: self.request.kind, segments: self.request.measure.segments }
    }

    fn entry(&'a self, prior: Prior) -> Entry<'a> {
        Entry {
            id: &self.request.id,
            fingerprint: &self.fingerprint,
            campaign: &self.campaign.name,
            kind: self.request.kind,
            measure: self.request.measure,
            first_seen: self.first_seen,
            intent: self.intent,
            prior,
        }
    }
}
