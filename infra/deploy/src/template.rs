//! The templates, as they are in `infra/templates`: the command carries them with it.

use serde_json::Value;

use crate::document::{self, NotATemplate};

/// A template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Template {
    /// The bucket for the functions' zips, in every account where functions run.
    Code,
    /// The table, receipts, scheduled jobs and, where there is one, the hub.
    Primary,
    /// The dashboard of the primary.
    Watch,
    /// What a campaign needs beside its registration.
    Campaign,
    /// A grant's role in the primary; a hub grant's queues.
    Grant,
    /// A spoke's queues and functions.
    Secondary,
    /// What a hub grant's account needs to hear of its texts.
    Tenant,
}

impl Template {
    /// All of them, in the order in which they are applied.
    pub const ALL: [Self; 7] =
        [Self::Code, Self::Primary, Self::Watch, Self::Campaign, Self::Grant, Self::Secondary, Self::Tenant];

    /// The name of its file, without its ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Primary => "primary",
            Self::Watch => "watch",
            Self::Campaign => "campaign",
            Self::Grant => "grant",
            Self::Secondary => "secondary",
            Self::Tenant => "tenant",
        }
    }

    /// Its text.
    pub fn text(self) -> &'static str {
        match self {
            Self::Code => include_str!("../../templates/code.yaml"),
            Self::Primary => include_str!("../../templates/primary.yaml"),
            Self::Watch => include_str!("../../templates/watch.yaml"),
            Self::Campaign => include_str!("../../templates/campaign.yaml"),
            Self::Grant => include_str!("../../templates/grant.yaml"),
            Self::Secondary => include_str!("../../templates/secondary.yaml"),
            Self::Tenant => include_str!("../../templates/tenant.yaml"),
        }
    }

    /// Its text, read.
    ///
    /// # Errors
    /// When it is no template; a test sees to it that none is.
    pub fn document(self) -> Result<Value, NotATemplate> {
        document::read(self.text())
    }
}
