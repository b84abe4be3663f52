//! What a developer writes who wants only to send: assume the role once, and for each message a conditional put, a send
//! and an update. No quotas, no fairness, no outcomes, nothing for what must wait.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sts::config::Region;
use futures::future::join_all;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tendlc_core::arn::RoleArn;
use tendlc_core::clock::SystemClock;
use tendlc_core::role::Role;

struct Bare {
    table: aws_sdk_dynamodb::Client,
    sms: aws_sdk_pinpointsmsvoicev2::Client,
}

pub async fn serve() -> anyhow::Result<()> {
    let config = tendlc_core::aws::config(&|name| std::env::var(name).ok());
    let arn: RoleArn = std::env::var("TENDLC_ROLE_ARN")?.parse()?;
    let external_id = std::env::var("TENDLC_EXTERNAL_ID")?;
    let grant = "checkout".parse()?;
    let sts = aws_sdk_sts::Client::new(&config);
    let role = Role::new(sts, arn, Some(external_id), (&grant, "bare"), std::sync::Arc::new(SystemClock::default()));
    let config = config
        .to_builder()
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(role))
        .build();
    let bare = Bare {
        table: aws_sdk_dynamodb::Client::new(&config),
        sms: aws_sdk_pinpointsmsvoicev2::Client::new(&tendlc_core::aws::one_try(&config)),
    };
    let served = lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| bare.handle(event))).await;
    served.map_err(|error| anyhow::anyhow!("{error}"))
}

impl Bare {
    async fn handle(&self, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
        let records = &event.payload.records;
        let sent = join_all(records.iter().map(|record| self.send(record))).await;
        let mut response = SqsBatchResponse::default();
        for (record, _) in records.iter().zip(sent).filter(|(_, sent)| sent.is_err()) {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.clone().unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
        Ok(response)
    }

    async fn send(&self, record: &SqsMessage) -> Result<(), Error> {
        let request: Value = serde_json::from_str(record.body.as_deref().unwrap_or_default())?;
        let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
        let key = AttributeValue::S(format!("L#checkout#{}", text("id")));
        let put = self.table.put_item().table_name("tendlc").item("pk", key.clone());
        put.item("state", AttributeValue::S("sending".to_owned()))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await?;
        let send = self.sms.send_text_message().destination_phone_number(text("to")).message_body(text("body"));
        let send = send.origination_identity(
            "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0123456789abcdef0123456789abcdef",
        );
        let message_id = send.send().await?.message_id.unwrap_or_default();
        let update =
            self.table.update_item().table_name("tendlc").key("pk", key).update_expression("SET message_id = :id");
        update.expression_attribute_values(":id", AttributeValue::S(message_id)).send().await?;
        Ok(())
    }
}
