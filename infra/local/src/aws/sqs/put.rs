//! What other services of AWS put on a queue: no caller, and no rights to ask about.

use jiff::{SignedDuration, Timestamp};

use super::queue::Message;
use super::{Queues, by_arn};
use crate::aws::state::lock;

impl Queues {
    /// Puts a message on the queue with this ARN at a moment that may be still to come: until then nobody receives it.
    /// False where there is no such queue: AWS loses the message without a word.
    pub(crate) fn put(&self, queue_arn: &str, body: &str, sender: &str, at: Timestamp) -> bool {
        let mut queues = lock(&self.queues);
        let id = by_arn(&mut queues, queue_arn);
        let Some(queue) = id.and_then(|id| queues.get_mut(&id)) else { return false };
        let mut message = Message::new(body, sender.to_owned(), at);
        let delay = SignedDuration::from_secs(queue.settings.delay_seconds.into());
        message.visible = at.checked_add(delay).unwrap_or(at);
        queue.enqueue(message);
        drop(queues);
        self.arrived.notify_waiters();
        true
    }
}
