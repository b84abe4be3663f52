//! What the ledger says, all requests together.

use std::collections::BTreeMap;

use tendlc_core::ledger::{Record, State};
use tendlc_core::table::{KEY, read_number, read_text};

use super::function::Wish;
use super::primary::Primary;

/// State and segments of each request, by its key.
#[derive(Debug)]
pub struct Books(BTreeMap<String, (State, i64)>);

impl Books {
    pub async fn read(primary: &Primary) -> Self {
        let mut books = BTreeMap::new();
        let mut from = None;
        loop {
            let page = primary.table.client.scan().table_name(&primary.table.name).set_exclusive_start_key(from);
            let page = page.send().await.unwrap();
            for item in page.items() {
                let key = read_text(item, KEY).unwrap().to_owned();
                if key.starts_with("L#") {
                    books.insert(key, (Record::read(item).unwrap().state, read_number(item, "segments").unwrap()));
                }
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Self(books);
            }
        }
    }

    /// Segments of the requests in this state.
    pub fn segments(&self, state: State) -> i64 {
        self.0.values().filter(|(of, _)| *of == state).map(|(_, segments)| segments).sum()
    }

    /// Segments of what was sent, or may have been: what is to stay charged.
    pub fn may_be_sent(&self) -> i64 {
        [State::Accepted, State::Unknown, State::Claimed].into_iter().map(|state| self.segments(state)).sum()
    }

    /// Segments of requests that have no record: nobody knows whether they were claimed, so what was taken stays.
    pub fn never_claimed(&self, wishes: &[Wish]) -> i64 {
        let has = |wish: &&Wish| self.0.keys().any(|key| key.ends_with(&wish.id));
        wishes.iter().filter(|wish| !has(wish)).map(|wish| i64::from(wish.segments)).sum()
    }
}
