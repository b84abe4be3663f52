"""The spoke: the functions that are deployed, in the secondary's account, through the role in the primary."""

import json

from accounts import SECONDARY
from resources import depth
from waiting import until


def test_a_request_on_the_queue_becomes_one_text_however_often_it_is_put(world, spoke):
    number = "+12065550111"
    spoke.put(spoke.queue, to=number, id="order-1")
    [outcome] = spoke.outcomes.wait("order-1")
    assert (outcome["source"], outcome["detail-type"], outcome["account"]) == ("tendlc", "SMS Accepted", SECONDARY)
    detail = outcome["detail"]
    assert (detail["grant"], detail["account"], detail["campaign"]) == ("checkout", SECONDARY, "order-updates")
    assert (detail["segments"], detail["encoding"]) == (1, "GSM")
    assert number not in json.dumps(outcome)

    spoke.put(spoke.queue, to=number, id="order-1")
    again = spoke.outcomes.wait("order-1", count=2)[1]
    assert again["detail-type"] == "SMS Accepted" and again["detail"]["duplicate"] is True
    assert again["detail"]["message_id"] == detail["message_id"]

    [text] = world.texts_to(number)
    assert text["message_id"] == detail["message_id"]
    assert text["body"] == "Your order is on its way."
    sender = world.gate.senders()[text["message_id"]]
    assert sender == "arn:aws:sts::111111111111:assumed-role/tendlc-grant-checkout/tendlc-checkout-send-queue"
    record = world.record("checkout", "order-1")
    assert (record["state"], record["message_id"]) == ("accepted", text["message_id"])
    assert number not in json.dumps(record)
    until("an empty queue", lambda: depth(spoke.account, spoke.queue) == (0, 0))


def test_a_bad_request_is_rejected_alone(world, spoke):
    entries = [
        {"Id": "bad", "MessageBody": json.dumps({"to": "+18005550100", "body": "x", "id": "bad-1"})},
        {"Id": "good", "MessageBody": json.dumps({"to": "+12065550112", "body": "x", "id": "good-1"})},
    ]
    spoke.account.sqs.send_message_batch(QueueUrl=spoke.queue, Entries=entries)
    [good], [bad] = spoke.outcomes.wait("good-1"), spoke.outcomes.wait("bad-1")
    assert good["detail-type"] == "SMS Accepted"
    assert (bad["detail-type"], bad["detail"]["reason"]) == ("SMS Rejected", "INVALID_DESTINATION")
    assert len(world.texts_to("+12065550112")) == 1
    until("an empty queue", lambda: depth(spoke.account, spoke.queue) == (0, 0))


def test_a_wrong_external_id_sends_nothing_and_loses_nothing(world, spoke):
    spoke.put(spoke.misled, to="+12065550113", id="order-2")
    [outcome] = spoke.outcomes.wait("order-2")
    assert (outcome["detail-type"], outcome["detail"]["reason"]) == ("SMS Deferred", "ROLE_DENIED")
    assert depth(spoke.account, spoke.misled) == (0, 1), "the message waits, hidden"
    assert world.texts_to("+12065550113") == []
    assert world.record("checkout", "order-2") == {}


def test_an_event_on_the_bus_becomes_a_text(world, spoke):
    entry = {
        "Source": "shop",
        "DetailType": "SMS Send Requested",
        "Detail": json.dumps({"to": "+12065550114", "body": "Your code is 000000.", "id": "login-1"}),
    }
    assert spoke.account.events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    [outcome] = spoke.outcomes.wait("login-1")
    assert outcome["detail-type"] == "SMS Accepted"
    [text] = world.texts_to("+12065550114")
    assert outcome["detail"]["message_id"] == text["message_id"]
    assert world.gate.senders()[text["message_id"]].endswith("/tendlc-checkout-send-event")
    assert world.record("checkout", "login-1")["state"] == "accepted"
