//! The SDK's clients as the probe uses them. Roles are made anew for every run: a session of yesterday proves nothing.

use std::sync::Arc;

use aws_sdk_pinpointsmsvoicev2::Client;
use aws_sdk_sts::config::Region;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_types::SdkConfig;
use tendlc_core::arn::{RoleArn, TableArn};
use tendlc_core::aws;
use tendlc_core::channel::SmsVoice;
use tendlc_core::clock::SharedClock;
use tendlc_core::name::GrantName;
use tendlc_core::role::Role;
use tendlc_core::table::Table;

/// Goes into the role's session name.
const FUNCTION: &str = "probe-health";

/// Makes clients.
pub struct Clients {
    config: SdkConfig,
    table: TableArn,
    clock: SharedClock,
}

impl Clients {
    /// With the function's own credentials.
    pub fn new(config: SdkConfig, table: TableArn, clock: SharedClock) -> Self {
        Self { config, table, clock }
    }

    /// A grant's role, not yet assumed.
    pub fn role(&self, arn: &RoleArn, external_id: Option<&str>, grant: &GrantName) -> Role {
        let sts = aws_sdk_sts::Client::new(&self.config);
        let external_id = external_id.map(str::to_owned);
        Role::new(sts, arn.clone(), external_id, (grant, FUNCTION), Arc::clone(&self.clock))
    }

    /// The table, as the functions reach it: with the role in a spoke, else with the function's own.
    pub fn table(&self, role: Option<&Role>) -> Table {
        let config = role.map(|role| aws::through_role(&self.config, role, self.table.region()));
        let client = aws::table_client(config.as_ref().unwrap_or(&self.config), &self.table);
        Table::new(client, &self.table, role.is_some())
    }

    /// The reading operations of sms-voice. Retries are off, since each try has to wait for its turn.
    pub fn describe(&self, role: Option<&Role>, region: &str) -> Client {
        let config = match role {
            Some(role) => aws::through_role(&self.config, role, region),
            None => self.config.to_builder().region(Region::new(region.to_owned())).build(),
        };
        Client::new(&config.to_builder().retry_config(RetryConfig::disabled()).build())
    }

    /// CloudWatch with the function's own credentials.
    pub fn cloudwatch(&self) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.config)
    }

    /// SNS with the role, in the table's Region.
    pub fn sns(&self, role: &Role) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&aws::one_try(&aws::through_role(&self.config, role, self.table.region())))
    }

    /// The table's Region.
    pub fn region(&self) -> &str {
        self.table.region()
    }

    /// `SendTextMessage` with the role, made as for texts: in the table's Region.
    pub fn channel(&self, role: &Role) -> Arc<SmsVoice> {
        aws::channels(&self.config, role, self.table.region()).0
    }
}
