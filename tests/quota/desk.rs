//! A function's quotas and ledger without the sending: every text that is admitted counts as accepted, every other one
//! is put off and its charge given back, as the pipeline does it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tendlc_core::clock::{Clock as _, ManualClock, SharedClock};
use tendlc_core::directory::{Directory, Snapshot};
use tendlc_core::ledger::{Entry, Intent, Ledger, Opened, Owner, Prior, Settled, Settlement};
use tendlc_core::name::CampaignName;
use tendlc_core::quota::{Charge, Demand, Quota, Verdict};
use tendlc_core::reason::Reason;
use tendlc_core::request::{Kind, RequestId};
use tendlc_core::segments::{Encoding, Measure, Segments};

use super::primary::{Primary, config, grant_name, table};
use super::wire::Wire;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    pub campaign: &'static str,
    pub kind: Kind,
    pub segments: u32,
}

pub fn text(segments: u32) -> Text {
    Text { campaign: "orders", kind: Kind::Transactional, segments }
}

pub fn promotional(segments: u32) -> Text {
    Text { kind: Kind::Promotional, ..text(segments) }
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Told {
    pub id: RequestId,
    pub segments: i64,
    pub verdict: Verdict,
    pub charge: Charge,
    /// When it was asked for, by the desk's clock.
    pub asked_at: Timestamp,
}

impl Told {
    pub fn admitted(&self) -> bool {
        matches!(self.verdict, Verdict::SendAt(_))
    }

    pub fn place(&self) -> Option<Timestamp> {
        match self.verdict {
            Verdict::SendAt(place) => Some(place),
            _ => None,
        }
    }

    pub fn reason(&self) -> Option<Reason> {
        match self.verdict {
            Verdict::Wait { reason, .. } => Some(reason),
            _ => None,
        }
    }

    pub fn until(&self) -> Option<Timestamp> {
        match self.verdict {
            Verdict::Wait { until, .. } => Some(until),
            _ => None,
        }
    }
}

/// Segments of those that were admitted.
pub fn admitted(told: &[Told]) -> i64 {
    told.iter().filter(|told| told.admitted()).map(|told| told.segments).sum()
}

/// One environment of a function.
pub struct Desk {
    quota: Quota,
    ledger: Ledger,
    directory: Arc<Directory>,
    pub clock: Arc<ManualClock>,
    pub wire: Wire,
}

impl Desk {
    /// On the primary's own clock.
    pub fn open(primary: &Primary, grant: &str) -> Self {
        Self::with(primary, grant, primary.clock.clone(), Wire::sound())
    }

    /// On a clock of its own, so much ahead of the primary's.
    pub fn skewed(primary: &Primary, grant: &str, by: SignedDuration) -> Self {
        Self::with(primary, grant, Arc::new(ManualClock::new(primary.now() + by)), Wire::sound())
    }

    pub fn with(primary: &Primary, grant: &str, clock: Arc<ManualClock>, wire: Wire) -> Self {
        let shared: SharedClock = clock.clone();
        let table = table(&config(&primary.aws, wire.client()));
        let name = grant_name(grant);
        Self {
            quota: Quota::new(table.clone(), name.clone(), shared.clone()),
            ledger: Ledger::new(table.clone(), name.clone(), shared.clone()),
            directory: Directory::new(table, name, shared),
            clock,
            wire,
        }
    }

    /// Reads the grant, so that what follows is what a warm environment does.
    pub async fn warm(&self) {
        self.directory.snapshot().await.unwrap();
        self.wire.clear();
    }

    /// One batch.
    pub async fn ask(&self, texts: &[Text]) -> Vec<Told> {
        let asked_at = self.clock.now();
        let Ok(snapshot) = self.directory.snapshot().await else { return Vec::new() };
        let owner = Owner::unique();
        let campaigns: Vec<CampaignName> = texts.iter().map(|text| text.campaign.parse().unwrap()).collect();
        let ids: Vec<RequestId> = texts.iter().map(|_| uuid::Uuid::new_v4().to_string().parse().unwrap()).collect();
        let fingerprint = "0".repeat(64).into();
        let entries: Vec<Entry<'_>> = texts
            .iter()
            .enumerate()
            .map(|(place, text)| Entry {
                id: &ids[place],
                fingerprint: &fingerprint,
                campaign: &campaigns[place],
                kind: text.kind,
                measure: Measure { encoding: Encoding::Gsm, segments: Segments::new(text.segments).unwrap() },
                first_seen: asked_at,
                intent: Intent::Claim { lease: asked_at + SignedDuration::from_secs(30) },
                prior: Prior::SeenAfter(asked_at - SignedDuration::from_hours(1)),
            })
            .collect();
        let demands = demands(&snapshot, texts, &campaigns);
        let (opened, admissions) =
            futures::join!(self.ledger.open(&owner, &entries), self.quota.admit(&snapshot, &demands));
        let mut settlements = Vec::new();
        let mut told = Vec::new();
        for ((text, id), (opened, mut admission)) in texts.iter().zip(&ids).zip(opened.into_iter().zip(admissions)) {
            let charge = admission.charge.clone();
            match opened {
                Opened::AsIntended => {
                    let settled = match &admission.verdict {
                        Verdict::SendAt(_) => Settled::Accepted { message_id: format!("m-{id}") },
                        Verdict::Wait { reason, until } => Settled::Deferred { reason: *reason, until: *until },
                        Verdict::Failed(_) => Settled::Deferred { reason: Reason::QuotaUnavailable, until: asked_at },
                    };
                    settlements.push(Settlement { id, settled, charge: charge.clone() });
                }
                // Perhaps claimed: it is not sent, and what was taken for it stays taken.
                Opened::Failed(error) => admission.verdict = Verdict::Failed(error),
                Opened::Seen(record) => panic!("an id of its own has a record: {record:?}"),
            }
            told.push(Told {
                id: id.clone(),
                segments: text.segments.into(),
                verdict: admission.verdict,
                charge,
                asked_at,
            });
        }
        self.ledger.settle(&owner, &settlements).await;
        told
    }

    /// Only the quotas: nothing is claimed, and what was taken for one that is not admitted is not given back.
    pub async fn admit(&self, texts: &[Text]) -> Vec<Told> {
        let asked_at = self.clock.now();
        let snapshot = self.directory.snapshot().await.unwrap();
        let campaigns: Vec<CampaignName> = texts.iter().map(|text| text.campaign.parse().unwrap()).collect();
        let admissions = self.quota.admit(&snapshot, &demands(&snapshot, texts, &campaigns)).await;
        let told = |(text, admission): (&Text, tendlc_core::quota::Admission)| Told {
            id: RequestId::random(),
            segments: text.segments.into(),
            verdict: admission.verdict,
            charge: admission.charge,
            asked_at,
        };
        texts.iter().zip(admissions).map(told).collect()
    }

    /// Asks again for what was refused, each time when it was told to, until `patience` of its batches in a row got
    /// nothing at all for want of a day's budget. Returns what was admitted.
    pub async fn ask_for_all(&self, texts: Vec<Text>, patience: usize) -> Vec<Told> {
        let mut waiting = std::collections::VecDeque::from(texts);
        let (mut all, mut in_vain) = (Vec::new(), 0);
        while !waiting.is_empty() && in_vain < patience {
            let batch: Vec<Text> = waiting.drain(..waiting.len().min(10)).collect();
            let told = self.ask(&batch).await;
            let some = told.iter().any(Told::admitted);
            let rate = told.iter().any(|told| told.reason() == Some(Reason::Rate));
            in_vain = if some || rate { 0 } else { in_vain + 1 };
            if rate && !some {
                self.clock.set(told.iter().filter_map(Told::until).min().unwrap());
            } else if !some {
                // Beyond what is remembered of an empty counter.
                self.clock.advance(SignedDuration::from_secs(6));
            }
            waiting.extend(batch.iter().zip(&told).filter(|(_, told)| !told.admitted()).map(|(text, _)| *text));
            all.extend(told.into_iter().filter(Told::admitted));
        }
        all
    }
}

fn demands<'a>(snapshot: &'a Snapshot, texts: &[Text], campaigns: &[CampaignName]) -> Vec<Demand<'a>> {
    let demand = |(text, campaign): (&Text, &CampaignName)| Demand {
        campaign: snapshot.campaign(campaign).unwrap(),
        kind: text.kind,
        segments: Segments::new(text.segments).unwrap(),
    };
    texts.iter().zip(campaigns).map(demand).collect()
}
