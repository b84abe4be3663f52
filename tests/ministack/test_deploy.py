"""From empty accounts to two grants that send, and back to empty accounts, with the command and the templates alone.

Not here, since ministack has none of it: sms-voice's resources (they are only in their stacks), and what of IAM
`exact.py` does not put right; tests/policies decides that.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pytest
from accounts import PRIMARY, REGION, SECONDARY, TENANT, Account
from command import Command
from conftest import ROOT, built, logged
from gate import Gate
from outcomes import Outcomes
from processes import Double, Ministack, started
from resources import depth
from waiting import until

ACCOUNTS = {"primary": PRIMARY, "shop": SECONDARY, "news": TENANT}

# No grants yet: those come by `tendlc grant`.
CONFIG = f"""
[primaries.main] # the file's comments stay
account = "{PRIMARY}"
region = "{REGION}"
organization = "o-a1b2c3d4e5"
profile = "primary"
architecture = "x86_64"
send_requests_per_second = 20

[brands.acme]
t_mobile_daily_segments = 40000

[campaigns.order-updates]
brand = "acme"
origination_identity = "arn:aws:sms-voice:{REGION}:{PRIMARY}:phone-number/phone-0123456789abcdef0123456789abcdef"
registration = "registration-0123456789abcdef0123456789abcdef"
segments_per_second = 40
configuration_set = "tendlc-order-updates"
"""

PAUSE_SECONDS = 150


class World:
    """Three empty accounts, the command, and what was sent."""

    def __init__(self, folder, running):
        program = built("TENDLC_PROGRAM", "target/debug/tendlc")
        self.packages = built("TENDLC_PACKAGES", "target/functions")
        self.double = Double(str(program), str(ROOT / "tests/ministack/tendlc.toml"), folder)
        running.append(self.double)
        started(self.double)
        self.gate = Gate(None, self.double.endpoint)
        running.append(self.gate)
        doors = {
            "AWS_ENDPOINT_URL_STS": self.gate.endpoint,
            "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": self.gate.endpoint,
        }
        self.ministack = Ministack(str(Path(sys.executable).parent / "ministack"), folder, doors)
        running.append(self.ministack)
        started(self.ministack)
        self.gate.stands_before(self.ministack.endpoint)
        self.accounts = {name: Account(self.ministack.endpoint, number) for name, number in ACCOUNTS.items()}
        self.command = Command(program, folder, self.ministack.endpoint, ACCOUNTS, self.double.endpoint)
        self.command.config.write_text(CONFIG)
        self.queues = {}

    def put(self, account, queue, **request):
        """A workload's request, on a queue named by its ARN's end and owner."""
        owner, name = queue
        url = f"{self.ministack.endpoint}/{owner}/{name}"
        body = json.dumps({"body": "Your order is on its way."} | request)
        self.accounts[account].sqs.send_message(QueueUrl=url, MessageBody=body)

    def open_change_sets(self):
        """Those that somebody could still carry out."""
        found = []
        for account in self.accounts.values():
            for stack in account.cloudformation.describe_stacks()["Stacks"]:
                sets = account.cloudformation.list_change_sets(StackName=stack["StackName"])["Summaries"]
                found += [one["ChangeSetName"] for one in sets if one["ExecutionStatus"] == "AVAILABLE"]
        return found

    def texts_to(self, number):
        return [text for text in self.double.sent() if text["to"] == number]


@pytest.fixture(scope="module")
def world():
    folder = Path(tempfile.mkdtemp(prefix="tendlc-"))
    running = []
    try:
        yield World(folder, running)
    finally:
        for server in reversed(running):
            server.stop()
        logged.extend((path.name, path.read_text(errors="replace")) for path in sorted(folder.glob("*.log")))
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def deployed(world):
    """The primary, and the two grants, each with one command."""
    functions = ("--functions", world.packages, "--yes")
    made = world.command.run("deploy", *functions).answer
    assert [stack["stack"] for stack in made["stacks"]] == [
        "tendlc-code",
        "tendlc-primary",
        "tendlc-campaign-order-updates",
    ]
    shop = ("--account", SECONDARY, "--profile", "shop", "--campaign", "order-updates")
    made = world.command.run("grant", "checkout", *shop, "--yes").answer
    assert sorted((stack["account"], stack["stack"]) for stack in made["stacks"]) == [
        (PRIMARY, "tendlc-grant-checkout"),
        (SECONDARY, "tendlc-code"),
        (SECONDARY, "tendlc-secondary-checkout"),
    ]
    news = ("--account", TENANT, "--profile", "news", "--campaign", "order-updates", "--hub")
    made = world.command.run("grant", "newsletter", *news, "--yes").answer
    assert sorted((stack["account"], stack["stack"]) for stack in made["stacks"]) == [
        (PRIMARY, "tendlc-grant-newsletter"),
        (PRIMARY, "tendlc-primary"),
        (TENANT, "tendlc-tenant-newsletter"),
    ], "the first hub grant opens the hub"
    world.outcomes = {
        name: Outcomes(world.accounts[name], ACCOUNTS[name], "outcomes-seen") for name in ("shop", "news")
    }
    return world


def test_what_was_granted_stands_in_the_file_whose_comments_stay(deployed):
    text = deployed.command.config.read_text()
    assert text.startswith(CONFIG), "what was there stays as it was"
    assert '[grants.checkout]\naccount = "222222222222"\n' in text and 'external_id = "checkout-' in text


def test_a_second_deploy_changes_nothing(deployed):
    functions = ("--functions", deployed.packages)
    answer = deployed.command.run("deploy", *functions, "--yes").answer
    assert (answer["stacks"], answer["table"]["changes"]) == ([], []), answer
    assert answer["unchanged"] == 8
    assert deployed.command.run("plan", *functions).answer["stacks"] == []


def test_a_plan_shows_what_a_change_would_do_and_leaves_nothing_behind(deployed):
    text = deployed.command.config.read_text()
    deployed.command.config.write_text(text.replace("segments_per_second = 40", "segments_per_second = 75"))
    try:
        answer = deployed.command.run("plan", "--functions", deployed.packages).answer
    finally:
        deployed.command.config.write_text(text)
    changed = {stack["stack"]: [change["resource"] for change in stack["changes"]] for stack in answer["stacks"]}
    assert set(changed) == {"tendlc-grant-newsletter", "tendlc-secondary-checkout"}, "the concurrency of their queues"
    assert any("segments_per_second" in json.dumps(change) for change in answer["table"]["changes"])
    assert deployed.open_change_sets() == []


def test_texts_go_out_on_all_four_ways(deployed):
    deployed.put("shop", (SECONDARY, "tendlc-send"), to="+12065550141", id="order-1")
    deployed.put("news", (PRIMARY, "tendlc-newsletter"), to="+12065550142", id="issue-1")
    for account, number, bus in (("shop", "+12065550143", "default"), ("news", "+12065550144", HUB_BUS)):
        request = {"to": number, "body": "Your code is 000000.", "id": f"event-{account}"}
        entry = {"Source": "test", "DetailType": "SMS Send Requested", "Detail": json.dumps(request)}
        answer = deployed.accounts[account].events.put_events(Entries=[entry | {"EventBusName": bus}])
        assert answer["FailedEntryCount"] == 0, answer
    for account, request in (("shop", "order-1"), ("news", "issue-1"), ("shop", "event-shop"), ("news", "event-news")):
        [outcome] = deployed.outcomes[account].wait(request)
        assert outcome["detail-type"] == "SMS Accepted", outcome
    assert all(len(deployed.texts_to(f"+1206555014{end}")) == 1 for end in range(1, 5))


HUB_BUS = f"arn:aws:events:{REGION}:{PRIMARY}:event-bus/tendlc"


def test_a_revoked_grant_is_denied_at_once_and_the_other_goes_on(deployed):
    assert deployed.command.run("revoke", "checkout", "--yes").answer == {"revoked": "checkout", "changed": True}
    deployed.put("shop", (SECONDARY, "tendlc-send"), to="+12065550151", id="order-2")
    deployed.put("news", (PRIMARY, "tendlc-newsletter"), to="+12065550152", id="issue-2")
    [outcome] = deployed.outcomes["shop"].wait("order-2")
    assert (outcome["detail-type"], outcome["detail"]["reason"]) == ("SMS Deferred", "ROLE_DENIED")
    [outcome] = deployed.outcomes["news"].wait("issue-2")
    assert outcome["detail-type"] == "SMS Accepted"
    assert deployed.texts_to("+12065550151") == []

    answer = deployed.command.run("deploy", "--functions", deployed.packages, "--yes").answer
    assert answer["stacks"] == [], "a deploy gives nobody access again"

    again = deployed.command.run("grant", "checkout", "--yes").answer
    assert [stack["stack"] for stack in again["stacks"]] == ["tendlc-grant-checkout"]
    until("the text that waited", lambda: deployed.texts_to("+12065550151"), limit=PAUSE_SECONDS)


def test_what_is_paused_waits_and_goes_out_when_it_is_resumed(deployed):
    assert deployed.command.run("pause", "--all", "--yes").answer["changed"] == 1
    # Functions see it within a minute.
    time.sleep(61)
    deployed.put("shop", (SECONDARY, "tendlc-send"), to="+12065550161", id="order-3")
    deployed.put("news", (PRIMARY, "tendlc-newsletter"), to="+12065550162", id="issue-3")
    for account, request in (("shop", "order-3"), ("news", "issue-3")):
        [outcome] = deployed.outcomes[account].wait(request)
        assert (outcome["detail-type"], outcome["detail"]["reason"]) == ("SMS Deferred", "PAUSED")
    assert depth(deployed.accounts["shop"], f"{deployed.ministack.endpoint}/{SECONDARY}/tendlc-send") == (0, 1)
    assert deployed.command.run("resume", "--all", "--yes").answer["changed"] == 1
    for number in ("+12065550161", "+12065550162"):
        until(f"the text to {number}", lambda number=number: deployed.texts_to(number), limit=PAUSE_SECONDS)
    assert deployed.command.run("resume", "--all", "--yes").answer["changed"] == 0


def test_after_destroy_nothing_is_left(deployed):
    removed = deployed.command.run("destroy", "--delete-ledger", "--yes").answer
    assert len(removed["removed"]) == 8 and removed["table"] == "tendlc"
    for name, account in deployed.accounts.items():
        left = list(leftovers(account))
        assert left == [], f"{name}: {left}"
    assert deployed.command.run("destroy", "--delete-ledger", "--yes").answer == {"removed": [], "table": None}


def leftovers(account):
    """Everything of an account that `tendlc` can have made."""
    stacks = account.cloudformation.describe_stacks()["Stacks"]
    yield from (stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE")
    yield from account.dynamodb.list_tables()["TableNames"]
    yield from (bucket["Name"] for bucket in account.s3.list_buckets()["Buckets"])
    yield from (role["RoleName"] for role in account.iam.list_roles()["Roles"] if "tendlc" in role["RoleName"])
    yield from (function["FunctionName"] for function in account.lambda_.list_functions()["Functions"])
    yield from account.lambda_.list_event_source_mappings()["EventSourceMappings"]
    queues = account.sqs.list_queues().get("QueueUrls", [])
    yield from (url for url in queues if not url.endswith("/outcomes-seen"))
    yield from account.sns.list_topics()["Topics"]
    yield from (bus["Name"] for bus in account.events.list_event_buses()["EventBuses"] if bus["Name"] != "default")
    yield from (rule["Name"] for rule in account.events.list_rules()["Rules"] if rule["Name"] != "outcomes-seen")
    yield from (one["Name"] for one in account.scheduler.list_schedules()["Schedules"])
    yield from (one["AlarmName"] for one in account.cloudwatch.describe_alarms()["MetricAlarms"])
    yield from (group["logGroupName"] for group in account.logs.describe_log_groups()["logGroups"])
