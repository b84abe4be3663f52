"""A deploy that is interrupted at every step: the next run finishes it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from accounts import SECONDARY
from deployment_world import CONFIG, HUB, SPOKE, opened
from waiting import until
from wire import Interruption, Lossy, Wire

HOW = ["unsent", "unanswered", "signalled"]
EVERYTHING = CONFIG + SPOKE + HUB
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

    def of(self, stage):
        """The interrupted runs that were looking at what would change, or had begun to change it."""
        looking = [(call, ended) for call, ended in self.runs if call.action == "CreateChangeSet"]
        return looking if stage == "looking" else [run for run in self.runs if run not in looking]


def interrupted(how):
    """Each run is interrupted at its first step that none before was interrupted at."""
    course, known = Course(), set()
    with opened() as world:
        world.empty(EVERYTHING)
        wire = Wire(world.ministack.endpoint)
        deploy = ("deploy", "--functions", world.light, "--yes")
        for _ in range(MOST_RUNS):
            interruption = Interruption(how, known)
            # Trying again takes seconds, and the wire stays cut.
            ended = wire.run(world.command, *deploy, fate=interruption, AWS_MAX_ATTEMPTS="1")
            if interruption.at is None:
                assert ended.code == 0, ended.errors
                break
            known.add(interruption.at)
            course.runs.append((interruption.at, ended))
        wire.stop()
        course.state = world.state()
        course.planned = world.command.run("plan", "--functions", world.light).answer
        course.open_change_sets = world.open_change_sets()
        world.put("shop", (SECONDARY, "tendlc-send"), to="+12065550171", id="order-1")
        course.texts = until("the text", lambda: world.texts_to("+12065550171"))
    return course


@pytest.fixture(scope="module")
def courses():
    with ThreadPoolExecutor(len(HOW)) as at_once:
        return dict(zip(HOW, at_once.map(interrupted, HOW)))


@pytest.fixture(scope="module")
def world():
    with opened() as world:
        yield world


@pytest.fixture(scope="module")
def wire(world):
    wire = Wire(world.ministack.endpoint)
    yield wire
    wire.stop()


@pytest.fixture(scope="module")
def whole(world, wire):
    """What a deploy does and comes to that nothing happens to."""
    world.empty(EVERYTHING)
    wire.run(world.command, "deploy", "--functions", world.light, "--yes")
    return {call for call in wire.calls if call.changes}, world.state()


def test_every_step_was_interrupted(courses, whole):
    steps, _ = whole
    reached = {how: {call for call, _ in course.runs} for how, course in courses.items()}
    assert reached["unsent"] == steps
    # Here what went on beside an interrupted step may have been done with it.
    for how in ("unanswered", "signalled"):
        assert reached[how] <= steps and {call.action for call in reached[how]} == {call.action for call in steps}


@pytest.mark.parametrize("how", HOW)
def test_the_last_run_comes_to_what_one_run_comes_to(courses, whole, how):
    _, state = whole
    course = courses[how]
    assert course.state == state
    assert (course.planned["stacks"], course.planned["table"]["changes"]) == ([], [])
    assert course.open_change_sets == [], "nobody can carry out what an interrupted run had planned"
    assert len(course.texts) == 1, "and a text goes out"


SILENT = pytest.mark.xfail(strict=True, reason="Ctrl-C is only heard once something is carried out (deploy.rs: go_on_after)")
STAGES = [
    pytest.param(how, stage, marks=SILENT if (how, stage) == ("signalled", "looking") else ())
    for how in HOW
    for stage in ("looking", "doing")
]


@pytest.mark.parametrize(("how", "stage"), STAGES)
def test_an_interrupted_run_ends_with_a_message_and_a_cure(courses, how, stage):
    for call, ended in courses[how].of(stage):
        assert ended.code == 1, f"{call}: {ended.code} {ended.errors}"
        error = ended.answer["error"]
        assert error["message"] and error["cure"] and error["message"] in ended.errors, f"{call}: {ended.errors}"
        assert "panicked" not in ended.errors


@pytest.mark.xfail(strict=True, reason="no answer is told without what to do once there is one (trouble.rs: common)")
@pytest.mark.parametrize("how", ["unsent", "unanswered"])
def test_whoever_lost_the_connection_is_told_that_the_same_command_goes_on(courses, how):
    for _, ended in courses[how].of("doing"):
        assert "same command again" in ended.answer["error"]["cure"], ended.errors


@pytest.mark.xfail(strict=True, reason="what two stacks meet at once is told twice (carry.rs: stage)")
def test_what_several_stacks_meet_is_told_once(courses):
    for call, ended in courses["unsent"].of("doing"):
        assert ended.errors.count(ended.answer["error"]["message"]) == 1, f"{call}: {ended.errors}"


TAKEN_FOR_ANOTHERS = pytest.mark.xfail(
    strict=True, reason="the SDK tries again, and what is done already counts as refused (plan.rs: make, apply.rs: apply)"
)


@pytest.mark.parametrize(
    "actions",
    [
        pytest.param(["PutObject", "TransactWriteItems", "PutItem"], id="the table and the code"),
        pytest.param(["CreateChangeSet"], id="CreateChangeSet", marks=TAKEN_FOR_ANOTHERS),
        pytest.param(["ExecuteChangeSet"], id="ExecuteChangeSet", marks=TAKEN_FOR_ANOTHERS),
    ],
)
def test_an_answer_that_is_lost_once_stops_nothing(world, wire, actions):
    world.empty(EVERYTHING)
    fate = Lossy(*actions)
    ended = wire.run(world.command, "deploy", "--functions", world.light, "--yes", fate=fate)
    assert fate.left == set()
    assert ended.code == 0, ended.errors


@pytest.mark.xfail(strict=True, reason="the grant is in the file by then, which is refused (grant/file.rs: with)")
def test_an_interrupted_grant_is_finished_by_the_same_command(world, wire):
    world.empty(CONFIG)
    world.deploy()
    grant = ("grant", "checkout", "--account", SECONDARY, "--profile", "shop", "--campaign", "order-updates", "--yes")
    known = {call for call in wire.calls if call.action == "CreateChangeSet"}
    interruption = Interruption("signalled", known)
    ended = wire.run(world.command, *grant, fate=interruption)
    assert ended.code == 1 and "same command again" in ended.errors, ended.errors
    world.command.run(*grant)
