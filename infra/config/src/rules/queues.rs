//! Queues: each belongs to one grant and one purpose.

use std::collections::BTreeMap;

use tendlc_core::arn::QueueArn;
use tendlc_core::name::GrantName;

use crate::config::Queues;
use crate::links::Links;
use crate::mistake::Report;
use crate::raw::{RawConfig, RawGrant};
use crate::resolve::queues;

/// What the name of the promotional lane ends with, before `.fifo`: a contract.
const PROMOTIONAL: &str = "-promotional";

pub(super) fn look(raw: &RawConfig, links: &Links<'_>, report: &mut Report) {
    let mut owners: BTreeMap<QueueArn, &GrantName> = BTreeMap::new();
    for (name, grant) in raw.grants() {
        let Some(primary) = links.primary_of_grant(name).and_then(|primary| raw.primary(primary)) else { continue };
        let Some(queues) = queues(name, grant.get_ref(), primary) else { continue };
        let at = grant.span().start;
        let keys = keys(grant.get_ref(), &queues, at);
        lanes(name, &keys, report);
        kinds(name, &keys, report);
        let taken: Vec<_> = keys.iter().filter_map(|key| Some((key, *owners.get(key.queue)?))).collect();
        if let Some((key, first)) = taken.first() {
            let names: Vec<String> = taken.iter().map(|(key, _)| format!("`{}`", key.queue.resource())).collect();
            let account = queues.transactional.account();
            let what = format!("grants.{first} already has {} in account {account}", names.join(", "));
            let cures: Vec<String> =
                taken.iter().map(|(key, _)| format!("{} = \"{}\"", key.name, key.other(name))).collect();
            let at = taken.iter().map(|(key, _)| key.at).find(|key_at| *key_at != at).unwrap_or(at);
            let cure = format!("Name queues of its own: {}.", cures.join(", "));
            report.mistake(at, format!("grants.{name}.{}", key.name), what, cure);
        }
        for queue in [&queues.transactional, &queues.promotional, &queues.dead_letter] {
            owners.entry(queue.clone()).or_insert(name);
        }
    }
}

/// A queue of a grant, and the key that names it.
struct Key<'q> {
    name: &'static str,
    at: usize,
    queue: &'q QueueArn,
}

impl Key<'_> {
    fn is_fifo(&self) -> bool {
        self.queue.resource().ends_with(".fifo")
    }

    fn is_promotional(&self) -> bool {
        self.queue.resource().trim_end_matches(".fifo").ends_with(PROMOTIONAL)
    }

    /// A name that no other grant's queue has.
    fn other(&self, grant: &GrantName) -> String {
        let end = match self.name {
            "promotional_queue" => PROMOTIONAL,
            "dead_letter_queue" => "-dead-letter",
            _ => "",
        };
        format!("tendlc-send-{grant}{end}{}", if self.is_fifo() { ".fifo" } else { "" })
    }
}

fn keys<'q>(grant: &RawGrant, queues: &'q Queues, at: usize) -> [Key<'q>; 3] {
    [
        Key { name: "queue", at: grant.queue.at(at), queue: &queues.transactional },
        Key { name: "promotional_queue", at: grant.promotional_queue.at(at), queue: &queues.promotional },
        Key { name: "dead_letter_queue", at: grant.dead_letter_queue.at(at), queue: &queues.dead_letter },
    ]
}

fn lanes(name: &GrantName, keys: &[Key<'_>; 3], report: &mut Report) {
    let [transactional, promotional, dead_letter] = keys;
    let path = |key: &Key<'_>| format!("grants.{name}.{}", key.name);
    if transactional.is_promotional() {
        let what =
            format!("`{}` ends in {PROMOTIONAL}, which makes it the promotional lane", transactional.queue.resource());
        report.mistake(transactional.at, path(transactional), what, "Give it a name that ends otherwise.");
    }
    if !promotional.is_promotional() {
        let what = format!(
            "`{}` does not end in {PROMOTIONAL}, by which functions know the lane",
            promotional.queue.resource()
        );
        report.mistake(promotional.at, path(promotional), what, format!("Give it a name that ends in {PROMOTIONAL}."));
    }
    if [transactional, promotional].iter().any(|lane| lane.queue == dead_letter.queue) {
        let what = "dead letters would be sent again and again from the queue that they came from";
        report.mistake(dead_letter.at, path(dead_letter), what, "Give dead letters a queue of their own.");
    }
}

/// SQS takes only a FIFO queue as the dead-letter queue of a FIFO queue, and only a standard one otherwise.
fn kinds(name: &GrantName, keys: &[Key<'_>; 3], report: &mut Report) {
    let [transactional, promotional, dead_letter] = keys;
    for key in [promotional, dead_letter] {
        if key.is_fifo() != transactional.is_fifo() {
            let (is, other) = if key.is_fifo() { ("FIFO", "standard") } else { ("standard", "FIFO") };
            let what = format!(
                "`{}` is a {is} queue, but `{}` a {other} one",
                key.queue.resource(),
                transactional.queue.resource()
            );
            let cure = "Let the names of all three end in .fifo, or none.";
            report.mistake(key.at, format!("grants.{name}.{}", key.name), what, cure);
        }
    }
    if transactional.is_fifo() {
        let what =
            "requests from an event bus that must wait need a standard queue, so this grant cannot use send-event";
        report.note(
            transactional.at,
            format!("grants.{name}.queue"),
            what,
            "Send from queues only, or drop the .fifo.",
        );
    }
}
