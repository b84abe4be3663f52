//! Asks for a text.

use aws_config::BehaviorVersion;
use aws_sdk_sqs::Client;
use serde_json::json;

type Error = Box<dyn std::error::Error + Send + Sync>;

async fn order_shipped(sqs: &Client, queue_url: &str, number: &str, phone: &str) -> Result<(), Error> {
    let request = json!({
        "to": phone,
        "body": format!("Your order {number} has shipped."),
        // What happened, and what this text says of it: the same however often this runs.
        "id": format!("order-{number}-shipped"),
        "context": { "team": "checkout" },
    });
    sqs.send_message().queue_url(queue_url).message_body(request.to_string()).send().await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let sqs = Client::new(&config);
    let queue_url = std::env::var("SMS_QUEUE_URL")?;
    order_shipped(&sqs, &queue_url, "1090", "+12065550123").await
}
