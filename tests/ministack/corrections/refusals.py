"""What CloudFormation refuses: names that are taken, buckets that are not empty; and what becomes of change sets.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
"""

from ministack.core.responses import new_uuid
from ministack.services import cloudwatch_logs, dynamodb, iam, lambda_svc, s3, sqs
from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, handlers, helpers, provisioners, stacks

from corrections import instead_of

TAKEN = {
    "AWS::DynamoDB::Table": ("TableName", lambda name: name in dynamodb._tables),
    "AWS::IAM::Role": ("RoleName", lambda name: name in iam._roles),
    "AWS::Lambda::Function": ("FunctionName", lambda name: name in lambda_svc._functions),
    "AWS::Logs::LogGroup": ("LogGroupName", lambda name: name in cloudwatch_logs._log_groups),
    "AWS::S3::Bucket": ("BucketName", lambda name: s3._bucket_owner_account(name) is not None),
    "AWS::SQS::Queue": ("QueueName", lambda name: name in sqs._queue_name_to_url),
}
# Of which these were seen to be looked at when a change set is made:
# https://github.com/aws/aws-cdk-cli/issues/1000, https://github.com/aws-cloudformation/rain/pull/744
EARLY = {"AWS::Lambda::Function", "AWS::S3::Bucket"}
FAILED_EARLY = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early "
    "Validation errors, use the DescribeEvents API for detailed failure information."
)


def taken(kind, name):
    """Why a new resource cannot have its name."""
    if isinstance(name, str) and TAKEN[kind][1](name):
        return f"Resource of type '{kind}' with identifier '{name}' already exists."
    return None


@instead_of(provisioners, "_provision_resource", "resource_type logical_id props stack_name")
def provision(original, resource_type, logical_id, props, stack_name):
    """What has a name is not made where something else has it; ministack puts it in the place of that."""
    # Of buckets it knows.
    kinds = TAKEN.keys() - {"AWS::S3::Bucket"}
    if resource_type in kinds and (why := taken(resource_type, props.get(TAKEN[resource_type][0]))):
        token = f"RequestToken: {new_uuid()}, HandlerErrorCode: AlreadyExists"
        raise ValueError(f'Resource handler returned message: "{why}" ({token})')
    return original(resource_type, logical_id, props, stack_name)


@instead_of(provisioners, "_delete_resource", "resource_type physical_id props stack_name logical_id")
def delete(original, resource_type, physical_id, props, stack_name=None, logical_id=None):
    """A bucket goes only when it is empty; ministack's goes with what is in it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
    """
    if resource_type == "AWS::S3::Bucket" and s3._buckets.get(physical_id, {}).get("objects"):
        raise ValueError("The bucket you tried to delete is not empty (Service: S3, Status Code: 409)")
    return original(resource_type, physical_id, props, stack_name, logical_id)


@instead_of(changesets, "_create_change_set", "params")
def create_change_set(original, params):
    """A change set that would make what has a taken name fails, and only DescribeEvents says why; ministack lets it be
    carried out."""
    answer = original(params)
    _, change_set = changesets._find_change_set(helpers._p(params, "ChangeSetName"), helpers._p(params, "StackName"))
    if answer[0] == 200 and change_set["Status"] == "CREATE_COMPLETE":
        operation = new_uuid()
        events = [event(change_set, operation, *found) for found in conflicts(change_set)]
        if events:
            change_set |= {"Status": "FAILED", "ExecutionStatus": "UNAVAILABLE", "StatusReason": FAILED_EARLY}
            change_set["_operation"] = operation
            stack = cloudformation._stacks[change_set["StackName"]]
            stack["_operation_events"] = [*stack.get("_operation_events", []), *events]
    return answer


def conflicts(change_set):
    template, params = change_set["_template"], change_set["_resolved_params"]
    place = change_set["StackName"], change_set["StackId"]
    known = template["Resources"], params, stacks._evaluate_conditions(template, params), template.get("Mappings", {})
    for change in (one["ResourceChange"] for one in change_set["Changes"]):
        name, kind = change["LogicalResourceId"], change["ResourceType"]
        if change["Action"] == "Add" and kind in EARLY:
            raw = template["Resources"][name].get("Properties", {}).get(TAKEN[kind][0])
            if why := taken(kind, stacks._static_property(raw, *known, *place)):
                yield name, kind, why


def event(change_set, operation, name, kind, why):
    return stacks._operation_event(
        change_set["StackId"],
        operation,
        "VALIDATION_ERROR",
        "CREATE_CHANGESET",
        LogicalResourceId=name,
        ResourceType=kind,
        ValidationFailureMode="FAIL",
        ValidationName="NAME_CONFLICT_VALIDATION",
        ValidationStatus="FAILED",
        ValidationStatusReason=why,
        ValidationPath=f"/Resources/{name}",
    )


@instead_of(handlers, "_describe_events", "params")
def describe_events(original, params):
    """Those of a change set; ministack has only those of stacks."""
    name = helpers._p(params, "ChangeSetName")
    _, change_set = changesets._find_change_set(name, helpers._p(params, "StackName")) if name else (None, None)
    if change_set and "_operation" in change_set:
        rest = {key: value for key, value in params.items() if key not in ("ChangeSetName", "StackName")}
        return original(rest | {"OperationId": [change_set["_operation"]]})
    return original(params)


@instead_of(changesets, "_drop_other_change_sets", "stack_id executed_cs_id")
def drop_others(original, stack_id, executed_cs_id):
    """A stack that was only announced stays the same one for the next change set that would make it, and all others go
    once one is carried out; ministack takes it for another stack, whose change sets stay.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
    """
    all_sets = cloudformation._change_sets
    stack = all_sets[executed_cs_id]["StackName"]
    for other in [one for one, found in all_sets.items() if found["StackName"] == stack and one != executed_cs_id]:
        del all_sets[other]
