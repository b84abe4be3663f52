"""Condition keys that a request has for one of its resources alone."""

from ministack.core import iam_evaluator

from corrections import instead_of


class Requested(str):
    """A resource's ARN that carries such keys from where ministack finds the ARNs to where it decides on them."""

    def __new__(cls, arn, context):
        self = super().__new__(cls, arn)
        self.context = context
        return self


@instead_of(iam_evaluator, "enforce", "access_key_id iam_action service region resource_arn service_context")
def enforce(original, access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    context = {**(service_context or {}), **getattr(resource_arn, "context", {})}
    return original(access_key_id, iam_action, service, region, resource_arn=resource_arn, service_context=context)
