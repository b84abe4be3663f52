use super::*;
use crate::document;

fn place() -> Place {
    Place {
        partition: "aws".to_owned(),
        region: "us-east-1".to_owned(),
        account: "111111111111".to_owned(),
        stack: "tendlc-primary".to_owned(),
    }
}

fn evaluated(text: &str, given: &[(&str, &str)]) -> Result<Resources, EvaluateError> {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    resources(&document::read(text).unwrap(), &given, &place())
}

const TEMPLATE: &str = "
Parameters:
  Names: { Type: CommaDelimitedList }
  Hub: { Type: String, Default: 'false' }
  Size: { Type: Number, Default: 256 }
Conditions:
  IsHub: !Equals [!Ref Hub, 'true']
  IsSpoke: !Not [!Condition IsHub]
  Never: !And [!Condition IsHub, !Condition IsSpoke]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: { QueueName: !Sub 'q-${Hub}' }
  Role:
    Type: AWS::IAM::Role
    Condition: IsSpoke
    Properties:
      RoleName: r
      Names: !Ref Names
      Joined: !Join ['+', !Ref Names]
      Arn: !GetAtt Queue.Arn
      Url: !Ref Queue
      Text: !Sub ['${AWS::AccountId}/${X}/${Queue.Arn}/${!X}', { X: !Ref Size }]
      Gone: !If [IsHub, there, !Ref AWS::NoValue]
      List: [a, !If [IsHub, b, !Ref AWS::NoValue]]
  Other: { Type: 'AWS::SNS::Topic', Condition: Never, Properties: { TopicName: t } }
";

#[test]
fn a_template_comes_to_its_resources_with_every_function_worked_out() {
    let made = evaluated(TEMPLATE, &[("Names", "a, b")]).unwrap();
    assert_eq!(made.keys().collect::<Vec<_>>(), ["Queue", "Role"]);
    let arn = "arn:aws:sqs:us-east-1:111111111111:q-false";
    let expected = json!({
        "RoleName": "r", "Names": ["a", "b"], "Joined": "a+b", "Arn": arn,
        "Url": "https://sqs.us-east-1.amazonaws.com/111111111111/q-false",
        "Text": format!("111111111111/256/{arn}/${{X}}"), "List": ["a"],
    });
    assert_eq!(made["Role"].properties, expected);
    assert_eq!(evaluated(TEMPLATE, &[("Names", "a"), ("Hub", "true")]).unwrap().len(), 1);
}

#[test]
fn what_is_missing_or_too_much_is_named() {
    assert_eq!(evaluated(TEMPLATE, &[]).unwrap_err(), EvaluateError::NoValue("Names".to_owned()));
    let wrong = evaluated(TEMPLATE, &[("Names", "a"), ("Nmaes", "a")]).unwrap_err();
    assert_eq!(wrong, EvaluateError::NoParameter("Nmaes".to_owned()));
    let text = "Resources: { A: { Type: 'AWS::IAM::Role', Properties: { X: !Ref B } } }";
    assert_eq!(evaluated(text, &[]).unwrap_err(), EvaluateError::Unknown("B".to_owned()));
    let text = "Resources: { A: { Type: 'AWS::IAM::Role', Properties: { X: !Cidr [a, b, c] } } }";
    assert!(matches!(evaluated(text, &[]).unwrap_err(), EvaluateError::Function(_)));
}
