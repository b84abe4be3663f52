"""Which accounts are of one organization."""

import os

from ministack.core import iam_evaluator

from corrections import instead_of


@instead_of(iam_evaluator, "_principal_org_id", "account_id")
def organization(original, account_id):
    """`aws:PrincipalOrgID` is the same for all members of an organization; ministack's have one member each.

    ORGANIZATION names one and its members: `o-… 111111111111 222222222222`.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgid
    """
    name, *members = os.environ.get("ORGANIZATION", "-").split()
    return name if account_id in members else original(account_id)
