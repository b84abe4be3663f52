use super::*;

fn read(body: &str) -> Result<Receipt, Oddity> {
    Receipt::read(body, &"a1".repeat(32).parse().unwrap())
}

/// The sample of AWS's documentation, shortened.
const SAMPLE: &str = r#"{"eventType":"TEXT_SUCCESSFUL","eventVersion":"1.0","eventTimestamp":1686975103470,"isFinal":true,
"originationPhoneNumber":"+12065550152","destinationPhoneNumber":"+14255550156","mcc":"310","mnc":"800",
"messageId":"862a8790-60c0-4430-9b2b-658bdexample","messageRequestTimestamp":1686975103170,"messageEncoding":"GSM",
"messageStatus":"SUCCESSFUL","context":{"tendlc-grant":"checkout","tendlc-id":"order-1","order":"1"},
"totalMessageParts":1,"totalMessagePrice":0.09582,"totalCarrierFee":0.00302}"#;

#[test]
fn a_receipt_is_read_bare_and_in_each_envelope() {
    let bare = read(SAMPLE).unwrap();
    assert_eq!(bare.at.as_millisecond(), 1_686_975_103_470);
    assert_eq!(bare.cost.unwrap().total().to_string(), "0.09884");
    assert_eq!(bare.named.as_ref().map(|(grant, id)| (grant.as_str(), id.as_str())), Some(("checkout", "order-1")));
    assert_eq!(bare.context, BTreeMap::from([("order".to_owned(), "1".to_owned())]));
    assert_eq!((bare.parts, bare.oddities.as_slice()), (Some(1), &[][..]));
    let sns = serde_json::json!({"Type": "Notification", "MessageId": "x", "Message": SAMPLE}).to_string();
    assert_eq!(read(&sns).unwrap(), bare);
    let detail: Value = serde_json::from_str(SAMPLE).unwrap();
    let event = serde_json::json!({"source": "aws.sms-voice", "time": "2023-06-17T04:11:43Z", "detail": detail});
    assert_eq!(read(&event.to_string()).unwrap(), bare);
}

#[test]
fn what_is_missing_is_left_out_and_the_rest_holds() {
    let blocked = r#"{"eventType":"TEXT_BLOCKED","isFinal":true,"messageId":"m-1","messageStatus":"BLOCKED"}"#;
    let receipt = read(blocked).unwrap();
    assert_eq!((receipt.at, receipt.parts, receipt.cost), (Timestamp::UNIX_EPOCH, None, None));
    assert_eq!((receipt.carrier, receipt.named, receipt.oddities), (None, None, Vec::new()));
    let bare = read(r#"{"eventType":"TEXT_DELIVERED","messageId":"m-1"}"#).unwrap();
    assert_eq!(bare.status, Status::Delivered);
}

#[test]
fn what_is_strange_is_named_and_what_is_no_texts_is_refused() {
    let with = |name: &str, value: Value| {
        let mut fields: Value = serde_json::from_str(SAMPLE).unwrap();
        fields[name] = value;
        read(&fields.to_string())
    };
    let odd = |name: &str, value: Value| with(name, value).unwrap().oddities;
    assert_eq!(odd("messageStatus", "SOMETHING_NEW".into()), [Oddity::UnknownStatus]);
    assert_eq!(odd("totalMessagePrice", 645.into()), [Oddity::ImpossiblePrice]);
    assert_eq!(odd("totalCarrierFee", (-0.1).into()), [Oddity::ImpossiblePrice]);
    let unknown = with("carrierName", "Mint".into()).unwrap();
    assert_eq!(unknown.carrier.unwrap().network, Network::TMobile, "its codes are T-Mobile's");
    assert_eq!(with("eventType", "MEDIA_DELIVERED".into()), Err(Oddity::NotAText));
    assert_eq!(with("messageId", "".into()), Err(Oddity::Malformed));
    assert_eq!(with("messageId", "a b".into()), Err(Oddity::Malformed));
    for body in ["", "[]", "1", "{}", "not json", r#"{"Type":"Notification","Message":"hello"}"#] {
        assert_eq!(read(body), Err(Oddity::Malformed), "{body}");
    }
    let registration = r#"{"source":"aws.sms-voice","detail":{"registrationDetails":{"currentStatus":"COMPLETE"}}}"#;
    assert_eq!(read(registration), Err(Oddity::NotAText));
}

#[test]
fn a_status_brings_no_number_along() {
    let receipt = r#"{"eventType":"TEXT_X","messageId":"m-1","messageStatus":"FAILED_+12065550100"}"#;
    assert_eq!(read(receipt).unwrap().status_word, "FAILED_");
}
