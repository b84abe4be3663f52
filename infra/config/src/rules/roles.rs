//! Accounts and roles: who may assume what, and where.

use std::collections::BTreeMap;

use tendlc_core::account::AccountId;
use tendlc_core::arn::RoleArn;
use tendlc_core::grant::Topology;
use tendlc_core::name::GrantName;
use toml::Spanned;

use crate::links::Links;
use crate::mistake::Report;
use crate::raw::{RawConfig, RawGrant, RawPrimary};
use crate::resolve;
use crate::table::Field;
use crate::text::{GivenRole, Principal, TopicArn, arn_parts};

pub(super) fn look(raw: &RawConfig, links: &Links<'_>, report: &mut Report) {
    let mut roles: BTreeMap<String, &GrantName> = BTreeMap::new();
    let mut runners: BTreeMap<RoleArn, &GrantName> = BTreeMap::new();
    let mut hubs: BTreeMap<&AccountId, &GrantName> = BTreeMap::new();
    for (name, primary) in raw.primaries() {
        let primary = primary.get_ref();
        topic(&format!("primaries.{name}"), &primary.alarm_topic_arn, primary, report);
        deploys(&format!("primaries.{name}"), &primary.deploy_role_arn, primary.account.value(), report);
    }
    for (name, grant) in raw.grants() {
        external_id(name, grant, report);
        hub_account(name, grant.get_ref(), &mut hubs, report);
        deploys(&format!("grants.{name}"), &grant.get_ref().deploy_role_arn, grant.get_ref().account.value(), report);
        let Some(primary) = links.primary_of_grant(name).and_then(|primary| raw.primary(primary)) else { continue };
        role_in_primary(name, grant.get_ref(), primary, report);
        bus(name, grant.get_ref(), primary, report);
        topic(&format!("grants.{name}"), &grant.get_ref().alarm_topic_arn, primary, report);
        principals(name, grant.get_ref(), primary, report);
        runner(name, grant, primary, &mut runners, report);
        // IAM does not tell names apart by case.
        let Some(arn) = resolve::role(name, grant.get_ref(), primary).map(|arn| arn.as_str().to_ascii_lowercase())
        else {
            continue;
        };
        if let Some(first) = roles.insert(arn, name) {
            let at = grant.get_ref().role_arn.at(grant.span().start);
            let what =
                format!("its role would be that of grants.{first} too (IAM ignores case), and a role is one grant's");
            report.mistake(at, format!("grants.{name}.role_arn"), what, "Name another role, or rename the grant.");
        }
    }
}

fn external_id(name: &GrantName, grant: &Spanned<RawGrant>, report: &mut Report) {
    if grant.get_ref().external_id.is_absent() {
        let why = match grant.get_ref().topology() {
            Some(Topology::Hub) => "a role whose trust asks for one refuses the hub's functions without",
            _ => "a spoke's functions do not start without",
        };
        let cure = format!("Write external_id = \"…\" with something random, such as a UUID: {why}.");
        report.note(grant.span().start, format!("grants.{name}.external_id"), "the grant has no external id yet", cure);
    }
}

/// An event on the hub's bus says its account and nothing else that can be trusted.
fn hub_account<'r>(
    name: &'r GrantName,
    grant: &'r RawGrant,
    hubs: &mut BTreeMap<&'r AccountId, &'r GrantName>,
    report: &mut Report,
) {
    let (Some(account), Some(Topology::Hub)) = (grant.account.given(), grant.topology()) else { return };
    if let Some(first) = hubs.insert(account.get_ref(), name) {
        let what = format!("grants.{first} in the hub has the same account, so its events would fit both");
        let cure = "Put the campaigns of both into one grant, or run one of them as a spoke.";
        report.mistake(account.span().start, format!("grants.{name}.account"), what, cure);
    }
}

/// In the hub one role assumes all grants' roles by design; in a spoke its functions could send as the other grant.
fn runner<'r>(
    name: &'r GrantName,
    grant: &Spanned<RawGrant>,
    primary: &RawPrimary,
    runners: &mut BTreeMap<RoleArn, &'r GrantName>,
    report: &mut Report,
) {
    if grant.get_ref().topology() != Some(Topology::Spoke) {
        return;
    }
    for role in resolve::principals(grant.get_ref(), primary).unwrap_or_default() {
        let what = format!("{} may also assume the role of ", role.resource());
        if let Some(first) = runners.insert(role, name) {
            let at = grant.get_ref().principals.at(grant.span().start);
            let cure = format!(
                "Run each grant's functions as a role of their own: `principals = [\"role/tendlc-send-{name}\"]`."
            );
            report.note(at, format!("grants.{name}.principals"), format!("{what}grants.{first}"), cure);
        }
    }
}

fn role_in_primary(name: &GrantName, grant: &RawGrant, primary: &RawPrimary, report: &mut Report) {
    let (Some(role), Some(account)) = (grant.role_arn.given(), primary.account.value()) else { return };
    let found = arn_parts(role.get_ref().as_str()).2;
    if found != account.as_str() {
        let what = format!("the role is in account {found}, but the grant's primary is account {account}");
        let cure = "Name a role in the primary, or leave the key out and tendlc makes one.";
        report.mistake(role.span().start, format!("grants.{name}.role_arn"), what, cure);
    }
}

/// Deploying as a role of another account would find out nothing but that.
fn deploys(table: &str, role: &Field<GivenRole>, account: Option<&AccountId>, report: &mut Report) {
    let (Some(role), Some(account)) = (role.given(), account) else { return };
    let found = arn_parts(role.get_ref().as_str()).2;
    if found != account.as_str() {
        let what = format!("the role is in account {found}, and deploys into account {account}");
        let cure = "Name a role of that account, which your credentials may assume.";
        report.mistake(role.span().start, format!("{table}.deploy_role_arn"), what, cure);
    }
}

/// PutEvents reaches other accounts, but no other Region.
fn bus(name: &GrantName, grant: &RawGrant, primary: &RawPrimary, report: &mut Report) {
    let (Some(bus), Some(region)) = (grant.outcome_bus.given(), primary.region.value()) else { return };
    let found = arn_parts(bus.get_ref().as_str()).1;
    if !found.is_empty() && found != region.as_str() {
        let what = format!("the bus is in {found}, but the functions run in {region}");
        let cure = "Name a bus in that Region; a rule there can pass outcomes on to another.";
        report.mistake(bus.span().start, format!("grants.{name}.outcome_bus"), what, cure);
    }
}

fn topic(table: &str, topic: &Field<TopicArn>, primary: &RawPrimary, report: &mut Report) {
    let (Some(topic), Some(region)) = (topic.given(), primary.region.value()) else { return };
    let found = arn_parts(topic.get_ref().as_str()).1;
    if found != region.as_str() {
        let what = format!("the topic is in {found}, but alarms in {region} only reach topics there");
        let path = format!("{table}.alarm_topic_arn");
        report.mistake(topic.span().start, path, what, format!("Name a topic in {region}."));
    }
}

fn principals(name: &GrantName, grant: &RawGrant, primary: &RawPrimary, report: &mut Report) {
    let (Some(list), Some(topology)) = (grant.principals.value(), grant.topology()) else { return };
    let (Some(own), Some(home)) = (grant.account.value(), primary.account.value()) else { return };
    let account_of = |principal: &Spanned<Principal>| match arn_parts(principal.get_ref().as_str()).2 {
        "" if topology == Topology::Hub => home.as_str().to_owned(),
        "" => own.as_str().to_owned(),
        account => account.to_owned(),
    };
    let first = list.0.first().map(account_of);
    for principal in &list.0 {
        let account = account_of(principal);
        let (what, cure) = match topology {
            Topology::Spoke if account != own.as_str() => (
                format!("the role is in account {account}, but the grant is for account {own}"),
                "Name roles of the grant's account only, such as \"role/tendlc-send\".",
            ),
            Topology::Hub if account == own.as_str() && own != home => (
                "the role is in the grant's account, which could then send past the hub".to_owned(),
                "Leave the key out: in the hub only the primary's own role/tendlc-send assumes the role.",
            ),
            Topology::Hub if Some(&account) != first.as_ref() => (
                format!("the role is in account {account}, the first one in another"),
                "Name roles of one account: the one that the hub's functions run in.",
            ),
            _ => continue,
        };
        report.mistake(principal.span().start, format!("grants.{name}.principals"), what, cure);
    }
}
