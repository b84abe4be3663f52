"""ministack is corrected in what templates may say, and in what change sets say of them."""

import pytest
from accounts import PRIMARY, queue_arn
from botocore.exceptions import ClientError
from callers import denied
from policies import allow
from resources import queue
from stack import Stack
from targets import Bus, Function, entry
from waiting import until

CHOICE = """
Parameters: {Second: {Type: String, Default: "no"}}
Conditions: {HasSecond: !Equals [!Ref Second, "yes"]}
Resources:
  First: {Type: AWS::SQS::Queue}
  Second: {Type: AWS::SQS::Queue, Condition: HasSecond}
"""
MAPPING = """
Parameters:
  Most: {Type: Number, Default: 2}
  Function: {Type: String}
  Queue: {Type: String}
Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Function
      EventSourceArn: !Ref Queue
      ScalingConfig: {MaximumConcurrency: !Ref Most}
"""
MORE = """
Parameters:
  Names: {Type: CommaDelimitedList, Default: ""}
  Bus: {Type: String}
Conditions:
  Named: !Not [!Equals [!Join ["", !Ref Names], ""]]
  IsArn: !Equals [!Select [0, !Split [":", !Ref Bus]], arn]
Resources:
  Always: {Type: AWS::SQS::Queue}
  IfNamed: {Type: AWS::SQS::Queue, Condition: Named}
  IfArn: {Type: AWS::SQS::Queue, Condition: IsArn}
  Set: {Type: AWS::SMSVOICE::ConfigurationSet, Properties: {ConfigurationSetName: a-set}}
  Sns: {Type: AWS::SMSVOICE::ResourcePolicy, Properties: {ResourceArn: "arn:a:number", PolicyDocument: {}}}
  Senders:
    Type: AWS::Events::EventBusPolicy
    Properties:
      EventBusName: !Ref Bus
      StatementId: others
      Statement:
        Effect: Allow
        Principal: {AWS: "arn:aws:iam::111111111111:root"}
        Action: events:PutEvents
        Resource: !Sub "arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/${Bus}"
"""


def test_a_change_set_has_what_comes_and_goes_with_a_condition(callers):
    stack = Stack(callers.root(PRIMARY), callers.name(), CHOICE)
    assert stack.change("CREATE", "one") == [("Add", "First")]
    assert stack.change("UPDATE", "two", Second="yes") == [("Add", "Second")]
    assert stack.change("UPDATE", "three", Second="yes") == []
    assert stack.change("UPDATE", "four", Second="no") == [("Remove", "Second")]
    assert stack.resources() == {"First"}


def test_a_parameter_that_a_template_does_not_have_is_refused(callers):
    stack = Stack(callers.root(PRIMARY), callers.name(), CHOICE)
    with pytest.raises(ClientError, match="ValidationError.*Third.* do not exist in the template"):
        stack.change("CREATE", "one", Third="yes")


def test_a_number_of_a_template_is_a_number_to_its_resource(callers):
    function = Function(callers)
    url, arn = queue(function.account, PRIMARY, function.name), queue_arn(PRIMARY, function.name)
    function.let(allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], arn))
    Stack(function.account, function.name, MAPPING).create(Function=function.name, Queue=arn)
    function.account.sqs.send_message(QueueUrl=url, MessageBody="counted")
    until("the message to be taken", lambda: function.got("counted"))
    [mapping] = function.account.lambda_.list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}


def test_templates_may_have_what_cloudformation_has(callers):
    bus = Bus(callers)
    caller = callers.session(PRIMARY, allow("events:PutEvents", "*")).events
    stack = Stack(bus.account, callers.name(), MORE)
    stack.create(Bus=bus.name)
    assert stack.resources() == {"Always", "Set", "Sns", "Senders"}
    caller.put_events(Entries=[entry(bus.arn)])
    stack.delete()
    with denied():
        caller.put_events(Entries=[entry(bus.arn)])
