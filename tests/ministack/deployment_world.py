"""Accounts in ministack that the command deploys into, and the servers around them."""

import json
import shutil
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from accounts import PRIMARY, REGION, SECONDARY, TENANT, Account
from command import Command
from conftest import ROOT, built, function_logs, logged
from gate import Gate
from inventory import state
from processes import Double, Ministack, started
from wire import Wire
from zips import SCRIPT, packed

ACCOUNTS = {"primary": PRIMARY, "shop": SECONDARY, "news": TENANT}

# Without grants.
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
SPOKE = f"""
[grants.checkout]
account = "{SECONDARY}"
profile = "shop"
campaigns = ["order-updates"]
external_id = "checkout-5c1f0e6a"
"""
HUB = f"""
[grants.newsletter]
account = "{TENANT}"
profile = "news"
topology = "hub"
campaigns = ["order-updates"]
external_id = "newsletter-5c1f0e6a"
"""


class World:
    """Three empty accounts, the command, and what was sent."""

    def __init__(self, folder, running):
        program = built("TENDLC_PROGRAM", "target/debug/tendlc")
        self.packages = built("TENDLC_PACKAGES", "target/functions")
        self.light = light(self.packages, folder / "light")
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
        self.gate.stands_before(self.ministack.endpoint, folder / "sessions.json")
        self.accounts = {name: Account(self.ministack.endpoint, number) for name, number in ACCOUNTS.items()}
        self.command = Command(program, folder, self.ministack.endpoint, ACCOUNTS, self.double.endpoint)
        self.command.config.write_text(CONFIG)
        self.queues = {}

    def empty(self, config=CONFIG):
        """Everything that was made is gone."""
        reset = urllib.request.Request(f"{self.ministack.endpoint}/_ministack/reset", b"", method="POST")
        urllib.request.urlopen(reset, timeout=10).close()
        self.command.config.write_text(config)

    def deploy(self, *more, code=0, **environment):
        return self.command.run("deploy", "--functions", self.light, "--yes", *more, code=code, **environment)

    def wire(self, fate=None):
        """What a run of the command goes over to be watched, or interrupted."""
        return Wire(self.ministack.endpoint, fate)

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

    def state(self):
        """The same for two deploys that came to the same."""
        return {name: state(account) for name, account in self.accounts.items()}


def light(packages, folder):
    """The zips, but for those whose functions have nothing to do here: the command reads and hashes all in each run."""
    folder.mkdir()
    for package in packages.glob("*.zip"):
        if package.name == "send-queue.zip":
            shutil.copy(package, folder)
        else:
            (folder / package.name).write_bytes(packed(SCRIPT))
    return folder


@contextmanager
def opened():
    """A world of one's own."""
    folder = Path(tempfile.mkdtemp(prefix="tendlc-"))
    running = []
    try:
        world = World(folder, running)
        try:
            yield world
        finally:
            for name, account in world.accounts.items():
                logged.extend(function_logs(account, name))
    finally:
        # Whatever else fails, nothing is left running.
        for server in reversed(running):
            server.stop()
        logged.extend((path.name, path.read_text(errors="replace")) for path in sorted(folder.glob("*.log")))
        shutil.rmtree(folder)
