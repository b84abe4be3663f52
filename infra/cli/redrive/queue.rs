//! A queue of dead letters: taking them into hand, giving them back, putting them on the lane that they came from.

use std::collections::BTreeMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
};
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

/// So long does a receive wait for what comes: it then asks all of SQS's servers, where otherwise it asks some.
const WAIT_SECONDS: i32 = 1;

/// SQS takes this many entries a call.
const ENTRIES: usize = 10;

/// A queue of dead letters that is there.
#[derive(Clone)]
pub struct Queue<'a> {
    account: &'a Account,
    client: Client,
    url: String,
    lanes: Lanes,
    pub grant: &'a GrantName,
    of: &'a Grant,
}

/// The URLs of both lanes.
#[derive(Clone)]
struct Lanes {
    transactional: String,
    promotional: String,
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
    /// The queue `name` of an account, whose letters go back on the lanes of a grant. `None`: it is not there; a grant
    /// that was never deployed holds up nobody else's letters.
    pub async fn open(
        account: &'a Account,
        (grant, of): (&'a GrantName, &'a Grant),
        name: &str,
    ) -> anyhow::Result<Option<Self>> {
        let client = Client::new(&account.config);
        let Some(url) = url(account, &client, name).await? else { return Ok(None) };
        let lane = async |queue: &QueueArn| {
            let found = url_of_lane(account, &client, queue).await?;
            found.ok_or_else(|| {
                Wrong::error(format!("there is no queue {queue}"), format!("`tendlc grant {grant}` makes it"))
            })
        };
        let lanes = Lanes {
            transactional: lane(&of.queues.transactional).await?,
            promotional: lane(&of.queues.promotional).await?,
        };
        Ok(Some(Self { account, client, url, lanes, grant, of }))
    }

    /// The same queue, with the lanes of another grant of the same account.
    pub async fn for_grant(&self, grant: &'a GrantName, of: &'a Grant) -> anyhow::Result<Option<Self>> {
        let lane = async |queue| url_of_lane(self.account, &self.client, queue).await;
        let lanes = (lane(&of.queues.transactional).await?, lane(&of.queues.promotional).await?);
        let (Some(transactional), Some(promotional)) = lanes else { return Ok(None) };
        Ok(Some(Self { grant, of, lanes: Lanes { transactional, promotional }, ..self.clone() }))
    }

    /// Whether its letters lie on the same queue.
    pub fn is_same(&self, other: &Self) -> bool {
        self.url == other.url
    }

    /// Letters that somebody else has in hand: another look, or one that was ended.
    pub async fn elsewhere(&self) -> anyhow::Result<usize> {
        let name = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let answer = self.client.get_queue_attributes().queue_url(&self.url).attribute_names(name.clone()).send().await;
        let answer = answer.map_err(|error| self.failed("GetQueueAttributes", &Failure::of(&error)))?;
        let hidden = answer.attributes().and_then(|all| all.get(&name)).and_then(|text| text.parse().ok());
        Ok(hidden.unwrap_or(0))
    }

    /// Takes all letters into hand.
    pub async fn take(&self) -> anyhow::Result<Vec<Held>> {
        let mut all = Vec::new();
        loop {
            let answer = self
                .client
                .receive_message()
                .queue_url(&self.url)
                .max_number_of_messages(10)
                .wait_time_seconds(WAIT_SECONDS)
                .visibility_timeout(IN_HAND_SECONDS)
                .message_attribute_names("All")
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .send()
                .await
                .map_err(|error| self.failed("ReceiveMessage", &Failure::of(&error)))?;
            let messages = answer.messages.unwrap_or_default();
            if messages.is_empty() {
                return Ok(all);
            }
            all.extend(messages.iter().filter_map(held));
        }
    }

    /// Gives letters back. One that cannot be given back comes back by itself.
    pub async fn release(&self, letters: &[&Held]) -> anyhow::Result<()> {
        for some in letters.chunks(ENTRIES) {
            let mut call = self.client.change_message_visibility_batch().queue_url(&self.url);
            for (place, held) in some.iter().enumerate() {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(place.to_string());
                call = call.entries(entry.receipt_handle(&held.receipt).visibility_timeout(0).build()?);
            }
            call.send().await.map_err(|error| self.failed("ChangeMessageVisibility", &Failure::of(&error)))?;
        }
        Ok(())
    }

    /// Puts a letter on its lane and takes it off this queue, in that order: twice is once, since its id stays.
    pub async fn replay(&self, held: &Held) -> anyhow::Result<()> {
        let Some(body) = held.letter.body() else { return Ok(()) };
        let lane = self.lane(held);
        let mut send = self.client.send_message().queue_url(lane).message_body(body);
        if lane.ends_with(".fifo") {
            // Another deduplication id: what is replayed within five minutes would be dropped in silence.
            let group = held.group.clone().unwrap_or_else(|| "tendlc-redrive".to_owned());
            send = send.message_group_id(group).message_deduplication_id(Uuid::new_v4().to_string());
        }
        send.send().await.map_err(|error| self.failed("SendMessage", &Failure::of(&error)))?;
        let delete = self.client.delete_message().queue_url(&self.url).receipt_handle(&held.receipt);
        delete.send().await.map(|_| ()).map_err(|error| self.failed("DeleteMessage", &Failure::of(&error)))
    }

    /// What the request says of its kind, or the queue that it was on.
    fn lane(&self, held: &Held) -> &str {
        let was_on_it = || held.from.as_deref() == Some(self.of.queues.promotional.as_str());
        let is_promotional = held.letter.is_promotional().unwrap_or_else(was_on_it);
        if is_promotional { &self.lanes.promotional } else { &self.lanes.transactional }
    }

    fn failed(&self, action: &str, failure: &Failure) -> anyhow::Error {
        self.account.way.trouble().failed("sqs", action, failure)
    }
}

async fn url_of_lane(account: &Account, client: &Client, queue: &QueueArn) -> anyhow::Result<Option<String>> {
    url(account, client, queue.resource()).await
}

async fn url(account: &Account, client: &Client, name: &str) -> anyhow::Result<Option<String>> {
    match client.get_queue_url().queue_name(name).send().await {
        Ok(answer) => Ok(answer.queue_url),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_queue_does_not_exist()) => Ok(None),
        Err(error) => Err(account.way.trouble().failed("sqs", "GetQueueUrl", &Failure::of(&error))),
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
