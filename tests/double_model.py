"""Checks the double of AWS against AWS's own service models.

    pip install "boto3>=1.44.5"
    cargo run -p tendlc-local --example double      # prints the endpoint
    python tests/double_model.py http://127.0.0.1:PORT

boto3 calls every operation that the double has, well and badly. Each raw answer is compared with the model in
botocore: required members, types, enums, lengths and patterns, no member that the model does not know; each error
must be one that the operation declares, or one that every service of AWS has, with the members and the HTTP status
of its shape.
"""

import json
import re
import sys
import urllib.request
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import boto3
import botocore
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError, RpcV2CBORParser

PRIMARY, SECONDARY = "111111111111", "222222222222"
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{PRIMARY}:role/tendlc-grant-checkout"
NUMBER = f"arn:aws:sms-voice:{REGION}:{PRIMARY}:phone-number/phone-0123456789abcdef0123456789abcdef"
SNS_NUMBER = f"arn:aws:sms-voice:{REGION}:{PRIMARY}:phone-number/phone-1123456789abcdef0123456789abcdef"
SIMULATOR = f"arn:aws:sms-voice:{REGION}:{PRIMARY}:phone-number/phone-5123456789abcdef0123456789abcdef"
REGISTRATION = "registration-0123456789abcdef0123456789abcdef"
SERVICES = ["sts", "pinpoint-sms-voice-v2", "sns", "sqs", "events", "dynamodb", "cloudwatch"]
CBOR = "smithy-rpc-v2-cbor"

# Errors that no service model lists, because every service has them. SQS names a few by their old codes.
COMMON = {
    "AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
    "IncompleteSignatureException", "InternalFailure", "InvalidAction", "InvalidClientTokenId",
    "InvalidParameterValue", "InvalidParameterValueException", "InvalidSignatureException", "MissingParameter",
    "MissingRequiredParameterException", "SerializationException", "SignatureDoesNotMatch", "Throttling",
    "ThrottlingException", "UnknownOperationException", "UnrecognizedClientException", "ValidationError",
    "ValidationException",
}  # fmt: skip

# Where DynamoDB's own answers differ from its model, and the database behind the double does as DynamoDB does.
AS_AWS_DOES = (
    r"dynamodb DescribeTable\.Table: has TableThroughputModeSummary, .*"
    r"|dynamodb DescribeTable\.Table\.ProvisionedThroughput\.NumberOfDecreasesToday: has size 0, .*"
    r"|dynamodb Batch\w+\.Unprocessed\w+: has size 0, .*"
)

# How the types of the models are written.
IN_JSON = {
    "string": str, "blob": str, "character": str, "boolean": bool, "integer": int, "long": int,
    "timestamp": (int, float), "float": (int, float), "double": (int, float),
}  # fmt: skip


class Moment(NamedTuple):
    """A number that CBOR tags as a time."""

    seconds: float


IN_CBOR = IN_JSON | {"blob": bytes, "timestamp": Moment}


class Cbor(RpcV2CBORParser):
    """botocore's parser, but nulls stay, and times can be told from other numbers."""

    def __init__(self):
        super().__init__(timestamp_parser=Moment)

    def read(self, body):
        stream = self.get_peekable_stream_from_bytes(body)
        value = self.parse_data_item(stream)
        if stream.read(1):
            raise ResponseParserError("there is more after the first item")
        return value

    def _parse_key_value_pair(self, stream, items):
        key = self.parse_data_item(stream)
        if key in items:
            raise ResponseParserError(f"there are two {key}")
        items[key] = self.parse_data_item(stream)


faults = []
checked = {}


def problem(where, what):
    if not re.fullmatch(AS_AWS_DOES, text := f"{where}: {what}"):
        faults.append(text)


def check_value(shape, value, where, types=IN_JSON):
    """A value of JSON or CBOR against its shape."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return problem(where, f"is {type(value).__name__}, not an object")
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            problem(where, "is a union with other than one member")
        for name in shape.required_members:
            if value.get(name) is None:
                problem(where, f"has no {name}, which is required")
        for name, member in value.items():
            if name not in shape.members:
                problem(where, f"has {name}, which the model does not know")
            elif member is None:
                problem(f"{where}.{name}", "is null; AWS leaves such members out")
            else:
                check_value(shape.members[name], member, f"{where}.{name}", types)
        return None
    if kind == "list":
        if not isinstance(value, list):
            return problem(where, "is not a list")
        for place, member in enumerate(value):
            check_value(shape.member, member, f"{where}[{place}]", types)
        return check_size(shape, len(value), where)
    if kind == "map":
        if not isinstance(value, dict):
            return problem(where, "is not a map")
        for key, member in value.items():
            check_value(shape.key, key, f"{where} key {key}", types)
            check_value(shape.value, member, f"{where}[{key}]", types)
        return check_size(shape, len(value), where)
    if not isinstance(value, types[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return problem(where, f"is {type(value).__name__}, not {kind}")
    return check_text(shape, value, where)


def check_size(shape, size, where):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least or most is not None and size > most:
        problem(where, f"has size {size}, not {least} to {most}")


def check_text(shape, value, where):
    if isinstance(value, str):
        check_size(shape, len(value), where)
        allowed = getattr(shape, "enum", None)
        if allowed and value not in allowed:
            problem(where, f"is {value}, which is not in the enum")
        pattern = shape.metadata.get("pattern")
        # Patterns of the models are Java's; those with \p are not Python's.
        if pattern and "\\p" not in pattern and "\\u" not in pattern and not re.fullmatch(pattern, value):
            problem(where, f"does not match {pattern}")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        check_size(shape, value, where)


def check_xml(shape, element, where):
    """An XML element against its shape."""
    if shape.type_name == "structure":
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        seen = set()
        for child in element:
            tag = child.tag.split("}")[-1]
            if tag not in names:
                problem(where, f"has <{tag}>, which the model does not know")
                continue
            seen.add(names[tag])
            check_xml(shape.members[names[tag]], child, f"{where}.{tag}")
        for name in set(shape.required_members) - seen:
            problem(where, f"has no <{name}>, which is required")
        return
    text = element.text or ""
    if shape.type_name == "integer":
        if not re.fullmatch(r"-?\d+", text):
            return problem(where, f"is {text!r}, not an integer")
        return check_text(shape, int(text), where)
    if shape.type_name == "timestamp":
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text):
            problem(where, f"is {text!r}, not a timestamp")
        return
    check_text(shape, text, where)


def check_answer(operation, response, **_):
    """Compares the raw answer; botocore calls this before it parses."""
    service = operation.service_model
    where = f"{service.service_name} {operation.name}"
    status, body = response["status_code"], response["body"]
    checked[where] = checked.get(where, 0) + 1
    if not response["headers"].get("x-amzn-requestid"):
        problem(where, "has no x-amzn-requestid")
    protocol = service.metadata["protocol"]
    query = protocol == "query"
    if query:
        namespace = "{" + service.metadata["xmlNamespace"] + "}"
        root = ET.fromstring(body)
        if not root.tag.startswith(namespace):
            problem(where, f"is in another XML namespace: {root.tag}")
    if protocol == CBOR:
        expected = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        for name, value in expected.items():
            if response["headers"].get(name) != value:
                problem(where, f"has {name} {response['headers'].get(name)}, not {value}")
    if status >= 300:
        return check_error(service, operation, response, where)
    if query:
        wrapper = operation.output_shape.serialization["resultWrapper"]
        result = root.find(namespace + wrapper)
        if result is None or root.find(f"{namespace}ResponseMetadata/{namespace}RequestId") is None:
            return problem(where, f"has no <{wrapper}> or no request id")
        return check_xml(operation.output_shape, result, where)
    if protocol == CBOR:
        return check_value(operation.output_shape, Cbor().read(body), where, IN_CBOR)
    expected = f"application/x-amz-json-{service.metadata['jsonVersion']}"
    if response["headers"].get("content-type") != expected:
        problem(where, f"is {response['headers'].get('content-type')}, not {expected}")
    if operation.output_shape is None:
        if body not in (b"", b"{}"):
            problem(where, "has a body where the model has none")
        return None
    return check_value(operation.output_shape, json.loads(body), where)


def is_fault(shape):
    return bool(shape._shape_model.get("fault"))  # botocore keeps it out of the shape's metadata


def check_error(service, operation, response, where):
    status, body, protocol = response["status_code"], response["body"], service.metadata["protocol"]
    if protocol == "query":
        error = next(iter(ET.fromstring(body)))
        fields = {child.tag.split("}")[-1]: child.text for child in error}
        code = fields.get("Code")
        if fields.get("Type") not in ("Sender", "Receiver") or not fields.get("Message"):
            problem(where, f"answers {code} without a type or message")
        for shape in operation.error_shapes:
            if shape.metadata.get("error", {}).get("code", shape.name) == code:
                wanted = shape.metadata.get("error", {}).get("httpStatusCode")
                if wanted and wanted != status:
                    problem(where, f"answers {code} with {status}, not {wanted}")
                return
    else:
        value = Cbor().read(body) if protocol == CBOR else json.loads(body)
        code = value.pop("__type").split("#")[-1]
        for shape in operation.error_shapes:
            if shape.name == code:
                # The message's member is spelt both ways on the wire; everything else must be the shape's.
                message = [name for name in value if name.lower() == "message"]
                spelt = [name for name in shape.members if name.lower() == "message"]
                if spelt and message != spelt:
                    problem(where, f"answers {code} with the member {message}, not {spelt}")
                rest = {name: member for name, member in value.items() if name not in message}
                check_value(shape, rest, f"{where} {code}", IN_CBOR if protocol == CBOR else IN_JSON)
                if (status >= 500) != is_fault(shape):
                    problem(where, f"answers {code} with {status}")
                return
        if service.service_name == "sqs" and ";" not in response["headers"].get("x-amzn-query-error", ""):
            problem(where, f"answers {code} without x-amzn-query-error")
    if code not in COMMON:
        problem(where, f"answers {code}, which the operation does not declare")


class Double:
    """boto3 clients of one caller, without their own checks and retries."""

    def __init__(self, endpoint, key, token=None, region=REGION):
        session = botocore.session.get_session()
        self.session = boto3.session.Session(key, "any", token, region, botocore_session=session)
        # botocore would rather speak JSON with CloudWatch; the SDK for Rust speaks CBOR, and so does the double.
        model = session.get_component("data_loader").load_service_model("cloudwatch", "service-2")
        model["metadata"]["protocols"] = [CBOR]
        config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
        for name in SERVICES:
            client = self.session.client(name, endpoint_url=endpoint, config=config)
            for operation in client.meta.service_model.operation_names:
                model = client.meta.service_model.operation_model(operation)
                event = f"before-parse.{client.meta.service_model.service_id.hyphenize()}.{operation}"
                client.meta.events.register(event, self.checker(model))
            setattr(self, {"pinpoint-sms-voice-v2": "sms"}.get(name, name), client)
        if self.cloudwatch.meta.service_model.resolved_protocol != CBOR:
            sys.exit(f"botocore speaks {self.cloudwatch.meta.service_model.resolved_protocol} with CloudWatch")

    @staticmethod
    def checker(model):
        return lambda response_dict, **_: check_answer(model, response_dict)


def refused(code, call, **arguments):
    """The call must be refused with this code."""
    reason = None
    if ":" in code:
        code, reason = code.split(":")
    try:
        call(**arguments)
    except ClientError as error:
        answer = error.response
        if answer["Error"]["Code"].split(".")[-1] != code or reason and answer.get("Reason") != reason:
            problem(f"{error.operation_name}", f"was refused with {answer['Error']}, not {code} {reason or ''}")
        return
    problem(str(call), f"was not refused with {code}")


def sts(endpoint, primary, secondary):
    primary.sts.get_caller_identity()
    assume = {"RoleArn": ROLE, "RoleSessionName": "checkout-1", "ExternalId": "external-0123"}
    keys = secondary.sts.assume_role(**assume, DurationSeconds=900)["Credentials"]
    session = Double(endpoint, keys["AccessKeyId"], keys["SessionToken"])
    session.sts.get_caller_identity()
    refused("AccessDenied", primary.sts.assume_role, **assume)
    refused("AccessDenied", secondary.sts.assume_role, **assume | {"ExternalId": "another"})
    refused("AccessDenied", secondary.sts.assume_role, **assume | {"RoleSessionName": "other"})
    for wrong in [
        {"RoleSessionName": "a/b"},
        {"DurationSeconds": 899},
        {"DurationSeconds": 3601},
        {"RoleArn": "short"},
    ]:
        refused("ValidationError", secondary.sts.assume_role, **assume | wrong)
    refused("MalformedPolicyDocument", secondary.sts.assume_role, **assume, Policy="{}")
    return session


def callers(endpoint):
    calls = {
        "sts": ("get_caller_identity", {}),
        "sms": ("describe_spend_limits", {}),
        "sns": ("publish", {"Message": "x"}),
        "sqs": ("list_queues", {}),
        "events": ("put_events", {"Entries": []}),
        "dynamodb": ("list_tables", {}),
        "cloudwatch": ("get_metric_data", {}),
    }
    for name, (call, arguments) in calls.items():
        old = name in ("sts", "sns", "sqs")
        unknown = Double(endpoint, "ASIAEXAMPLEEXAMPLE00", "token")
        elsewhere = Double(endpoint, PRIMARY, region="eu-west-1")
        code = "InvalidClientTokenId" if old else "UnrecognizedClientException"
        refused(code, getattr(getattr(unknown, name), call), **arguments)
        code = "SignatureDoesNotMatch" if old else "InvalidSignatureException"
        refused(code, getattr(getattr(elsewhere, name), call), **arguments)


def sms(primary, session, secondary):
    client = primary.sms
    text = {"DestinationPhoneNumber": "+12065550111", "MessageBody": "Hello", "OriginationIdentity": NUMBER}
    client.send_text_message(**text)
    client.send_text_message(
        **text,
        MessageType="TRANSACTIONAL",
        ConfigurationSetName="tendlc-order-updates",
        MaxPrice="1.00",
        TimeToLive=60,
        Context={"grant": "checkout"},
        DryRun=True,
    )
    session.sms.send_text_message(**text)
    for wrong in [
        {"DestinationPhoneNumber": "banana"},
        {"MessageBody": " "},
        {"MessageBody": "a" * 1531},
        {"MaxPrice": "1"},
        {"TimeToLive": 4},
        {"Context": {"a b": "c"}},
        {"MessageType": "OTHER"},
    ]:
        refused("ValidationException:INVALID_PARAMETER", client.send_text_message, **text | wrong)
    refused("ValidationException:PRICE_OVER_THRESHOLD", client.send_text_message, **text, MaxPrice=".00001")
    refused("ConflictException:MESSAGE_TYPE_MISMATCH", client.send_text_message, **text, MessageType="PROMOTIONAL")
    refused("ResourceNotFoundException", client.send_text_message, **text, ConfigurationSetName="none")
    refused("AccessDeniedException", session.sms.send_text_message, **text, ConfigurationSetName="none")
    refused("AccessDeniedException", secondary.sms.send_text_message, **text)
    refused("SerializationException", client.send_text_message, **text | {"MessageBody": 1})
    client.describe_phone_numbers()
    client.describe_phone_numbers(PhoneNumberIds=[NUMBER], MaxResults=1)
    client.describe_phone_numbers(Filters=[{"Name": "status", "Values": ["ACTIVE"]}])
    simulators = client.describe_phone_numbers(Filters=[{"Name": "number-type", "Values": ["SIMULATOR"]}])
    assert [number["PhoneNumberArn"] for number in simulators["PhoneNumbers"]] == [SIMULATOR]
    simulated = text | {"OriginationIdentity": SIMULATOR, "DestinationPhoneNumber": "+14254147755"}
    client.send_text_message(**simulated)
    unreachable = "ValidationException:INVALID_IDENTITY_FOR_DESTINATION_COUNTRY"
    refused(unreachable, client.send_text_message, **simulated | {"DestinationPhoneNumber": "+12065550111"})
    refused("ResourceNotFoundException", client.describe_phone_numbers, PhoneNumberIds=["phone-none"])
    refused("ValidationException:INVALID_PARAMETER", client.describe_phone_numbers, PhoneNumberIds=[NUMBER] * 6)
    refused("ValidationException:INVALID_NEXT_TOKEN", client.describe_phone_numbers, NextToken="x")
    client.describe_registrations(RegistrationIds=[REGISTRATION])
    refused("ResourceNotFoundException", client.describe_registrations, RegistrationIds=["none"])
    client.describe_registration_versions(RegistrationId=REGISTRATION)
    unknown = "ValidationException:UNKNOWN_REGISTRATION_VERSION"
    refused(unknown, client.describe_registration_versions, RegistrationId=REGISTRATION, VersionNumbers=[9])
    client.list_registration_associations(RegistrationId=REGISTRATION)
    refused("ResourceNotFoundException", client.list_registration_associations, RegistrationId="none")
    client.describe_account_attributes()
    client.describe_spend_limits()
    refused("AccessDeniedException", secondary.sms.describe_spend_limits)
    client.get_resource_policy(ResourceArn=SNS_NUMBER)
    refused("ResourceNotFoundException", client.get_resource_policy, ResourceArn=NUMBER)
    refused("ResourceNotFoundException", client.get_resource_policy, ResourceArn=NUMBER + "0")
    refused("ValidationException:INVALID_ARN", client.get_resource_policy, ResourceArn="phone-none")
    refused("AccessDeniedException", secondary.sms.get_resource_policy, ResourceArn=NUMBER)
    client.describe_configuration_sets(ConfigurationSetNames=["tendlc-order-updates"])
    refused("ResourceNotFoundException", client.describe_configuration_sets, ConfigurationSetNames=["none"])
    opt_out = {"OptOutListName": "Default", "OptedOutNumber": "+12065550119"}
    client.put_opted_out_number(**opt_out)
    refused("ResourceNotFoundException", client.put_opted_out_number, **opt_out | {"OptOutListName": "none"})
    opted_out = text | {"DestinationPhoneNumber": "+12065550119"}
    refused("ConflictException:DESTINATION_PHONE_NUMBER_OPTED_OUT", client.send_text_message, **opted_out)


def sns(primary, session):
    attributes = {
        "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
        "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": "0.05"},
        "AWS.MM.SMS.OriginationNumber": {"DataType": "String", "StringValue": "+12065550100"},
    }
    text = {"PhoneNumber": "+12065550111", "Message": "Hello"}
    primary.sns.publish(**text, MessageAttributes=attributes)
    refused("InvalidParameter", primary.sns.publish, **text | {"PhoneNumber": "banana"})
    refused("InvalidParameter", primary.sns.publish, **text | {"Message": "a" * 1601})
    refused("AuthorizationError", primary.sns.publish, TopicArn=f"arn:aws:sns:{REGION}:{PRIMARY}:t", Message="x")
    refused("AuthorizationError", session.sns.publish, **text)


def sqs(secondary, primary):
    client = secondary.sqs
    client.list_queues()
    client.list_queues(QueueNamePrefix="none")
    url = client.get_queue_url(QueueName="tendlc-send")["QueueUrl"]
    client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    attribute = {"a": {"DataType": "String", "StringValue": "b"}, "c": {"DataType": "Binary", "BinaryValue": b"\0\1"}}
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    client.send_message(QueueUrl=url, MessageBody="one", MessageAttributes=attribute, MessageSystemAttributes=trace)
    entries = [{"Id": "a", "MessageBody": "two"}, {"Id": "b", "MessageBody": "\1"}]
    client.send_message_batch(QueueUrl=url, Entries=entries)
    received = client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )["Messages"]
    client.receive_message(QueueUrl=url)
    handles = [message["ReceiptHandle"] for message in received]
    client.change_message_visibility(QueueUrl=url, ReceiptHandle=handles[0], VisibilityTimeout=60)
    change = [
        {"Id": "a", "ReceiptHandle": handles[0], "VisibilityTimeout": 0},
        {"Id": "b", "ReceiptHandle": "x", "VisibilityTimeout": 1},
    ]
    client.change_message_visibility_batch(QueueUrl=url, Entries=change)
    refused(
        "MessageNotInflight",
        client.change_message_visibility,
        QueueUrl=url,
        ReceiptHandle=handles[0],
        VisibilityTimeout=1,
    )
    refused(
        "InvalidParameterValue",
        client.change_message_visibility,
        QueueUrl=url,
        ReceiptHandle=handles[1],
        VisibilityTimeout=43201,
    )
    refused("ReceiptHandleIsInvalid", client.delete_message, QueueUrl=url, ReceiptHandle="x")
    client.delete_message(QueueUrl=url, ReceiptHandle=handles[1])
    client.delete_message_batch(
        QueueUrl=url, Entries=[{"Id": "a", "ReceiptHandle": handles[0]}, {"Id": "b", "ReceiptHandle": "x"}]
    )
    fifo = client.get_queue_url(QueueName="tendlc-send.fifo")["QueueUrl"]
    client.send_message(QueueUrl=fifo, MessageBody="one", MessageGroupId="g")
    client.receive_message(QueueUrl=fifo, AttributeNames=["All"])
    refused("MissingParameter", client.send_message, QueueUrl=fifo, MessageBody="one")
    refused("InvalidParameterValue", client.send_message, QueueUrl=url, MessageBody="one", DelaySeconds=901)
    refused("InvalidMessageContents", client.send_message, QueueUrl=url, MessageBody="\1")
    refused("EmptyBatchRequest", client.send_message_batch, QueueUrl=url, Entries=[])
    same = [{"Id": "a", "MessageBody": "x"}] * 2
    refused("BatchEntryIdsNotDistinct", client.send_message_batch, QueueUrl=url, Entries=same)
    many = [{"Id": str(place), "MessageBody": "x"} for place in range(11)]
    refused("TooManyEntriesInBatchRequest", client.send_message_batch, QueueUrl=url, Entries=many)
    refused("InvalidBatchEntryId", client.send_message_batch, QueueUrl=url, Entries=[{"Id": "a b", "MessageBody": "x"}])
    big = [{"Id": name, "MessageBody": "a" * 600_000} for name in "ab"]
    refused("BatchRequestTooLong", client.send_message_batch, QueueUrl=url, Entries=big)
    refused("InvalidAttributeName", client.get_queue_attributes, QueueUrl=url, AttributeNames=["Colour"])
    refused("NonExistentQueue", client.get_queue_url, QueueName="none")
    refused("InvalidAddress", client.purge_queue, QueueUrl="nowhere")
    refused("AccessDenied", primary.sqs.send_message, QueueUrl=url, MessageBody="x")
    client.purge_queue(QueueUrl=url)
    refused("PurgeQueueInProgress", client.purge_queue, QueueUrl=url)
    refused("UnknownOperationException", client.create_queue, QueueName="x")


def events(secondary, primary):
    entry = {"Source": "tendlc", "DetailType": "SMS Accepted", "Detail": "{}", "EventBusName": "outcomes"}
    wrong = [entry | {"Detail": "x"}, entry | {"Source": "aws.x"}, {"Source": "x"}]
    secondary.events.put_events(Entries=[entry, *wrong])
    bus = f"arn:aws:events:{REGION}:{SECONDARY}:event-bus/outcomes"
    primary.events.put_events(Entries=[entry | {"EventBusName": bus}])
    refused("ValidationException", secondary.events.put_events, Entries=[])
    refused("ValidationException", secondary.events.put_events, Entries=[entry] * 11)
    stranger = bus.replace("outcomes", "default")
    refused("AccessDeniedException", primary.events.put_events, Entries=[entry | {"EventBusName": stranger}])


def dynamodb(primary, session):
    client = primary.dynamodb
    table = {"TableName": "tendlc"}
    key = {"pk": {"S": "a"}}
    client.list_tables()
    client.describe_table(**table)
    client.describe_time_to_live(**table)
    client.put_item(**table, Item=key | {"left": {"N": "3"}}, ReturnConsumedCapacity="TOTAL")
    client.get_item(**table, Key=key, ConsistentRead=True)
    client.get_item(TableName=f"arn:aws:dynamodb:{REGION}:{PRIMARY}:table/tendlc", Key=key)
    take = {
        "Key": key,
        "UpdateExpression": "SET #l = #l - :n",
        "ConditionExpression": "#l >= :n",
        "ExpressionAttributeNames": {"#l": "left"},
        "ExpressionAttributeValues": {":n": {"N": "2"}},
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    client.update_item(**table, **take)
    refused("ConditionalCheckFailedException", client.update_item, **table, **take)
    put = {"Put": table | {"Item": {"pk": {"S": "b"}}, "ConditionExpression": "attribute_not_exists(pk)"}}
    client.transact_write_items(TransactItems=[put])
    refused("TransactionCanceledException", client.transact_write_items, TransactItems=[put])
    client.transact_get_items(TransactItems=[{"Get": table | {"Key": key}}])
    client.batch_get_item(RequestItems={"tendlc": {"Keys": [key]}})
    client.batch_write_item(RequestItems={"tendlc": [{"DeleteRequest": {"Key": key}}]})
    client.query(**table, KeyConditionExpression="pk = :k", ExpressionAttributeValues={":k": {"S": "b"}})
    client.scan(**table)
    client.delete_item(**table, Key={"pk": {"S": "b"}})
    refused("ResourceNotFoundException", client.get_item, TableName="none", Key=key)
    refused("ValidationException", client.update_item, **table, Key=key, UpdateExpression="SET")
    refused("AccessDeniedException", session.dynamodb.get_item, **table, Key=key)


def cloudwatch(secondary, primary, session):
    queue = "tendlc-dead-letter"
    url = secondary.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    secondary.sqs.send_message(QueueUrl=url, MessageBody="one")

    def query(name, metric, **changes):
        metric = {"Namespace": "AWS/SQS", "MetricName": metric, "Dimensions": [{"Name": "QueueName", "Value": queue}]}
        return {"Id": name, "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Maximum"} | changes}

    def told(client, **arguments):
        results = client.get_metric_data(**arguments)["MetricDataResults"]
        for result in results:
            if result["StatusCode"] != "Complete" or len(result["Timestamps"]) != len(result["Values"]):
                problem("cloudwatch GetMetricData", f"is incomplete: {result}")
        return {result["Id"]: result["Values"] for result in results}

    visible, oldest = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
    now = datetime.now(timezone.utc)
    asked = {
        "MetricDataQueries": [query("visible", visible), query("oldest", oldest), query("other", "Unknown")],
        "StartTime": now - timedelta(minutes=15),
        "EndTime": now,
    }
    values = told(secondary.cloudwatch, **asked)
    ages = values.pop("oldest", [])
    if values != {"visible": [1.0], "other": []} or len(ages) != 1 or not 0 <= ages[0] <= 60:
        problem("cloudwatch GetMetricData", f"tells {values} and the ages {ages} of a queue with one message")
    if (values := told(primary.cloudwatch, **asked)) != {"visible": [], "oldest": [], "other": []}:
        problem("cloudwatch GetMetricData", f"tells {values} of another account's queue")
    for code, wrong in [
        ("ValidationError", {"EndTime": asked["StartTime"] - timedelta(seconds=1)}),
        ("ValidationError", {"EndTime": asked["StartTime"]}),
        ("MissingParameter", {"EndTime": None}),
        ("ValidationError", {"MetricDataQueries": []}),
        ("ValidationError", {"MetricDataQueries": [query("Visible", visible)]}),
        ("ValidationError", {"MetricDataQueries": [query("same", visible), query("same", oldest)]}),
        ("InvalidParameterValue", {"MetricDataQueries": [query("visible", visible, Period=61)]}),
    ]:
        refused(code, secondary.cloudwatch.get_metric_data, **asked | wrong)
    refused("AccessDenied", session.cloudwatch.get_metric_data, **asked)


def on_order(endpoint, primary, secondary):
    """Errors that only faults bring about."""
    calls = {
        "SendTextMessage": (primary.sms.send_text_message, {"DestinationPhoneNumber": "+12065550111", "MessageBody": "x", "OriginationIdentity": NUMBER}),
        "GetCallerIdentity": (primary.sts.get_caller_identity, {}),
        "Publish": (primary.sns.publish, {"PhoneNumber": "+12065550111", "Message": "x"}),
        "ListQueues": (secondary.sqs.list_queues, {}),
        "PutEvents": (secondary.events.put_events, {"Entries": [{"Source": "s", "DetailType": "t", "Detail": "{}"}]}),
        "GetItem": (primary.dynamodb.get_item, {"TableName": "tendlc", "Key": {"pk": {"S": "a"}}}),
    }  # fmt: skip
    for operation, (call, arguments) in calls.items():
        for action in ["throttle", "error", "fail_after_accept", "deny"]:
            body = json.dumps({"operation": operation, "action": action}).encode()
            urllib.request.urlopen(urllib.request.Request(f"{endpoint}/_tendlc/faults", body)).close()
            try:
                call(**arguments)
                problem(operation, f"did not fail on order: {action}")
            except ClientError as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                if (status >= 500) != (action in ("error", "fail_after_accept")):
                    problem(operation, f"failed with {status} for {action}")
    limit = json.dumps({"operation": "SendTextMessage", "action": "spend_limit"}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/_tendlc/faults", limit)).close()
    call, arguments = calls["SendTextMessage"]
    refused("ServiceQuotaExceededException:MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", call, **arguments)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if tuple(int(part) for part in botocore.__version__.split(".")[:3]) < (1, 44, 5):
        sys.exit(f"botocore {botocore.__version__} is too old: MessagingLimits came with 1.44.5")
    endpoint = sys.argv[1].rstrip("/")
    primary, secondary = Double(endpoint, PRIMARY), Double(endpoint, SECONDARY)
    session = sts(endpoint, primary, secondary)
    callers(endpoint)
    sms(primary, session, secondary)
    sns(primary, session)
    sqs(secondary, primary)
    events(secondary, primary)
    dynamodb(primary, session)
    cloudwatch(secondary, primary, session)
    on_order(endpoint, primary, secondary)
    for fault in faults:
        print(fault)
    print(f"{sum(checked.values())} answers of {len(checked)} operations checked, {len(faults)} not as the model says")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
