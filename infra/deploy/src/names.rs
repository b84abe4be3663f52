//! The names of stacks, and of what they make that others must know beforehand.

use tendlc_config::Primary;
use tendlc_core::account::AccountId;
use tendlc_core::name::{CampaignName, GrantName};

/// The stack of the bucket for code.
pub const CODE: &str = "tendlc-code";
/// The primary's own stack.
pub const PRIMARY: &str = "tendlc-primary";
/// The stack of the primary's dashboard.
pub const WATCH: &str = "tendlc-watch";
/// The hub's bus.
pub const HUB_BUS: &str = "tendlc";
/// The functions' execution role in the hub.
pub const HUB_ROLE: &str = "tendlc-send";

/// The role of the primary's own probe.
pub const PROBE_ROLE: &str = "tendlc-probe-health";

/// A stack's name takes letters, digits and hyphens, a name of ours underscores besides.
fn fitting(name: &str) -> String {
    name.replace('_', "--")
}

/// The stack of a campaign.
pub fn campaign(name: &CampaignName) -> String {
    format!("tendlc-campaign-{}", fitting(name.as_str()))
}

/// The stack of a grant in the primary.
pub fn grant(name: &GrantName) -> String {
    format!("tendlc-grant-{}", fitting(name.as_str()))
}

/// The stack of a spoke's grant in the secondary.
pub fn secondary(name: &GrantName) -> String {
    format!("tendlc-secondary-{}", fitting(name.as_str()))
}

/// The stack of a hub's grant in the secondary.
pub fn tenant(name: &GrantName) -> String {
    format!("tendlc-tenant-{}", fitting(name.as_str()))
}

/// The bucket for code; bucket names are the whole world's, so it says whose it is.
pub fn bucket(account: &AccountId, region: &str) -> String {
    format!("tendlc-code-{account}-{region}")
}

/// The topic that configuration sets send receipts to.
pub fn receipt_topic(primary: &Primary) -> String {
    let Primary { account, region, .. } = primary;
    format!("arn:{}:sns:{region}:{account}:tendlc-receipts", region.partition())
}
