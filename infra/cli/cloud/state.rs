//! How a stack stands.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use aws_sdk_cloudformation::types::StackStatus;
use tendlc_deploy::{Given, Stack};

use super::{Cloud, Patience};
use crate::wrong::Wrong;

/// A stack that holds something.
#[derive(Clone, Debug)]
pub struct There {
    /// Its id: names are given again.
    pub id: String,
    /// By name; what was given as a secret is not shown.
    pub parameters: BTreeMap<String, String>,
}

/// How a stack stands.
#[derive(Clone, Debug)]
pub enum State {
    /// There is none.
    Absent,
    /// A change set was made for it, and never carried out: it holds nothing.
    Announced,
    /// It is there.
    There(There),
    /// It could not be created, and everything was taken away again: it holds nothing, and must go first.
    RolledBack,
}

/// What CloudFormation says of a stack.
enum Phase {
    Rests(State),
    Busy,
    Stuck,
}

impl Cloud {
    /// How a stack stands, once nothing is under way with it.
    pub async fn state(&self, name: &str, mut busy: impl FnMut(&str)) -> anyhow::Result<State> {
        let mut patience = Patience::default();
        loop {
            let Some((status, there)) = self.described(name).await? else { return Ok(State::Absent) };
            match phase(&status, there) {
                Phase::Rests(state) => return Ok(state),
                Phase::Busy => busy(status.as_str()),
                Phase::Stuck => return Err(self.stuck(name, &status)),
            }
            patience.wait().await;
        }
    }

    /// A stack's status and what is known of it.
    pub async fn described(&self, name: &str) -> anyhow::Result<Option<(StackStatus, There)>> {
        let answer = match self.client.describe_stacks().stack_name(name).send().await {
            Ok(answer) => answer,
            // The one code that AWS has for everything that is wrong with a request; only its words tell them apart.
            Err(error)
                if error.code() == Some("ValidationError")
                    && error.message().is_some_and(|message| message.contains("does not exist")) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(self.failed("DescribeStacks", &error)),
        };
        let Some(stack) = answer.stacks().first() else { return Ok(None) };
        let status = stack.stack_status().cloned().unwrap_or(StackStatus::DeleteComplete);
        if status == StackStatus::DeleteComplete {
            return Ok(None);
        }
        let parameters = stack.parameters().iter();
        let parameters = parameters
            .filter_map(|one| Some((one.parameter_key()?.to_owned(), one.parameter_value()?.to_owned())))
            .collect();
        Ok(Some((status, There { id: stack.stack_id().unwrap_or(name).to_owned(), parameters })))
    }

    /// Whether a stack is what it is to be, as far as its template and parameters say: then no change set is made.
    pub async fn is_as_wanted(&self, there: &There, stack: &Stack) -> anyhow::Result<bool> {
        let agrees = |(name, given): (&&str, &Given)| match given {
            Given::Text(text) => there.parameters.get(*name) == Some(text),
            Given::KeptOr(_) | Given::MadeOnce => there.parameters.contains_key(*name),
        };
        if !stack.parameters.iter().all(agrees) {
            return Ok(false);
        }
        let answer = self.client.get_template().stack_name(&stack.name).send().await;
        let answer = answer.map_err(|error| self.failed("GetTemplate", &error))?;
        Ok(answer.template_body().is_some_and(|body| body.trim() == stack.template.text().trim()))
    }

    fn stuck(&self, name: &str, status: &StackStatus) -> anyhow::Error {
        let account = &self.way.account;
        let (region, profile) = (&self.way.region, self.way.trouble().profile());
        let cure = match status {
            StackStatus::UpdateRollbackFailed => format!(
                "Mend what its events say, then:\n  aws cloudformation continue-update-rollback --stack-name {name} \
                 --region {region}{profile}"
            ),
            _ => format!(
                "See why in its events, mend that, and take it away:\n  aws cloudformation describe-stack-events \
                 --stack-name {name} --region {region}{profile}\n  aws cloudformation delete-stack --stack-name {name} \
                 --region {region}{profile}"
            ),
        };
        Wrong::error(format!("the stack {name} in the account {account} is in {}", status.as_str()), cure)
    }
}

fn phase(status: &StackStatus, there: There) -> Phase {
    match status {
        StackStatus::ReviewInProgress => Phase::Rests(State::Announced),
        StackStatus::RollbackComplete => Phase::Rests(State::RolledBack),
        StackStatus::CreateComplete
        | StackStatus::UpdateComplete
        | StackStatus::UpdateRollbackComplete
        | StackStatus::ImportComplete
        | StackStatus::ImportRollbackComplete => Phase::Rests(State::There(there)),
        status if status.as_str().ends_with("_IN_PROGRESS") => Phase::Busy,
        _ => Phase::Stuck,
    }
}
