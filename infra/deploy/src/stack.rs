//! The stacks that a `tendlc.toml` stands for: which template, in which account, with which parameters.

mod grant;
mod primary;

use std::collections::{BTreeMap, BTreeSet};

use tendlc_config::{Architecture, Config};
use tendlc_core::account::AccountId;
use tendlc_core::grant::Topology;
use tendlc_core::name::{CampaignName, GrantName, PrimaryName};

use crate::evaluate::Place;
use crate::names;
use crate::template::Template;

/// What a parameter is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// This.
    Text(String),
    /// What it is already; this where the stack is new. Another command changes it.
    KeptOr(String),
    /// What it is already; a random key of 32 bytes where the stack is new.
    MadeOnce,
}

/// Whose stack it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// Everybody's.
    Primary,
    /// A campaign's.
    Campaign(CampaignName),
    /// A grant's.
    Grant(GrantName),
}

/// A stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub template: Template,
    /// Where.
    pub account: AccountId,
    /// Where.
    pub region: String,
    /// Whose it is; an account's bucket is the first one's that needs it.
    pub owner: Owner,
    /// By the template's names.
    pub parameters: BTreeMap<&'static str, Given>,
}

impl Stack {
    /// What the pseudo parameters say there.
    pub fn place(&self) -> Place {
        let partition = match self.region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        Place {
            partition: partition.to_owned(),
            region: self.region.clone(),
            account: self.account.to_string(),
            stack: self.name.clone(),
        }
    }

    /// The parameters as they are for a stack that is new, but for keys that are made then.
    pub fn shown(&self) -> BTreeMap<String, String> {
        let text = |given: &Given| match given {
            Given::Text(text) | Given::KeptOr(text) => text.clone(),
            Given::MadeOnce => MADE_AT_DEPLOY.to_owned(),
        };
        self.parameters.iter().map(|(name, given)| ((*name).to_owned(), text(given))).collect()
    }
}

/// Stands for a key that nobody has made yet; of the form that the templates want.
const MADE_AT_DEPLOY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The zips that stacks take their functions from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What the keys in the bucket begin with.
    pub prefix: String,
}

/// All stacks of one primary, in the order in which they are applied.
pub fn stacks(config: &Config, name: &PrimaryName, code: &Code) -> Vec<Stack> {
    let Some(primary) = config.primaries.get(name) else { return Vec::new() };
    let mut stacks = vec![code_stack(&primary.account, primary.region.as_str(), Owner::Primary)];
    stacks.push(primary::stack(config, name, primary, code));
    stacks.push(primary::watch(config, name, primary));
    let campaigns = config.campaigns.iter().filter(|(_, campaign)| campaign.primary == *name);
    // A configuration set that several campaigns name is the first one's.
    let mut sets = BTreeSet::new();
    stacks.extend(campaigns.filter_map(|(name, campaign)| {
        let set = campaign.configuration_set.as_ref().filter(|set| sets.insert(set.as_str()));
        primary::campaign(primary, name, campaign, set)
    }));
    let mut grants = Vec::new();
    for (grant_name, grant) in config.grants.iter().filter(|(_, grant)| grant.primary == *name) {
        stacks.push(grant::in_primary(config, primary, grant_name, grant));
        match grant.topology {
            Topology::Spoke => {
                let code_there = code_stack(&grant.account, primary.region.as_str(), Owner::Grant(grant_name.clone()));
                if !stacks
                    .iter()
                    .chain(&grants)
                    .any(|known: &Stack| known.name == code_there.name && known.account == code_there.account)
                {
                    grants.push(code_there);
                }
                grants.push(grant::secondary(config, primary, grant_name, grant, code));
            }
            Topology::Hub => grants.extend(grant::tenant(primary, grant_name, grant)),
        }
    }
    stacks.extend(grants);
    stacks
}

fn code_stack(account: &AccountId, region: &str, owner: Owner) -> Stack {
    Stack {
        name: names::CODE.to_owned(),
        template: Template::Code,
        account: account.clone(),
        region: region.to_owned(),
        owner,
        parameters: BTreeMap::new(),
    }
}

/// What functions need wherever they are.
fn functions(account: &AccountId, region: &str, architecture: Architecture, code: &Code) -> [(&'static str, Given); 3] {
    [
        ("CodeBucket", text(names::bucket(account, region))),
        ("CodePrefix", text(&code.prefix)),
        ("Architecture", text(architecture.as_str())),
    ]
}

fn text(text: impl Into<String>) -> Given {
    Given::Text(text.into())
}

fn yes(is: bool) -> Given {
    text(if is { "true" } else { "false" })
}

fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> Given {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    text(items.join(","))
}
