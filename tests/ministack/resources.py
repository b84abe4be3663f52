"""Roles, queues and functions, as the deployment makes them."""

import json
from pathlib import Path

from accounts import queue_arn
from policies import lambda_trust
from waiting import until

# Six times the functions' timeout, as AWS asks for.
TIMEOUT_SECONDS = 30
VISIBILITY_SECONDS = 180


def role(account, name, trust, permissions):
    arn = account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    account.iam.put_role_policy(RoleName=name, PolicyName="tendlc", PolicyDocument=json.dumps(permissions))
    return arn


def execution_role(account, permissions):
    return role(account, "tendlc-send", lambda_trust(), permissions)


def queue(account, number, name, dead_letters=None, policy=None):
    """Returns its URL. Waiting is no failed try, so the redrive is only a backstop."""
    attributes = {"VisibilityTimeout": str(VISIBILITY_SECONDS)}
    if dead_letters:
        redrive = {"deadLetterTargetArn": queue_arn(number, dead_letters), "maxReceiveCount": "1000"}
        attributes["RedrivePolicy"] = json.dumps(redrive)
    if policy:
        attributes["Policy"] = json.dumps(policy)
    return account.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def function(account, name, package, role_arn, environment):
    """A zip as it is deployed."""
    account.lambda_.create_function(
        FunctionName=name,
        Runtime="provided.al2023",
        Handler="bootstrap",
        Role=role_arn,
        Timeout=TIMEOUT_SECONDS,
        MemorySize=128,
        Environment={"Variables": environment},
        Code={"ZipFile": Path(package).read_bytes()},
    )
    state = lambda: account.lambda_.get_function(FunctionName=name)["Configuration"].get("State", "Active")  # noqa: E731
    until(f"{name} to be active", lambda: state() == "Active")


def source(account, function_name, arn):
    """A queue that the function takes from."""
    account.lambda_.create_event_source_mapping(
        FunctionName=function_name,
        EventSourceArn=arn,
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )


def rule(account, name, pattern, target, bus="default"):
    """A rule of a bus, with one target."""
    arn = account.events.put_rule(Name=name, EventPattern=json.dumps(pattern), EventBusName=bus)["RuleArn"]
    account.events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "target", "Arn": target}])
    return arn


def depth(account, url):
    """Visible and hidden messages of a queue."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = account.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return tuple(int(attributes[name]) for name in names)
