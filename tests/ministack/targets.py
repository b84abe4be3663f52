"""What events go to when ministack is tested itself: a bus that is listened to, and a function."""

import io
import json
import zipfile

from accounts import PRIMARY, REGION, TENANT, queue_arn
from policies import allow, document, lambda_trust, queue_senders
from resources import queue, rule


def bus_arn(account, name):
    return f"arn:aws:events:{REGION}:{account}:event-bus/{name}"


def entry(bus, source="tendlc", detail_type="SMS Accepted"):
    return {"EventBusName": bus, "Source": source, "DetailType": detail_type, "Detail": "{}"}


class Bus:
    """A bus of the tenant's with whatever policy, and a queue with what was put on it."""

    def __init__(self, callers):
        self.account = callers.root(TENANT)
        self.name = callers.name()
        self.arn = bus_arn(TENANT, self.name)
        self.account.events.create_event_bus(Name=self.name)
        policy = queue_senders(queue_arn(TENANT, self.name), {"Service": "events.amazonaws.com"})
        self._url = queue(self.account, TENANT, self.name, policy=policy)
        rule(self.account, self.name, {"source": [{"prefix": ""}]}, queue_arn(TENANT, self.name), self.name)

    def admit(self, principal, **condition):
        statement = {"Effect": "Allow", "Principal": principal, "Action": "events:PutEvents", "Resource": self.arn}
        policy = document(statement | {"Sid": "others"} | ({"Condition": condition} if condition else {}))
        self.account.events.put_permission(EventBusName=self.name, Policy=json.dumps(policy))

    def hear(self):
        answer = self.account.sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


class Function:
    """One that says what it gets, and fails when it is asked to."""

    CODE = """
def handler(event, context):
    print(event)
    if "fail" in str(event):
        raise ValueError("asked to fail")
"""

    def __init__(self, callers):
        self.account = callers.root(PRIMARY)
        self.name = callers.name()
        self.role = callers.role(PRIMARY, allow("logs:*", "*"), trust=lambda_trust())
        self.arn = f"arn:aws:lambda:{REGION}:{PRIMARY}:function:{self.name}"
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as package:
            package.writestr("index.py", self.CODE)
        self.account.lambda_.create_function(
            FunctionName=self.name,
            Runtime="python3.11",
            Handler="index.handler",
            Role=self.role,
            Code={"ZipFile": code.getvalue()},
        )

    def let(self, *statements):
        self.account.iam.put_role_policy(
            RoleName=self.role.split("/")[-1], PolicyName="more", PolicyDocument=json.dumps(document(*statements))
        )

    def admit(self, rule_arn):
        self.account.lambda_.add_permission(
            FunctionName=self.name,
            StatementId="rule",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=rule_arn,
        )

    def got(self, word):
        """How many events it got with this word in them."""
        try:
            events = self.account.logs.filter_log_events(logGroupName=f"/aws/lambda/{self.name}")["events"]
        except self.account.logs.exceptions.ResourceNotFoundException:
            return 0
        return sum(word in event["message"] for event in events)
