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
        ("dynamodb:UpdateItem", TABLE + "-other", "implicitDeny"),
        ("dynamodb:DeleteItem", TABLE, "implicitDeny"),
        ("dynamodb:Query", TABLE, "implicitDeny"),
        ("dynamodb:Scan", TABLE, "implicitDeny"),
        ("sts:AssumeRole", role_arn(SECONDARY, "tendlc-send"), "implicitDeny"),
    ],
)
def test_the_grants_role_may_send_and_nothing_else(world, spoke, action, resource, decision):
    answer = world.primary.iam.simulate_principal_policy(
        PolicySourceArn=spoke.role, ActionNames=[action], ResourceArns=[resource]
    )
    assert [result["EvalDecision"] for result in answer["EvaluationResults"]] == [decision]


@pytest.fixture(scope="module")
def granted(spoke):
    """A session of the grant's role, as a function has it."""
    # ministack lets an account's root in where a trust names a service.
    function = spoke.account.session(spoke.execution_role, "tendlc-send-queue")
    return function.session(spoke.role, SESSION, spoke.external_id).dynamodb


def get(key):
    return lambda dynamodb: dynamodb.get_item(TableName="tendlc", Key={"pk": {"S": key}})


def update(key, *attributes):
    """Of what is not there, so that nothing changes."""
    names = {f"#{place}": attribute for place, attribute in enumerate(attributes)}
    asked = {
        "Key": {"pk": {"S": key}},
        "UpdateExpression": "SET " + ", ".join(f"{name} = :n" for name in names),
        "ConditionExpression": "pk = :nothing",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {":n": {"N": "1"}, ":nothing": {"S": "nothing"}},
    }
    return lambda dynamodb: dynamodb.update_item(TableName="tendlc", **asked)


def update_all(*keys):
    items = [
        {
            "TableName": "tendlc",
            "Key": {"pk": {"S": key}},
            "UpdateExpression": "SET seen = :n",
            "ConditionExpression": "pk = :nothing",
            "ExpressionAttributeValues": {":n": {"N": "1"}, ":nothing": {"S": "nothing"}},
        }
        for key in keys
    ]
    return lambda dynamodb: dynamodb.transact_write_items(TransactItems=[{"Update": item} for item in items])


NEEDED = {
    "its record": get("G#checkout"),
    "its campaign": get("K#order-updates"),
    "its brand": get("B#acme"),
    "its ledger": update("L#checkout#least-1", "state"),
    "its ledger in a transaction": update_all("L#checkout#least-1", "L#checkout#least-2"),
    "its budget": update("C#checkout#2026-11-20", "ttl", "ceiling:acme"),
    "its brand's pool": update("B#acme#2026-11-20", "ttl", "left"),
    "a clock": update("R#primary#main", "tat", "stopped"),
}
OTHERS = {
    "another's record": get("G#newsletter"),
    "another campaign": get("K#codes"),
    "another brand": get("B#globex"),
    "another's ledger": update("L#newsletter#least-1", "state"),
    "another's ledger in a transaction": update_all("L#checkout#least-1", "L#newsletter#least-1"),
    "a ledger whose grant begins the same": update("L#checkout-eu#least-1", "state"),
    "another's budget": update("C#newsletter#2026-11-20", "ttl"),
    "its own limits": update("G#checkout", "budgets"),
    "its brand's cap": update("B#acme", "left"),
    "more of a pool": update("B#acme#2026-11-20", "left", "recounted"),
    "more of a clock": update("R#primary#main", "tat", "ttl"),
    "a pool as a whole": lambda dynamodb: dynamodb.put_item(
        TableName="tendlc", Item={"pk": {"S": "B#acme#2026-11-20"}, "left": {"N": "1"}}
    ),
}


@pytest.mark.parametrize("ask", NEEDED.values(), ids=NEEDED)
def test_the_grants_role_reaches_its_own_items(granted, ask):
    try:
        ask(granted)
    except ClientError as error:
        # It was let in, and then there was no such item.
        assert error.response["Error"]["Code"] in ("ConditionalCheckFailedException", "TransactionCanceledException")


@pytest.mark.parametrize("ask", OTHERS.values(), ids=OTHERS)
def test_the_grants_role_reaches_nobody_elses(granted, ask):
    with pytest.raises(ClientError, match="AccessDenied"):
        ask(granted)


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
