"""What templates may say that ministack does not understand."""

import copy
import json

from ministack.services import eventbridge
from ministack.services.cloudformation import changesets, engine, provisioners

from corrections import adds, instead_of

VALUES = {"Fn::FindInMap", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Sub"}


PARSED = {}


@instead_of(engine, "_parse_template", "template_body")
def parse(original, template_body):
    """The same text is the same template; ministack reads it again each time, longer than it does anything else."""
    if template_body not in PARSED:
        PARSED[template_body] = original(template_body)
    return copy.deepcopy(PARSED[template_body])


@instead_of(engine, "_evaluate_conditions", "template params")
def conditions(original, template, params):
    """Conditions compare what these functions come to, too; ministack compares the functions.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
    """

    def settled(node):
        if isinstance(node, dict) and node.keys() & VALUES:
            return engine._resolve_refs(node, {}, params, {}, template.get("Mappings", {}), "", "")
        if isinstance(node, dict):
            return {key: settled(value) for key, value in node.items()}
        return [settled(value) for value in node] if isinstance(node, list) else node

    return original({**template, "Conditions": settled(template.get("Conditions", {}))}, params)


@instead_of(changesets, "_resolve_props_for_diff", "template params stack_name stack_id")
def to_compare(original, template, params, stack_name, stack_id):
    """A resource whose condition does not hold is not there; ministack's change sets list it, and miss that it comes.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
    """
    resources = original(template, params, stack_name, stack_id).get("Resources", {})
    hold = engine._evaluate_conditions(template, params) if resources else {}
    there = {name: resource for name, resource in resources.items() if hold.get(resource.get("Condition"), True)}
    return {"Resources": there}


@instead_of(engine, "_resolve_parameters", "template provided_params previous_params")
def known_parameters(original, template, provided_params, previous_params=None):
    """A parameter that the template does not have is refused; ministack ignores it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
    """
    unknown = [given["Key"] for given in provided_params or [] if given["Key"] not in template.get("Parameters", {})]
    if unknown:
        raise ValueError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    return original(template, provided_params, previous_params)


def put_bus_policy(logical_id, props, stack_name):
    """Adds a statement to a bus's policy, or replaces it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html
    """
    bus, statement_id = props.get("EventBusName", "default"), props["StatementId"]
    eventbridge._ensure_default_bus()
    if bus not in eventbridge._event_buses:
        raise ValueError(f"Event bus {bus} does not exist.")
    there = eventbridge._event_bus_policies.get(bus, {"Statement": []})["Statement"]
    statements = [other for other in there if other.get("Sid") != statement_id]
    statements.append({**props["Statement"], "Sid": statement_id})
    policy = {"Version": "2012-10-17", "Statement": statements}
    eventbridge._put_permission({"EventBusName": bus, "Policy": json.dumps(policy)})
    return f"{bus}|{statement_id}", {}


def change_bus_policy(physical_id, old_props, new_props, stack_name):
    # Another bus or statement is another resource; CloudFormation deletes the old one then.
    return put_bus_policy(None, new_props, stack_name)


def remove_bus_policy(physical_id, props):
    bus, statement_id = physical_id.split("|")
    eventbridge._remove_permission({"EventBusName": bus, "StatementId": statement_id})


def only_noted(name):
    """A resource of sms-voice, which ministack does not have: it is in its stack and nowhere else."""

    def note(logical_id, props, stack_name):
        return props.get(name) or f"{stack_name}-{logical_id}", {}

    return {
        "create": note,
        "update": lambda physical_id, old_props, new_props, stack_name: (new_props.get(name) or physical_id, {}),
        "delete": lambda physical_id, props: None,
    }


BUS_POLICY = {"create": put_bus_policy, "update": change_bus_policy, "delete": remove_bus_policy}
adds(provisioners._RESOURCE_HANDLERS, "AWS::Events::EventBusPolicy", BUS_POLICY)
adds(provisioners._RESOURCE_HANDLERS, "AWS::SMSVOICE::ConfigurationSet", only_noted("ConfigurationSetName"))
adds(provisioners._RESOURCE_HANDLERS, "AWS::SMSVOICE::ResourcePolicy", only_noted("ResourceArn"))
