//! Requests with the same id in one batch: one transaction takes an item only once, so they go in rounds.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::batch::Batch;
use super::sender::Sender;
use super::settle::Whose;
use super::{Ended, Ending, judge};
use crate::directory::Snapshot;
use crate::outcome::Said;
use crate::request::Request;

/// A request with its place in the batch and when it was first seen.
pub(super) type Each<'a> = (usize, &'a Request, Timestamp);

impl Sender {
    /// Takes the first of each id, then what is left of the second, and so on.
    pub(super) async fn rounds(
        &self,
        snapshot: &Snapshot,
        whose: Whose<'_>,
        mut open: Vec<Each<'_>>,
        deadline: Timestamp,
    ) -> HashMap<usize, Ended> {
        let mut ends = HashMap::with_capacity(open.len());
        while !open.is_empty() {
            let mut ids = HashSet::new();
            let (firsts, repeats): (Vec<Each<'_>>, Vec<Each<'_>>) =
                open.into_iter().partition(|(_, request, _)| ids.insert(request.id.as_str()));
            let batch = Batch::new(self, snapshot, deadline);
            let mut round = Box::pin(batch.take(whose, &firsts)).await;
            open = Vec::new();
            for repeat in repeats {
                let first = firsts.iter().find(|(_, first, _)| first.id == repeat.1.id);
                let same = first.and_then(|first| Some((first.1, round.get(&first.0)?)));
                match same.and_then(|(first, end)| self.repeated(snapshot, repeat.1, (first, end))) {
                    Some(end) => {
                        round.insert(repeat.0, end);
                    }
                    None => open.push((repeat.0, repeat.1, self.as_if_later(snapshot, repeat))),
                }
            }
            ends.extend(round);
        }
        ends
    }

    /// Now, so that what was rejected a moment ago is judged afresh. One that has waited as long as it may stays as old as
    /// it is.
    fn as_if_later(&self, snapshot: &Snapshot, (_, request, first_seen): Each<'_>) -> Timestamp {
        let now = self.deps.clock.now();
        let too_old = now.duration_since(first_seen) > snapshot.grant.max_wait.of(request.kind);
        if too_old { first_seen } else { now.max(first_seen) }
    }

    /// What is known of a request when the same one was just taken and was not rejected. `None`: the ledger is to judge
    /// it as if it came later, for it may have what the first lacked, or be another text under the id.
    fn repeated(&self, snapshot: &Snapshot, request: &Request, (of, end): (&Request, &Ended)) -> Option<Ended> {
        if matches!(end.ending, Ending::DeadLetter { .. }) {
            return None;
        }
        let print = |request: &Request| {
            judge::campaign(snapshot, request).ok().map(|campaign| request.fingerprint(&self.deps.key, &campaign.name))
        };
        if print(request) != print(of) {
            return None;
        }
        let mut again = end.clone();
        again.outcome.duplicate = matches!(end.outcome.said, Said::Accepted | Said::Unknown);
        again.outcome.context = request.context.clone();
        Some(again)
    }
}
