//! What an account has already.

use serde::Serialize;

/// Everything that matters here.
#[derive(Debug, Default, Serialize)]
pub struct Found {
    pub account: String,
    pub brands: Vec<String>,
    pub campaigns: Vec<Campaign>,
    pub roles: Vec<Role>,
    /// Numbers for 10DLC that no registration names: nothing can be sent from them.
    pub loose_numbers: Vec<String>,
    /// Whether IAM let itself be read.
    pub roles_unread: Option<String>,
}

/// A campaign's registration and what sends for it.
#[derive(Debug, Serialize)]
pub struct Campaign {
    pub name: String,
    pub registration: String,
    /// The ARN of its number, or of the pool that all of its numbers are in.
    pub identity: Option<String>,
    pub message_type: String,
    pub in_force: bool,
    /// As AWS tells it; none: it does not.
    pub segments_per_second: Option<i64>,
    pub daily_cap: Option<i64>,
    pub numbers: usize,
}

/// A role that others may assume to send: what AWS documents for the sharing of numbers.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Role {
    pub arn: String,
    /// The accounts that it trusts.
    pub accounts: Vec<String>,
    /// The exact roles of these, as far as it names them.
    pub principals: Vec<String>,
    #[serde(skip)]
    pub external_id: Option<String>,
    /// Whether its trust asks for an external id.
    pub asks_external_id: bool,
    /// The sending actions that it has.
    pub actions: Vec<String>,
    /// What it may send with: patterns of ARNs.
    pub resources: Vec<String>,
}
