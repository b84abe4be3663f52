//! The parameters that a configuration comes to are those that the templates have, and fit them.

use regex_lite::Regex;
use serde_json::Value;

use super::{CONFIG, all, config, with_fifo};
use crate::template::Template;
use crate::{Given, Owner};

#[test]
fn every_parameter_fits_what_its_template_takes() {
    for text in [CONFIG.to_owned(), with_fifo(), tendlc_config::EXAMPLE.replace("# external_id", "external_id")] {
        for stack in all(&text) {
            let document = stack.template.document().unwrap();
            for (name, value) in stack.shown() {
                let declared = &document["Parameters"][&name];
                assert!(declared.is_object(), "{} has no {name}", stack.template.name());
                fits(&format!("{}.{name}", stack.name), declared, &value);
            }
        }
    }
}

fn fits(name: &str, declared: &Value, value: &str) {
    if let Some(allowed) = declared["AllowedValues"].as_array() {
        let texts: Vec<String> =
            allowed.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect();
        assert!(texts.iter().any(|one| one == value), "{name}: {value}");
    }
    if let Some(pattern) = declared["AllowedPattern"].as_str() {
        let pattern = Regex::new(pattern).unwrap();
        let parts: Vec<&str> = match declared["Type"].as_str() {
            Some("CommaDelimitedList") => value.split(',').collect(),
            _ => vec![value],
        };
        for part in parts {
            assert!(pattern.is_match(part), "{name}: `{part}` is no {pattern:?}");
        }
    }
}

#[test]
fn every_template_can_be_given_whole_and_says_what_its_parameters_are() {
    for template in Template::ALL {
        assert!(template.text().len() < 51_200, "{} is longer than CloudFormation takes", template.name());
        let document = template.document().unwrap();
        assert!(document.get("Transform").is_none(), "service-managed StackSets refuse transforms");
        for (name, parameter) in document["Parameters"].as_object().into_iter().flatten() {
            assert!(
                parameter["Description"].as_str().is_some_and(|text| text.len() > 10),
                "{}.{name}",
                template.name()
            );
        }
        for (id, resource) in document["Resources"].as_object().unwrap() {
            assert_ne!(resource["Type"], "AWS::CloudFormation::Stack", "{id}");
        }
    }
}

#[test]
fn another_grant_changes_no_other_stack() {
    let more = "\n[grants.more]\naccount = \"666666666666\"\ncampaigns = [\"order-updates\"]\nexternal_id = \"more-5c1f0e6a\"\n";
    let (before, after) = (all(CONFIG), all(&format!("{CONFIG}{more}")));
    let own = Owner::Grant("more".parse().unwrap());
    let others: Vec<_> = after.iter().filter(|stack| stack.owner != own).cloned().collect();
    assert_eq!(others, before);
    let names: Vec<&str> = after.iter().filter(|stack| stack.owner == own).map(|stack| stack.name.as_str()).collect();
    assert_eq!(names, ["tendlc-grant-more", "tendlc-code", "tendlc-secondary-more"]);
    let hub = more.replace("campaigns", "topology = \"hub\"\ncampaigns");
    let after = all(&format!("{CONFIG}{hub}"));
    let others: Vec<_> = after.into_iter().filter(|stack| stack.owner != own).collect();
    assert_eq!(others, before, "the hub's role knows its grants by pattern");
}

#[test]
fn stacks_that_need_something_come_after_it() {
    let order: Vec<Template> =
        all(CONFIG).iter().filter(|stack| stack.template != Template::Code).map(|stack| stack.template).collect();
    let mut sorted = order.clone();
    sorted.sort();
    let in_primary = |template: &Template| ![Template::Secondary, Template::Tenant].contains(template);
    assert_eq!(
        order.iter().filter(|one| in_primary(one)).collect::<Vec<_>>(),
        sorted.iter().filter(|one| in_primary(one)).collect::<Vec<_>>()
    );
    assert!(order.iter().rposition(in_primary) < order.iter().position(|one| !in_primary(one)));
}

#[test]
fn keys_and_revocations_are_kept_from_deploy_to_deploy() {
    for stack in all(CONFIG) {
        for (name, given) in &stack.parameters {
            let kept = ["FingerprintKey", "Revoked", "MakeTable"].contains(name);
            assert_eq!(!matches!(given, Given::Text(_)), kept, "{}.{name}", stack.name);
        }
    }
}

#[test]
fn a_campaign_that_needs_nothing_has_no_stack() {
    let config = config(CONFIG);
    let stacks: Vec<String> = all(CONFIG).into_iter().map(|stack| stack.name).collect();
    for (name, campaign) in &config.campaigns {
        let needs = campaign.configuration_set.is_some() || campaign.channel == tendlc_config::ChannelKind::Sns;
        assert_eq!(stacks.contains(&format!("tendlc-campaign-{name}")), needs, "{name}");
    }
    let without = CONFIG.replace("configuration_set = \"tendlc-order-updates\"\n", "");
    assert!(!all(&without).iter().any(|stack| stack.name == "tendlc-campaign-order-updates"));
}
