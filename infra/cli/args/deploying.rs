//! What can be typed of deploying, and of what is deployed.

use std::path::PathBuf;

use clap::Args;
use tendlc_core::account::AccountId;
use tendlc_core::name::{CampaignName, GrantName};

use super::Output;

#[derive(Debug, Args)]
pub struct Render {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The primary, where the file has several.
    #[arg(long, value_name = "NAME")]
    pub primary: Option<String>,
    /// Where to write; it is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "rendered")]
    pub folder: PathBuf,
    /// As it is once this grant is revoked; may be given several times.
    #[arg(long = "revoked", value_name = "NAME")]
    pub revoked: Vec<GrantName>,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Deploy {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The primary, where the file has several.
    #[arg(long, value_name = "NAME")]
    pub primary: Option<String>,
    /// Take built functions from here, DIR/NAME.zip; cargo-lambda builds them unless given.
    #[arg(long, value_name = "DIR")]
    pub functions: Option<PathBuf>,
    /// Go on although a campaign's registration is not approved.
    #[arg(long)]
    pub unapproved: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// The grants; all unless given.
    pub grants: Vec<GrantName>,
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The primary, where the file has several.
    #[arg(long, value_name = "NAME")]
    pub primary: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Status {
    /// The grants; all, and the primary, unless given.
    pub grants: Vec<GrantName>,
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The primary, where the file has several.
    #[arg(long, value_name = "NAME")]
    pub primary: Option<String>,
    /// What the probes found at their last run; they are not asked to look again.
    #[arg(long)]
    pub kept: bool,
    /// Look again and again, so many seconds after each round.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "60",
          value_parser = clap::value_parser!(u64).range(10..))]
    pub watch: Option<u64>,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Redrive {
    /// Only those of this grant; may be given several times.
    #[arg(long = "grant", value_name = "NAME")]
    pub grants: Vec<GrantName>,
    /// Only those that are dead for this reason, such as ROLE_DENIED; may be given several times.
    #[arg(long = "reason", value_name = "REASON")]
    pub reasons: Vec<String>,
    /// Put them back on their queues; what was sent meanwhile is not sent again.
    #[arg(long)]
    pub replay: bool,
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The primary, where the file has several.
    #[arg(long, value_name = "NAME")]
    pub primary: Option<String>,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Registration {
    /// The configuration: it says where the primary is.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The primary, where the file has several.
    #[arg(long, value_name = "NAME")]
    pub primary: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Destroy {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The primary, where the file has several.
    #[arg(long, value_name = "NAME")]
    pub primary: Option<String>,
    /// Only what this grant has, in its account and the primary; take it out of the file after that, and deploy.
    #[arg(long, value_name = "NAME", conflicts_with = "delete_ledger")]
    pub grant: Option<GrantName>,
    /// Delete the table, too: what was sent, and so must not be sent again, is not known any more.
    #[arg(long)]
    pub delete_ledger: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Grant {
    /// The grant.
    pub name: GrantName,
    /// Write the grant into the file first, for this account.
    #[arg(long, value_name = "ID")]
    pub account: Option<AccountId>,
    /// A campaign that it may send on; may be given several times.
    #[arg(long = "campaign", value_name = "NAME")]
    pub campaigns: Vec<CampaignName>,
    /// Its functions run in the primary.
    #[arg(long)]
    pub hub: bool,
    /// The AWS profile by which the account is reached.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// Go on although a campaign's registration is not approved.
    #[arg(long)]
    pub unapproved: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Revoke {
    /// The grant.
    pub name: GrantName,
    /// The configuration: it says where the primary is.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The primary, where the file has several; it goes before what the file says of the grant.
    #[arg(long, value_name = "NAME")]
    pub primary: Option<String>,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Pause {
    /// The grant.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub grant: Option<GrantName>,
    /// Everybody.
    #[arg(long)]
    pub all: bool,
    /// The configuration: it says where the table is.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The primary, where the file has several.
    #[arg(long, value_name = "NAME")]
    pub primary: Option<String>,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}
