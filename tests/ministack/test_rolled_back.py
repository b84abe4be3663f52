"""Stacks that fail, have failed, or are held by somebody else: what is told, what is left, and how a deploy goes on."""

from dataclasses import dataclass

import pytest
from accounts import PRIMARY, SECONDARY, TENANT
from deployment_world import CONFIG, HUB, SPOKE, opened
from inventory import leftovers, stacks
from obstacles import Bucket, Held, Queue, Role
from waiting import until

EVERYTHING = CONFIG + SPOKE + HUB


@pytest.fixture(scope="module")
def world():
    with opened() as world:
        yield world


@dataclass(frozen=True)
class Case:
    """A stack that fails at a resource whose name is taken."""

    stack: str
    account: str
    number: str
    resource: str
    obstacle: type
    name: str


CASES = {
    "primary": Case("tendlc-primary", "primary", PRIMARY, "SettleReceiptRole", Role, "tendlc-settle-receipt"),
    "spoke": Case("tendlc-grant-checkout", "primary", PRIMARY, "Role", Role, "tendlc-grant-checkout"),
    "hub": Case("tendlc-grant-newsletter", "primary", PRIMARY, "Queue", Queue, "tendlc-newsletter"),
    "secondary": Case("tendlc-secondary-checkout", "shop", SECONDARY, "FunctionRole", Role, "tendlc-send"),
}


def each(**marks):
    """All cases, some of them marked."""
    return pytest.mark.parametrize(
        "failed", [pytest.param(name, marks=marks.get(name, ())) for name in CASES], indirect=True
    )


@pytest.fixture(scope="module")
def failed(world, request):
    """A first deploy that failed, its case, and what was in the accounts then."""
    case = CASES[request.param]
    world.empty(EVERYTHING)
    obstacle = case.obstacle(world.accounts[case.account], case.name)
    ended = world.deploy(code=1)
    found = {name: sorted(map(str, leftovers(account))) for name, account in world.accounts.items()}
    announced = {
        stack["StackName"]: stack["StackStatus"] for account in world.accounts.values() for stack in stacks(account)
    }
    return case, obstacle, ended, found, announced


@each()
def test_one_message_names_stack_account_resource_and_reason(failed):
    case, _, ended, *_ = failed
    error = ended.answer["error"]
    for part in (case.stack, case.number, case.resource, case.name, "already exists"):
        assert part in error["message"], error
    assert "same command again" in error["cure"]
    assert ended.errors.count("already exists") == 1


@each()
def test_the_cure_is_to_adopt_a_grants_role_and_to_remove_or_rename_all_else(failed):
    case, _, ended, *_ = failed
    cure = ended.answer["error"]["cure"]
    assert ("role_arn" in cure) == (case.stack == "tendlc-grant-checkout"), cure


@each()
def test_nothing_is_left_of_the_stack_that_failed(failed):
    case, _, _, found, announced = failed
    assert case.stack not in announced
    assert not [status for status in announced.values() if "ROLLBACK" in status or "FAILED" in status]
    if case.stack in ("tendlc-primary", "tendlc-secondary-checkout"):
        assert not [one for one in found[case.account] if "tendlc-code" in one], (
            "nor of the bucket that was made for it"
        )


@each()
def test_no_account_keeps_what_nothing_uses(failed):
    case, _, _, found, announced = failed
    assert "REVIEW_IN_PROGRESS" not in announced.values(), announced
    assert case.stack != "tendlc-primary" or not any(map(found.get, ("shop", "news"))), found


@each()
def test_the_same_command_finishes_once_the_obstacle_is_gone(world, failed):
    _, obstacle, *_ = failed
    obstacle.remove()
    world.deploy()
    assert world.command.run("plan", "--functions", world.light).answer["stacks"] == []
    assert world.open_change_sets() == []


def test_an_update_that_fails_leaves_its_stack_as_it_was(world):
    world.empty(CONFIG + SPOKE)
    world.deploy()
    before = world.state()["primary"]["stacks"]["tendlc-primary"]
    # The hub's functions need this one.
    obstacle = Role(world.accounts["primary"], "tendlc-send")
    world.command.config.write_text(EVERYTHING)
    error = world.deploy(code=1).answer["error"]
    for part in ("tendlc-primary", PRIMARY, "SendRole", "tendlc-send", "it is as it was before"):
        assert part in error["message"], error
    after = world.state()["primary"]["stacks"]["tendlc-primary"]
    assert after["status"] == "UPDATE_ROLLBACK_COMPLETE"
    assert after["parameters"] == before["parameters"] and after["resources"].keys() == before["resources"].keys()
    obstacle.remove()
    world.deploy()
    assert world.command.run("plan", "--functions", world.light).answer["stacks"] == []


@pytest.mark.parametrize("how", ["SUCCESS", "FAILURE"])
@pytest.mark.parametrize("stack", ["tendlc-primary", "tendlc-grant-checkout"])
def test_somebody_elses_operation_is_waited_for(world, stack, how):
    world.empty(CONFIG + SPOKE)
    held = Held(world.accounts["primary"], stack)
    with world.wire() as wire:
        process = wire.start(world.command, "deploy", "--functions", world.light, "--yes")
        asks = lambda: sum((call.action, call.about) == ("DescribeStacks", stack) for call in wire.calls)  # noqa: E731
        until("the command to ask again", lambda: asks() > 1)
        assert held.status() == "CREATE_IN_PROGRESS"
        held.ends(how)
        ended = world.command.ended(process)
    assert ended.code == 0, ended.errors
    assert f"{stack} in {PRIMARY} is in CREATE_IN_PROGRESS: waiting" in ended.errors
    # What it came to was brought to what it is to be, or, where nothing came of it, made.
    [now] = [found for found in stacks(world.accounts["primary"]) if found["StackName"] == stack]
    assert now["StackStatus"] == {"SUCCESS": "UPDATE_COMPLETE", "FAILURE": "CREATE_COMPLETE"}[how]


def test_a_stack_that_failed_before_is_replaced(world):
    world.empty(CONFIG + SPOKE)
    for account, stack in (
        ("primary", "tendlc-primary"),
        ("primary", "tendlc-grant-checkout"),
        ("shop", "tendlc-secondary-checkout"),
    ):
        held = Held(world.accounts[account], stack)
        until("the stack to wait", lambda held=held: held.status() == "CREATE_IN_PROGRESS")
        held.ends("FAILURE")
        until("the rollback", lambda held=held: held.status() == "ROLLBACK_COMPLETE")
    world.deploy()
    assert world.command.run("plan", "--functions", world.light).answer["stacks"] == []


def test_a_table_that_is_there_is_kept(world):
    world.empty(CONFIG + SPOKE)
    world.command.run("sync", "--create-table", "--yes")
    item = {"pk": {"S": "L#checkout#order-1"}, "state": {"S": "accepted"}}
    world.accounts["primary"].dynamodb.put_item(TableName="tendlc", Item=item)
    world.deploy()
    state = world.state()["primary"]
    assert item["pk"]["S"] in state["records"]["tendlc"]
    assert state["stacks"]["tendlc-primary"]["parameters"]["MakeTable"] == "false"


def test_a_name_that_is_found_taken_before_anything_begins_is_told(world):
    world.empty(CONFIG + SPOKE)
    Bucket(world.accounts["shop"], f"tendlc-code-{SECONDARY}-us-east-1")
    error = world.deploy(code=1).answer["error"]
    for part in ("tendlc-code", SECONDARY, "Bucket", f"tendlc-code-{SECONDARY}-us-east-1", "already exists"):
        assert part in error["message"], error


def test_nothing_stays_announced_when_looking_fails(world):
    world.empty(CONFIG + SPOKE)
    Bucket(world.accounts["shop"], f"tendlc-code-{SECONDARY}-us-east-1")
    world.deploy(code=1)
    assert [stack["StackName"] for account in world.accounts.values() for stack in stacks(account)] == []


def test_what_nothing_in_the_file_names_is_told_in_every_account(world):
    world.empty(CONFIG + HUB)
    world.deploy()
    # The tenant is to be a spoke: what it had of the hub stays until somebody takes it away.
    world.command.config.write_text(CONFIG + HUB.replace('topology = "hub"\n', ""))
    ended = world.command.run("plan", "--functions", world.light)
    lines = [line for line in ended.errors.splitlines() if "delete-stack" in line]
    assert len(lines) == 1, ended.errors
    assert "tendlc-tenant-newsletter" in lines[0] and "--profile news" in lines[0]
    assert f"tendlc-tenant-newsletter in the account {TENANT}" in ended.errors
