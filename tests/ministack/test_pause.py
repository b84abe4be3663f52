"""A pause of everything: a file of its own, since it is three minutes of waiting, beside which the others run."""

import time

import pytest
from accounts import PRIMARY, SECONDARY
from deployment_world import ACCOUNTS, CONFIG, HUB, SPOKE, opened
from outcomes import Outcomes
from resources import depth
from waiting import DEFERRED_SECONDS, until


@pytest.fixture(scope="module")
def deployed():
    """A spoke and a hub, whose functions have sent and so know that nothing is paused."""
    with opened() as world:
        world.empty(CONFIG + SPOKE + HUB)
        world.deploy()
        world.outcomes = {
            name: Outcomes(world.accounts[name], ACCOUNTS[name], "outcomes-seen") for name in ("shop", "news")
        }
        world.put("shop", (SECONDARY, "tendlc-send"), to="+12065550141", id="order-1")
        world.put("news", (PRIMARY, "tendlc-newsletter"), to="+12065550142", id="issue-1")
        for account, request in (("shop", "order-1"), ("news", "issue-1")):
            [outcome] = world.outcomes[account].wait(request)
            assert outcome["detail-type"] == "SMS Accepted", outcome
        yield world


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
        until(f"the text to {number}", lambda number=number: deployed.texts_to(number), limit=DEFERRED_SECONDS)
    assert deployed.command.run("resume", "--all", "--yes").answer["changed"] == 0
