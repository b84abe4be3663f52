"""What services do for somebody needs permission too; ministack's EventBridge, Scheduler and Lambda do it without.

Nobody is told on AWS either, but by a metric.
"""

import json
import logging

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, iam, lambda_svc, sqs

from corrections import instead_of

ACTIONS = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage"}
POLICIES = {"lambda": lambda_svc.function_policy_for_arn, "sqs": sqs.queue_policy_for_arn}
LAMBDA = ("lambda.amazonaws.com", {})


@instead_of(eventbridge, "_invoke_target", "target event rule view")
def deliver(original, target, event, rule, view=None):
    """A rule's target must let EventBridge in by its own policy, unless it has a role, as a schedule's always has.

    Where it does not, the event goes to the target's dead-letter queue, if that does.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
    """
    arn, caller = target["Arn"], caller_for(rule["Arn"])
    action = ACTIONS.get(arn.split(":")[2])
    role = target.get("RoleArn")
    if action is None or (role_may(role, caller, action, arn) if role else policy_lets(caller, action, arn)):
        original(target, event, rule, view)
        return
    refused(rule["Arn"], action, arn)
    if dead_letters := target.get("DeadLetterConfig", {}).get("Arn"):
        # A schedule's role does this, too; a rule's never.
        doer = {"RoleArn": role} if ":schedule/" in rule["Arn"] else {}
        deliver(original, {"Arn": dead_letters} | doer, event, rule, view)


@instead_of(eventbridge, "_dispatch_to_lambda", "arn payload")
def invoke(original, arn, payload):
    """EventBridge invokes asynchronously: a function that fails is tried again, and then there is its destination.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
    """
    function, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if function:
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, json.loads(payload))


@instead_of(lambda_svc, "_sqs_esm_concurrency", "esm func_rec config queue")
def take(original, esm, func_rec, config, queue=None):
    """Lambda takes from a queue as the function's role: without these permissions no mapping can be made on AWS.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    scaling = esm.get("ScalingConfig") or {}
    # A template's parameter is a text, which ministack keeps and then cannot count with.
    scaling.update({key: int(value) for key, value in scaling.items()})
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    may = all(role_may(config["Role"], LAMBDA, action, esm["EventSourceArn"]) for action in actions)
    return original(esm, func_rec, config, queue) if may else 0


@instead_of(lambda_svc, "_route_async_failure", "target_arn func_name event result")
def give_up(original, target_arn, func_name, event, result):
    """What a function fails at goes to its destination as the function's role.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    role, action = lambda_svc._functions[func_name]["config"]["Role"], ACTIONS.get(target_arn.split(":")[2])
    if action is None or role_may(role, LAMBDA, action, target_arn):
        original(target_arn, func_name, event, result)
    else:
        refused(role, action, target_arn)


def caller_for(source):
    """The service that acts for a rule or a schedule, and what it says of itself.

    A schedule is known by its group only.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    if ":schedule/" in source:
        source = source.replace(":schedule/", ":schedule-group/").rpartition("/")[0]
    service = f"{source.split(':')[2]}.amazonaws.com"
    return service, {"aws:sourcearn": source, "aws:sourceaccount": get_account_id()}


def policy_lets(caller, action, arn):
    service, context = caller
    found = POLICIES[arn.split(":")[2]](arn)
    question = asked("*", action, arn, context)
    return found is not None and is_allow(iam_evaluator.evaluate_resource_policy(found[0], question, service=service))


def role_may(role_arn, caller, action, arn):
    """Whether a service may assume a role that may do this."""
    service, context = caller
    account, name = role_arn.split(":")[4], role_arn.split("/")[-1]
    role = iam._roles.get_scoped(account, None, name)
    if role is None:
        return False
    assume = asked("*", "sts:AssumeRole", role_arn, context)
    trusts = iam_evaluator.evaluate_resource_policy(role["AssumeRolePolicyDocument"], assume, service=service)
    policies = iam_evaluator._gather_role_policies(name, account)
    return is_allow(trusts) and is_allow(iam_evaluator.evaluate(asked(role_arn, action, arn, {}), policies))


def asked(principal, action, arn, context):
    return iam_evaluator.EvalContext(
        principal_arn=principal,
        principal_type="",
        principal_account=get_account_id(),
        action=action,
        resource_arn=arn,
        region=get_region(),
        service_context=context,
    )


def is_allow(result):
    return result.decision == "Allow"


def refused(who, action, arn):
    logging.getLogger("ministack").warning("%s may not %s %s", who, action, arn)
