//! Prints what became of each text.

use aws_config::BehaviorVersion;
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let sqs = aws_sdk_sqs::Client::new(&config);
    let queue_url = std::env::var("OUTCOMES_QUEUE_URL")?;
    loop {
        let request = sqs.receive_message().queue_url(&queue_url).max_number_of_messages(10).wait_time_seconds(20);
        for message in request.send().await?.messages() {
            let event: Value = serde_json::from_str(message.body().unwrap_or_default())?;
            let outcome = &event["detail"];
            println!("{} {} {}", event["detail-type"], outcome["id"], outcome["reason"]);
            let handle = message.receipt_handle().unwrap_or_default();
            sqs.delete_message().queue_url(&queue_url).receipt_handle(handle).send().await?;
        }
    }
}
