"""ministack is corrected in who asks, for how long, and what for. Each is allowed and denied."""

import json
import types

import pytest
from accounts import ORGANIZATION, PRIMARY, SECONDARY, STRANGER, queue_arn
from botocore.exceptions import ClientError
from callers import denied, trusting
from corrections import NotAsKnown, instead_of
from policies import allow, document, queue_senders
from resources import queue

ASSUME = allow("sts:AssumeRole", "*")


class Somebody:
    """A session of a role of the secondary, and how a policy may name it."""

    def __init__(self, callers, *statements):
        self.arn = callers.role(SECONDARY, ASSUME, *statements)
        self.account = callers.root(SECONDARY).session(self.arn, "somebody")
        self.session_arn = f"arn:aws:sts::{SECONDARY}:assumed-role/{self.arn.split('/')[-1]}/somebody"


@pytest.fixture(scope="module")
def somebody(callers):
    return Somebody(callers, allow("sqs:SendMessage", "*"))


def test_a_trust_sees_the_roles_arn_and_not_the_sessions(callers, somebody):
    root = f"arn:aws:iam::{SECONDARY}:root"
    right = callers.role(PRIMARY, ASSUME, trust=trusting(root, ArnEquals={"aws:PrincipalArn": somebody.arn}))
    wrong = callers.role(PRIMARY, ASSUME, trust=trusting(root, ArnLike={"aws:PrincipalArn": somebody.session_arn}))
    somebody.account.session(right, "x1")
    with denied():
        somebody.account.session(wrong, "x1")


def test_a_roles_arn_has_its_path(callers):
    iam, name = callers.root(SECONDARY).iam, callers.name()
    trust = json.dumps(trusting(f"arn:aws:iam::{SECONDARY}:root"))
    arn = iam.create_role(RoleName=name, Path="/teams/a/", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="assume", PolicyDocument=json.dumps(document(ASSUME)))
    caller = callers.root(SECONDARY).session(arn, "somebody")
    root = f"arn:aws:iam::{SECONDARY}:root"
    right = trusting(root, ArnEquals={"aws:PrincipalArn": f"arn:aws:iam::{SECONDARY}:role/teams/a/{name}"})
    wrong = trusting(root, ArnEquals={"aws:PrincipalArn": f"arn:aws:iam::{SECONDARY}:role/{name}"})
    caller.session(callers.role(PRIMARY, ASSUME, trust=right), "x1")
    with denied():
        caller.session(callers.role(PRIMARY, ASSUME, trust=wrong), "x1")


def test_an_identity_policy_sees_the_roles_arn(callers):
    def lists_queues(condition):
        session = callers.session(PRIMARY, allow("sqs:ListQueues", "*", Condition=condition))
        return session.sqs.list_queues

    lists_queues({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{PRIMARY}:role/*"}})()
    with denied():
        lists_queues({"ArnLike": {"aws:PrincipalArn": f"arn:aws:sts::{PRIMARY}:*"}})()


def test_a_resource_policy_sees_the_roles_arn(callers, somebody):
    def sends(principal_arn):
        name = callers.name()
        condition = {"ArnEquals": {"aws:PrincipalArn": principal_arn}}
        policy = queue_senders(queue_arn(PRIMARY, name), {"AWS": f"arn:aws:iam::{SECONDARY}:root"}, **condition)
        url = queue(callers.root(PRIMARY), PRIMARY, name, policy=policy)
        somebody.account.sqs.send_message(QueueUrl=url, MessageBody="x")

    sends(somebody.arn)
    with denied():
        sends(somebody.session_arn)


def test_a_principal_still_names_roles_and_their_sessions(callers, somebody):
    for principal in (somebody.arn, somebody.session_arn):
        somebody.account.session(callers.role(PRIMARY, ASSUME, trust=trusting(principal)), "x1")
    with denied():
        other = somebody.session_arn.replace("/somebody", "/another")
        somebody.account.session(callers.role(PRIMARY, ASSUME, trust=trusting(other)), "x1")


def test_a_user_id_still_has_the_sessions_name(callers, somebody):
    root = f"arn:aws:iam::{SECONDARY}:root"
    right, wrong = (
        callers.role(PRIMARY, ASSUME, trust=trusting(root, StringLike={"aws:userid": f"*:{name}"}))
        for name in ("somebody", "another")
    )
    somebody.account.session(right, "x1")
    with denied():
        somebody.account.session(wrong, "x1")


def test_the_members_of_an_organization_are_of_it_and_nobody_else(callers, somebody):
    condition = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}
    role = callers.role(PRIMARY, ASSUME, trust=trusting("*", **condition))
    somebody.account.session(role, "x1")
    with denied():
        callers.session(STRANGER, ASSUME).session(role, "x1")


def test_a_caller_needs_permission_to_assume_a_role_in_another_account(callers):
    role = callers.role(PRIMARY, ASSUME, trust=trusting(f"arn:aws:iam::{SECONDARY}:root"))
    callers.session(SECONDARY, allow("sts:AssumeRole", role)).session(role, "x1")
    with denied():
        callers.session(SECONDARY, allow("sts:AssumeRole", role + "-other")).session(role, "x1")


def test_a_chained_session_lives_for_an_hour_at_most(callers, somebody):
    role = callers.role(PRIMARY, ASSUME, trust=trusting(f"arn:aws:iam::{SECONDARY}:root"))
    asked = {"RoleArn": role, "RoleSessionName": "x1"}
    somebody.account.sts.assume_role(**asked, DurationSeconds=3600)
    with pytest.raises(ClientError, match="ValidationError.*1 hour session limit"):
        somebody.account.sts.assume_role(**asked, DurationSeconds=3601)
    callers.root(SECONDARY).sts.assume_role(**asked, DurationSeconds=3601)


def test_batches_of_messages_need_the_permission_of_one(callers):
    name = callers.name()
    url = queue(callers.root(PRIMARY), PRIMARY, name)
    message = {"Id": "1", "MessageBody": "x"}
    callers.root(PRIMARY).sqs.send_message(QueueUrl=url, MessageBody="x")
    [taken] = callers.root(PRIMARY).sqs.receive_message(QueueUrl=url)["Messages"]
    handle = {"Id": "1", "ReceiptHandle": taken["ReceiptHandle"]}
    for action, ask in {
        "SendMessage": lambda sqs: sqs.send_message_batch(QueueUrl=url, Entries=[message]),
        "ChangeMessageVisibility": lambda sqs: sqs.change_message_visibility_batch(
            QueueUrl=url, Entries=[handle | {"VisibilityTimeout": 60}]
        ),
        "DeleteMessage": lambda sqs: sqs.delete_message_batch(QueueUrl=url, Entries=[handle]),
    }.items():
        arn = queue_arn(PRIMARY, name)
        assert ask(callers.session(PRIMARY, allow(f"sqs:{action}", arn)).sqs)["Successful"]
        with denied():
            ask(callers.session(PRIMARY, allow(f"sqs:{action}Batch", arn)).sqs)


def test_another_ministack_than_the_one_that_was_corrected_does_not_start():
    ministack = types.ModuleType("ministack")
    ministack.function = lambda first, second: None
    with pytest.raises(NotAsKnown, match="no function ministack.gone"):
        instead_of(ministack, "gone", "first")
    with pytest.raises(NotAsKnown, match=r"takes \(first second\), not \(first\)"):
        instead_of(ministack, "function", "first")
