//! The one table in the primary: its keys, its client, and what its errors mean.

mod batch;
mod change;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use change::{Change, Changed, Credit, Write};

use crate::account::AccountId;
use crate::arn::{QueueArn, TableArn};
use crate::aws::{AskForNothing, connected};
use crate::day::PacificDay;
use crate::grant::Pool;
use crate::month::UtcMonth;
use crate::name::{BrandName, CampaignName, GrantName, PrimaryName};
use crate::reason::Reason;
use crate::receipt::MessageId;
use crate::request::RequestId;

/// The partition key's attribute; there is no sort key, since policies can be limited by leading keys only.
pub const KEY: &str = "pk";
/// The attribute that DynamoDB's TTL reads, in seconds since 1970.
pub const TTL: &str = "ttl";

/// The index of ledger records by AWS's id of the accepted text: its name and its key's attribute.
pub const BY_MESSAGE: &str = "message_id";
/// The index of ledger records that wait, by grant: its name and its key's attribute. Nothing else has that attribute.
pub const WAITING: &str = "waiting";

/// One item, by attribute.
pub type Item = std::collections::HashMap<String, AttributeValue>;

/// The key of an item. Roles are limited by its prefix, so what it begins with is a contract.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// The record of a request.
    pub fn ledger(grant: &GrantName, id: &RequestId) -> Self {
        Self(format!("L#{grant}#{id}"))
    }

    /// The key of an item that was read.
    pub(crate) fn of(key: &str) -> Self {
        Self(key.to_owned())
    }

    /// The grant and the idempotency key of a request's record.
    pub fn request(&self) -> Option<(GrantName, RequestId)> {
        let (grant, id) = self.0.strip_prefix("L#")?.split_once('#')?;
        Some((grant.parse().ok()?, id.parse().ok()?))
    }

    /// The day of a day's counters.
    pub fn day(&self) -> Option<PacificDay> {
        self.0.rsplit('#').next()?.parse().ok()
    }

    /// What receipts say of a text.
    pub fn message(message: &MessageId) -> Self {
        Self(format!("M#{}", message.as_str()))
    }

    /// What is strange about a month's receipts.
    pub fn oddities(month: UtcMonth) -> Self {
        Self(format!("O#{month}"))
    }

    /// What a grant has left of its budgets on a day.
    pub fn budget(grant: &GrantName, day: PacificDay) -> Self {
        Self(format!("C#{grant}#{day}"))
    }

    /// What a grant has spent and sent in a month.
    pub fn month(grant: &GrantName, month: UtcMonth) -> Self {
        Self(format!("C#{grant}#{month}"))
    }

    /// What is left of a cap beyond all guarantees on a day.
    pub fn pool(pool: &Pool, day: PacificDay) -> Self {
        Self(format!("B#{}#{day}", pool.as_str()))
    }

    /// The clock of a campaign's segments per second.
    pub fn campaign_clock(campaign: &CampaignName) -> Self {
        Self(format!("R#campaign#{campaign}"))
    }

    /// The clock of a primary's requests per second.
    pub fn primary_clock(primary: &PrimaryName) -> Self {
        Self(format!("R#primary#{primary}"))
    }

    /// A grant's record.
    pub fn grant(grant: &GrantName) -> Self {
        Self(format!("G#{grant}"))
    }

    /// A campaign's record.
    pub fn campaign(campaign: &CampaignName) -> Self {
        Self(format!("K#{campaign}"))
    }

    /// A brand's record.
    pub fn brand(brand: &BrandName) -> Self {
        Self(format!("B#{brand}"))
    }

    /// The names of everything that is in the table.
    pub fn index() -> Self {
        Self("I#primary".to_owned())
    }

    /// The accounts of grants that were taken away, whose months are still to be reported.
    pub fn former() -> Self {
        Self("I#former".to_owned())
    }

    /// What a probe found last: a grant's in its spoke, else the primary's.
    pub fn health(grant: Option<&GrantName>) -> Self {
        Self(grant.map_or_else(|| "H#primary".to_owned(), |grant| format!("H#grant#{grant}")))
    }

    /// Which grant a hub's queue belongs to.
    pub fn hub_queue(queue: &QueueArn) -> Self {
        Self(format!("Q#{queue}"))
    }

    /// Which hub grant an account has.
    pub fn hub_account(account: &AccountId) -> Self {
        Self(format!("A#{account}"))
    }

    /// As an attribute value.
    pub fn value(&self) -> AttributeValue {
        AttributeValue::S(self.0.clone())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A number as DynamoDB takes it.
pub fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A text as DynamoDB takes it.
pub fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// A number attribute of an item.
pub fn read_number(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// A text attribute of an item.
pub fn read_text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// Why the table did not do what was asked. Conditions that do not hold are answers, not errors.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TableError {
    /// The credentials may not, or are no longer good.
    #[error("the table refused the caller: {code} ({request_id})")]
    Denied {
        /// AWS's code.
        code: String,
        /// AWS's request id.
        request_id: String,
    },
    /// It did not answer, or not with what was asked for.
    #[error("the table cannot be used now: {code} ({request_id})")]
    Unavailable {
        /// AWS's code, or what the connection ended with.
        code: String,
        /// AWS's request id.
        request_id: String,
    },
    /// The item is no longer, or never was, as this invocation left it.
    #[error("another has changed the item since, or it was never written")]
    Overtaken,
    /// An item is not of the form that tendlc writes.
    #[error("the item {key} is not as tendlc writes it ({what}); run `tendlc sync`")]
    Malformed {
        /// The item's key, without a request's id.
        key: String,
        /// What is wrong.
        what: String,
    },
}

impl TableError {
    /// From what the SDK says. Ledger keys hold ids only, and no message of DynamoDB is kept: it may quote values.
    pub fn of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Self
    where
        SdkError<E, R>: aws_sdk_dynamodb::operation::RequestId,
    {
        use aws_sdk_dynamodb::operation::RequestId as _;
        let request_id = error.request_id().unwrap_or("no request id").to_owned();
        let code = match error {
            SdkError::ServiceError(service) => service.err().code().unwrap_or("no code").to_owned(),
            SdkError::TimeoutError(_) => "timeout".to_owned(),
            SdkError::DispatchFailure(_) => "not reached".to_owned(),
            SdkError::ConstructionFailure(_) => "not built".to_owned(),
            _ => "no valid answer".to_owned(),
        };
        if DENIED.contains(&code.as_str()) {
            Self::Denied { code, request_id }
        } else {
            Self::Unavailable { code, request_id }
        }
    }

    /// Whether a transaction was at the item: it is over in some milliseconds.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Unavailable { code, .. } if code == "TransactionConflictException")
    }

    /// What a request waits for because of this. The table is reached with the grant's role in a spoke, so a
    /// refusal there is the role's; the caller says whether that is so.
    pub fn reason(&self, through_role: bool) -> Reason {
        match self {
            Self::Denied { .. } if through_role => Reason::RoleDenied,
            _ => Reason::QuotaUnavailable,
        }
    }
}

const DENIED: [&str; 6] = [
    "AccessDeniedException",
    "AccessDenied",
    "ExpiredTokenException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
];

/// The table, as one caller reaches it.
#[derive(Clone, Debug)]
pub struct Table {
    /// The client, with the credentials that reach the table.
    pub client: Client,
    /// The table's name. Not its ARN: the embedded DynamoDB takes names only.
    pub name: String,
    /// Whether the client uses the grant's role.
    pub through_role: bool,
}

impl Table {
    /// The table `arn`, through `client`.
    pub fn new(client: Client, arn: &TableArn, through_role: bool) -> Self {
        Self { client, name: arn.resource().to_owned(), through_role }
    }

    /// Opens the connection that one call needs.
    pub async fn connect(&self) {
        let connecting = Client::from_conf(self.client.config().to_builder().interceptor(AskForNothing).build());
        let nothing = connecting.get_item().table_name(&self.name).set_key(Some(Item::new()));
        connected("dynamodb", nothing.send().await);
    }

    /// Reads a record; `None` when it is not there.
    ///
    /// # Errors
    /// When the table does not answer, or the item is not of the record's form.
    pub async fn read<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, TableError> {
        self.item_at(key).await?.map(|item| Self::record(key, item)).transpose()
    }

    /// Reads an item; `None` when it is not there.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn item_at(&self, key: &Key) -> Result<Option<Item>, TableError> {
        let get = self.client.get_item().table_name(&self.name).key(KEY, key.value()).consistent_read(true);
        Ok(get.send().await.map_err(|error| TableError::of(&error))?.item)
    }

    /// The record that an item holds.
    ///
    /// # Errors
    /// When the item is not of the record's form.
    pub fn record<T: DeserializeOwned>(key: &Key, item: Item) -> Result<T, TableError> {
        serde_dynamo::from_item(item)
            .map_err(|error| TableError::Malformed { key: key.as_str().to_owned(), what: error.to_string() })
    }

    /// The item of a record.
    ///
    /// # Errors
    /// When the record cannot be an item.
    pub fn item<T: Serialize>(key: &Key, record: &T) -> Result<Item, TableError> {
        let malformed = |what: String| TableError::Malformed { key: key.as_str().to_owned(), what };
        let mut item: Item = serde_dynamo::to_item(record).map_err(|error| malformed(error.to_string()))?;
        item.insert(KEY.to_owned(), key.value());
        Ok(item)
    }
}
