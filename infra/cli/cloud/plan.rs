//! What would change of a stack: a change set, made and read.

use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use aws_sdk_cloudformation::types::{
    Capability, ChangeAction, ChangeSetStatus, ChangeSetType, Parameter, Replacement, ValidationStatus,
};
use serde::Serialize;
use tendlc_deploy::{Given, Stack};
use uuid::Uuid;

use super::state::{State, There};
use super::{Cloud, Patience};
use crate::wrong::Wrong;

/// What becomes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Add,
    Modify,
    /// Another takes its place.
    Replace,
    Remove,
}

/// A resource that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub action: Action,
    pub resource: String,
    /// What it is known by in its account; none: it is not there yet.
    #[serde(skip)]
    pub physical: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
}

/// How a stack comes to be as it is wanted.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The stack's name.
    pub name: String,
    /// Whether there is none yet.
    pub is_new: bool,
    /// Whether what is left of a failed creation goes first.
    pub after_failure: bool,
    pub change_set: Option<String>,
    pub changes: Vec<Change>,
}

impl Planned {
    /// Whether anything is to be done.
    pub fn is_nothing(&self) -> bool {
        self.change_set.is_none()
    }
}

impl Cloud {
    /// Makes a change set for `stack`, unless it is as wanted.
    pub async fn plan(&self, stack: &Stack, busy: impl FnMut(&str)) -> anyhow::Result<Planned> {
        let state = self.state(&stack.name, busy).await?;
        let mut planned = Planned {
            name: stack.name.clone(),
            is_new: !matches!(state, State::There(_)),
            after_failure: matches!(state, State::RolledBack),
            change_set: None,
            changes: Vec::new(),
        };
        let there = match &state {
            State::There(there) if self.is_as_wanted(there, stack).await? => return Ok(planned),
            State::There(there) => Some(there),
            State::RolledBack => {
                self.remove_what_failed(&stack.name).await?;
                None
            }
            State::Absent | State::Announced => None,
        };
        let name = change_set_name();
        self.make(stack, there, &name).await?;
        planned.change_set = Some(name.clone());
        let read = self.read(&stack.name, &name).await;
        if read.is_err() {
            self.withdraw(&planned).await?;
        }
        planned.change_set = None;
        planned.changes = match read? {
            Some(changes) => changes,
            None => {
                self.forget(&stack.name, &name).await?;
                return Ok(planned);
            }
        };
        planned.change_set = Some(name);
        Ok(planned)
    }

    /// Makes a change set that changes one parameter of what is deployed, and nothing else.
    pub async fn plan_one(&self, name: &str, there: &There, (key, value): (&str, &str)) -> anyhow::Result<Planned> {
        let change_set = change_set_name();
        let mut request = self
            .client
            .create_change_set()
            .stack_name(name)
            .change_set_name(&change_set)
            .change_set_type(ChangeSetType::Update)
            .use_previous_template(true)
            .capabilities(Capability::CapabilityNamedIam);
        for known in there.parameters.keys().filter(|known| *known != key) {
            let parameter = Parameter::builder().parameter_key(known).use_previous_value(true);
            request = request.parameters(parameter.build());
        }
        request = request.parameters(Parameter::builder().parameter_key(key).parameter_value(value).build());
        request.send().await.map_err(|error| self.failed("CreateChangeSet", &error))?;
        let changes = self.read(name, &change_set).await?;
        Ok(Planned {
            name: name.to_owned(),
            is_new: false,
            after_failure: false,
            change_set: changes.is_some().then_some(change_set),
            changes: changes.unwrap_or_default(),
        })
    }

    async fn make(&self, stack: &Stack, there: Option<&There>, name: &str) -> anyhow::Result<()> {
        let mut request = self
            .client
            .create_change_set()
            .stack_name(&stack.name)
            .change_set_name(name)
            .change_set_type(if there.is_some() { ChangeSetType::Update } else { ChangeSetType::Create })
            .template_body(stack.template.text())
            .capabilities(Capability::CapabilityNamedIam)
            .description("tendlc deploy");
        for (key, given) in &stack.parameters {
            let is_kept = there.is_some_and(|there| there.parameters.contains_key(*key));
            let parameter = Parameter::builder().parameter_key(*key);
            request = request.parameters(match given {
                Given::Text(text) => parameter.parameter_value(text).build(),
                _ if is_kept => parameter.use_previous_value(true).build(),
                Given::KeptOr(text) => parameter.parameter_value(text).build(),
                Given::MadeOnce => parameter.parameter_value(random_key()).build(),
            });
        }
        match request.send().await {
            Ok(_) => Ok(()),
            // The name is this run's: the answer to the first try was lost, and the SDK has tried again.
            Err(error) if error.code() == Some("AlreadyExistsException") => Ok(()),
            Err(error) if error.code() == Some("ValidationError") => {
                let why = error.message().unwrap_or("no reason").to_owned();
                Err(Wrong::error(
                    format!(
                        "CloudFormation refuses the stack {} in the account {}: {why}",
                        stack.name, self.way.account
                    ),
                    "correct tendlc.toml where it says so; `tendlc render` writes what was sent",
                ))
            }
            Err(error) => Err(self.failed("CreateChangeSet", &error)),
        }
    }

    /// Its changes; `None`: there are none, which CloudFormation calls a failure.
    async fn read(&self, stack: &str, name: &str) -> anyhow::Result<Option<Vec<Change>>> {
        let mut patience = Patience::default();
        loop {
            let request = self.client.describe_change_set().stack_name(stack).change_set_name(name);
            let answer = request.send().await.map_err(|error| self.failed("DescribeChangeSet", &error))?;
            match answer.status() {
                Some(ChangeSetStatus::CreateComplete) => break,
                Some(ChangeSetStatus::Failed) => {
                    let why = answer.status_reason().unwrap_or("no reason");
                    if why.contains("didn't contain changes") || why.contains("No updates are to be performed") {
                        return Ok(None);
                    }
                    let account = &self.way.account;
                    let cure = if why.contains("ResourceExistenceCheck") {
                        "something that it would make is there already, made by somebody else: delete or rename that, or \
                         give another name in tendlc.toml; then run the same command again"
                    } else {
                        "mend what it says, then run the same command again"
                    };
                    let found = self.found_early(stack, name).await;
                    let why = found.unwrap_or_else(|| why.to_owned());
                    let what = format!("the change set of {stack} in the account {account} failed: {why}");
                    return Err(Wrong::error(what, cure));
                }
                _ => patience.wait().await,
            }
        }
        let mut changes = Vec::new();
        let mut pages = self.client.describe_change_set().stack_name(stack).change_set_name(name);
        loop {
            let page = pages.clone().send().await.map_err(|error| self.failed("DescribeChangeSet", &error))?;
            changes.extend(page.changes().iter().filter_map(|change| change.resource_change()).map(|change| Change {
                action: match (change.action(), change.replacement()) {
                    (Some(ChangeAction::Add), _) => Action::Add,
                    (Some(ChangeAction::Remove), _) => Action::Remove,
                    (_, Some(Replacement::True)) => Action::Replace,
                    _ => Action::Modify,
                },
                physical: change.physical_resource_id().map(str::to_owned),
                resource: change.logical_resource_id().unwrap_or_default().to_owned(),
                kind: change.resource_type().unwrap_or_default().to_owned(),
            }));
            match page.next_token() {
                Some(token) => pages = pages.next_token(token),
                None => return Ok(Some(changes)),
            }
        }
    }

    /// What CloudFormation found wrong before anything was begun: the change set only says that there is something. Who
    /// may not ask, or whose partition knows no such events, is told what the change set says.
    async fn found_early(&self, stack: &str, name: &str) -> Option<String> {
        let request = self.client.describe_events().stack_name(stack).change_set_name(name);
        let events = request.send().await.ok()?.operation_events?;
        let wrong = events.iter().filter(|event| event.validation_status() == Some(&ValidationStatus::Failed));
        let lines: Vec<String> = wrong
            .map(|event| {
                let resource = event.logical_resource_id().unwrap_or("?");
                let kind = event.resource_type().unwrap_or("?");
                format!("{resource} ({kind}): {}", event.validation_status_reason().unwrap_or("no reason"))
            })
            .collect();
        (!lines.is_empty()).then(|| lines.join("; "))
    }

    /// Takes a change set away that is not to be carried out; a stack that it announced goes with it.
    pub async fn withdraw(&self, planned: &Planned) -> anyhow::Result<()> {
        let Some(name) = &planned.change_set else { return Ok(()) };
        let stack = &planned.name;
        self.forget(stack, name).await?;
        if planned.is_new {
            let announced = self.described(stack).await?;
            if announced.is_some_and(|(status, _)| status.as_str() == "REVIEW_IN_PROGRESS") {
                self.remove(stack).await?;
            }
        }
        Ok(())
    }

    async fn forget(&self, stack: &str, name: &str) -> anyhow::Result<()> {
        let request = self.client.delete_change_set().stack_name(stack).change_set_name(name);
        request.send().await.map_err(|error| self.failed("DeleteChangeSet", &error))?;
        Ok(())
    }
}

fn change_set_name() -> String {
    format!("tendlc-{}", Uuid::new_v4().simple())
}

/// 32 bytes in hex, of the system's randomness but for the twelve bits that say that they are two UUIDs.
fn random_key() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
