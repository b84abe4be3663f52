//! In the hub, which queue and which account lead to which grant.

use std::collections::BTreeMap;

use tendlc_core::arn::QueueArn;
use tendlc_core::clock::SharedClock;
use tendlc_core::grant::{LaneQueues, Topology};
use tendlc_core::served::Pointer;
use tendlc_core::sync::{Change, Sync, Tense, Wanted};
use tendlc_core::table::Key;

use super::primary::{NOON, Primary};
use super::terms::Terms;
use super::wire::{Fate, Wire};

fn queue(name: &str) -> QueueArn {
    format!("arn:aws:sqs:us-east-1:111111111111:{name}").parse().unwrap()
}

/// A hub's grants, each with its queue and account.
pub fn hub(primary: &Primary, grants: &[(&str, &str, &str)]) -> Wanted {
    let terms = grants.iter().fold(Terms::cap(100), |terms, (name, ..)| terms.grant(name, 10, 50));
    let mut wanted = terms.wanted(primary.today());
    for (grant, (_, at, account)) in wanted.grants.iter_mut().zip(grants) {
        grant.topology = Topology::Hub;
        grant.account = account.parse().unwrap();
        let (transactional, promotional) = (queue(at), queue(&format!("{at}-promotional")));
        grant.queues = Some(LaneQueues { transactional, promotional });
    }
    wanted
}

async fn leads_to(primary: &Primary) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for name in ["one", "two", "three"] {
        for key in [Key::hub_queue(&queue(name)), Key::hub_queue(&queue(&format!("{name}-promotional")))] {
            if let Some(pointer) = primary.table.read::<Pointer>(&key).await.unwrap() {
                found.insert(key.as_str().rsplit(':').next().unwrap().to_owned(), pointer.grant.to_string());
            }
        }
    }
    for account in ["222222222222", "333333333333"] {
        let key = Key::hub_account(&account.parse().unwrap());
        if let Some(pointer) = primary.table.read::<Pointer>(&key).await.unwrap() {
            found.insert(account.to_owned(), pointer.grant.to_string());
        }
    }
    found
}

fn expected(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter().map(|(key, grant)| ((*key).to_owned(), (*grant).to_owned())).collect()
}

#[tokio::test]
async fn queues_and_accounts_lead_to_their_grant_and_to_nobody_once_it_has_others() {
    let primary = Primary::empty(NOON, &[]).await;
    let clock: SharedClock = primary.clock.clone();
    let sync = Sync::new(primary.table.clone(), clock);
    sync.run(&hub(&primary, &[("a", "one", "222222222222")])).await.unwrap();
    let first = [("one", "a"), ("one-promotional", "a"), ("222222222222", "a")];
    assert_eq!(leads_to(&primary).await, expected(&first));

    let moved = hub(&primary, &[("a", "two", "333333333333")]);
    sync.run(&moved).await.unwrap();
    assert_eq!(leads_to(&primary).await, expected(&[("two", "a"), ("two-promotional", "a"), ("333333333333", "a")]));
    assert_eq!(sync.run(&moved).await.unwrap(), []);

    let spoke = Terms::cap(100).grant("a", 10, 50).wanted(primary.today());
    sync.run(&spoke).await.unwrap();
    assert_eq!(leads_to(&primary).await, expected(&[]), "a spoke is found by nobody");
}

#[tokio::test]
async fn a_queue_that_passes_to_another_grant_is_somebodys_all_the_time() {
    for last in 1.. {
        let primary = Primary::empty(NOON, &[]).await;
        let clock: SharedClock = primary.clock.clone();
        let sync = Sync::new(primary.table.clone(), clock.clone());
        sync.run(&hub(&primary, &[("old", "one", "222222222222")])).await.unwrap();
        let mut writes = 0;
        let wire = Wire::new(move |call| {
            writes += usize::from(!call.is_read());
            if writes == last { Fate::DiesBefore } else { Fate::Through }
        });
        let cut = Sync::new(super::primary::table(&super::primary::config(&primary.aws, wire.client())), clock);
        let wanted = hub(&primary, &[("new", "one", "222222222222")]);
        let whole = tokio::select! {
            done = cut.run(&wanted) => done.is_ok(),
            () = wire.died() => false,
        };
        let now = leads_to(&primary).await;
        assert_eq!(now.len(), 3, "cut off before write {last}: {now:?}");
        for grant in now.values() {
            assert!(primary.grant(grant).await.is_some(), "cut off before write {last}: {now:?}");
        }
        if whole {
            assert_eq!(now, expected(&[("one", "new"), ("one-promotional", "new"), ("222222222222", "new")]));
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_that_another_sync_takes_away_in_the_middle_leads_to_its_grant_again() {
    let primary = Primary::empty(NOON, &[]).await;
    let elsewhere = hub(&primary, &[("a", "two", "222222222222")]);
    let mut wanted = hub(&primary, &[("a", "one", "222222222222")]);
    primary.run(&wanted).await.unwrap();
    // Less is guaranteed, so a first write comes before the grant's own; the other sync goes between the two.
    wanted.grants[0].budgets.values_mut().flatten().for_each(|entry| entry.value.guaranteed = 5);
    let other = Sync::new(primary.table.clone(), primary.clock.clone() as SharedClock);
    let (mut wrote, mut met) = (false, false);
    let wire = Wire::new(move |call| {
        if wrote && !met {
            met = true;
            let run = async { other.run(&elsewhere).await };
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(run)).unwrap();
        }
        wrote |= !call.is_read();
        Fate::Through
    });
    let table = super::primary::table(&super::primary::config(&primary.aws, wire.client()));
    Sync::new(table, primary.clock.clone() as SharedClock).run(&wanted).await.unwrap();
    assert_eq!(leads_to(&primary).await, expected(&[("one", "a"), ("one-promotional", "a"), ("222222222222", "a")]));
    assert_eq!(primary.run(&wanted).await.unwrap(), []);
}

#[tokio::test]
async fn removing_a_spoke_leaves_a_hub_grant_of_the_same_account_alone() {
    let primary = Primary::empty(NOON, &[]).await;
    let clock: SharedClock = primary.clock.clone();
    let sync = Sync::new(primary.table.clone(), clock);
    let mut both = hub(&primary, &[("a", "one", "222222222222"), ("spoke", "two", "222222222222")]);
    both.grants[1].topology = Topology::Spoke;
    both.grants[1].queues = None;
    sync.run(&both).await.unwrap();
    let wire = Wire::sound();
    let watched = Sync::new(
        super::primary::table(&super::primary::config(&primary.aws, wire.client())),
        primary.clock.clone() as SharedClock,
    );
    watched.run(&hub(&primary, &[("a", "one", "222222222222")])).await.unwrap();
    assert_eq!(leads_to(&primary).await, expected(&[("one", "a"), ("one-promotional", "a"), ("222222222222", "a")]));
    assert!(!wire.calls().iter().any(|call| call.operation == "DeleteItem"), "not even for a moment");
}

/// The queues that nobody has after a sync that makes `before` what `after` says.
async fn unserved(before: &[(&str, &str, &str)], after: impl FnOnce(&Primary) -> Wanted) -> Vec<String> {
    let primary = Primary::empty(NOON, &[]).await;
    primary.run(&hub(&primary, before)).await.unwrap();
    let wanted = after(&primary);
    let changes = primary.run(&wanted).await.unwrap();
    assert_eq!(primary.run(&wanted).await.unwrap(), [], "it is said once");
    let mut names = Vec::new();
    for change in &changes {
        let Change::Unserved { queues, .. } = change else { continue };
        names.extend(queues.iter().map(|queue| queue.resource().to_owned()));
        for (tense, cure) in [(Tense::Ahead, "run empty first"), (Tense::Done, "event source mapping")] {
            let line = change.lines(tense).concat();
            assert!(line.starts_with("WARNING: ") && line.contains("NOT_GRANTED") && line.contains(cure), "{line}");
            assert!(queues.iter().all(|queue| line.contains(queue.as_str())), "{line}");
        }
    }
    names
}

#[tokio::test]
async fn whoever_takes_a_queue_away_is_told_what_becomes_of_what_is_on_it() {
    let one = [("a", "one", "222222222222")];
    let both = ["one", "one-promotional"];
    assert_eq!(unserved(&one, |_| Wanted::default()).await, both, "the grant goes");
    assert_eq!(unserved(&one, |primary| hub(primary, &[("a", "two", "222222222222")])).await, both, "it has others");
    let spoke = |primary: &Primary| {
        let mut wanted = hub(primary, &one);
        wanted.grants[0].topology = Topology::Spoke;
        wanted
    };
    assert_eq!(unserved(&one, spoke).await, both, "it is no hub grant any more");
}

#[tokio::test]
async fn queues_that_somebody_has_are_nothing_to_warn_of() {
    let one = [("a", "one", "222222222222")];
    let none: [&str; 0] = [];
    assert_eq!(unserved(&one, |primary| hub(primary, &[("b", "one", "222222222222")])).await, none, "another's");
    assert_eq!(unserved(&one, |primary| hub(primary, &[("a", "one", "333333333333")])).await, none, "another account");
    let lower = |primary: &Primary| {
        let mut wanted = hub(primary, &one);
        wanted.grants[0].max_wait.promotional = 60;
        wanted
    };
    assert_eq!(unserved(&one, lower).await, none, "the same");
}
