//! Taking stacks away.

use aws_sdk_cloudformation::types::StackStatus;

use super::{Cloud, Patience};
use crate::wrong::Wrong;

impl Cloud {
    /// Deletes a stack and waits until it is gone; one that is not there is.
    pub async fn remove(&self, name: &str) -> anyhow::Result<()> {
        let mut patience = Patience::default();
        let mut asked = false;
        loop {
            let Some((status, _)) = self.described(name).await? else { return Ok(()) };
            match status {
                StackStatus::DeleteInProgress => asked = true,
                StackStatus::DeleteFailed if asked => return Err(self.not_removed(name).await?),
                status if status != StackStatus::ReviewInProgress && status.as_str().ends_with("_IN_PROGRESS") => {}
                _ if !asked => {
                    let request = self.client.delete_stack().stack_name(name);
                    request.send().await.map_err(|error| self.failed("DeleteStack", &error))?;
                    asked = true;
                }
                _ => {}
            }
            patience.wait().await;
        }
    }

    /// What is left of a creation that failed: a stack that holds nothing and is in the way of the next try.
    pub async fn remove_what_failed(&self, name: &str) -> anyhow::Result<()> {
        let failed = self.described(name).await?.map(|(status, _)| status);
        match failed {
            Some(StackStatus::RollbackComplete | StackStatus::CreateFailed | StackStatus::RollbackFailed) => {
                self.remove(name).await
            }
            _ => Ok(()),
        }
    }

    async fn not_removed(&self, name: &str) -> anyhow::Result<anyhow::Error> {
        let answer = self.client.describe_stack_events().stack_name(name).send().await;
        let answer = answer.map_err(|error| self.failed("DescribeStackEvents", &error))?;
        let failed = answer.stack_events().iter().find(|event| {
            event.resource_status().is_some_and(|status| status.as_str() == "DELETE_FAILED")
                && event.resource_type() != Some("AWS::CloudFormation::Stack")
        });
        let why = failed.map_or_else(
            || "its events do not say why".to_owned(),
            |event| {
                let reason = event.resource_status_reason().unwrap_or("no reason");
                format!("{}: {reason}", event.logical_resource_id().unwrap_or_default())
            },
        );
        let what = format!("the stack {name} in the account {} cannot be deleted: {why}", self.way.account);
        Ok(Wrong::error(what, "mend that, then run the same command again"))
    }
}
