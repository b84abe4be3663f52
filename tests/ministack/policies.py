"""The policies of design section 6."""

from accounts import PRIMARY, REGION, role_arn

NUMBER = f"arn:aws:sms-voice:{REGION}:{PRIMARY}:phone-number/phone-0123456789abcdef0123456789abcdef"
CONFIGURATION_SET = f"arn:aws:sms-voice:{REGION}:{PRIMARY}:configuration-set/tendlc-order-updates"
TABLE = f"arn:aws:dynamodb:{REGION}:{PRIMARY}:table/tendlc"


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions, resources, **more):
    return {"Effect": "Allow", "Action": actions, "Resource": resources} | more


def lambda_trust():
    return document(
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    )


def grant_trust(account, external_id):
    """One role of one account, with the external id, in sessions that say that they are tendlc's."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "ArnEquals": {"aws:PrincipalArn": role_arn(account, "tendlc-send")},
                "StringEquals": {"sts:ExternalId": external_id},
                "StringLike": {"sts:RoleSessionName": "tendlc-*"},
            },
        }
    )


def items(table, actions, *keys, attributes=None):
    """Some items of a table, and of those that all grants share some attributes only."""
    condition = {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)},
        # All of no values is true.
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
    if attributes:
        condition["ForAllValues:StringEquals"] = {"dynamodb:Attributes": attributes}
    return allow([f"dynamodb:{action}" for action in actions], table, Condition=condition)


def _send():
    return allow("sms-voice:SendTextMessage", [NUMBER, CONFIGURATION_SET])


def spoke_grant(grant, campaign, brand):
    """A spoke's functions reach the table through their grant's role too."""
    return document(
        _send(),
        items(TABLE, ["GetItem", "PutItem", "UpdateItem"], f"L#{grant}#*", f"C#{grant}#*"),
        items(TABLE, ["GetItem"], f"G#{grant}", f"K#{campaign}", f"B#{brand}"),
        items(TABLE, ["UpdateItem"], f"B#{brand}#*", attributes=["pk", "left", "ttl"]),
        items(TABLE, ["UpdateItem"], "R#*", attributes=["pk", "tat", "stopped"]),
    )


def hub_grant():
    return document(_send())


def _queues(lanes, dead_letters):
    take = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility", "SendMessage"]
    return [
        allow([f"sqs:{action}" for action in take], lanes),
        allow("sqs:SendMessage", dead_letters),
    ]


def _logs():
    return allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "*")


def spoke_execution(role, lanes, dead_letters, bus):
    """A spoke's functions: one role to assume, their queues, their bus."""
    put = allow("events:PutEvents", bus)
    return document(allow("sts:AssumeRole", role), *_queues(lanes, dead_letters), put, _logs())


def hub_execution(roles, lanes, dead_letters, buses):
    """The hub's functions reach the table themselves."""
    table = allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], TABLE)
    put = allow("events:PutEvents", buses)
    return document(allow("sts:AssumeRole", roles), table, *_queues(lanes, dead_letters), put, _logs())


def queue_senders(arn, principal, **condition):
    """A queue's policy that lets others send."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": arn}
    return document(statement | ({"Condition": condition} if condition else {}))
