"""What stands in the way of a deploy, and how it is taken away again."""

import json

from policies import lambda_trust

# A stack that is under way until it is told how that ends.
HELD = """
Resources:
  Wait:
    Type: AWS::CloudFormation::WaitCondition
    CreationPolicy: {ResourceSignal: {Timeout: PT5M}}
"""


class Role:
    """Somebody else's role."""

    def __init__(self, account, name):
        self._iam, self._name = account.iam, name
        self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(lambda_trust()))

    def remove(self):
        self._iam.delete_role(RoleName=self._name)


class Queue:
    """Somebody else's queue."""

    def __init__(self, account, name):
        self._sqs = account.sqs
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]

    def remove(self):
        self._sqs.delete_queue(QueueUrl=self._url)


class Bucket:
    """Somebody else's bucket."""

    def __init__(self, account, name):
        self._s3, self._name = account.s3, name
        self._s3.create_bucket(Bucket=name)

    def remove(self):
        self._s3.delete_bucket(Bucket=self._name)


class Held:
    """A stack that somebody else is making."""

    def __init__(self, account, name):
        self._cloudformation, self._name = account.cloudformation, name
        self._cloudformation.create_stack(StackName=name, TemplateBody=HELD)

    def ends(self, how):
        """In SUCCESS or FAILURE."""
        signal = {"StackName": self._name, "LogicalResourceId": "Wait", "UniqueId": "1", "Status": how}
        self._cloudformation.signal_resource(**signal)

    def status(self):
        return self._cloudformation.describe_stacks(StackName=self._name)["Stacks"][0]["StackStatus"]
