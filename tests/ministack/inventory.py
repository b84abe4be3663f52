"""What is in an account: to see that nothing is left, or that two deploys came to the same."""

import json
import re

# Ids, and where ministack listens.
RANDOM = re.compile(r"http://[^/]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Moments, and how often a record was written.
PASSING = {"LastModified", "revision"}


def leftovers(account):
    """Everything of an account that `tendlc` can have made."""
    stacks = account.cloudformation.describe_stacks()["Stacks"]
    yield from (stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE")
    yield from account.dynamodb.list_tables()["TableNames"]
    yield from (bucket["Name"] for bucket in account.s3.list_buckets()["Buckets"])
    yield from (role["RoleName"] for role in account.iam.list_roles()["Roles"] if "tendlc" in role["RoleName"])
    yield from (function["FunctionName"] for function in account.lambda_.list_functions()["Functions"])
    yield from account.lambda_.list_event_source_mappings()["EventSourceMappings"]
    queues = account.sqs.list_queues().get("QueueUrls", [])
    yield from (url for url in queues if not url.endswith("/outcomes-seen"))
    yield from account.sns.list_topics()["Topics"]
    yield from (bus["Name"] for bus in account.events.list_event_buses()["EventBuses"] if bus["Name"] != "default")
    yield from (rule["Name"] for rule in account.events.list_rules()["Rules"] if rule["Name"] != "outcomes-seen")
    yield from (one["Name"] for one in account.scheduler.list_schedules()["Schedules"])
    yield from (one["AlarmName"] for one in account.cloudwatch.describe_alarms()["MetricAlarms"])
    yield from (one["DashboardName"] for one in account.cloudwatch.list_dashboards()["DashboardEntries"])
    yield from (group["logGroupName"] for group in account.logs.describe_log_groups()["logGroups"])


def state(account):
    """The same for two accounts that hold the same: without what is random or passes."""
    return {
        "everything": sorted(lasting(one) for one in leftovers(account)),
        "stacks": {stack["StackName"]: of_stack(account, stack) for stack in stacks(account)},
        "objects": sorted(objects(account)),
        "records": {name: records(account, name) for name in account.dynamodb.list_tables()["TableNames"]},
    }


def stacks(account):
    found = account.cloudformation.get_paginator("describe_stacks").paginate().build_full_result()["Stacks"]
    return [stack for stack in found if stack["StackStatus"] != "DELETE_COMPLETE"]


def of_stack(account, stack):
    cloudformation, name = account.cloudformation, stack["StackName"]
    resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    return {
        "status": stack["StackStatus"],
        "parameters": {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]},
        "template": hash(str(cloudformation.get_template(StackName=name)["TemplateBody"])),
        "resources": {one["LogicalResourceId"]: one["ResourceStatus"] for one in resources},
    }


def objects(account):
    for bucket in account.s3.list_buckets()["Buckets"]:
        for one in account.s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            yield one["Key"], one["ETag"]


def records(account, table):
    items = account.dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]
    return {item["pk"]["S"]: {key: value for key, value in item.items() if key not in PASSING} for item in items}


def lasting(one):
    if isinstance(one, dict):
        one = json.dumps({key: value for key, value in one.items() if key not in PASSING}, default=str, sort_keys=True)
    return RANDOM.sub("*", one)
