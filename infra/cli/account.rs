//! Reaching an account: by its profile, by a role that deploys there, or with the environment's credentials.

use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{ProvideCredentials as _, SharedCredentialsProvider};
use tendlc_config::{Grant, Primary};
use tendlc_core::account::AccountId;
use tendlc_core::arn::RoleArn;
use tendlc_core::name::{GrantName, PrimaryName};

use crate::sync::reach::Failure;
use crate::trouble::Trouble;
use crate::wrong::Wrong;

/// Nobody waits longer for one answer, but where an answer takes longer by its nature.
const ANSWER: Duration = Duration::from_secs(60);

/// What a session of a role that deploys is called.
const SESSION: &str = "tendlc-deploy";

/// The same account, for calls that may take `longest`: a function's run, a file's way.
pub fn patient(config: &SdkConfig, longest: Duration) -> SdkConfig {
    config.to_builder().timeout_config(TimeoutConfig::builder().operation_attempt_timeout(longest).build()).build()
}

/// How an account is reached, as `tendlc.toml` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The account that is meant.
    pub account: AccountId,
    /// The Region that is worked in.
    pub region: String,
    /// The profile whose credentials are used, or the environment's.
    pub profile: Option<String>,
    /// The role that is assumed with them.
    pub role: Option<RoleArn>,
    /// The table of `tendlc.toml` that says so, such as `primaries.main`.
    pub table: String,
}

impl Way {
    /// To a primary.
    pub fn to_primary(name: &PrimaryName, primary: &Primary) -> Self {
        Self {
            account: primary.account.clone(),
            region: primary.region.to_string(),
            profile: primary.profile.as_ref().map(ToString::to_string),
            role: primary.deploy_role.clone(),
            table: format!("primaries.{name}"),
        }
    }

    /// To a grant's account. Where that is the primary's own, in the primary's way unless it has one itself.
    pub fn to_grant(name: &GrantName, grant: &Grant, primary_name: &PrimaryName, primary: &Primary) -> Self {
        if grant.account == primary.account && grant.profile.is_none() && grant.deploy_role.is_none() {
            return Self::to_primary(primary_name, primary);
        }
        Self {
            account: grant.account.clone(),
            region: primary.region.to_string(),
            profile: grant.profile.as_ref().map(ToString::to_string),
            role: grant.deploy_role.clone(),
            table: format!("grants.{name}"),
        }
    }

    /// Credentials that are of the right account: what is done in another would be found out by nobody.
    pub async fn open(&self) -> anyhow::Result<SdkConfig> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .http_client(tendlc_core::aws::http_client())
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ANSWER).build());
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        let mut config = loader.load().await;
        self.has_credentials(&config).await?;
        if let Some(role) = &self.role {
            // By itself first: a provider hides what STS says.
            let request = aws_sdk_sts::Client::new(&config).assume_role();
            let request = request.role_arn(role.as_str()).role_session_name(SESSION);
            request.send().await.map_err(|error| self.not_assumed(role, &Failure::of(&error)))?;
            let provider = AssumeRoleProvider::builder(role.as_str()).configure(&config).session_name(SESSION);
            let provider = provider.build().await;
            config = config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build();
        }
        let identity = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await;
        let identity =
            identity.map_err(|error| self.trouble().failed("sts", "GetCallerIdentity", &Failure::of(&error)))?;
        let found = identity.account().unwrap_or_default();
        if found != self.account.as_str() {
            let Self { account, table, .. } = self;
            let what = format!("these credentials are of the account {found}, and [{table}] is the account {account}");
            let cure = match &self.profile {
                Some(profile) => format!("correct `account` or `profile` ({profile}) under [{table}]"),
                None => format!("set profile or deploy_role_arn under [{table}], or AWS_PROFILE, or correct `account`"),
            };
            return Err(Wrong::error(what, cure));
        }
        Ok(config)
    }

    /// What to say when a call fails there.
    pub fn trouble(&self) -> Trouble<'_> {
        Trouble { way: self }
    }

    async fn has_credentials(&self, config: &SdkConfig) -> anyhow::Result<()> {
        let Some(provider) = config.credentials_provider() else { return Ok(()) };
        let Err(error) = provider.provide_credentials().await else { return Ok(()) };
        let named = self.named_profile();
        let login = named.clone().unwrap_or_else(|| "NAME".to_owned());
        let what = match named {
            // What each of the SDK's providers said is five lines of the same.
            Some(name) => format!(
                "the profile {name} gives no AWS credentials for the account {}: it is not in ~/.aws, or its login is over",
                self.account
            ),
            None => {
                let why = anyhow::Error::new(error).root_cause().to_string();
                format!("there are no AWS credentials for the account {} ({why})", self.account)
            }
        };
        Err(Wrong::error(
            what,
            format!(
                "Name a profile of it under [{}] in tendlc.toml or in AWS_PROFILE, and log in:\n  aws sso login \
                 --profile {login}",
                self.table
            ),
        ))
    }

    fn not_assumed(&self, role: &RoleArn, failure: &Failure) -> anyhow::Error {
        match failure {
            Failure::Code(code) if code == "AccessDenied" => Wrong::error(
                format!("{role}, which [{}] names as deploy_role_arn, cannot be assumed ({code})", self.table),
                "its trust policy must name whoever runs this, who must be allowed sts:AssumeRole on it".to_owned(),
            ),
            failure => self.trouble().failed("sts", "AssumeRole", failure),
        }
    }

    /// The profile whose credentials these are, where one was named.
    pub fn named_profile(&self) -> Option<String> {
        self.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty()))
    }
}
