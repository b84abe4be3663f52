//! Two operators at once.

use futures::future::join_all;
use tendlc_core::clock::{ManualClock, SharedClock};
use tendlc_core::sync::{Sync, SyncError, Wanted};

use super::consistent::{assert_balanced, assert_promised_once};
use super::desk::{Desk, admitted, text};
use super::primary::{NOON, Primary, config, table};
use super::terms::Terms;
use super::wire::Wire;

/// From another machine, with a clock of its own.
async fn elsewhere(primary: &Primary, wanted: &Wanted) -> Result<usize, SyncError> {
    let clock: SharedClock = std::sync::Arc::new(ManualClock::new(primary.now()));
    let sync = Sync::new(table(&config(&primary.aws, Wire::sound().client())), clock);
    sync.run(wanted).await.map(|changes| changes.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_file_twice_at_once_is_written_once() {
    let terms = Terms::cap(100).grant("a", 30, 80).grant("b", 20, 50).grant("c", 10, 50);
    let primary = Primary::empty(NOON, &terms.grants).await;
    let wanted = terms.wanted(primary.today());
    let done = join_all((0..3).map(|_| elsewhere(&primary, &wanted))).await;
    assert!(done.iter().all(|done| matches!(done, Ok(_) | Err(SyncError::Overtaken(_)))), "{done:?}");
    assert_balanced(&primary, primary.today(), 0, "together").await;
    assert_promised_once(&primary, "together").await;
    primary.sync(&terms).await;
    assert_eq!(primary.counters(primary.today()).await.unused_guarantees(), 60);
    assert_eq!(primary.sync(&terms).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_files_at_once_promise_nothing_twice() {
    let start = Terms::cap(100).grant("a", 50, 100).grant("b", 50, 100);
    let files = [
        Terms::cap(100).grant("a", 90, 100).grant("b", 10, 100),
        Terms::cap(80).grant("a", 5, 100).grant("b", 75, 100).grant("c", 0, 10),
        Terms::cap(120).grant("b", 100, 100).grant("d", 20, 20),
    ];
    for round in 0..4 {
        let primary = Primary::start(NOON, &start).await;
        let told = Desk::open(&primary, "a").ask(&[text(4); 5]).await;
        assert_eq!(admitted(&told), 20);
        let wanted: Vec<Wanted> = files.iter().map(|file| file.wanted(primary.today())).collect();
        let done = join_all(wanted.iter().map(|wanted| elsewhere(&primary, wanted))).await;
        let when = format!("round {round}: {done:?}");
        assert_balanced(&primary, primary.today(), 20, &when).await;
        assert_promised_once(&primary, &when).await;
        // Whoever runs last has it their way.
        let file = &files[round % files.len()];
        primary.sync(file).await;
        assert_balanced(&primary, primary.today(), 20, &when).await;
        assert_promised_once(&primary, &when).await;
        assert_eq!(primary.sync(file).await, [], "{when}");
        let counters = primary.counters(primary.today().next()).await;
        let names: Vec<&String> = counters.grants.keys().collect();
        assert_eq!(names, file.grants.iter().map(|grant| &grant.name).collect::<Vec<_>>(), "{when}");
        assert_eq!(
            counters.unused_guarantees(),
            file.grants.iter().map(|grant| grant.guaranteed).sum::<i64>(),
            "{when}"
        );
    }
}
