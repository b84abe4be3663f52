//! One queue and its messages.

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::super::refusal::Refusal;
use super::super::seed::Queue;
use super::attributes::Attributes;
use super::{Handles, invalid};

/// A received message can be hidden for twelve hours in all.
pub(super) const LONGEST_HIDDEN: i64 = 43_200;
/// How long a FIFO queue remembers deduplication ids.
const DEDUPLICATED: SignedDuration = SignedDuration::from_mins(5);

/// How many messages a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Those that can be received now.
    pub visible: usize,
    /// Those that were received and neither deleted nor visible again.
    pub in_flight: usize,
    /// Those that were never received and are delayed.
    pub delayed: usize,
}

/// A message. Its body is in no `Debug` output.
#[derive(Clone)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) attributes: Attributes,
    pub(super) system: Attributes,
    pub(super) group: Option<String>,
    pub(super) deduplication: Option<String>,
    pub(super) sequence: Option<String>,
    pub(super) sender: String,
    pub(super) sent: Timestamp,
    pub(super) visible: Timestamp,
    pub(super) first_received: Option<Timestamp>,
    pub(super) received: Option<Timestamp>,
    pub(super) receives: u32,
    pub(super) handle: Option<String>,
    pub(super) dead_letter_source: Option<String>,
}

impl Message {
    /// One with nothing but a body, visible from `now` on.
    pub(super) fn new(body: &str, sender: String, now: Timestamp) -> Self {
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            body: body.to_owned(),
            attributes: Attributes::default(),
            system: Attributes::default(),
            group: None,
            deduplication: None,
            sequence: None,
            sender,
            sent: now,
            visible: now,
            first_received: None,
            received: None,
            receives: 0,
            handle: None,
            dead_letter_source: None,
        }
    }
}

/// A queue's state.
pub(super) struct QueueState {
    pub(super) settings: Queue,
    pub(super) created: Timestamp,
    pub(super) messages: VecDeque<Message>,
    pub(super) purged: Option<Timestamp>,
    /// Every handle that was given out, for as long as the double runs.
    handles: Handles,
    seen: HashMap<String, (Timestamp, String, String)>,
    sequence: u128,
}

impl QueueState {
    pub(super) fn new(settings: Queue, now: Timestamp) -> Self {
        Self {
            settings,
            created: now,
            messages: VecDeque::new(),
            purged: None,
            handles: HashMap::new(),
            seen: HashMap::new(),
            sequence: 18_850_000_000_000_000_000,
        }
    }

    pub(super) fn depth(&self, now: Timestamp) -> Depth {
        let mut depth = Depth::default();
        for message in &self.messages {
            match (message.visible <= now, message.receives) {
                (true, _) => depth.visible += 1,
                (false, 0) => depth.delayed += 1,
                (false, _) => depth.in_flight += 1,
            }
        }
        depth
    }

    /// How old the oldest message is. One that was received three times or more is not looked at.
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html>
    pub(super) fn oldest(&self, now: Timestamp) -> Option<SignedDuration> {
        let counted = self.messages.iter().filter(|message| message.receives < 3);
        counted.map(|message| now.duration_since(message.sent)).max()
    }

    /// Forgets what is older than the retention time.
    pub(super) fn expire(&mut self, now: Timestamp) {
        let kept = SignedDuration::from_secs(self.settings.retention_seconds.into());
        self.messages.retain(|message| now.duration_since(message.sent) < kept);
    }

    /// Adds a message. A FIFO queue that knows its deduplication id answers with the first one's id and number.
    pub(super) fn enqueue(&mut self, mut message: Message) -> (String, Option<String>) {
        if let Some(deduplication) = message.deduplication.clone().filter(|_| self.settings.is_fifo()) {
            self.seen.retain(|_, (at, ..)| message.sent.duration_since(*at) < DEDUPLICATED);
            if let Some((_, id, sequence)) = self.seen.get(&deduplication) {
                return (id.clone(), Some(sequence.clone()));
            }
            self.sequence += 256;
            let sequence = self.sequence.to_string();
            self.seen.insert(deduplication, (message.sent, message.id.clone(), sequence.clone()));
            message.sequence = Some(sequence);
        }
        let answer = (message.id.clone(), message.sequence.clone());
        self.messages.push_back(message);
        answer
    }

    /// Takes in a message whose receives are used up.
    pub(super) fn bury(&mut self, mut message: Message, source: String) {
        message.dead_letter_source = Some(source);
        (message.receives, message.handle, message.first_received, message.received) = (0, None, None, None);
        if self.settings.is_fifo() {
            self.sequence += 256;
            message.sequence = Some(self.sequence.to_string());
        }
        self.messages.push_back(message);
    }

    /// Hides up to `most` visible messages and returns them, and those whose receives are used up.
    pub(super) fn receive(
        &mut self,
        most: usize,
        hide: SignedDuration,
        now: Timestamp,
    ) -> (Vec<Message>, Vec<Message>) {
        let (fifo, limit) = (self.settings.is_fifo(), self.settings.dead_letter.as_ref().map(|(_, most)| *most));
        let until = now.checked_add(hide).unwrap_or(Timestamp::MAX);
        let mut blocked: HashSet<String> = HashSet::new();
        let (mut received, mut dead, mut kept) = (Vec::new(), Vec::new(), VecDeque::new());
        for mut message in self.messages.drain(..) {
            let group = message.group.clone().filter(|_| fifo);
            let is_blocked = group.as_ref().is_some_and(|group| blocked.contains(group));
            if is_blocked || message.visible > now || received.len() == most {
                // Whatever of a group is not delivered, nothing behind it may be.
                blocked.extend(group);
                kept.push_back(message);
            } else if limit.is_some_and(|limit| message.receives >= limit) {
                dead.push(message);
            } else {
                message.receives += 1;
                message.first_received.get_or_insert(now);
                message.received = Some(now);
                message.visible = until;
                let handle = format!("AQEB{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
                self.handles.insert(handle.clone(), message.id.clone());
                message.handle = Some(handle);
                received.push(message.clone());
                kept.push_back(message);
            }
        }
        self.messages = kept;
        (received, dead)
    }

    /// The place of the message that a handle was given out for, None when it is gone or was received again since.
    fn find(&self, handle: &str, lenient: bool) -> Result<Option<usize>, Refusal> {
        if !self.handles.contains_key(handle) {
            let message = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
            let refusal = Refusal::modelled(404, "ReceiptHandleIsInvalid", message);
            return if lenient { Ok(None) } else { Err(refusal) };
        }
        Ok(self.messages.iter().position(|message| message.handle.as_deref() == Some(handle)))
    }

    pub(super) fn delete(&mut self, handle: &str, lenient: bool, now: Timestamp) -> Result<(), Refusal> {
        let Some(place) = self.find(handle, lenient)? else { return Ok(()) };
        // A standard queue deletes by the last handle even when it has lapsed, a FIFO queue does not.
        if self.settings.is_fifo() && self.messages.get(place).is_some_and(|message| message.visible <= now) {
            let reason = "Reason: The receipt handle has expired.";
            return Err(invalid(format!("Value {handle} for parameter ReceiptHandle is invalid. {reason}")));
        }
        self.messages.remove(place);
        Ok(())
    }

    pub(super) fn change(&mut self, handle: &str, seconds: i64, lenient: bool, now: Timestamp) -> Result<(), Refusal> {
        let known = self.handles.contains_key(handle);
        let Some(message) = self.find(handle, lenient)?.and_then(|place| self.messages.get_mut(place)) else {
            if !known {
                return Ok(());
            }
            let reason = "Reason: Message does not exist or is not available for visibility timeout change.";
            return Err(invalid(format!("Value {handle} for parameter ReceiptHandle is invalid. {reason}")));
        };
        if message.visible <= now {
            let text = "The message referred to isn't in flight.";
            return Err(Refusal::modelled(400, "MessageNotInflight", text));
        }
        let until = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
        let received = message.received.unwrap_or(now);
        if until.duration_since(received) > SignedDuration::from_secs(LONGEST_HIDDEN) {
            return Err(invalid(format!(
                "Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the \
                 message is beyond the limit [{LONGEST_HIDDEN} seconds]"
            )));
        }
        message.visible = until;
        Ok(())
    }
}
