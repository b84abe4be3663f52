//! Who is let in: nobody by a star, no account without an external id, and no resource of another service.

use serde_json::Value;

use super::{CONFIG, evaluated};
use crate::policies;
use crate::policy::Kind;

fn statements(document: &Value) -> Vec<Value> {
    document["Statement"].as_array().cloned().unwrap_or_else(|| vec![document["Statement"].clone()])
}

fn documents(kind: Kind) -> Vec<(String, Value)> {
    let stacks = evaluated(CONFIG).into_iter().map(|(stack, _)| stack);
    let all = stacks.flat_map(|stack| policies(&stack).unwrap());
    let found: Vec<_> = all
        .filter(|policy| policy.kind == kind)
        .map(|policy| (format!("{}/{}", policy.stack, policy.resource), policy.document))
        .collect();
    assert!(found.len() > 3, "{}", found.len());
    found
}

#[test]
fn nobody_is_let_in_by_a_star_but_the_members_of_one_organization() {
    for kind in [Kind::Trust, Kind::Resource] {
        for (name, document) in documents(kind) {
            for statement in statements(&document) {
                let principal = &statement["Principal"];
                let star = principal == "*" || principal["AWS"] == "*" || principal["AWS"][0] == "*";
                let organization = statement["Condition"]["StringEquals"]["aws:PrincipalOrgID"].as_str();
                let members = kind == Kind::Resource && organization.is_some_and(|id| id.starts_with("o-"));
                assert!(!star || members || statement["Effect"] == "Deny", "{name}: {statement}");
                assert!(!principal.is_null() && statement.get("NotPrincipal").is_none(), "{name}: {statement}");
            }
        }
    }
}

#[test]
fn the_hubs_bus_is_open_to_an_organization_at_once_or_to_each_account_by_its_own_statement() {
    let senders = |text: &str| {
        let stacks = evaluated(text).into_iter().map(|(stack, _)| stack);
        let all = stacks.flat_map(|stack| policies(&stack).unwrap()).map(|policy| policy.resource);
        all.filter(|name| name == "EventSenders" || name == "OrganizationSenders").collect::<Vec<String>>()
    };
    assert_eq!(senders(CONFIG), ["OrganizationSenders"]);
    let alone = CONFIG.replacen("hub_senders = \"organization\"\n", "", 1);
    assert_eq!(senders(&alone), ["EventSenders"], "one grant of the hub");
}

#[test]
fn an_account_is_let_into_a_role_with_an_external_id_and_as_exact_roles_alone() {
    let mut accounts = 0;
    for (name, document) in documents(Kind::Trust) {
        for statement in statements(&document).iter().filter(|statement| !statement["Principal"]["AWS"].is_null()) {
            accounts += 1;
            let condition = &statement["Condition"];
            let external_id = condition["StringEquals"]["sts:ExternalId"].as_str().unwrap_or_default();
            assert!(external_id.len() > 10, "{name}: {statement}");
            let roles = condition["ArnEquals"]["aws:PrincipalArn"].as_array().unwrap();
            assert!(!roles.is_empty() && roles.iter().all(|role| !role.as_str().unwrap().contains('*')), "{name}");
        }
    }
    assert_eq!(accounts, 3, "one for each grant");
}

#[test]
fn a_service_is_let_into_a_queue_topic_or_number_for_a_source_of_ours_alone() {
    let mut services = 0;
    for (name, document) in documents(Kind::Resource) {
        for statement in statements(&document).iter().filter(|statement| !statement["Principal"]["Service"].is_null()) {
            services += 1;
            let text = statement["Condition"].to_string().to_ascii_lowercase();
            assert!(text.contains("aws:sourcearn") || text.contains("aws:sourceaccount"), "{name}: {statement}");
        }
    }
    assert!(services > 5, "{services}");
}

/// An action on an ARN of another service allows nothing, and looks as if it did.
#[test]
fn every_action_is_of_the_service_of_its_resource() {
    for (name, document) in documents(Kind::Permissions) {
        for statement in statements(&document) {
            let texts = |key: &str| -> Vec<String> {
                let value = &statement[key];
                let all = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            };
            if statement["Effect"] == "Deny" {
                continue;
            }
            for action in texts("Action") {
                let service = action.split(':').next().unwrap();
                assert!(!action.ends_with(":*") && action != "*", "{name}: {action}");
                for resource in texts("Resource").iter().filter(|resource| *resource != "*") {
                    let of = resource.split(':').nth(2).unwrap();
                    let of = if of == "iam" { "sts" } else { of };
                    assert_eq!(of, service, "{name}: {action} on {resource}");
                }
            }
        }
    }
}
