//! Carrying a change set out, and what to say when that fails.

use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use aws_sdk_cloudformation::types::ResourceStatus;

use super::plan::Planned;
use super::{Cloud, Patience};
use crate::wrong::Wrong;

/// Said of resources that failed for no reason of their own.
const NOT_THE_CAUSE: [&str; 2] = ["Resource creation cancelled", "Resource update cancelled"];

impl Cloud {
    /// Carries `planned` out and waits for its end; `done` hears how many resources are.
    pub async fn apply(&self, planned: &Planned, mut done: impl FnMut(usize)) -> anyhow::Result<()> {
        let Some(change_set) = &planned.change_set else { return Ok(()) };
        let name = &planned.name;
        // By its id: one that is gone is known by that alone. Events of before are not of this run.
        let id = self.described(name).await?.map_or_else(|| name.clone(), |(_, there)| there.id);
        let before = self.newest_event(&id).await?;
        let request = self.client.execute_change_set().stack_name(name).change_set_name(change_set);
        // AWS's reference names two defaults.
        let request = request.disable_rollback(false);
        match request.send().await {
            Ok(_) => {}
            // It is under way: the answer to the first try was lost, and the SDK has tried again.
            Err(error) if error.code() == Some("InvalidChangeSetStatus") => {}
            Err(error) => return Err(self.failed("ExecuteChangeSet", &error)),
        }
        let mut patience = Patience::default();
        let (events, status) = loop {
            patience.wait().await;
            let events = self.events_since(&id, before.as_deref()).await?;
            done(events.iter().filter(|event| event.is_done && !event.is_of_stack()).count());
            // The stack's own status may still be the one of before; its newest event is of this run.
            let newest = events.iter().find(|event| event.is_of_stack()).map(|event| event.status.clone());
            match newest {
                Some(status) if ["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(&status.as_str()) => return Ok(()),
                Some(status) if !status.ends_with("_IN_PROGRESS") => break (events, status),
                _ => {}
            }
        };
        let mut left = match (planned.is_new, status.as_str()) {
            (_, "UPDATE_ROLLBACK_FAILED" | "ROLLBACK_FAILED") => Left::Stuck(status),
            (true, _) => Left::Nothing,
            (false, _) => Left::AsBefore,
        };
        if planned.is_new
            && let Err(error) = self.remove_what_failed(name).await
        {
            left = Left::Uncleared(error.to_string());
        }
        Err(self.why(planned, &events, &left))
    }

    /// What failed first, and what to do about it.
    fn why(&self, planned: &Planned, events: &[Event], left: &Left) -> anyhow::Error {
        let (name, account) = (&planned.name, &self.way.account);
        let cause = events.iter().rev().find(|event| {
            event.failed
                && !event.is_of_stack()
                && !NOT_THE_CAUSE.iter().any(|no| event.reason.starts_with(no))
                && !event.reason.is_empty()
        });
        let after = match left {
            Left::Nothing => "nothing of it is left".to_owned(),
            Left::AsBefore => "it is as it was before".to_owned(),
            Left::Stuck(status) => format!("it is in {status} now"),
            Left::Uncleared(why) => format!("what is left of it could not be taken away ({why})"),
        };
        let Some(Event { resource, kind, reason, .. }) = cause else {
            let what = format!("the stack {name} in the account {account} failed, and its events do not say why");
            return Wrong::error(format!("{what}; {after}"), "run the same command again");
        };
        let what =
            format!("the stack {name} in the account {account} failed at {resource} ({kind}): {reason}; {after}");
        let taken = ["already exist", "AlreadyExist", "EntityAlreadyExists"].iter().any(|words| reason.contains(words));
        let is_a_grants = name.starts_with("tendlc-grant-");
        let cure = if taken && is_a_grants && kind == "AWS::IAM::Role" {
            "name it as role_arn of the grant to adopt it, or delete it; then run the same command again"
        } else if taken {
            "the name is taken by something that tendlc did not make: delete or rename that, or give another name in \
             tendlc.toml; then run the same command again"
        } else {
            "mend that, then run the same command again: what is done already stays done"
        };
        Wrong::error(what, cure)
    }

    async fn newest_event(&self, name: &str) -> anyhow::Result<Option<String>> {
        let answer = self.client.describe_stack_events().stack_name(name).send().await;
        let answer = answer.map_err(|error| self.failed("DescribeStackEvents", &error))?;
        Ok(answer.stack_events().first().and_then(|event| event.event_id()).map(str::to_owned))
    }

    /// Newest first.
    async fn events_since(&self, name: &str, before: Option<&str>) -> anyhow::Result<Vec<Event>> {
        let mut events = Vec::new();
        let mut pages = self.client.describe_stack_events().stack_name(name);
        loop {
            let page = pages.clone().send().await.map_err(|error| self.failed("DescribeStackEvents", &error))?;
            for event in page.stack_events() {
                if event.event_id() == before {
                    return Ok(events);
                }
                let status = event.resource_status().map_or("", ResourceStatus::as_str);
                events.push(Event {
                    status: status.to_owned(),
                    resource: event.logical_resource_id().unwrap_or_default().to_owned(),
                    kind: event.resource_type().unwrap_or_default().to_owned(),
                    reason: event.resource_status_reason().unwrap_or_default().to_owned(),
                    is_done: ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"].contains(&status),
                    failed: status.ends_with("_FAILED"),
                });
            }
            match page.next_token() {
                Some(token) => pages = pages.next_token(token),
                None => return Ok(events),
            }
        }
    }
}

struct Event {
    status: String,
    resource: String,
    kind: String,
    reason: String,
    is_done: bool,
    failed: bool,
}

impl Event {
    fn is_of_stack(&self) -> bool {
        self.kind == "AWS::CloudFormation::Stack"
    }
}

/// What a failure leaves.
enum Left {
    Nothing,
    AsBefore,
    /// The stack's status, out of which only a person helps it.
    Stuck(String),
    /// Why what is left is still there.
    Uncleared(String),
}
