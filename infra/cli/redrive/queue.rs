//! A queue of dead letters: taking them into hand, giving them back, putting them on the lane that they came from.

use std::collections::BTreeMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use jiff::Timestamp;
use tendlc_config::Grant;
use tendlc_core::arn::QueueArn;
use tendlc_core::name::GrantName;
use uuid::Uuid;

use super::letter::Letter;
use crate::accounts::Account;
use crate::sync::reach::Failure;
use crate::wrong::Wrong;

/// How long letters stay in hand: an operator reads the table meanwhile. Those that are not given back come back then.
const IN_HAND_SECONDS: i32 = 300;

/// SQS gives a message to be received this often at most with nothing found in between before the queue counts as empty:
/// of a short queue it asks only some of its servers.
const EMPTY: usize = 3;

/// A queue of dead letters.
#[derive(Clone)]
pub struct Queue<'a> {
    account: &'a Account,
    pub grant: &'a GrantName,
    of: &'a Grant,
    name: String,
}

/// A letter in hand.
#[derive(Clone, Debug)]
pub struct Held {
    pub letter: Letter,
    /// When it came onto the queue.
    pub sent: Option<Timestamp>,
    receipt: String,
    group: Option<String>,
    /// The queue that SQS took it from, where it was SQS.
    from: Option<String>,
}

impl Held {
    pub fn of_nobody(self) -> Self {
        Self { letter: self.letter.of_nobody(), ..self }
    }
}

impl<'a> Queue<'a> {
    /// A grant's own.
    pub fn of_grant(account: &'a Account, grant: &'a GrantName, of: &'a Grant) -> Self {
        Self::named(account, grant, of, of.queues.dead_letter.resource())
    }

    /// One of the account's.
    pub fn named(account: &'a Account, grant: &'a GrantName, of: &'a Grant, name: &str) -> Self {
        Self { account, grant, of, name: name.to_owned() }
    }

    fn client(&self) -> Client {
        Client::new(&self.account.config)
    }

    /// Whether it is there: a grant that was never deployed has none, and holds up nobody else's.
    pub async fn is_there(&self) -> anyhow::Result<bool> {
        match self.client().get_queue_url().queue_name(&self.name).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_queue_does_not_exist()) => Ok(false),
            Err(error) => Err(self.account.way.trouble().failed("sqs", "GetQueueUrl", &Failure::of(&error))),
        }
    }

    async fn url(&self, name: &str) -> anyhow::Result<String> {
        let answer = self.client().get_queue_url().queue_name(name).send().await;
        let answer = answer.map_err(|error| {
            if error.as_service_error().is_some_and(|error| error.is_queue_does_not_exist()) {
                let what = format!("the account {} has no queue {name}", self.account.way.account);
                return Wrong::error(what, format!("`tendlc grant {}` makes it", self.grant));
            }
            self.account.way.trouble().failed("sqs", "GetQueueUrl", &Failure::of(&error))
        })?;
        Ok(answer.queue_url.unwrap_or_default())
    }

    /// Takes all letters into hand.
    pub async fn take(&self) -> anyhow::Result<Vec<Held>> {
        let (client, url) = (self.client(), self.url(&self.name).await?);
        let (mut all, mut empty) = (Vec::new(), 0);
        while empty < EMPTY {
            let answer = client
                .receive_message()
                .queue_url(&url)
                .max_number_of_messages(10)
                .visibility_timeout(IN_HAND_SECONDS)
                .message_attribute_names("All")
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .send()
                .await
                .map_err(|error| self.account.way.trouble().failed("sqs", "ReceiveMessage", &Failure::of(&error)))?;
            let messages = answer.messages.unwrap_or_default();
            empty = if messages.is_empty() { empty + 1 } else { 0 };
            all.extend(messages.iter().filter_map(held));
        }
        Ok(all)
    }

    /// Gives a letter back.
    pub async fn release(&self, held: &Held) -> anyhow::Result<()> {
        let url = self.url(&self.name).await?;
        let call = self.client().change_message_visibility().queue_url(url).receipt_handle(&held.receipt);
        let done = call.visibility_timeout(0).send().await;
        done.map(|_| ())
            .map_err(|error| self.account.way.trouble().failed("sqs", "ChangeMessageVisibility", &Failure::of(&error)))
    }

    /// Puts a letter on its lane and takes it off this queue, in that order: twice is once, since its id stays.
    pub async fn replay(&self, held: &Held) -> anyhow::Result<()> {
        let Some(body) = held.letter.body() else { return Ok(()) };
        let lane = self.lane(held);
        let mut send = self.client().send_message().queue_url(self.url(lane.resource()).await?).message_body(body);
        if lane.resource().ends_with(".fifo") {
            // Another deduplication id: what is replayed within five minutes would be dropped in silence.
            let group = held.group.clone().unwrap_or_else(|| "tendlc-redrive".to_owned());
            send = send.message_group_id(group).message_deduplication_id(Uuid::new_v4().to_string());
        }
        send.send()
            .await
            .map_err(|error| self.account.way.trouble().failed("sqs", "SendMessage", &Failure::of(&error)))?;
        let delete = self.client().delete_message().queue_url(self.url(&self.name).await?);
        let done = delete.receipt_handle(&held.receipt).send().await;
        done.map(|_| ())
            .map_err(|error| self.account.way.trouble().failed("sqs", "DeleteMessage", &Failure::of(&error)))
    }

    /// What the request says of its kind, or the queue that it was on.
    fn lane(&self, held: &Held) -> &QueueArn {
        let lanes = &self.of.queues;
        let was_on_it = || held.from.as_deref() == Some(lanes.promotional.as_str());
        if held.letter.is_promotional().unwrap_or_else(was_on_it) { &lanes.promotional } else { &lanes.transactional }
    }
}

fn held(message: &Message) -> Option<Held> {
    let attributes: BTreeMap<String, String> = message
        .message_attributes()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.string_value()?.to_owned())))
        .collect();
    let system = |name: &MessageSystemAttributeName| message.attributes().and_then(|all| all.get(name)).cloned();
    let sent = system(&MessageSystemAttributeName::SentTimestamp);
    Some(Held {
        letter: Letter::of(message.message_id().unwrap_or_default(), message.body().unwrap_or_default(), &attributes),
        sent: sent.and_then(|millis| Timestamp::from_millisecond(millis.parse().ok()?).ok()),
        receipt: message.receipt_handle()?.to_owned(),
        group: system(&MessageSystemAttributeName::MessageGroupId),
        from: system(&MessageSystemAttributeName::DeadLetterQueueSourceArn),
    })
}
