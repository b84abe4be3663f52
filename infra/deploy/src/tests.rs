//! What linters do not find in the templates, and what every stack must come to.

mod dashboards;
mod functions;
mod metrics;
mod parameters;
mod principals;
mod queues;
mod tables;

use std::collections::BTreeMap;

use serde_json::Value;
use tendlc_config::Config;

use crate::evaluate::{Resources, resources};
use crate::{Code, Stack, stacks};

/// Two spokes, one of them with the SNS channel and a pool, and a hub.
pub(crate) const CONFIG: &str = include_str!("../../../tests/policies/tendlc.toml");

pub(crate) fn config(text: &str) -> Config {
    tendlc_config::check(text, "tendlc.toml").unwrap_or_else(|mistakes| panic!("{mistakes}")).config
}

pub(crate) fn all(text: &str) -> Vec<Stack> {
    let config = config(text);
    let name = config.primaries.keys().next().unwrap().clone();
    stacks(&config, &name, &Code { prefix: "tendlc/0123456789abcdef".to_owned() })
}

/// Every stack of the configuration with its resources, worked out.
pub(crate) fn evaluated(text: &str) -> Vec<(Stack, Resources)> {
    let worked_out = |stack: Stack| {
        let document = stack.template.document().unwrap();
        let made = resources(&document, &stack.shown(), &stack.place())
            .unwrap_or_else(|error| panic!("{}: {error}", stack.name));
        (stack, made)
    };
    all(text).into_iter().map(worked_out).collect()
}

/// All resources of a type, by `stack/id`.
pub(crate) fn of_type(text: &str, kind: &str) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (stack, made) in evaluated(text) {
        for (id, resource) in made.into_iter().filter(|(_, resource)| resource.kind == kind) {
            found.insert(format!("{}/{}/{id}", stack.account, stack.name), resource.properties);
        }
    }
    assert!(!found.is_empty(), "no {kind}");
    found
}

/// The same with FIFO queues.
pub(crate) fn with_fifo() -> String {
    let names = "queue = \"tendlc-send.fifo\"\npromotional_queue = \"tendlc-send-promotional.fifo\"\n\
                 dead_letter_queue = \"tendlc-dead-letter.fifo\"\n";
    CONFIG.replacen(
        "external_id = \"checkout-5c1f0e6a\"\n",
        &format!("external_id = \"checkout-5c1f0e6a\"\n{names}"),
        1,
    )
}
