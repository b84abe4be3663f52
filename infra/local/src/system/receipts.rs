//! Where all that AWS tells of a primary's texts comes together: one queue, fed by the topics of its configuration sets
//! and by a rule of its default bus, for the function `settle-receipt`.

use tendlc_config::Primary;

use super::seed::{MAX_RECEIVE_COUNT, RETENTION_SECONDS, VISIBILITY_SECONDS};
use crate::aws::seed::{Queue, Seed, Subscription};

/// The queue, in the primary.
pub(super) const QUEUE: &str = "tendlc-receipts";
const DEAD_LETTERS: &str = "tendlc-receipts-dead-letter";

/// The queue's ARN.
pub(super) fn queue_arn(primary: &Primary) -> String {
    arn(primary, QUEUE)
}

fn arn(primary: &Primary, queue: &str) -> String {
    format!("arn:aws:sqs:{}:{}:{queue}", primary.region, primary.account)
}

/// Adds the queue, and its feeders, for all of the seed's configuration sets.
pub(super) fn add(seed: &mut Seed, primary: &Primary) {
    let queue = |name| Queue {
        visibility_timeout_seconds: VISIBILITY_SECONDS,
        retention_seconds: RETENTION_SECONDS,
        ..Queue::new(primary.account.as_str(), name)
    };
    let dead_letter = Some((arn(primary, DEAD_LETTERS), MAX_RECEIVE_COUNT));
    seed.queues.extend([queue(DEAD_LETTERS), Queue { dead_letter, ..queue(QUEUE) }]);
    let topics = seed.sms.configuration_sets.iter().filter_map(|set| set.topic_arn.clone());
    let subscribe = |topic_arn| Subscription { topic_arn, queue_arn: queue_arn(primary), raw: true };
    seed.sms.receipts.subscriptions = topics.map(subscribe).collect();
    seed.sms.receipts.rule_targets = vec![queue_arn(primary)];
}
