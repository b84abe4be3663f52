"""What the grant's role may not do, and who may not take it, as ministack's IAM decides it."""

import json

import pytest
from accounts import SECONDARY, STRANGER, Account, role_arn
from botocore.exceptions import ClientError
from policies import NUMBER, TABLE, allow, document
from resources import role

SESSION = "tendlc-checkout-send-queue"


def wanting(world, number, name):
    """A session of a role in some account that may assume whatever will have it."""
    root = Account(world.ministack, number)
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{number}:root"}, "Action": "sts:AssumeRole"}
    arn = role(root, name, document(trust), document(allow("sts:AssumeRole", "*")))
    return root.session(arn, SESSION)


@pytest.mark.parametrize(("number", "name"), [(SECONDARY, "other"), (STRANGER, "tendlc-send"), (STRANGER, "other")])
def test_nobody_but_the_functions_takes_the_role_even_with_the_external_id(world, spoke, number, name):
    caller = wanting(world, number, name)
    with pytest.raises(ClientError, match="AccessDenied"):
        caller.session(spoke.role, SESSION, spoke.external_id)


@pytest.mark.parametrize(
    ("action", "resource", "decision"),
    [
        ("sms-voice:SendTextMessage", NUMBER, "allowed"),
        ("sms-voice:SendTextMessage", NUMBER[:-1] + "0", "implicitDeny"),
        ("sms-voice:SendMediaMessage", NUMBER, "implicitDeny"),
        ("sms-voice:UpdatePhoneNumber", NUMBER, "implicitDeny"),
        ("dynamodb:UpdateItem", TABLE, "allowed"),
        ("dynamodb:UpdateItem", TABLE + "-other", "implicitDeny"),
        ("dynamodb:DeleteItem", TABLE, "implicitDeny"),
        ("dynamodb:Query", TABLE, "implicitDeny"),
        ("dynamodb:Scan", TABLE, "implicitDeny"),
        ("sts:AssumeRole", role_arn(SECONDARY, "tendlc-send"), "implicitDeny"),
    ],
)
def test_the_grants_role_may_send_and_keep_its_records_and_nothing_else(world, spoke, action, resource, decision):
    answer = world.primary.iam.simulate_principal_policy(
        PolicySourceArn=spoke.role, ActionNames=[action], ResourceArns=[resource]
    )
    assert [result["EvalDecision"] for result in answer["EvaluationResults"]] == [decision]


def test_a_revoked_role_sends_nothing_and_loses_nothing_although_its_session_is_still_good(world, spoke):
    spoke.put(spoke.promotional, to="+12065550131", id="sale-1")
    [outcome] = spoke.outcomes.wait("sale-1")
    assert outcome["detail-type"] == "SMS Accepted"
    name = spoke.role.split("/")[1]
    revoked = document({"Effect": "Deny", "Action": "*", "Resource": "*"})
    world.primary.iam.put_role_policy(RoleName=name, PolicyName="revoked", PolicyDocument=json.dumps(revoked))
    try:
        spoke.put(spoke.promotional, to="+12065550132", id="sale-2")
        [outcome] = spoke.outcomes.wait("sale-2")
    finally:
        world.primary.iam.delete_role_policy(RoleName=name, PolicyName="revoked")
    assert (outcome["detail-type"], outcome["detail"]["reason"]) == ("SMS Deferred", "ROLE_DENIED")
    assert world.texts_to("+12065550132") == []
