"""ministack is corrected in what it tells policies of a request to DynamoDB. Each is allowed and denied."""

import pytest
from accounts import PRIMARY, REGION
from callers import denied
from policies import allow, items

NAME = "exact"
TABLE = f"arn:aws:dynamodb:{REGION}:{PRIMARY}:table/{NAME}"
# Every operation, so that it is not the operation that is denied.
ONE = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
ALL = [*ONE, "Query", "Scan", "BatchGetItem", "BatchWriteItem"]


@pytest.fixture(scope="module")
def dynamodb(callers):
    """A session with items of its own, and with two attributes of those that are shared."""
    client = callers.root(PRIMARY).dynamodb
    client.create_table(
        TableName=NAME,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "owner")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-owner",
                "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    own = items([TABLE, f"{TABLE}/index/*"], ALL, "mine#*")
    shared = items(TABLE, ALL, "shared#*", attributes=["pk", "left", "ttl"])
    return callers.session(PRIMARY, own, shared).dynamodb


def of(key, **more):
    return {"TableName": NAME, "Key": {"pk": {"S": key}}} | more


def put(key):
    return {"TableName": NAME, "Item": {"pk": {"S": key}}}


SET = {"UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {":a": {"N": "1"}}}

WITH_A_KEY = {
    "get": lambda db, key: db.get_item(**of(key)),
    "get by the table's ARN": lambda db, key: db.get_item(**of(key) | {"TableName": TABLE}),
    "put": lambda db, key: db.put_item(**put(key)),
    "update": lambda db, key: db.update_item(**of(key, **SET)),
    "delete": lambda db, key: db.delete_item(**of(key)),
    "query": lambda db, key: db.query(
        TableName=NAME,
        KeyConditionExpression="#key = :key",
        ExpressionAttributeNames={"#key": "pk"},
        ExpressionAttributeValues={":key": {"S": key}},
    ),
    "query an index": lambda db, key: db.query(
        TableName=NAME,
        IndexName="by-owner",
        KeyConditionExpression="#key = :key",
        ExpressionAttributeNames={"#key": "owner"},
        ExpressionAttributeValues={":key": {"S": key}},
    ),
    "get a batch": lambda db, key: db.batch_get_item(
        RequestItems={NAME: {"Keys": [{"pk": {"S": one}} for one in ("mine#0", key)]}}
    ),
    "write a batch": lambda db, key: db.batch_write_item(
        RequestItems={
            NAME: [
                {"PutRequest": {"Item": {"pk": {"S": "mine#0"}}}},
                {"DeleteRequest": {"Key": {"pk": {"S": key}}}},
            ]
        }
    ),
    "get in a transaction": lambda db, key: db.transact_get_items(
        TransactItems=[{"Get": of("mine#0")}, {"Get": of(key)}]
    ),
    "write in a transaction": lambda db, key: db.transact_write_items(
        TransactItems=[{"Put": put("mine#0")}, {"Update": of(key, **SET)}]
    ),
    "delete in a transaction": lambda db, key: db.transact_write_items(
        TransactItems=[{"Put": put("mine#0")}, {"Delete": of(key)}]
    ),
    "check in a transaction": lambda db, key: db.transact_write_items(
        TransactItems=[
            {"Put": put("mine#0")},
            {"ConditionCheck": of(key, ConditionExpression="attribute_not_exists(nothing)")},
        ]
    ),
}


@pytest.mark.parametrize("ask", WITH_A_KEY.values(), ids=WITH_A_KEY)
def test_only_the_items_whose_keys_a_policy_names_can_be_asked_for(dynamodb, ask):
    ask(dynamodb, "mine#1")
    with denied():
        ask(dynamodb, "theirs#1")


def test_a_scan_has_no_key(callers, dynamodb):
    with denied():
        dynamodb.scan(TableName=NAME)
    # ForAllValues alone lets it through, as on AWS.
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["mine#*"]}}
    callers.session(PRIMARY, allow("dynamodb:Scan", TABLE, Condition=condition)).dynamodb.scan(TableName=NAME)


def update(expression="SET #left = :n", names=None, **more):
    names = {"#left": "left", "#ttl": "ttl"} | (names or {})
    expressions = expression + "".join(more.values())
    return of(
        "shared#1",
        UpdateExpression=expression,
        ExpressionAttributeNames={name: value for name, value in names.items() if name in expressions},
        ExpressionAttributeValues={":n": {"N": "1"}},
        **more,
    )


ALLOWED_ATTRIBUTES = {
    "a get": lambda db: db.get_item(
        **of("shared#1", ProjectionExpression="pk, #ttl", ExpressionAttributeNames={"#ttl": "ttl"})
    ),
    "a put": lambda db: db.put_item(TableName=NAME, Item={"pk": {"S": "shared#1"}, "left": {"N": "9"}}),
    "an update": lambda db: db.update_item(
        **update(
            "SET #ttl = :n, #left = if_not_exists(#left, :n) - :n",
            ConditionExpression="attribute_not_exists(#left) OR #left >= :n AND NOT #ttl IN (:n)",
        )
    ),
    "a transaction": lambda db: db.transact_write_items(
        TransactItems=[{"Update": update("ADD #left :n")}, {"Put": put("mine#1")}]
    ),
}
OTHER = {"#left": "other"}
DENIED_ATTRIBUTES = {
    "a projection": lambda db: db.get_item(**of("shared#1", ProjectionExpression="pk, other.part")),
    "a placeholder": lambda db: db.get_item(
        **of("shared#1", ProjectionExpression="pk, #a.#b[0]", ExpressionAttributeNames={"#a": "other", "#b": "left"})
    ),
    "an item": lambda db: db.put_item(TableName=NAME, Item={"pk": {"S": "shared#1"}, "other": {"N": "9"}}),
    "an update": lambda db: db.update_item(**update(names=OTHER)),
    "another update": lambda db: db.update_item(**update("SET #left = :n REMOVE other")),
    "a condition": lambda db: db.update_item(**update(ConditionExpression="attribute_exists(other)")),
    "a condition's comparison": lambda db: db.update_item(**update(ConditionExpression="NOT #left<other")),
    "a filter": lambda db: db.query(
        TableName=NAME,
        KeyConditionExpression="pk = :key",
        FilterExpression="begins_with(other, :key)",
        ExpressionAttributeValues={":key": {"S": "shared#1"}},
    ),
    "a query's key": lambda db: db.query(
        TableName=NAME,
        KeyConditionExpression="pk = :key AND other > :key",
        ExpressionAttributeValues={":key": {"S": "shared#1"}},
    ),
    "an update as it was before expressions": lambda db: db.update_item(
        **of("shared#1", AttributeUpdates={"other": {"Action": "PUT", "Value": {"N": "1"}}})
    ),
    "a transaction": lambda db: db.transact_write_items(
        TransactItems=[{"Put": put("mine#1")}, {"Update": update(names=OTHER)}]
    ),
    "a batch": lambda db: db.batch_write_item(
        RequestItems={NAME: [{"PutRequest": {"Item": {"pk": {"S": "shared#1"}, "other": {"N": "1"}}}}]}
    ),
}


@pytest.mark.parametrize("ask", ALLOWED_ATTRIBUTES.values(), ids=ALLOWED_ATTRIBUTES)
def test_attributes_that_a_policy_names_can_be_asked_for(dynamodb, ask):
    ask(dynamodb)


@pytest.mark.parametrize("ask", DENIED_ATTRIBUTES.values(), ids=DENIED_ATTRIBUTES)
def test_no_other_attribute_can_be_named_anywhere_in_a_request(dynamodb, ask):
    with denied():
        ask(dynamodb)


def test_a_policy_sees_what_an_update_is_to_return(callers, dynamodb):
    condition = {"StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE", "UPDATED_NEW"]}}
    caller = callers.session(PRIMARY, allow("dynamodb:UpdateItem", TABLE, Condition=condition)).dynamodb
    caller.update_item(**update(ReturnValues="UPDATED_NEW"))
    with denied():
        caller.update_item(**update(ReturnValues="ALL_OLD"))
