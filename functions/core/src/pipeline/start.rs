//! What a sender fetches while its environment starts, so that the first batch need not.

use futures::future::join_all;

use super::sender::Sender;

/// Calls to the table that a batch makes beside each other: its claims, its budget, both clocks.
const TABLE_CALLS: usize = 4;

impl Sender {
    /// Fetches role and grant; says whether they are there. What fails here is met again, and judged, by the first batch.
    pub async fn warm_up(&self) -> bool {
        match self.prepare().await {
            Ok(_) => true,
            Err((reason, detail)) => {
                tracing::warn!(%reason, detail, "not ready yet");
                false
            }
        }
    }

    /// Opens the connections that a batch of so many texts needs, once it is warmed up. All senders of a function share
    /// them.
    pub async fn connect(&self, texts: usize) {
        // Without role and grant there is nothing to connect for, which was said before.
        let Ok(snapshot) = self.prepare().await else { return };
        let Some(channel) = snapshot.campaigns().next().map(|campaign| self.channel(campaign)) else { return };
        futures::join!(
            join_all((0..texts).map(|_| channel.connect())),
            join_all((0..TABLE_CALLS).map(|_| self.deps.table.connect())),
            self.deps.outcomes.connect(),
        );
    }
}
