//! What a person is told who has just started it: where everything is, and lines to paste.

use tendlc_local::system::{REQUESTED, System};

/// All that is needed to send a first text.
pub fn text(system: &System) -> String {
    let endpoint = system.aws().endpoint();
    let mut text = format!("tendlc is up: AWS_ENDPOINT_URL={endpoint}\n\nqueues:\n");
    let queues = system.queues();
    for (name, url) in queues.iter().chain(&system.fifo_queues()) {
        text.push_str(&format!("  {name:<30} {url}\n"));
    }
    let buses = system.buses();
    text.push_str(&format!("\nbuses, for events with any source and the detail-type \"{REQUESTED}\":\n"));
    for bus in &buses {
        text.push_str(&format!("  {:<59}  by {} for {}\n", bus.name, bus.account, bus.grant));
    }
    text.push_str(
        "\nAny credentials will do: they act as the account whose queue or bus they name. An account's id as\nthe access \
         key acts as that account alone.\n\nAWS CLI 2 reads AWS_ENDPOINT_URL since 2.13; version 1 does\nnot for `aws \
         sqs`: give it --endpoint-url each time. Send a text by queue, and one by event:\n",
    );
    let aws = |account: &str| {
        format!(
            "\n  AWS_ACCESS_KEY_ID={account} AWS_SECRET_ACCESS_KEY=local \\\n  aws --endpoint-url {endpoint} --region {} \\\n",
            system.aws().region()
        )
    };
    if let Some((_, url)) = queues.iter().find(|(name, _)| *name == "tendlc-send").or(queues.iter().next()) {
        text.push_str(&aws(url.rsplit('/').nth(1).unwrap_or_default()));
        text.push_str(&format!("  sqs send-message --queue-url {url} \\\n  --message-body '{}'\n", request("order-1")));
    }
    if let Some(bus) = buses.first() {
        let detail = request("order-2").replace('"', "\\\"");
        text.push_str(&aws(bus.account.as_str()));
        text.push_str(&format!(
            "  events put-events --entries '[{{\"EventBusName\":\"{}\",\n  \"Source\":\"shop\",\"DetailType\":\"{REQUESTED}\",\n  \"Detail\":\"{detail}\"}}]'\n",
            bus.name
        ));
    }
    text.push_str(&format!(
        "\nSee what was sent:  curl {endpoint}/_tendlc/sent\nBreak something:    curl {endpoint}/_tendlc/faults \\\n\
         {:20}-d '{{\"operation\":\"SendTextMessage\",\"action\":\"throttle\",\"times\":3}}'\nWhat became of each request \
         follows here. Ctrl-C ends it.\n",
        ""
    ));
    text
}

fn request(id: &str) -> String {
    format!(r#"{{"to":"+12065550123","body":"Your order has shipped","id":"{id}"}}"#)
}
