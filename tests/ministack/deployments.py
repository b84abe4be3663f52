"""tendlc in ministack's accounts: the primary, a spoke, a hub."""

import json
import os
import secrets
import subprocess

import policies
import resources
from accounts import PRIMARY, REGION, SECONDARY, TENANT, Account, queue_arn, role_arn
from outcomes import Outcomes

BUS = "arn:aws:events:{}:{}:event-bus/{}"


def make_table(tendlc, config, ministack):
    """The real command, against ministack."""
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": ministack,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": PRIMARY,
        "AWS_SECRET_ACCESS_KEY": "any",
    }
    command = [tendlc, "sync", "--config", config, "--create-table", "--yes"]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"tendlc sync failed:\n{done.stdout}{done.stderr}"


class Functions:
    """What the functions of one account are told, and where they come from."""

    def __init__(self, account, packages, ministack, gate, told):
        self._account = account
        self._packages = packages
        self._told = told | {
            "AWS_ENDPOINT_URL": ministack,
            "AWS_ENDPOINT_URL_STS": gate,
            "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": gate,
            "TENDLC_TABLE_ARN": policies.TABLE,
            "TENDLC_FINGERPRINT_KEY": secrets.token_hex(32),
        }

    def make(self, name, package, role, **told):
        resources.function(self._account, name, self._packages / f"{package}.zip", role, self._told | told)


class Spoke:
    """The grant `checkout`: functions in the secondary's own account."""

    grant, external_id = "checkout", "checkout-5c1f0e6a"

    def __init__(self, ministack, gate, packages):
        primary = Account(ministack, PRIMARY)
        self.account = account = Account(ministack, SECONDARY)
        permissions = policies.spoke_grant(self.grant, "order-updates", "acme")
        trust = policies.grant_trust(SECONDARY, self.external_id)
        self.role = resources.role(primary, "tendlc-grant-checkout", trust, permissions)
        names = ["tendlc-send", "tendlc-send-promotional", "tendlc-send-misled"]
        lanes = [queue_arn(SECONDARY, name) for name in names]
        dead_letters = queue_arn(SECONDARY, "tendlc-dead-letter")
        self.execution_role = resources.execution_role(
            account, policies.spoke_execution(self.role, lanes, dead_letters, BUS.format(REGION, SECONDARY, "default"))
        )
        self.dead_letters = resources.queue(account, SECONDARY, "tendlc-dead-letter")
        self.queue, self.promotional, self.misled = (
            resources.queue(account, SECONDARY, name, dead_letters="tendlc-dead-letter") for name in names
        )
        self.outcomes = Outcomes(account, SECONDARY, "outcomes")
        told = {
            "TENDLC_TOPOLOGY": "spoke",
            "TENDLC_GRANT": self.grant,
            "TENDLC_ROLE_ARN": self.role,
            "TENDLC_EXTERNAL_ID": self.external_id,
            "TENDLC_QUEUE_URL": self.queue,
            "TENDLC_PROMOTIONAL_QUEUE_URL": self.promotional,
            "TENDLC_DEAD_LETTER_QUEUE_URL": self.dead_letters,
            "TENDLC_OUTCOME_BUS": "default",
        }
        functions = Functions(account, packages, ministack, gate, told)
        functions.make("send-queue", "send-queue", self.execution_role)
        functions.make("send-event", "send-event", self.execution_role)
        # The same function, told another external id.
        functions.make("misled", "send-queue", self.execution_role, TENDLC_EXTERNAL_ID="another")
        for name, arn in zip(["send-queue", "send-queue", "misled"], lanes):
            resources.source(account, name, arn)
        function = f"arn:aws:lambda:{REGION}:{SECONDARY}:function:send-event"
        rule = resources.rule(account, "requests", {"detail-type": ["SMS Send Requested"]}, function)
        account.lambda_.add_permission(
            FunctionName="send-event",
            StatementId="requests",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=rule,
        )

    def put(self, queue, **request):
        """A workload's request."""
        body = json.dumps({"body": "Your order is on its way."} | request)
        self.account.sqs.send_message(QueueUrl=queue, MessageBody=body)


class Hub:
    """The grant `newsletter`: functions in the primary, and one queue for the tenant."""

    grant, external_id = "newsletter", "newsletter-9d42b7c3"

    def __init__(self, ministack, gate, packages):
        self.account = account = Account(ministack, PRIMARY)
        self.tenant = Account(ministack, TENANT)
        trust = policies.grant_trust(PRIMARY, self.external_id)
        self.role = resources.role(account, "tendlc-grant-newsletter", trust, policies.hub_grant())
        name, bus = "tendlc-newsletter", "newsletter-outcomes"
        arn, dead_letters = queue_arn(PRIMARY, name), queue_arn(PRIMARY, f"{name}-dead-letter")
        buses = [BUS.format(REGION, PRIMARY, name) for name in (bus, "default")]
        self.execution_role = resources.execution_role(
            account, policies.hub_execution(role_arn(PRIMARY, "tendlc-grant-*"), [arn], [dead_letters], buses)
        )
        resources.queue(account, PRIMARY, f"{name}-dead-letter")
        senders = policies.queue_senders(arn, {"AWS": f"arn:aws:iam::{TENANT}:root"})
        self.queue = resources.queue(account, PRIMARY, name, f"{name}-dead-letter", senders)
        account.events.create_event_bus(Name=bus)
        self.outcomes = Outcomes(account, PRIMARY, "newsletter-outcomes", bus)
        functions = Functions(account, packages, ministack, gate, {"TENDLC_TOPOLOGY": "hub"})
        functions.make("send-queue", "send-queue", self.execution_role)
        resources.source(account, "send-queue", arn)
