"""A deploy that is interrupted at every step: the next run finishes it."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from accounts import SECONDARY
from deployment_world import CONFIG, HUB, SPOKE, opened
from fates import Interruption, Lossy
from waiting import until

HOW = ["unsent", "unanswered", "signalled"]
# Without what each deploy would ask AWS about, which answers once a second.
EVERYTHING = re.sub("registration = .*\n", "", CONFIG) + SPOKE + HUB
# Far more runs than a deploy has steps.
MOST_RUNS = 100


@dataclass
class Course:
    """An interrupted deploy, from empty accounts to the run that ends by itself."""

    runs: list = field(default_factory=list)
    state: dict = None
    planned: dict = None
    open_change_sets: list = None
    texts: list = None


def interrupted(how):
    """Each run is interrupted at its first step that none before was interrupted at."""
    course, known = Course(), set()
    with opened() as world:
        world.empty(EVERYTHING)
        deploy = ("deploy", "--functions", world.light, "--yes")
        for _ in range(MOST_RUNS):
            interruption = Interruption(how, known)
            # The SDK's own trying again would take its time.
            with world.wire(interruption) as wire:
                ended = wire.run(world.command, *deploy, AWS_MAX_ATTEMPTS="1")
            most = max(interruption.tries.values(), default=0)
            assert most <= interruption.TRIES, f"AWS_MAX_ATTEMPTS is not heard: {interruption.tries}"
            if interruption.at is None:
                assert ended.code == 0, ended.errors
                break
            known.add(interruption.at)
            course.runs.append((interruption.at, ended))
        course.state = world.state()
        course.planned = world.command.run("plan", "--functions", world.light).answer
        course.open_change_sets = world.open_change_sets()
        world.put("shop", (SECONDARY, "tendlc-send"), to="+12065550171", id="order-1")
        course.texts = until("the text", lambda: world.texts_to("+12065550171"))
    return course


@pytest.fixture(scope="module")
def courses():
    """Each to be waited for."""
    with ThreadPoolExecutor(len(HOW)) as at_once:
        return {how: at_once.submit(interrupted, how) for how in HOW}


@pytest.fixture(scope="module")
def world():
    with opened() as world:
        yield world


@pytest.fixture(scope="module")
def whole(world):
    """What a deploy does and comes to that nothing happens to."""
    world.empty(EVERYTHING)
    with world.wire() as wire:
        wire.run(world.command, "deploy", "--functions", world.light, "--yes")
    return {call for call in wire.calls if call.changes}, world.state()


@pytest.mark.parametrize("how", HOW)
def test_every_step_was_interrupted(courses, whole, how):
    steps, _ = whole
    reached = {call for call, _ in courses[how].result().runs}
    if how == "unsent":
        assert reached == steps
    # Else what went on beside an interrupted step may have been done with it.
    assert reached <= steps and {call.action for call in reached} == {call.action for call in steps}


@pytest.mark.parametrize("how", HOW)
def test_the_last_run_comes_to_what_one_run_comes_to(courses, whole, how):
    _, state = whole
    course = courses[how].result()
    assert course.state == state
    assert (course.planned["stacks"], course.planned["table"]["changes"]) == ([], [])
    assert course.open_change_sets == [], "nobody can carry out what an interrupted run had planned"
    assert len(course.texts) == 1, "and a text goes out"


@pytest.mark.parametrize("how", HOW)
def test_an_interrupted_run_ends_with_a_message_and_says_that_it_goes_on(courses, how):
    for call, ended in courses[how].result().runs:
        assert ended.code == 1, f"{call}: {ended.code} {ended.errors}"
        error = ended.answer["error"]
        assert error["message"] in ended.errors and error["cure"] in ended.errors, f"{call}: {ended.errors}"
        assert "same command again" in error["cure"], f"{call}: {ended.errors}"
        assert "panicked" not in ended.errors


def test_what_several_stacks_meet_is_told_once(world):
    world.empty(EVERYTHING)
    with world.wire(Interruption("refused", action="ExecuteChangeSet")) as wire:
        ended = wire.run(world.command, "deploy", "--functions", world.light, "--yes")
    assert ended.code == 1
    lines = [line for line in ended.errors.splitlines() if line.startswith("  aws ")]
    assert len(lines) == len(set(lines)), ended.errors


def test_a_connection_that_stays_lost_is_given_up_soon(world):
    world.empty(EVERYTHING)
    interruption = Interruption("unsent")
    with world.wire(interruption) as wire:
        ended = wire.run(world.command, "deploy", "--functions", world.light, "--yes")
    assert max(interruption.tries.values()) <= interruption.TRIES
    assert ended.code == 1


@pytest.mark.parametrize(
    "actions",
    [
        pytest.param(["PutObject", "TransactWriteItems", "PutItem"], id="the table and the code"),
        pytest.param(["CreateChangeSet"], id="CreateChangeSet"),
        pytest.param(["ExecuteChangeSet"], id="ExecuteChangeSet"),
    ],
)
def test_an_answer_that_is_lost_once_stops_nothing(world, actions):
    world.empty(EVERYTHING)
    fate = Lossy(*actions)
    with world.wire(fate) as wire:
        ended = wire.run(world.command, "deploy", "--functions", world.light, "--yes")
    assert fate.left == set()
    assert ended.code == 0, ended.errors


def test_an_interrupted_grant_is_finished_by_the_same_command(world):
    world.empty(CONFIG)
    world.deploy()
    grant = ("grant", "checkout", "--account", SECONDARY, "--profile", "shop", "--campaign", "order-updates", "--yes")
    with world.wire(Interruption("signalled", action="ExecuteChangeSet")) as wire:
        ended = wire.run(world.command, *grant)
    assert ended.code == 1 and "same command again" in ended.errors, ended.errors
    world.command.run(*grant)
