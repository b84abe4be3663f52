//! What tendlc does to queues: hide what must wait, put away what is dead, hand over what comes back later.

use aws_sdk_sqs::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::operation::RequestId as _;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, MessageAttributeValue, MessageSystemAttributeNameForSends,
    MessageSystemAttributeValue,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::arn::QueueArn;
use crate::name::GrantName;
use crate::reason::Reason;
use crate::request::{Kind, RequestId, has_a_key_twice};
use crate::trace::TraceHeader;

/// SQS hides a message for 12 hours from its receipt at most; the invocation has used some of them.
const LONGEST_HIDDEN: i64 = 42_000;
/// SQS delays a new message for 15 minutes at most.
const LONGEST_DELAY: i64 = 900;
/// SQS takes ten entries a call.
const ENTRIES: usize = 10;
/// SQS takes 1 MiB, attributes included.
const LARGEST: usize = 1_048_576;
/// What the attributes of a dead letter take at most.
const ATTRIBUTES: usize = 2_048;

/// Why a queue did not take what it was to.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the queue did not {what}: {code} ({request_id})")]
pub struct MailError {
    what: &'static str,
    code: String,
    request_id: String,
}

/// A message that fails for good.
#[derive(Clone)]
pub struct DeadLetter<'a> {
    /// The request as it came.
    pub text: &'a str,
    /// Its resolved id.
    pub id: &'a RequestId,
    /// Who is charged, where known.
    pub grant: Option<&'a GrantName>,
    /// Why.
    pub reason: Reason,
    /// What is wrong and how to mend it.
    pub detail: &'a str,
    /// Its lane, which its queue may have decided.
    pub kind: Option<Kind>,
}

/// A request that comes back later.
#[derive(Clone)]
pub struct Waiting<'a> {
    /// The request as it came.
    pub text: &'a str,
    /// Its resolved id.
    pub id: &'a RequestId,
    /// Its lane.
    pub kind: Kind,
    /// The trace that it belongs to.
    pub trace: Option<&'a TraceHeader>,
}

/// The queues, as the function's own role reaches them.
#[derive(Clone, Debug)]
pub struct Mail {
    client: aws_sdk_sqs::Client,
}

impl Mail {
    /// Over a client with the function's own credentials.
    pub fn new(client: aws_sdk_sqs::Client) -> Self {
        Self { client }
    }

    /// Hides messages until their moments. One that cannot be hidden comes back when its visibility runs out, which is
    /// sooner or later but loses nothing.
    pub async fn hide(&self, queue: &QueueArn, waiting: &[(String, Timestamp)], now: Timestamp) {
        let url = url_of(queue);
        for chunk in waiting.chunks(ENTRIES) {
            let entries: Result<Vec<_>, BuildError> = chunk
                .iter()
                .enumerate()
                .map(|(place, (handle, until))| {
                    let seconds = seconds_until(*until, now).min(LONGEST_HIDDEN);
                    ChangeMessageVisibilityBatchRequestEntry::builder()
                        .id(place.to_string())
                        .receipt_handle(handle)
                        .visibility_timeout(i32::try_from(seconds).unwrap_or(0))
                        .build()
                })
                .collect();
            let Ok(entries) = entries else { continue };
            let call = self.client.change_message_visibility_batch().queue_url(&url).set_entries(Some(entries));
            match call.send().await {
                Ok(answer) if answer.failed().is_empty() => {}
                Ok(answer) => {
                    let codes: Vec<&str> = answer.failed().iter().map(|failed| failed.code()).collect();
                    tracing::warn!(%queue, ?codes, "some messages could not be hidden; they come back by themselves");
                }
                Err(error) => {
                    let error = failed("hide messages", &error);
                    tracing::warn!(%queue, %error, "messages could not be hidden; they come back by themselves");
                }
            }
        }
    }

    /// Puts a message on the dead-letter queue, with its reason as an attribute and its id in the body.
    ///
    /// # Errors
    /// When the queue did not take it; the message must then stay where it is.
    pub async fn put_away(&self, url: &str, letter: &DeadLetter<'_>) -> Result<(), MailError> {
        let (body, cut) = fitting(resolved(letter.text, letter.id, letter.kind));
        let mut call = self
            .client
            .send_message()
            .queue_url(url)
            .message_body(body)
            .message_attributes("reason", text(letter.reason.as_str())?)
            .message_attributes("id", text(letter.id.as_str())?)
            .message_attributes("detail", text(letter.detail)?);
        if let Some(grant) = letter.grant {
            call = call.message_attributes("grant", text(grant.as_str())?);
        }
        if let Some(length) = cut {
            call = call.message_attributes("cut_from_bytes", text(&length.to_string())?);
        }
        if url.ends_with(".fifo") {
            call = call.message_group_id(letter.id.as_str()).message_deduplication_id(uuid::Uuid::new_v4().to_string());
        }
        call.send().await.map(|_| ()).map_err(|error| failed("take a dead letter", &error))
    }

    /// Hands a request to its lane's queue, where it shows up at `until`, or in 15 minutes if that is sooner.
    ///
    /// # Errors
    /// When the queue did not take it.
    pub async fn hand_over(
        &self,
        url: &str,
        request: &Waiting<'_>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), MailError> {
        let trace = request.trace.map(|trace| {
            MessageSystemAttributeValue::builder().data_type("String").string_value(trace.as_str()).build()
        });
        let trace = trace.transpose().map_err(|error| not_built(&error))?;
        let delay = i32::try_from(seconds_until(until, now).min(LONGEST_DELAY)).unwrap_or(0);
        let call = self
            .client
            .send_message()
            .queue_url(url)
            .message_body(resolved(request.text, request.id, Some(request.kind)))
            .delay_seconds(delay);
        let call = match trace {
            Some(trace) => call.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, trace),
            None => call,
        };
        call.send().await.map(|_| ()).map_err(|error| failed("take a request that waits", &error))
    }
}

/// Whole seconds, rounded up: never sooner.
fn seconds_until(until: Timestamp, now: Timestamp) -> i64 {
    let wait = until.duration_since(now).max(SignedDuration::ZERO);
    wait.as_secs() + i64::from(wait.subsec_nanos() > 0)
}

/// The request with its resolved id and kind, so that it stays the same request wherever it goes. What is no JSON object
/// goes as it came.
fn resolved(request: &str, id: &RequestId, kind: Option<Kind>) -> String {
    let resolved = match serde_json::from_str::<Value>(request) {
        // Written anew it would have lost what is wrong with it, and be sent as what nobody asked for.
        Ok(_) if has_a_key_twice(request) => request.to_owned(),
        Ok(Value::Object(mut fields)) => {
            fields.insert("id".to_owned(), Value::String(id.to_string()));
            if let Some(kind) = kind {
                fields.entry("kind").or_insert_with(|| Value::String(kind.as_str().to_owned()));
            }
            Value::Object(fields).to_string()
        }
        _ if request.is_empty() => "{}".to_owned(),
        _ => request.to_owned(),
    };
    // Legal in JSON as escapes, and refused by SQS as characters (SendMessage: "valid Unicode characters").
    resolved.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
}

/// A body of SQS's largest size leaves no room for the attributes. Such a one is no request: it is cut, and says so.
fn fitting(body: String) -> (String, Option<usize>) {
    let most = LARGEST - ATTRIBUTES;
    if body.len() <= most {
        return (body, None);
    }
    let length = body.len();
    let end = (0..=most).rev().find(|&end| body.is_char_boundary(end)).unwrap_or(0);
    (body[..end].to_owned(), Some(length))
}

/// The URL of a queue. SQS goes by the account and name in it.
pub fn url_of(queue: &QueueArn) -> String {
    format!("https://sqs.{}.amazonaws.com/{}/{}", queue.region(), queue.account(), queue.resource())
}

fn text(value: &str) -> Result<MessageAttributeValue, MailError> {
    let value = if value.is_empty() { "-" } else { value };
    let short: String = value.chars().take(400).collect();
    let built = MessageAttributeValue::builder().data_type("String").string_value(short).build();
    built.map_err(|error| not_built(&error))
}

fn not_built(error: &BuildError) -> MailError {
    MailError { what: "take an attribute", code: error.to_string(), request_id: "not sent".to_owned() }
}

fn failed<E: ProvideErrorMetadata, R>(what: &'static str, error: &SdkError<E, R>) -> MailError
where
    SdkError<E, R>: aws_sdk_sqs::operation::RequestId,
{
    let code = error.code().unwrap_or("no answer").to_owned();
    MailError { what, code, request_id: error.request_id().unwrap_or("no request id").to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_enqueued_carries_its_resolved_id_and_what_is_no_object_goes_as_it_came() {
        let id: RequestId = "event-1".parse().unwrap();
        assert_eq!(resolved(r#"{"to":"x","id":""}"#, &id, None), r#"{"id":"event-1","to":"x"}"#);
        let promotional = resolved(r#"{"to":"x"}"#, &id, Some(Kind::Promotional));
        assert_eq!(promotional, r#"{"id":"event-1","kind":"promotional","to":"x"}"#);
        assert_eq!(resolved("not json", &id, None), "not json");
        let twice = r#"{"to":"x","body":"a","body":"b"}"#;
        assert_eq!(resolved(twice, &id, None), twice, "it stays refused");
        let escaped = r#"{"body":"a\ufffe\uffff","id":"event-1"}"#;
        assert_eq!(resolved(r#"{"body":"a\uFFFE\uffff"}"#, &id, None), escaped, "SQS refuses these as characters");
        assert_eq!(resolved("", &id, None), "{}");
    }

    #[test]
    fn a_dead_letter_of_the_largest_size_is_cut_at_a_character() {
        let (body, cut) = fitting("é".repeat(524_288));
        assert!(body.len() <= LARGEST - ATTRIBUTES && cut == Some(1_048_576));
        assert_eq!(fitting("short".to_owned()), ("short".to_owned(), None));
    }

    #[test]
    fn a_wait_is_never_rounded_down() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        assert_eq!(seconds_until(now + SignedDuration::from_millis(1_001), now), 2);
        assert_eq!(seconds_until(now - SignedDuration::from_secs(9), now), 0);
    }
}
