"""What the functions say of requests: a rule of the bus writes it onto a queue, where it is read."""

import json
import threading

from accounts import queue_arn
from policies import queue_senders
from resources import queue, rule
from waiting import until


class Outcomes:
    """The outcomes on one bus of one account."""

    def __init__(self, account, number, name, bus="default"):
        self._account = account
        arn = queue_arn(number, name)
        policy = queue_senders(arn, {"Service": "events.amazonaws.com"})
        self._url = queue(account, number, name, policy=policy)
        rule(account, name, {"source": ["tendlc"]}, arn, bus)
        self._lock = threading.Lock()
        self._seen = []

    def of(self, request_id):
        """All that was said of a request so far, as it was put."""
        return [event for event in self._read() if event["detail"].get("id") == request_id]

    def health(self):
        """All that a probe has told of changes so far."""
        return [event["detail"] for event in self._read() if event["detail-type"] == "SMS Health Changed"]

    def _read(self):
        with self._lock:
            answer = self._account.sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                self._seen.append(json.loads(message["Body"]))
                self._account.sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            return list(self._seen)

    def wait(self, request_id, count=1):
        """The outcomes of a request, once there are that many."""
        return until(
            f"{count} outcomes of {request_id}",
            lambda: (found := self.of(request_id)) and len(found) >= count and found,
        )
