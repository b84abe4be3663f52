"""What SQS asks permission for."""

from ministack.core import iam_actions

from corrections import instead_of


@instead_of(iam_actions, "extract_iam_action", "service method path headers body query_params")
def batches(original, service, *request):
    """A batch needs the permission of a single message; ministack asks for actions that AWS's policies do not have.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
    """
    action = original(service, *request)
    return action.removesuffix("Batch") if service == "sqs" and action else action
