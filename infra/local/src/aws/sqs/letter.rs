//! Dead letters as their attributes tell them.

use super::Queues;
use crate::aws::state::lock;

/// A message that a function has put away, as its attributes say. Its body stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// SQS's id of the message.
    pub message_id: String,
    /// The request's id.
    pub id: String,
    /// Why it was put away.
    pub reason: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

impl Queues {
    /// The dead letters that a queue holds, the oldest first.
    pub(crate) fn letters(&self, account: &str, name: &str) -> Vec<Letter> {
        let queues = lock(&self.queues);
        let queue = queues.get(&(account.to_owned(), name.to_owned()));
        let letters = queue.into_iter().flat_map(|queue| &queue.messages).filter_map(|message| {
            let text = |name| message.attributes.text(name).map(str::to_owned);
            Some(Letter {
                message_id: message.id.clone(),
                id: text("id")?,
                reason: text("reason")?,
                detail: text("detail")?,
            })
        });
        letters.collect()
    }
}
