use super::*;
use crate::fixtures::campaign;

fn number() -> Number {
    Number {
        id: "phone-0123".to_owned(),
        status: "ACTIVE".to_owned(),
        kind: "TEN_DLC".to_owned(),
        message_type: "TRANSACTIONAL".to_owned(),
        sends_texts: true,
        registration: Some("registration-0123".to_owned()),
        protected: true,
    }
}

fn one(change: impl FnOnce(&mut Number)) -> Finding {
    let mut number = number();
    change(&mut number);
    judge(&campaign(), &[number])
}

#[test]
fn an_active_10dlc_number_of_the_campaign_is_healthy() {
    assert_eq!(one(|_| {}), Finding::healthy("phone-0123 is ACTIVE and TEN_DLC, of registration-0123"));
    let unprotected = one(|number| number.protected = false);
    assert_eq!(unprotected.state, State::Healthy);
    assert!(unprotected.detail.ends_with("deletion protection is off"), "{}", unprotected.detail);
}

#[test]
fn a_number_that_cannot_send_the_campaigns_texts_is_failing() {
    for status in ["PENDING", "ASSOCIATING", "DISASSOCIATING", "DELETED", "SOMETHING_NEW"] {
        let found = one(|number| number.status = status.to_owned());
        assert_eq!(found.state, State::Failing, "{status}");
        assert!(found.detail.contains(status) && found.cure.is_some());
    }
    for kind in ["TOLL_FREE", "SIMULATOR", "LONG_CODE"] {
        assert_eq!(one(|number| number.kind = kind.to_owned()).state, State::Failing, "{kind}");
    }
    assert_eq!(one(|number| number.message_type = "PROMOTIONAL".to_owned()).state, State::Failing);
    assert_eq!(one(|number| number.sends_texts = false).state, State::Failing);
    assert_eq!(one(|number| number.registration = None).state, State::Failing);
}

#[test]
fn a_number_of_another_registration_is_degraded() {
    assert_eq!(one(|number| number.registration = Some("registration-9".to_owned())).state, State::Degraded);
    let arn = "arn:aws:sms-voice:us-east-1:111111111111:registration/registration-0123";
    let mut campaign = campaign();
    campaign.registration = Some(arn.to_owned());
    assert_eq!(judge(&campaign, &[number()]).state, State::Healthy, "an ARN and its id are one");
}

#[test]
fn a_pool_works_while_one_of_its_numbers_does() {
    let mut campaign = campaign();
    campaign.origination_identity = "arn:aws:sms-voice:us-east-1:111111111111:pool/pool-0123".to_owned();
    let (good, mut gone) = (number(), number());
    gone.status = "DELETED".to_owned();
    assert_eq!(judge(&campaign, &[good.clone(), good.clone()]).state, State::Healthy);
    assert_eq!(judge(&campaign, &[good, gone.clone()]).state, State::Degraded);
    assert_eq!(judge(&campaign, &[gone.clone(), gone]).state, State::Failing);
    assert_eq!(judge(&campaign, &[]).state, State::Failing);
}
