"""How long sessions live."""

from urllib.parse import parse_qs

from ministack.core import iam_evaluator
from ministack.services import sts

from corrections import instead_of


@instead_of(sts, "handle_request", "method path headers body query_params")
async def chained_for_an_hour(original, method, path, headers, body, query_params):
    """A role's session may assume another role for an hour at most, whatever the role allows.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    asked = {**query_params, **parse_qs(body.decode())}
    seconds = int(asked.get("DurationSeconds", ["0"])[0])
    is_session = ":assumed-role/" in iam_evaluator.caller_arn()
    if asked.get("Action") == ["AssumeRole"] and is_session and seconds > 3600:
        message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        return sts._error(400, "ValidationError", message, ns="sts")
    return await original(method, path, headers, body, query_params)
