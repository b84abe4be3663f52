"""Who asks, as conditions see it."""

from ministack.core import iam_evaluator
from ministack.services import iam

from corrections import instead_of


@instead_of(iam_evaluator, "_resolve_condition_key", "key ctx")
def principal_arn(original, key, ctx):
    """`aws:PrincipalArn` of a role's session is the role's ARN, with its path; ministack's is the session's.

    Only the condition: `Principal` elements still match sessions too, and `aws:userid` still has the session's name.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    if key.lower() == "aws:principalarn" and ":assumed-role/" in ctx.principal_arn:
        return role_arn(ctx.principal_arn)
    return original(key, ctx)


def role_arn(session):
    _, partition, _, _, account, resource = session.split(":", 5)
    name = resource.split("/")[1]
    # A session does not tell the path of its role.
    role = iam._roles.get_scoped(account, None, name)
    return role["Arn"] if role else f"arn:{partition}:iam::{account}:role/{name}"
