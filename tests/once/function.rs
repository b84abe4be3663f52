//! A function's environment: `send-queue`'s own handler behind a wire, and what Lambda does around it.

use std::collections::HashSet;
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sdk_sqs::types::Message;
use jiff::SignedDuration;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::Value;
use tendlc_core::clock::SharedClock;
use tendlc_core::env::{HandsOver, Lanes, Settings};
use tendlc_core::mail::Mail;
use tendlc_core::served::Serves;

use super::wire::Wire;
use super::world::{
    DEAD, EXECUTION_ROLE, EXTERNAL_ID, GRANT_ROLE, PROMOTIONAL, QUEUE, SECONDARY, World, config, event,
};

/// The functions' timeout, as deployed.
pub const TIMEOUT: i64 = 30;

/// One environment.
pub struct Function {
    handler: send_queue::Handler,
    account: &'static str,
    pub wire: Wire,
}

/// How an invocation ended.
#[derive(Debug)]
pub enum Invoked {
    /// With the messages that stay.
    Answered(Vec<String>),
    /// With an error: the whole batch stays.
    Failed(String),
    /// Nobody heard of it again.
    Died,
}

impl Function {
    /// An environment that has not been used.
    pub fn start(world: &World, wire: Wire) -> Self {
        Self::with(world, wire, EXTERNAL_ID)
    }

    pub fn with(world: &World, wire: Wire, external_id: &str) -> Self {
        Self::of(Parts::new(world, &wire, HandsOver::No, Variables { external_id, ..Variables::default() }), wire)
    }

    /// One that has done what it does before its first event.
    pub async fn warmed_up(world: &World, wire: Wire, variables: Variables<'_>) -> Self {
        let parts = Parts::new(world, &wire, HandsOver::No, variables);
        parts.serves.warm_up(10).await;
        Self::of(parts, wire)
    }

    fn of(parts: Parts, wire: Wire) -> Self {
        Self { handler: send_queue::Handler::new(parts.serves, parts.mail, parts.clock), account: SECONDARY, wire }
    }

    /// Deployed in another account.
    pub fn in_account(self, account: &'static str) -> Self {
        Self { account, ..self }
    }

    /// One invocation.
    pub async fn invoke(&self, world: &World, event: Value) -> Invoked {
        self.invoke_for(world, event, SignedDuration::from_secs(TIMEOUT)).await
    }

    /// One invocation with `time` left for it.
    pub async fn invoke_for(&self, world: &World, event: Value, time: SignedDuration) -> Invoked {
        let deadline = world.now() + time;
        let context = context(self.account, deadline);
        tokio::select! {
            biased;
            () = self.wire.died() => Invoked::Died,
            answer = self.handler.handle(LambdaEvent::new(event, context)) => match answer {
                // Lambda has ended it by then, and listens to it no more.
                _ if world.now() > deadline => Invoked::Failed("Sandbox.Timedout".to_owned()),
                Ok(answer) => {
                    Invoked::Answered(answer.batch_item_failures.into_iter().map(|one| one.item_identifier).collect())
                }
                Err(error) => Invoked::Failed(error.to_string()),
            },
        }
    }

    /// Takes what is visible on a queue through one invocation, and deletes what is done with.
    pub async fn poll(&self, world: &World, queue: &str) -> Option<Invoked> {
        let messages = world.receive(queue).await;
        if messages.is_empty() {
            return None;
        }
        let invoked = self.invoke(world, event(queue, &messages)).await;
        settle(world, queue, &messages, &invoked).await;
        Some(invoked)
    }
}

/// What differs between environments.
#[derive(Clone, Copy)]
pub struct Variables<'a> {
    pub external_id: &'a str,
    /// Empty: none.
    pub outcome_bus: &'a str,
    /// Where AWS is, unless at the doubles themselves.
    pub endpoint: Option<&'a str>,
}

impl Default for Variables<'_> {
    fn default() -> Self {
        Self { external_id: EXTERNAL_ID, outcome_bus: "default", endpoint: None }
    }
}

/// What a function is made of, as its `serve` makes it, behind a wire.
pub struct Parts {
    pub serves: Serves,
    pub mail: Mail,
    pub lanes: Option<Lanes>,
    pub clock: SharedClock,
}

impl Parts {
    pub fn new(world: &World, wire: &Wire, hands_over: HandsOver, variables: Variables<'_>) -> Self {
        let lookup = |name: &str| {
            let value = match name {
                "TENDLC_TABLE_ARN" => "arn:aws:dynamodb:us-east-1:111111111111:table/tendlc".to_owned(),
                "TENDLC_TOPOLOGY" => "spoke".to_owned(),
                "TENDLC_FINGERPRINT_KEY" => "0f".repeat(32),
                "TENDLC_GRANT" => "checkout".to_owned(),
                "TENDLC_ROLE_ARN" => GRANT_ROLE.to_owned(),
                "TENDLC_EXTERNAL_ID" => variables.external_id.to_owned(),
                "TENDLC_QUEUE_URL" => world.url(QUEUE),
                "TENDLC_PROMOTIONAL_QUEUE_URL" => world.url(PROMOTIONAL),
                "TENDLC_DEAD_LETTER_QUEUE_URL" => world.url(DEAD),
                "TENDLC_OUTCOME_BUS" => variables.outcome_bus.to_owned(),
                _ => return None,
            };
            Some(value)
        };
        let settings = Settings::read(&lookup, hands_over).unwrap();
        let keys = world.aws.issue_session(EXECUTION_ROLE, "tendlc-send");
        let credentials = Credentials::new(keys.access_key, keys.secret, Some(keys.token), None, "test");
        let endpoint = variables.endpoint.unwrap_or(world.aws.endpoint());
        let config = config(&world.aws, credentials, wire.client()).to_builder().endpoint_url(endpoint).build();
        let (lanes, clock): (_, SharedClock) = (settings.lanes.clone(), world.clock.clone());
        let mail = Mail::new(aws_sdk_sqs::Client::new(&config));
        let serves = Serves::new(config, settings, "send", Arc::clone(&clock));
        Self { serves, mail, lanes, clock }
    }
}

/// What Lambda says of an invocation in this account.
pub fn context(account: &str, deadline: jiff::Timestamp) -> Context {
    let mut context = Context::default();
    context.deadline = u64::try_from(deadline.as_millisecond()).unwrap();
    context.invoked_function_arn = format!("arn:aws:lambda:us-east-1:{account}:function:tendlc-send");
    context
}

/// What Lambda does after an invocation.
pub async fn settle(world: &World, queue: &str, messages: &[Message], invoked: &Invoked) {
    let Invoked::Answered(stay) = invoked else { return };
    let ids: HashSet<&str> = messages.iter().filter_map(|message| message.message_id()).collect();
    assert!(stay.iter().all(|id| ids.contains(id.as_str())), "the answer names a message that is not in the batch");
    for message in messages.iter().filter(|message| !stay.iter().any(|id| Some(id.as_str()) == message.message_id())) {
        world.delete(queue, message).await;
    }
}

/// Lets a sound function work until the queue is empty, at most `hours` by the clock. Says whether it is empty.
pub async fn drain(world: &World, hours: i64) -> bool {
    drain_queue(world, QUEUE, hours).await
}

/// The same with another queue.
pub async fn drain_queue(world: &World, queue: &str, hours: i64) -> bool {
    let until = world.now() + SignedDuration::from_hours(hours);
    let mut function = Function::start(world, Wire::sound());
    let mut began = world.now();
    while world.on(queue) > 0 && world.now() < until {
        // A function's own credentials last twelve hours, and so does an environment.
        if world.now().duration_since(began) > SignedDuration::from_hours(6) {
            (function, began) = (Function::start(world, Wire::sound()), world.now());
        }
        // Behind a FIFO group's head that is hidden, nothing can be had of what is not.
        if world.visible_on(queue) == 0 || function.poll(world, queue).await.is_none() {
            world.advance(15);
        }
    }
    world.on(queue) == 0
}
