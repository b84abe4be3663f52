//! The quotas that the primary is held to, and what a grant may take of them: T-Mobile's daily cap, the grant's
//! own ceilings and its monthly spend, the campaign's segments per second, AWS's requests per second.
//!
//! One admission per batch. Everything is taken at once and beside each other; a request is admitted when every
//! part was. What was taken for one that is not admitted is given back with its ledger record, exactly once.

mod apart;
mod budget;
mod charge;
pub mod counter;
mod fit;
mod memory;
mod parts;
mod rate;
mod spend;
mod stop;
mod take;
mod verdict;

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

pub use charge::{Charge, Reserved, Taken};
pub use memory::Memory;
pub use verdict::{Admission, Verdict};

use crate::clock::SharedClock;
use crate::directory::Snapshot;
use crate::grant::Campaign;
use crate::name::GrantName;
use crate::reason::Reason;
use crate::request::Kind;
use crate::segments::Segments;
use crate::table::{Key, Table};
use apart::Apart;
use parts::Parts;
use rate::Scope;
use verdict::merge;

/// When a used-up budget is asked for again although its day goes on: receipts and failed sends give back.
const ASK_AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// What one text needs.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'a> {
    /// The campaign that it is sent on.
    pub campaign: &'a Campaign,
    /// Its lane.
    pub kind: Kind,
    /// Its segments.
    pub segments: Segments,
}

/// The quotas as one environment of a function sees them.
#[derive(Debug)]
pub struct Quota {
    table: Table,
    grant: GrantName,
    clock: SharedClock,
    memory: Memory,
    apart: Apart,
}

impl Quota {
    /// The quotas of `grant` in `table`.
    pub fn new(table: Table, grant: GrantName, clock: SharedClock) -> Self {
        Self { table, grant, clock, memory: Memory::default(), apart: Apart::default() }
    }

    /// Takes what the texts need, for as many of them as there is room for, the first ones first.
    pub async fn admit(&self, snapshot: &Snapshot, demands: &[Demand<'_>]) -> Vec<Admission> {
        let now = self.clock.now();
        let parts = Parts::of(snapshot, now, demands);
        let mut admissions = vec![Admission::at(now); demands.len()];
        // What is known to be refused takes nothing: a grant over its budget must not use up the campaign's rate.
        parts.refuse_what_is_known(self, now, &mut admissions);
        for stage in parts.stages(self, now) {
            let open = still_open(&admissions);
            if open.is_empty() {
                break;
            }
            // A later stage has waited for an earlier one's answers; places begin now.
            let now = self.clock.now();
            let budgets = join_all(stage.budgets.iter().map(|part| part.take(self, now, &open)));
            let spends = join_all(stage.spends.iter().map(|part| part.take(self, now, &open)));
            let clocks = join_all(stage.clocks.iter().map(|part| part.take(self, now, &open)));
            let (budgets, spends, clocks) = futures::join!(budgets, spends, clocks);
            for (index, part, taken) in budgets.into_iter().flatten() {
                admissions[index].charge.add(taken);
                merge(&mut admissions[index].verdict, part);
            }
            for (index, part, reserved) in spends.into_iter().flatten() {
                admissions[index].charge.reserve(reserved);
                merge(&mut admissions[index].verdict, part);
            }
            for (index, part) in clocks.into_iter().flatten() {
                merge(&mut admissions[index].verdict, part);
            }
        }
        self.remember_what_goes_back(&admissions);
        admissions
    }

    /// Money of texts that another quota refuses is given back with their records: it is not what the next text lacks.
    fn remember_what_goes_back(&self, admissions: &[Admission]) {
        let refused = admissions.iter().filter(|admission| !matches!(admission.verdict, Verdict::SendAt(_)));
        for reserved in refused.flat_map(|admission| admission.charge.reserved()) {
            let key = Key::month(&self.grant, reserved.month);
            self.memory.goes_back(&key, counter::SPENT, -reserved.amount.signed());
        }
    }

    /// What is known to be refused without asking anybody, for what, and until when.
    pub fn foresee(&self, snapshot: &Snapshot, demands: &[Demand<'_>]) -> Vec<Option<(Reason, Timestamp)>> {
        let now = self.clock.now();
        if !self.memory.was_refused_lately(now) {
            return vec![None; demands.len()];
        }
        let mut admissions = vec![Admission::at(now); demands.len()];
        Parts::of(snapshot, now, demands).refuse_what_is_known(self, now, &mut admissions);
        let waits = |admission: Admission| match admission.verdict {
            Verdict::Wait { reason, until } => Some((reason, until)),
            _ => None,
        };
        admissions.into_iter().map(waits).collect()
    }

    /// Moves the places of texts that are about to be sent so that they keep their distance from each other and from
    /// what this environment has sent before.
    pub fn keep_apart(&self, demands: &[Demand<'_>], admissions: &mut [Admission]) {
        let now = self.clock.now();
        let mut places: Vec<(&mut Timestamp, &Demand<'_>)> = admissions
            .iter_mut()
            .zip(demands)
            .filter_map(|(admission, demand)| match &mut admission.verdict {
                Verdict::SendAt(place) => Some((place, demand)),
                _ => None,
            })
            .collect();
        places.sort_by_key(|(place, _)| **place);
        for (place, demand) in places {
            *place = self.apart.place(*place, now, demand.clocks().map(|(key, _, cost)| (key, cost)));
        }
    }
}

impl Demand<'_> {
    /// The clocks that it needs a place on, with what it costs there.
    fn clocks(&self) -> [(Key, Scope, i64); 2] {
        let campaign = self.campaign;
        let of_campaign = rate::cost(self.segments.get().into(), campaign.milli_segments_per_second);
        let of_primary = rate::cost(1, u64::from(campaign.send_requests_per_second) * 1000);
        [
            (Key::campaign_clock(&campaign.name), Scope::Campaign, of_campaign),
            (Key::primary_clock(&campaign.primary), Scope::Primary, of_primary),
        ]
    }
}

fn still_open(admissions: &[Admission]) -> Vec<usize> {
    let open = |admission: &Admission| matches!(admission.verdict, Verdict::SendAt(_));
    admissions.iter().enumerate().filter(|(_, admission)| open(admission)).map(|(index, _)| index).collect()
}
