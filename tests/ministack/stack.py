"""Stacks of small templates, to test ministack itself with."""

import pytest
from botocore.exceptions import ClientError
from waiting import until


class Stack:
    """A stack of a template."""

    def __init__(self, account, name, template):
        self._cloudformation = account.cloudformation
        self.name = name
        self._template = template

    def _asked(self, parameters):
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        may = ["CAPABILITY_NAMED_IAM"]
        return {"StackName": self.name, "TemplateBody": self._template, "Parameters": given, "Capabilities": may}

    def create(self, status="CREATE_COMPLETE", **parameters):
        self._cloudformation.create_stack(**self._asked(parameters))
        until("the stack", lambda: self.status() == status)

    def announce(self, name, kind="CREATE", **parameters):
        """Makes a change set."""
        self._cloudformation.create_change_set(ChangeSetName=name, ChangeSetType=kind, **self._asked(parameters))
        until("the change set", lambda: self.change_set(name)["Status"] in ("CREATE_COMPLETE", "FAILED"))

    def change_set(self, name):
        return self._cloudformation.describe_change_set(StackName=self.name, ChangeSetName=name)

    def change(self, kind, name, **parameters):
        """What a change set has, which is then carried out."""
        self.announce(name, kind, **parameters)
        changes = [change["ResourceChange"] for change in self.change_set(name)["Changes"]]
        if changes:
            self._cloudformation.execute_change_set(StackName=self.name, ChangeSetName=name)
            self._wait()
        return [(change["Action"], change["LogicalResourceId"]) for change in changes]

    def _wait(self):
        until("the stack", lambda: self.status() in ("CREATE_COMPLETE", "UPDATE_COMPLETE"))

    def status(self):
        return self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]

    def events(self):
        return self._cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]

    def resources(self):
        found = self._cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return {resource["LogicalResourceId"] for resource in found}

    def delete(self):
        self._cloudformation.delete_stack(StackName=self.name)
        with pytest.raises(ClientError, match="does not exist"):
            until("no stack", lambda: self.status() == "gone")
