//! Queues that a deploy would take away, or make anew, with what waits on them.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;

use super::survey::Survey;
use crate::cloud::plan::Action;
use crate::show;
use crate::sync::reach::Failure;
use crate::wrong::Wrong;

/// Visible, hidden and delayed: all of them would go.
const COUNTS: [QueueAttributeName; 3] = [
    QueueAttributeName::ApproximateNumberOfMessages,
    QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    QueueAttributeName::ApproximateNumberOfMessagesDelayed,
];

/// Refuses what would lose messages: a request that was taken must end, and a dead letter must be seen.
pub async fn keep_messages(survey: &Survey<'_>) -> anyhow::Result<()> {
    for item in &survey.planned {
        let goes = |action| matches!(action, Action::Remove | Action::Replace);
        let queues = item.plan.changes.iter().filter(|change| change.kind == "AWS::SQS::Queue" && goes(change.action));
        for change in queues {
            let account = survey.accounts.get(&item.stack.account)?;
            let Some(url) = &change.physical else { continue };
            let client = Client::new(&account.config);
            let answer =
                client.get_queue_attributes().queue_url(url).set_attribute_names(Some(COUNTS.to_vec())).send().await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) if error.as_service_error().is_some_and(|error| error.is_queue_does_not_exist()) => continue,
                Err(error) => {
                    return Err(account.way.trouble().failed("sqs", "GetQueueAttributes", &Failure::of(&error)));
                }
            };
            let counts = answer.attributes.unwrap_or_default();
            let waiting: usize = counts.values().filter_map(|text| text.parse::<usize>().ok()).sum();
            if waiting > 0 {
                let what = format!(
                    "{} in the account {} would take the queue {} away with {} on it",
                    item.stack.name,
                    item.stack.account,
                    url.rsplit('/').next().unwrap_or(url),
                    show::counted(waiting, "message")
                );
                let cure = "let it run empty first, and replay or delete its dead letters (`tendlc redrive`)";
                return Err(Wrong::error(what, cure));
            }
        }
    }
    Ok(())
}
