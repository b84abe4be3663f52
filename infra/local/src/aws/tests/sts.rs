use super::*;

#[tokio::test]
async fn the_trusted_role_assumes_the_grants_role_and_is_that_session() {
    let double = Double::start().await;
    let answer = assume(&double.execution(), "checkout-1").duration_seconds(900).send().await.unwrap();
    let user = answer.assumed_role_user.unwrap();
    assert_eq!(user.arn, "arn:aws:sts::111111111111:assumed-role/tendlc-grant-checkout/checkout-1");
    assert!(user.assumed_role_id.starts_with("AROA") && user.assumed_role_id.ends_with(":checkout-1"));
    let credentials = answer.credentials.unwrap();
    assert_eq!(credentials.expiration.secs(), at("2026-11-20T12:15:00Z").as_second());
    let identity = aws_sdk_sts::Client::new(&double.grant().await).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.arn.as_deref(), Some(user.arn.as_str()));
    assert_eq!(identity.account.as_deref(), Some(PRIMARY));
    assert_eq!(identity.user_id.as_deref(), Some(user.assumed_role_id.as_str()));
}

#[tokio::test]
async fn nobody_but_the_listed_principal_assumes_a_role() {
    let double = Double::start().await;
    let other_role = double.session(&double.aws.issue_session("arn:aws:iam::222222222222:role/other", "s"));
    let other_account = double.session(&double.aws.issue_session("arn:aws:iam::333333333333:role/tendlc-send", "s"));
    for config in [&double.root(SECONDARY), &double.root(PRIMARY), &other_role, &other_account] {
        let answer = assume(config, "checkout-1").send().await;
        assert_eq!(code!(&answer.as_ref().map(|_| ())), "AccessDenied");
        let text = message!(answer);
        assert!(text.contains("is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1111"), "{text}");
    }
    double.aws.change_roles(|roles| roles[0].trusted_principals.push("arn:aws:iam::222222222222:root".into()));
    assert!(assume(&double.root(SECONDARY), "checkout-1").send().await.is_ok());
}

#[tokio::test]
async fn external_id_and_session_name_are_part_of_the_trust() {
    let double = Double::start().await;
    let execution = double.execution();
    let client = aws_sdk_sts::Client::new(&execution);
    let without = client.assume_role().role_arn(GRANT_ROLE).role_session_name("checkout-1").send().await;
    assert_eq!(code!(without), "AccessDenied");
    assert_eq!(code!(assume(&execution, "checkout-1").external_id("another").send().await), "AccessDenied");
    assert_eq!(code!(assume(&execution, "newsletter-1").send().await), "AccessDenied");
    assert_eq!(
        code!(assume(&execution, "checkout-1").role_arn("arn:aws:iam::111111111111:role/none").send().await),
        "AccessDenied"
    );
    for name in ["c", "checkout/1", &"checkout-".repeat(8)] {
        assert_eq!(code!(assume(&execution, name).send().await), "ValidationError", "{name}");
    }
}

#[tokio::test]
async fn a_chained_session_lasts_an_hour_at_most() {
    let double = Double::start().await;
    let execution = double.execution();
    for (seconds, expected) in [(899, false), (900, true), (3600, true), (3601, false), (43_201, false)] {
        let answer = assume(&execution, "checkout-1").duration_seconds(seconds).send().await;
        assert_eq!(answer.is_ok(), expected, "{seconds}");
        if let Err(error) = answer {
            assert_eq!(code!(Err::<(), _>(error)), "ValidationError");
        }
    }
    double.aws.change_roles(|roles| roles[0].trusted_principals.push("arn:aws:iam::222222222222:root".into()));
    let root = double.root(SECONDARY);
    assert!(assume(&root, "checkout-1").duration_seconds(43_200).send().await.is_ok());
    double.aws.change_roles(|roles| roles[0].max_session_seconds = 7200);
    assert_eq!(code!(assume(&root, "checkout-1").duration_seconds(7201).send().await), "ValidationError");
}

#[tokio::test]
async fn tags_source_identities_and_session_policies_are_refused() {
    let double = Double::start().await;
    let request = || assume(&double.execution(), "checkout-1");
    let tag = aws_sdk_sts::types::Tag::builder().key("a").value("b").build().unwrap();
    let text = message!(request().tags(tag).send().await);
    assert!(text.contains("sts:TagSession"), "{text}");
    let text = message!(request().source_identity("checkout").send().await);
    assert!(text.contains("sts:SetSourceIdentity"), "{text}");
    assert_eq!(code!(request().policy("{}").send().await), "MalformedPolicyDocument");
}
