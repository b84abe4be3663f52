"""ministack is corrected in what services may do for somebody. Each is allowed and denied."""

import json
import time

import pytest
from accounts import PRIMARY, REGION, queue_arn
from policies import allow, document, lambda_trust, queue_senders
from resources import depth, queue, rule
from targets import Function, entry
from waiting import until

# What is not delivered is waited for this long; what is takes a tenth of it.
IN_VAIN_SECONDS = 2


@pytest.fixture
def function(callers):
    return Function(callers)


def test_a_rule_puts_nothing_on_a_queue_that_does_not_let_it(callers):
    account = callers.root(PRIMARY)
    event = callers.name()
    urls = []
    for source in (f"rule/{event}-right", "rule/another"):
        name = f"{event}-right" if not urls else f"{event}-wrong"
        condition = {"ArnEquals": {"aws:SourceArn": f"arn:aws:events:{REGION}:{PRIMARY}:{source}"}}
        policy = queue_senders(queue_arn(PRIMARY, name), {"Service": "events.amazonaws.com"}, **condition)
        urls.append(queue(account, PRIMARY, name, policy=policy))
        rule(account, name, {"detail-type": [event]}, queue_arn(PRIMARY, name))
    account.events.put_events(Entries=[entry("default", detail_type=event)])
    until("the event", lambda: depth(account, urls[0]) == (1, 0))
    assert depth(account, urls[1]) == (0, 0)


def test_a_rule_invokes_no_function_that_does_not_let_it(callers, function):
    events, event = function.account.events, callers.name()
    arn = rule(function.account, event, {"detail-type": [event]}, function.arn)
    events.put_events(Entries=[entry("default", source="early", detail_type=event)])
    time.sleep(IN_VAIN_SECONDS)
    function.admit(arn)
    events.put_events(Entries=[entry("default", source="later", detail_type=event)])
    until("the later event", lambda: function.got("later"))
    assert not function.got("early")


def test_a_function_takes_from_no_queue_that_its_role_may_not_take_from(callers, function):
    url = queue(function.account, PRIMARY, function.name)
    arn = queue_arn(PRIMARY, function.name)
    function.account.lambda_.create_event_source_mapping(FunctionName=function.name, EventSourceArn=arn)
    function.account.sqs.send_message(QueueUrl=url, MessageBody="x")
    time.sleep(IN_VAIN_SECONDS)
    assert depth(function.account, url) == (1, 0)
    function.let(allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], arn))
    until("the message to be taken", lambda: depth(function.account, url) == (0, 0))


def test_what_a_function_fails_at_goes_nowhere_without_its_roles_permission(callers, function):
    url, arn = queue(function.account, PRIMARY, function.name), queue_arn(PRIMARY, function.name)
    client = function.account.lambda_
    client.put_function_event_invoke_config(
        FunctionName=function.name, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    invoke = lambda word: client.invoke(  # noqa: E731
        FunctionName=function.name, InvocationType="Event", Payload=json.dumps({"fail": word})
    )
    invoke("early")
    until("the early failure", lambda: function.got("early"))
    time.sleep(IN_VAIN_SECONDS)
    function.let(allow("sqs:SendMessage", arn))
    invoke("later")
    until("a dead letter", lambda: depth(function.account, url) == (1, 0))
    [letter] = function.account.sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(letter["Body"])["requestPayload"] == {"fail": "later"}


def test_what_a_function_fails_at_is_tried_again_when_a_rule_invoked_it_too(callers, function):
    event, dead_letters = callers.name(), queue_arn(PRIMARY, function.name)
    url = queue(function.account, PRIMARY, function.name)
    function.let(allow("sqs:SendMessage", dead_letters))
    function.admit(rule(function.account, event, {"detail-type": [event]}, function.arn))
    function.account.lambda_.put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": dead_letters}},
    )
    function.account.events.put_events(Entries=[entry("default", source="failing", detail_type=event)])
    until("a dead letter", lambda: depth(function.account, url) == (1, 0))
    assert function.got("'source': 'failing'") == 2


def test_an_event_that_is_not_let_in_is_a_dead_letter_of_its_rule(callers, function):
    event, name = callers.name(), f"{function.name}-dead"
    policy = queue_senders(queue_arn(PRIMARY, name), {"Service": "events.amazonaws.com"})
    url = queue(function.account, PRIMARY, name, policy=policy)
    closed = queue(function.account, PRIMARY, f"{name}-closed")
    events = function.account.events
    events.put_rule(Name=event, EventPattern=json.dumps({"detail-type": [event]}))
    targets = [
        {"Id": end or "open", "Arn": function.arn, "DeadLetterConfig": {"Arn": queue_arn(PRIMARY, name + end)}}
        for end in ("", "-closed")
    ]
    events.put_targets(Rule=event, Targets=targets)
    events.put_events(Entries=[entry("default", detail_type=event)])
    until("a dead letter", lambda: depth(function.account, url) == (1, 0))
    assert depth(function.account, closed) == (0, 0)


def test_a_schedule_does_what_its_role_may_and_nothing_else(callers, function):
    scheduler_trust = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": PRIMARY}},
    }
    invoke = allow("lambda:InvokeFunction", function.arn)
    roles = {
        "right": callers.role(PRIMARY, invoke, trust=document(scheduler_trust)),
        "powerless": callers.role(PRIMARY, allow("lambda:GetFunction", "*"), trust=document(scheduler_trust)),
        "distrustful": callers.role(PRIMARY, invoke, trust=lambda_trust()),
    }
    for word, role in roles.items():
        function.account.scheduler.create_schedule(
            Name=f"{function.name}-{word}",
            ScheduleExpression=f"at({time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": function.arn, "RoleArn": role, "Input": json.dumps({"from": word})},
        )
    # ministack looks every ten seconds, and at all of them in the order in which they were made.
    until("the schedule that may", lambda: function.got("right"))
    time.sleep(IN_VAIN_SECONDS)
    assert not function.got("powerless") and not function.got("distrustful")
