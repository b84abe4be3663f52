"""What EventBridge tells policies of events, and event buses in other accounts.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-permissions.html
"""

import contextvars
import json

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region, json_response, request_scope
from ministack.services import eventbridge

from corrections import instead_of
from corrections.requested import Requested

# Whose event it is while it is put on a bus in another account.
sender = contextvars.ContextVar("sender", default=None)


@instead_of(iam_actions, "eventbridge_resource_arns", "body region account_id")
def entries(original, body, region, account_id):
    """Each entry needs permission for its bus, with its source and its detail type; ministack asks once, without them."""
    return [
        Requested(original(json.dumps({"Entries": [entry]}), region, account_id)[0], context_of(entry))
        for entry in json.loads(body or b"{}").get("Entries", [])
    ]


def context_of(entry):
    return {
        "events:source": [entry.get("Source", "")],
        "events:detail-type": entry.get("DetailType", ""),
        "events:eventBusInvocation": "false",
    }


@instead_of(eventbridge, "_put_events", "data allow_aws_source")
def put_events(original, data, allow_aws_source=False):
    """An entry may name another account's bus by its ARN, whose policy must let the caller; ministack finds none."""
    all_entries = data.get("Entries", [])
    others = [entry for entry in all_entries if is_elsewhere(entry.get("EventBusName", "default"))]
    if not others or len(all_entries) > 10:
        return original(data, allow_aws_source)
    for entry in others:
        if not may_put(entry):
            bus = entry["EventBusName"]
            text = (
                f"User: {iam_evaluator.caller_arn()} is not authorized to perform: events:PutEvents on resource: {bus} "
                "because no resource-based policy allows the events:PutEvents action"
            )
            return eventbridge.error_response_json("AccessDeniedException", text, 400)
    results = [put_one(original, entry, allow_aws_source) for entry in all_entries]
    failed = sum("ErrorCode" in result for result in results)
    return json_response({"FailedEntryCount": failed, "Entries": results})


def is_elsewhere(bus):
    return bus.startswith("arn:") and bus.split(":")[4] != get_account_id()


def put_one(original, entry, allow_aws_source):
    data = {"Entries": [entry]}
    if not is_elsewhere(entry.get("EventBusName", "default")):
        return json.loads(original(data, allow_aws_source)[2])["Entries"][0]
    _, _, _, region, owner, _ = entry["EventBusName"].split(":", 5)
    token = sender.set(get_account_id())
    try:
        with request_scope(owner, region):
            eventbridge._ensure_default_bus()
            return json.loads(original(data, allow_aws_source)[2])["Entries"][0]
    finally:
        sender.reset(token)


@instead_of(eventbridge, "_pattern_event_view", "event")
def of_its_sender(original, event):
    """An event's `account` is the account that put it, whosever bus it is on."""
    if sender.get():
        event["Account"] = sender.get()
    return original(event)


def may_put(entry):
    bus = entry["EventBusName"]
    _, _, _, region, owner, resource = bus.split(":", 5)
    policy = eventbridge._event_bus_policies.get_scoped(owner, region, resource.partition("/")[2])
    caller = iam_evaluator.EvalContext(
        principal_arn=iam_evaluator.caller_arn(),
        principal_type="",
        principal_account=get_account_id(),
        action="events:PutEvents",
        resource_arn=bus,
        region=get_region(),
        service_context=context_of(entry),
    )
    return iam_evaluator.resource_policy_allows(policy, caller, same_account=False)


@instead_of(eventbridge, "_put_permission", "data")
def put_permission(original, data):
    """A permission may be a whole policy, and an account's number in it is its root's ARN; ministack drops the one and
    never matches the other."""
    if "Policy" in data:
        eventbridge._event_bus_policies[data.get("EventBusName", "default")] = json.loads(data["Policy"])
        return json_response({})
    principal = data.get("Principal", "*")
    if principal.isdigit():
        data = {**data, "Principal": {"AWS": f"arn:aws:iam::{principal}:root"}}
    return original(data)
