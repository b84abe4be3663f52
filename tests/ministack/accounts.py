"""Clients for the accounts in ministack."""

import botocore.session
from botocore.config import Config

PRIMARY, SECONDARY, TENANT = "111111111111", "222222222222", "333333333333"
STRANGER = "444444444444"
# Of which all but the stranger are.
ORGANIZATION = "o-a1b2c3d4e5"
REGION = "us-east-1"

# One for all: it keeps the service models that it has read.
_SESSION = botocore.session.get_session()


class Account:
    """Clients with one set of credentials: an account's root (its number is the access key), or a session."""

    def __init__(self, endpoint, access_key, secret="any", token=None):
        self._endpoint = endpoint
        self._credentials = (access_key, secret, token)
        self._clients = {}

    def __getattr__(self, service):
        """`account.sqs`; a service whose name is no name of Python's has an underscore at its end."""
        if service not in self._clients:
            access_key, secret, token = self._credentials
            self._clients[service] = _SESSION.create_client(
                service.rstrip("_"),
                region_name=REGION,
                endpoint_url=self._endpoint,
                aws_access_key_id=access_key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30),
            )
        return self._clients[service]

    def session(self, role_arn, name, external_id=None):
        """Clients with a role's session."""
        external = {"ExternalId": external_id} if external_id else {}
        keys = self.sts.assume_role(RoleArn=role_arn, RoleSessionName=name, **external)["Credentials"]
        return Account(self._endpoint, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def role_arn(account, name):
    return f"arn:aws:iam::{account}:role/{name}"


def queue_arn(account, name):
    return f"arn:aws:sqs:{REGION}:{account}:{name}"
