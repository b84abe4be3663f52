"""ministack is corrected in what CloudFormation refuses, and in what becomes of change sets."""

import json

import pytest
from accounts import PRIMARY
from policies import allow, lambda_trust
from resources import queue
from stack import Stack
from targets import Function
from waiting import until

NAMED = """
Parameters: {{Name: {{Type: String}}}}
Resources:
  Thing:
    Type: {kind}
    Properties: {{{name}: !Ref Name{rest}}}
"""
ROLE_ARN = f"arn:aws:iam::{PRIMARY}:role/any"
REST = {
    "AWS::IAM::Role": f", AssumeRolePolicyDocument: {json.dumps(lambda_trust())}",
    "AWS::Lambda::Function": f", Runtime: python3.12, Handler: index.handler, Code: {{ZipFile: x}}, Role: {ROLE_ARN}",
    "AWS::DynamoDB::Table": ", BillingMode: PAY_PER_REQUEST"
    ", AttributeDefinitions: [{AttributeName: id, AttributeType: S}]"
    ", KeySchema: [{AttributeName: id, KeyType: HASH}]",
}


def role(callers, account):
    return callers.role(PRIMARY, allow("sqs:ListQueues", "*")).split("/")[-1]


def log_group(callers, account):
    account.logs.create_log_group(logGroupName=(name := callers.name()))
    return name


def bucket(callers, account):
    account.s3.create_bucket(Bucket=(name := callers.name()))
    return name


def table(callers, account):
    account.dynamodb.create_table(
        TableName=(name := callers.name()),
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    return name


KINDS = {
    "AWS::DynamoDB::Table": ("TableName", table),
    "AWS::IAM::Role": ("RoleName", role),
    "AWS::Lambda::Function": ("FunctionName", lambda callers, account: Function(callers).name),
    "AWS::Logs::LogGroup": ("LogGroupName", log_group),
    "AWS::S3::Bucket": ("BucketName", bucket),
    "AWS::SQS::Queue": ("QueueName", lambda callers, account: queue(account, PRIMARY, callers.name()).split("/")[-1]),
}


def named(callers, kind):
    """A stack of something with a given name."""
    text = NAMED.format(kind=kind, name=KINDS[kind][0], rest=REST.get(kind, ""))
    return Stack(callers.root(PRIMARY), callers.name(), text)


# Of buckets ministack knows.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "AWS::S3::Bucket"])
def test_nothing_is_made_where_its_name_is_taken(callers, kind):
    named(callers, kind).create(Name=callers.name())
    name = KINDS[kind][1](callers, callers.root(PRIMARY))
    stack = named(callers, kind)
    stack.create("ROLLBACK_COMPLETE", Name=name)
    [reason] = [event["ResourceStatusReason"] for event in stack.events() if event["ResourceStatus"] == "CREATE_FAILED"]
    assert f"Resource of type '{kind}' with identifier '{name}' already exists." in reason
    assert "HandlerErrorCode: AlreadyExists" in reason


@pytest.mark.parametrize("kind", ["AWS::Lambda::Function", "AWS::S3::Bucket"])
def test_a_change_set_fails_for_a_name_that_is_taken_and_only_its_events_say_why(callers, kind):
    assert named(callers, kind).change("CREATE", "free", Name=callers.name()) == [("Add", "Thing")]
    name = KINDS[kind][1](callers, callers.root(PRIMARY))
    stack = named(callers, kind)
    stack.announce("taken", Name=name)
    told = stack.change_set("taken")
    assert (told["Status"], told["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "[AWS::EarlyValidation::ResourceExistenceCheck]" in told["StatusReason"] and name not in told["StatusReason"]
    [event] = callers.root(PRIMARY).cloudformation.describe_events(ChangeSetName=told["ChangeSetId"])["OperationEvents"]
    assert (event["LogicalResourceId"], event["ValidationName"]) == ("Thing", "NAME_CONFLICT_VALIDATION")
    assert event["ValidationStatusReason"] == f"Resource of type '{kind}' with identifier '{name}' already exists."


def test_a_bucket_is_deleted_only_when_it_is_empty(callers):
    stack, name = named(callers, "AWS::S3::Bucket"), callers.name()
    stack.create(Name=name)
    s3 = callers.root(PRIMARY).s3
    s3.put_object(Bucket=name, Key="a", Body=b"a")
    callers.root(PRIMARY).cloudformation.delete_stack(StackName=stack.name)
    until("the stack to fail", lambda: stack.status() == "DELETE_FAILED")
    s3.delete_object(Bucket=name, Key="a")
    stack.delete()


def test_all_change_sets_of_a_stack_go_once_one_is_carried_out(callers):
    stack = named(callers, "AWS::SQS::Queue")
    for change_set in ("one", "two"):
        stack.announce(change_set, Name=callers.name())
    assert stack.change("CREATE", "three", Name=callers.name()) == [("Add", "Thing")]
    cloudformation = callers.root(PRIMARY).cloudformation
    left = cloudformation.list_change_sets(StackName=stack.name)["Summaries"]
    assert [one["ChangeSetName"] for one in left] == ["three"]
