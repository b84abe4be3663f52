"""ministack is corrected in what policies hear of events, and in other accounts' buses. Each is allowed and denied."""

import pytest
from accounts import PRIMARY, SECONDARY
from callers import denied
from policies import allow
from targets import Bus, bus_arn, entry
from waiting import until


@pytest.fixture
def bus(callers):
    return Bus(callers)


def test_an_event_needs_permission_for_its_source_and_its_detail_type(callers):
    arn = bus_arn(PRIMARY, "default")
    condition = {
        "ForAllValues:StringEquals": {"events:source": "tendlc"},
        "StringEquals": {"events:detail-type": "SMS Accepted"},
    }
    caller = callers.session(PRIMARY, allow("events:PutEvents", arn, Condition=condition)).events
    caller.put_events(Entries=[entry("default")])
    for wrong in (entry("default", source="shop"), entry("default", detail_type="SMS Send Requested")):
        with denied():
            caller.put_events(Entries=[entry("default"), wrong])


def test_an_event_on_another_accounts_bus_is_of_the_account_that_put_it(callers, bus):
    bus.admit({"AWS": f"arn:aws:iam::{PRIMARY}:root"})
    caller = callers.session(PRIMARY, allow("events:PutEvents", bus.arn)).events
    assert caller.put_events(Entries=[entry(bus.arn)])["FailedEntryCount"] == 0
    [event] = until("the event", bus.hear)
    assert (event["account"], event["source"], event["detail-type"]) == (PRIMARY, "tendlc", "SMS Accepted")


def test_another_accounts_bus_needs_permission_on_both_sides(callers, bus):
    caller = callers.session(PRIMARY, allow("events:PutEvents", bus.arn)).events
    with denied():
        caller.put_events(Entries=[entry(bus.arn)])
    with denied():
        callers.root(PRIMARY).events.put_events(Entries=[entry(bus.arn)])
    bus.admit({"AWS": PRIMARY})
    caller.put_events(Entries=[entry(bus.arn)])
    with denied():
        callers.session(PRIMARY, allow("events:PutEvents", bus_arn(PRIMARY, "*"))).events.put_events(
            Entries=[entry(bus.arn)]
        )
    with denied():
        callers.session(SECONDARY, allow("events:PutEvents", "*")).events.put_events(Entries=[entry(bus.arn)])


def test_a_buss_policy_sees_the_event_and_the_role_that_puts_it(callers, bus):
    role = callers.role(PRIMARY, allow("events:PutEvents", "*"))
    condition = {
        "ArnEquals": {"aws:PrincipalArn": role},
        "ForAllValues:StringEquals": {"events:source": "tendlc"},
        "StringEquals": {"events:detail-type": "SMS Accepted"},
    }
    bus.admit({"AWS": f"arn:aws:iam::{PRIMARY}:root"}, **condition)
    caller = callers.root(PRIMARY).session(role, "x1").events
    caller.put_events(Entries=[entry(bus.arn), entry("default")])
    until("one event", lambda: len(bus.hear()) == 1)
    for wrong in (entry(bus.arn, source="shop"), entry(bus.arn, detail_type="SMS Send Requested")):
        with denied():
            caller.put_events(Entries=[wrong])
    with denied():
        callers.session(PRIMARY, allow("events:PutEvents", "*")).events.put_events(Entries=[entry(bus.arn)])


def test_a_permission_may_name_an_account_by_its_number(callers, bus):
    bus.account.events.put_permission(
        EventBusName=bus.name, StatementId="one", Action="events:PutEvents", Principal=PRIMARY
    )
    callers.session(PRIMARY, allow("events:PutEvents", "*")).events.put_events(Entries=[entry(bus.arn)])
    with denied():
        callers.session(SECONDARY, allow("events:PutEvents", "*")).events.put_events(Entries=[entry(bus.arn)])
