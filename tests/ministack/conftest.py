"""The servers and accounts that tests share, made once by each process that runs some; everything that was logged is
printed when one fails."""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from accounts import PRIMARY, SECONDARY, Account
from callers import Callers
from deployments import Hub, Spoke, make_table
from gate import Gate
from processes import Double, Ministack, started

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "tests/ministack/tendlc.toml"

# What is printed when a test fails: titles and texts.
logged = []

# The files that take longest, to begin with. A short one is fifth: xdist gives it to the process that has the first
# besides, as that is a file of one test.
FIRST = [f"test_{name}.py" for name in ("pause", "interrupted", "deploy", "rolled_back", "import", "bad_input", "many")]


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else len(FIRST))


def built(variable, default):
    """Where something was built, as an absolute path."""
    path = Path(os.environ.get(variable, ROOT / default)).resolve()
    assert path.exists(), f"{path} is not there; .ci/run builds it ({variable} can name another)"
    return path


@dataclass
class World:
    """What the tests are done with."""

    ministack: str
    primary: Account
    double: Double
    gate: Gate
    packages: Path
    tendlc: Path

    def record(self, grant, request_id):
        """A request's ledger record, as plain values."""
        key = {"pk": {"S": f"L#{grant}#{request_id}"}}
        item = self.primary.dynamodb.get_item(TableName="tendlc", Key=key, ConsistentRead=True).get("Item", {})
        return {name: next(iter(value.values())) for name, value in item.items()}

    def texts_to(self, number):
        return [text for text in self.double.sent() if text["to"] == number]


@pytest.fixture(scope="session")
def world():
    tendlc, packages = built("TENDLC_PROGRAM", "target/debug/tendlc"), built("TENDLC_PACKAGES", "target/functions")
    folder = Path(tempfile.mkdtemp(prefix="tendlc-"))
    # The console script is beside the interpreter that runs this.
    ministack = Ministack(str(Path(sys.executable).parent / "ministack"), folder)
    running = [ministack]
    try:
        double = Double(str(tendlc), str(CONFIG), folder)
        running.append(double)
        started(ministack)
        started(double)
        gate = Gate(ministack.endpoint, double.endpoint)
        running.append(gate)
        make_table(str(tendlc), str(CONFIG), ministack.endpoint)
        yield World(ministack.endpoint, Account(ministack.endpoint, PRIMARY), double, gate, packages, tendlc)
        logged.append(("what the gate decided", "\n".join(map(str, gate.decisions))))
        for number in (PRIMARY, SECONDARY):
            logged.extend(function_logs(Account(ministack.endpoint, number), number))
    finally:
        for server in reversed(running):
            server.stop()
        logged.extend((path.name, path.read_text(errors="replace")) for path in sorted(folder.iterdir()))
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def callers():
    """A ministack without anything of tendlc in it, and who asks it for something."""
    folder = Path(tempfile.mkdtemp(prefix="tendlc-"))
    ministack = Ministack(str(Path(sys.executable).parent / "ministack"), folder)
    try:
        yield Callers(started(ministack).endpoint)
    finally:
        ministack.stop()
        logged.append(("ministack alone", ministack.log.read_text(errors="replace")))
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def spoke(world):
    return Spoke(world.ministack, world.gate.endpoint, world.packages)


@pytest.fixture(scope="session")
def hub(world):
    return Hub(world.ministack, world.gate.endpoint, world.packages)


def function_logs(account, number):
    for group in account.logs.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        events = account.logs.filter_log_events(logGroupName=name)["events"]
        yield f"{number} {name}", "\n".join(event["message"].rstrip() for event in events)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Of several processes, one in which a test failed hands over what was logged there."""
    if session.testsfailed and hasattr(session.config, "workeroutput"):
        session.config.workeroutput["logged"] = logged


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    logged.extend(getattr(node, "workeroutput", {}).get("logged", []))


def pytest_terminal_summary(terminalreporter):
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        for title, text in logged:
            terminalreporter.section(title)
            terminalreporter.write_line(text)
