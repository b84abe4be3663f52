"""The hub: the same functions in the primary; a tenant has nothing but permission to put messages on a queue."""

import json

import pytest
from botocore.exceptions import ClientError
from resources import depth
from waiting import until


def test_a_tenants_message_becomes_a_text_of_its_grant(world, hub):
    request = {"to": "+12065550121", "body": "News.", "id": "issue-1"}
    hub.tenant.sqs.send_message(QueueUrl=hub.queue, MessageBody=json.dumps(request))
    [outcome] = hub.outcomes.wait("issue-1")
    assert (outcome["detail-type"], outcome["detail"]["grant"]) == ("SMS Accepted", "newsletter")
    [text] = world.texts_to("+12065550121")
    sender = world.gate.senders()[text["message_id"]]
    assert sender == "arn:aws:sts::111111111111:assumed-role/tendlc-grant-newsletter/tendlc-newsletter-send-queue"
    assert world.record("newsletter", "issue-1")["state"] == "accepted"
    until("an empty queue", lambda: depth(hub.account, hub.queue) == (0, 0))


def test_a_tenant_can_neither_read_its_queue_nor_take_the_role(hub):
    with pytest.raises(ClientError, match="AccessDenied|not authorized|denied"):
        hub.tenant.sqs.receive_message(QueueUrl=hub.queue)
    with pytest.raises(ClientError, match="AccessDenied"):
        hub.tenant.session(hub.role, "tendlc-newsletter-send-queue", hub.external_id)
