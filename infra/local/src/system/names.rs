//! Names and clients that several parts of the system share.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use tendlc_config::{Grant, Primary};
use tendlc_core::account::AccountId;
use tendlc_core::arn::QueueArn;
use tendlc_core::grant::Topology;

use crate::aws::Aws;

/// The functions' execution role.
pub(super) const EXECUTION_ROLE: &str = "tendlc-send";

/// The table in which a spoke's probe keeps what it found.
pub(super) const HEALTH: &str = "tendlc-health";

/// The hub's bus in the primary, where its secondaries put their requests.
pub(super) const HUB_BUS: &str = "tendlc";

/// The hub's bus's ARN, as others name it.
pub(super) fn hub_bus(primary: &Primary) -> String {
    format!("arn:aws:events:{}:{}:event-bus/{HUB_BUS}", primary.region, primary.account)
}

/// The execution role's ARN in an account.
pub(super) fn execution_role(account: &AccountId) -> String {
    format!("arn:aws:iam::{account}:role/{EXECUTION_ROLE}")
}

/// Where a grant's functions run.
pub(super) fn home<'a>(grant: &'a Grant, primary: &'a AccountId) -> &'a AccountId {
    match grant.topology {
        Topology::Spoke => &grant.account,
        Topology::Hub => primary,
    }
}

/// Whether a FIFO queue stands beside a grant's `queue`: beside a spoke's that is none itself. A hub's grant has the
/// queues that its record names and no others.
pub(super) fn has_fifo(grant: &Grant, queue: &QueueArn) -> bool {
    grant.topology == Topology::Spoke && !queue.resource().ends_with(".fifo")
}

/// A grant's lanes with the FIFO queues beside them.
pub(super) fn lanes(grant: &Grant) -> impl Iterator<Item = QueueArn> {
    let lanes = [&grant.queues.transactional, &grant.queues.promotional];
    lanes.into_iter().cloned().chain(fifo_lanes(grant))
}

/// The FIFO queues beside a grant's lanes.
pub(super) fn fifo_lanes(grant: &Grant) -> impl Iterator<Item = QueueArn> {
    let lanes = [&grant.queues.transactional, &grant.queues.promotional];
    lanes.into_iter().filter(|queue| has_fifo(grant, queue)).filter_map(|queue| format!("{queue}.fifo").parse().ok())
}

/// A client configuration with all rights in an account of the doubles.
pub(super) fn account_config(aws: &Aws, account: &str) -> SdkConfig {
    let credentials = Credentials::new(account, "local", None, None, "tendlc local");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(aws.region().to_owned()))
        .endpoint_url(aws.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}
