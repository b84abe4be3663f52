"""What DynamoDB tells policies of a request.

`dynamodb:LeadingKeys`, which ministack does not know, has the partition keys that are asked for, also of an index; a
Scan has none. `dynamodb:Attributes`, of which ministack knows a projection's only, has every top-level attribute that a
request names, in keys, items and all expressions. In a transaction each item is decided by its own.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

import json
import re

from ministack.core import iam_actions
from ministack.services import dynamodb

from corrections import instead_of
from corrections.requested import Requested

EXPRESSIONS = ["Projection", "Update", "Condition", "Filter", "KeyCondition"]
# What named attributes before there were expressions, and still does.
LEGACY = ["AttributesToGet", "AttributeUpdates", "Expected"]
# The first part of a path: not a value, not a later part of one, not a list's index, not a function.
NAME = re.compile(r"(?<![\w:#.\[])#?\w+(?!\w|\s*\()")
# Reserved words, and so no attribute's name unless it is written as `#name`.
WORDS = {"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"}
EQUALS = re.compile(r"(?<![\w:#.\[])(#?\w+)\s*=\s*(:\w+)")


@instead_of(iam_actions, "dynamodb_resource_arns", "body region account_id")
def tables(original, body, region, account_id):
    """Of a request for one table, or of a batch, each table with what is asked of it."""
    arns = original(body, region, account_id)
    asked = json.loads(body) if arns else {}
    if "RequestItems" not in asked:
        return [Requested(arn, context_of(arn, [asked])) for arn in arns]
    of_each = map(of_batch, asked["RequestItems"].values())
    return [Requested(arn, context_of(arn, parts)) for arn, parts in zip(arns, of_each, strict=True)]


@instead_of(iam_actions, "dynamodb_transaction_checks", "iam_action body region account_id")
def transaction(original, iam_action, body, region, account_id):
    checks = original(iam_action, body, region, account_id)
    parts = [part for item in json.loads(body)["TransactItems"] for part in item.values()] if checks else []
    return [
        (action, Requested(arn, context_of(arn, [part]))) for (action, arn), part in zip(checks, parts, strict=True)
    ]


def of_batch(asked):
    """The parts of a batch for one table, each as if it were asked for alone."""
    if isinstance(asked, dict):
        return [{**asked, "Key": key} for key in asked["Keys"]]
    return [part for entry in asked for part in entry.values()]


def context_of(arn, parts):
    partition_key = partition_key_of(arn)
    leading, attributes, returned = [], set(), None
    for part in parts:
        known = part.get("Key") or part.get("Item") or equalities(part)
        leading += known.get(partition_key, {}).values()
        attributes |= known.keys() | named(part)
        returned = part.get("ReturnValues")
    context = {
        "dynamodb:LeadingKeys": leading,
        "dynamodb:Attributes": sorted(attributes),
        "dynamodb:ReturnValues": returned,
    }
    # What is not in the request is not in its context either.
    return {key: value for key, value in context.items() if value}


def partition_key_of(arn):
    _, _, _, region, account, resource = arn.split(":", 5)
    _, name, _, index = (resource.split("/") + [None, None])[:4]
    table = dynamodb._tables.get_scoped(account, region, name)
    return dynamodb._resolve_index_keys(table, index)[0] if table else None


def named(part):
    """The attributes that a request's expressions name."""
    names = part.get("ExpressionAttributeNames", {})
    found = {name for kind in EXPRESSIONS for name in NAME.findall(part.get(f"{kind}Expression", ""))}
    found = {names.get(name, name) for name in found if name.upper() not in WORDS}
    return found.union(*(part.get(legacy, []) for legacy in LEGACY))


def equalities(query):
    """The attributes that a query's key condition has equal to a value."""
    names, values = query.get("ExpressionAttributeNames", {}), query.get("ExpressionAttributeValues", {})
    found = EQUALS.findall(query.get("KeyConditionExpression", ""))
    return {names.get(name, name): values.get(value, {}) for name, value in found}
