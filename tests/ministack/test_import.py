"""An operator who has a role of their own, numbers and campaigns gets a file and a plan, and goes on from there."""

import json

import pytest
from accounts import PRIMARY, REGION, SECONDARY
from deployment_world import opened
from outcomes import Outcomes
from policies import allow, document
from waiting import until

NUMBER = f"arn:aws:sms-voice:{REGION}:{PRIMARY}:phone-number/phone-0123456789abcdef0123456789abcdef"
BY_HAND = f"arn:aws:iam::{PRIMARY}:role/sms-for-the-shop"


@pytest.fixture(scope="module")
def world():
    with opened() as world:
        world.command.config.unlink()
        # As AWS's guide has it, and as it is often written: any number, no external id.
        trust = document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{SECONDARY}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{SECONDARY}:role/tendlc-send"}},
            }
        )
        iam, name = world.accounts["primary"].iam, "sms-for-the-shop"
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        may = json.dumps(document(allow("sms-voice:SendTextMessage", NUMBER)))
        iam.put_role_policy(RoleName=name, PolicyName="by-hand", PolicyDocument=may)
        yield world


def test_what_is_there_becomes_a_file_and_a_plan(world):
    answer = world.command.run("init", "--region", REGION, "--profile", "primary").answer
    [campaign] = answer["found"]["campaigns"]
    assert campaign["identity"] == NUMBER and campaign["in_force"]
    [found] = answer["found"]["roles"]
    assert (found["arn"], found["accounts"], found["asks_external_id"]) == (BY_HAND, [SECONDARY], False)
    assert found["resources"] == [NUMBER] and 'campaigns = ["campaign-1"]' in world.command.config.read_text()
    assert any("asks for no external id" in step for step in answer["plan"])
    text = world.command.config.read_text()
    assert f'role_arn = "{BY_HAND}"' in text
    assert "+1206" not in text, "a number goes by its ARN"
    world.command.run("check")
    again = world.command.run("init", "--region", REGION, "--profile", "primary", code=1).answer
    assert "is not overwritten" in again["error"]["message"]


def test_the_role_is_adopted_and_sends(world):
    text = world.command.config.read_text()
    text = text.replace("[grants.grant-1-222222222222]", '[grants.shop]\nprofile = "shop"')
    text = text.replace('region = "us-east-1"', 'region = "us-east-1"\narchitecture = "x86_64"', 1)
    # The double of sms-voice knows this configuration set and no other; on AWS the campaign's stack makes it.
    text = text.replace('"tendlc-campaign-1"', '"tendlc-order-updates"')
    world.command.config.write_text(text)
    made = world.command.run("deploy", "--functions", world.packages, "--yes").answer
    changes = {stack["stack"]: [change["resource"] for change in stack["changes"]] for stack in made["stacks"]}
    assert changes["tendlc-grant-shop"] == ["Permissions"], "the role itself stays its owner's"
    outcomes = Outcomes(world.accounts["shop"], SECONDARY, "outcomes-seen")
    world.put("shop", (SECONDARY, "tendlc-send"), to="+12065550181", id="order-1")
    [outcome] = outcomes.wait("order-1")
    assert outcome["detail-type"] == "SMS Accepted", outcome["detail"]
    until("the text", lambda: world.texts_to("+12065550181"))


def test_what_is_wrong_with_it_is_found(world):
    answer = world.command.run("verify", code=1).answer
    assert "grants" in answer, answer
    [proof] = answer["grants"]
    assert proof["statements"] == [], "what it could do before is its owner's"
    failing = [check["name"] for check in proof["checks"] if check["state"] == "failing"]
    assert failing == ["denied/no-external-id"], json.dumps(proof["checks"])


def test_it_can_be_revoked_all_the_same_and_destroy_leaves_it_there(world):
    world.command.run("revoke", "shop", "--yes")
    policies = world.accounts["primary"].iam.list_role_policies(RoleName="sms-for-the-shop")["PolicyNames"]
    assert "tendlc-revoked" in policies
    world.command.run("destroy", "--delete-ledger", "--yes")
    iam = world.accounts["primary"].iam
    assert iam.list_role_policies(RoleName="sms-for-the-shop")["PolicyNames"] == ["by-hand"], "its owner's own"
