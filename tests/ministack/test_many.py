"""A grant added to a primary with 200 of them takes no longer than to one with two, and changes no other stack."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from accounts import SECONDARY
from deployment_world import CONFIG, HUB, SPOKE, opened
from inventory import stacks

MANY = 200
TOPOLOGIES = ["spoke", "hub"]


class Added:
    """A grant that was added by the command, and what that took."""

    def __init__(self, world, topology, account):
        self.name = f"{topology}-{account}"
        with (world.command.folder / "credentials").open("a") as profiles:
            profiles.write(f"[{account}]\naws_access_key_id = {account}\naws_secret_access_key = any\n")
        asked = ("--account", account, "--profile", account, "--campaign", "order-updates", "--yes")
        before = snapshot(world)
        began = time.monotonic()
        with world.wire() as wire:
            ended = wire.run(world.command, "grant", self.name, *asked, *(["--hub"] if topology == "hub" else []))
        self.seconds = time.monotonic() - began
        assert ended.code == 0, ended.errors
        self.calls = wire.calls
        after = snapshot(world)
        self.touched = {stack for stack in before if after[stack] != before[stack]}
        self.made = after.keys() - before.keys()
        self._own = {self.name: "GRANT", account: "ACCOUNT"}

    def of(self, service):
        """Its calls, in the words of any other grant."""
        for call in self.calls:
            if call.service == service:
                about, account = call.about, call.account
                for own, word in self._own.items():
                    about, account = about.replace(own, word), account.replace(own, word)
                yield call.changes, (account, call.action, about)


def snapshot(world):
    """Everything by which a stack of the primary shows that somebody was at it."""
    account = world.accounts["primary"]
    of = account.cloudformation.describe_stack_events

    def one(stack):
        events = of(StackName=stack["StackName"])["StackEvents"]
        return stack["StackName"], (stack["StackStatus"], stack.get("LastUpdatedTime"), len(events))

    return dict(map(one, stacks(account)))


def fill(world):
    """Grants up to `MANY`: in the file, in the table, and as stacks of the primary."""
    text = world.command.config.read_text()
    there = text.count("[grants.")
    accounts = [str(500000000000 + number) for number in range(MANY - there)]
    text += "".join(
        f'\n[grants.more-{account}]\naccount = "{account}"\n'
        f'campaigns = ["order-updates"]\nexternal_id = "more-{account}"\n'
        for account in accounts
    )
    world.command.config.write_text(text)
    cloudformation = world.accounts["primary"].cloudformation
    [like] = cloudformation.describe_stacks(StackName="tendlc-grant-checkout")["Stacks"]
    template = cloudformation.get_template(StackName="tendlc-grant-checkout")["TemplateBody"]

    def make(account):
        own = lambda value: value.replace("checkout", f"more-{account}").replace(SECONDARY, account)  # noqa: E731
        cloudformation.create_stack(
            StackName=f"tendlc-grant-more-{account}",
            TemplateBody=template,
            Parameters=[one | {"ParameterValue": own(one["ParameterValue"])} for one in like["Parameters"]],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )

    with ThreadPoolExecutor(8) as at_once:
        list(at_once.map(make, accounts))
    world.command.run("sync", "--yes")


@pytest.fixture(scope="module")
def added():
    """By topology, the grant that came to few and the one that came to many."""
    with opened() as world:
        # One of each is there: the first of the hub opens it.
        world.empty(CONFIG + SPOKE + HUB)
        world.deploy()
        few = [Added(world, topology, f"44444444440{n}") for n, topology in enumerate(TOPOLOGIES)]
        fill(world)
        many = [Added(world, topology, f"44444444441{n}") for n, topology in enumerate(TOPOLOGIES)]
    yield dict(zip(TOPOLOGIES, zip(few, many)))


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_it_takes_the_same_calls(added, topology):
    few, many = added[topology]
    changing = [Counter(what for changes, what in one.of("cloudformation") if changes) for one in (few, many)]
    assert changing[0] == changing[1]
    # How often it is asked whether something has ended depends on how long that takes.
    reading = [{what for changes, what in one.of("cloudformation") if not changes} for one in (few, many)]
    assert reading[0] == reading[1]
    for service in ("s3", "sts"):
        assert Counter(few.of(service)) == Counter(many.of(service))


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_no_other_stack_is_touched(added, topology):
    for one in added[topology]:
        assert one.touched == set()
        assert one.made == {f"tendlc-grant-{one.name}"}


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_nothing_more_is_written_into_the_table(added, topology):
    few, many = added[topology]
    writes = [Counter(what[1] for changes, what in one.of("dynamodb") if changes) for one in (few, many)]
    assert writes[0] == writes[1]
    for title, one in (("few", few), ("many", many)):
        calls = Counter((call.service, call.action) for call in one.calls)
        told = ", ".join(f"{service} {action} {times}" for (service, action), times in sorted(calls.items()))
        print(f"{topology} among {title}: {one.seconds:.1f} s, {len(one.calls)} calls: {told}")


# One call of BatchGetItem reads a hundred records.
BATCH = 100


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_reading_the_table_takes_hardly_more_calls(added, topology):
    few, many = (sum(not changes for changes, _ in one.of("dynamodb")) for one in added[topology])
    # Of each grant its record, two days' counters and what finds it by its queues or its account.
    assert many - few <= 6 * MANY / BATCH + 2
