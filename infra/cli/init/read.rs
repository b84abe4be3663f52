//! Asking AWS what an account has: registrations and numbers one call a second, roles as fast as IAM answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_iam::Client as Iam;
use aws_sdk_pinpointsmsvoicev2::Client as Sms;
use aws_sdk_pinpointsmsvoicev2::config::retry::RetryConfig;
use aws_sdk_pinpointsmsvoicev2::types::{NumberType, PhoneNumberInformation};
use tendlc_core::ask::{Operation, Pace, Trouble, ask};
use tendlc_core::clock::SystemClock;

use super::found::{Campaign, Found};
use super::roles;
use crate::account::Way;
use crate::registration::{next, read as registrations};
use crate::sync::reach::Failure;
use crate::verify::drift::decoded;
use crate::wrong::Wrong;

const NUMBERS: Operation = Operation("DescribePhoneNumbers");

pub async fn everything(profile: Option<&str>, region: &str) -> anyhow::Result<Found> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .http_client(tendlc_core::aws::http_client());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    let aws = loader.load().await;
    let identity = aws_sdk_sts::Client::new(&aws).get_caller_identity().send().await.map_err(|error| {
        let failure = Failure::of(&error);
        let named = profile.map(|profile| format!(" --profile {profile}")).unwrap_or_default();
        let what = format!("the credentials cannot be used ({failure})");
        Wrong::error(what, format!("name the profile of the account that has the numbers, and log in:\n  tendlc init --region {region} --profile NAME\n  aws sso login{named}"))
    })?;
    let account = identity.account().unwrap_or_default().to_owned();
    let way = Way {
        account: account.parse()?,
        region: region.to_owned(),
        profile: profile.map(str::to_owned),
        role: None,
        table: "primaries.main".to_owned(),
    };
    let mut found = Found { account, ..Found::default() };
    registered(&aws, &way, &mut found).await?;
    match made_by_hand(&aws, &found.account).await {
        Ok(roles) => found.roles = roles,
        // The file is worth having without them.
        Err(why) => found.roles_unread = Some(why.to_string()),
    }
    Ok(found)
}

async fn registered(aws: &SdkConfig, way: &Way, found: &mut Found) -> anyhow::Result<()> {
    let standings = registrations::all(aws, way).await?;
    let numbers = numbers(aws, way).await?;
    let by_id: BTreeMap<&str, &PhoneNumberInformation> =
        numbers.iter().filter_map(|number| Some((number.phone_number_id()?, number))).collect();
    let mut named = Vec::new();
    for standing in &standings {
        match next::noun(&standing.kind) {
            "brand" => found.brands.push(standing.id.clone()),
            "campaign" => {
                let own: Vec<&PhoneNumberInformation> =
                    standing.numbers.iter().filter_map(|number| by_id.get(number.id.as_str()).copied()).collect();
                named.extend(own.iter().filter_map(|number| number.phone_number_id()));
                found.campaigns.push(campaign(
                    found.campaigns.len() + 1,
                    standing.id.clone(),
                    standing.in_force,
                    &own,
                    way,
                ));
            }
            _ => {}
        }
    }
    let is_loose = |number: &&PhoneNumberInformation| !named.contains(&number.phone_number_id().unwrap_or_default());
    found.loose_numbers = numbers.iter().filter(is_loose).map(|number| number.phone_number_arn().to_owned()).collect();
    Ok(())
}

fn campaign(
    place: usize,
    registration: String,
    in_force: bool,
    numbers: &[&PhoneNumberInformation],
    way: &Way,
) -> Campaign {
    let pool = numbers.first().and_then(|number| number.pool_id());
    let in_one_pool = pool.filter(|pool| numbers.iter().all(|number| number.pool_id() == Some(pool)));
    let of_pool = |pool: &str| format!("arn:aws:sms-voice:{}:{}:pool/{pool}", way.region, way.account);
    let identity = in_one_pool.map(of_pool).or_else(|| Some(numbers.first()?.phone_number_arn().to_owned()));
    let limits = numbers.first().and_then(|number| number.messaging_limits());
    Campaign {
        name: format!("campaign-{place}"),
        registration,
        identity,
        message_type: numbers.first().map_or("TRANSACTIONAL", |number| number.message_type().as_str()).to_owned(),
        in_force,
        segments_per_second: limits.and_then(|limits| limits.rate_limits()?.get("SMS").copied()),
        daily_cap: limits.and_then(|limits| limits.daily_message_caps()?.get("T-MOBILE").copied()),
        numbers: numbers.len(),
    }
}

async fn numbers(aws: &SdkConfig, way: &Way) -> anyhow::Result<Vec<PhoneNumberInformation>> {
    let client = Sms::new(&aws.to_builder().retry_config(RetryConfig::disabled()).build());
    let pace = Pace::new(Arc::new(SystemClock::default()));
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let question = || client.describe_phone_numbers().set_next_token(token.clone()).send();
        let page = ask(&pace, NUMBERS, question).await.map_err(|trouble| match trouble {
            Trouble::Denied(told) => Wrong::error(
                format!("these credentials may not call sms-voice:DescribePhoneNumbers ({told})"),
                "allow it to them, or start with `tendlc init --example`",
            ),
            Trouble::Missing(told) | Trouble::Unanswered(told) => Wrong::error(
                format!("sms-voice did not tell the numbers of the account {}: {told}", way.account),
                "run the same command again in a minute",
            ),
        })?;
        all.extend(page.phone_numbers.unwrap_or_default());
        match page.next_token {
            Some(next) => token = Some(next),
            None => break,
        }
    }
    all.retain(|number| *number.number_type() == NumberType::TenDlc);
    Ok(all)
}

async fn made_by_hand(aws: &SdkConfig, account: &str) -> Result<Vec<super::found::Role>, Failure> {
    let iam = Iam::new(aws);
    let mut found = Vec::new();
    let mut pages = iam.list_roles().into_paginator().items().send();
    while let Some(role) = pages.next().await {
        let role = role.map_err(|error| Failure::of(&error))?;
        let trust = decoded(role.assume_role_policy_document().unwrap_or_default());
        // What trusts nobody of another account needs no second look, and an account has hundreds of those.
        let everything = [serde_json::json!({ "Statement": [{ "Effect": "Allow", "Action": "*" }] })];
        if roles::judged(role.arn(), account, &trust, &everything).is_none() || role.role_name().starts_with("tendlc-")
        {
            continue;
        }
        let permissions = permissions(&iam, role.role_name()).await?;
        found.extend(roles::judged(role.arn(), account, &trust, &permissions));
    }
    Ok(found)
}

async fn permissions(iam: &Iam, role: &str) -> Result<Vec<serde_json::Value>, Failure> {
    let mut documents = Vec::new();
    let inline = iam.list_role_policies().role_name(role).send().await.map_err(|error| Failure::of(&error))?;
    for name in inline.policy_names() {
        let policy = iam.get_role_policy().role_name(role).policy_name(name).send().await;
        documents.push(decoded(policy.map_err(|error| Failure::of(&error))?.policy_document()));
    }
    let attached =
        iam.list_attached_role_policies().role_name(role).send().await.map_err(|error| Failure::of(&error))?;
    for arn in attached.attached_policies().iter().filter_map(|policy| policy.policy_arn()) {
        let policy = iam.get_policy().policy_arn(arn).send().await.map_err(|error| Failure::of(&error))?;
        let Some(version) = policy.policy().and_then(|policy| policy.default_version_id()) else { continue };
        let version = iam.get_policy_version().policy_arn(arn).version_id(version).send().await;
        let version = version.map_err(|error| Failure::of(&error))?;
        documents.extend(version.policy_version().and_then(|version| version.document()).map(decoded));
    }
    Ok(documents)
}
