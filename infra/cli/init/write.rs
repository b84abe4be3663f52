//! The file that what was found becomes, and what is left to do.

use std::fmt::Write as _;
use std::path::Path;

use uuid::Uuid;

use super::found::{Campaign, Found, Role};
use super::roles;

/// The role that the functions run as in a secondary.
const FUNCTIONS: &str = "tendlc-send";

/// A brand whose cap nobody knows has the least that T-Mobile gives (facts, section 6.2).
const LEAST_CAP: i64 = 2_000;

pub fn file(found: &Found, profile: Option<&str>, region: &str) -> String {
    let mut text = String::from(
        "# Made by `tendlc init` of what the account has. Give campaigns and grants names of your own, and see `tendlc check`.\n\n",
    );
    line(&mut text, "[primaries.main]");
    line(&mut text, &format!("account = \"{}\"", found.account));
    line(&mut text, &format!("region = \"{region}\""));
    if let Some(profile) = profile {
        line(&mut text, &format!("profile = \"{profile}\""));
    }
    line(&mut text, "# send_requests_per_second = 1          # AWS's quota for SendTextMessage: see Service Quotas");
    line(&mut text, "\n[brands.main]");
    let told = found.campaigns.iter().any(|campaign| campaign.daily_cap.is_some());
    line(
        &mut text,
        &match told {
            true => "t_mobile_daily_segments = \"live\"        # AWS tells it of the numbers".to_owned(),
            false => format!(
                "t_mobile_daily_segments = {LEAST_CAP}          # AWS does not tell it; see the brand's vetting"
            ),
        },
    );
    for campaign in &found.campaigns {
        text.push('\n');
        campaign_table(&mut text, campaign);
    }
    if found.campaigns.is_empty() {
        text.push_str("\n# AWS has no 10DLC campaign here. Register one, then write [campaigns.NAME]; `tendlc init --example` shows how.\n");
    }
    for (place, role) in found.roles.iter().enumerate() {
        for account in &role.accounts {
            text.push('\n');
            grant_table(&mut text, place, role, account, &found.campaigns);
        }
    }
    text
}

fn campaign_table(text: &mut String, campaign: &Campaign) {
    line(text, &format!("[campaigns.{}]", campaign.name));
    line(text, "brand = \"main\"");
    let of = format!("# {} numbers", campaign.numbers);
    match &campaign.identity {
        Some(identity) => line(text, &format!("origination_identity = \"{identity}\" {of}")),
        None => line(text, "# origination_identity = \"arn:…\"      # no number is associated yet"),
    }
    line(text, &format!("registration = \"{}\"", campaign.registration));
    line(
        text,
        if campaign.segments_per_second.is_some() {
            "segments_per_second = \"live\"            # AWS tells it of the numbers"
        } else {
            "segments_per_second = 1                 # AWS does not tell it"
        },
    );
    line(text, &format!("message_type = \"{}\"", campaign.message_type));
    line(text, &format!("configuration_set = \"tendlc-{}\"", campaign.name));
}

fn grant_table(text: &mut String, place: usize, role: &Role, account: &str, campaigns: &[Campaign]) {
    let name = format!("grant-{}-{account}", place + 1);
    line(text, &format!("[grants.{name}]"));
    line(text, &format!("account = \"{account}\""));
    // Those that the role sends for today, and no others: adopting it gives nobody more than they have.
    let covered = |campaign: &&Campaign| {
        let identity = campaign.identity.as_deref().unwrap_or_default();
        role.resources.iter().any(|pattern| roles::matches(pattern, identity))
    };
    let names: Vec<String> =
        campaigns.iter().filter(covered).map(|campaign| format!("\"{}\"", campaign.name)).collect();
    match names.as_slice() {
        [] => line(
            text,
            "campaigns = []                          # the role sends from none of the numbers above: name some",
        ),
        names => line(text, &format!("campaigns = [{}]", names.join(", "))),
    }
    if let [one] = role.accounts.as_slice()
        && one == account
    {
        line(text, &format!("role_arn = \"{}\"  # made by hand; leave it out and tendlc makes one", role.arn));
    } else {
        line(text, &format!("# the role {} lets several accounts in; tendlc makes one for each", role.arn));
    }
    let external_id = role.external_id.clone().unwrap_or_else(|| format!("{name}-{}", Uuid::new_v4()));
    line(text, &format!("external_id = \"{external_id}\""));
}

fn line(text: &mut String, line: &str) {
    // Writing into a text does not fail.
    if writeln!(text, "{line}").is_err() {
        text.push('\n');
    }
}

/// What is to be done, in order.
pub fn plan(found: &Found, file: &Path) -> Vec<String> {
    let mut steps = Vec::new();
    for campaign in found.campaigns.iter().filter(|campaign| !campaign.in_force || campaign.identity.is_none()) {
        steps.push(format!(
            "{} ({}) cannot send yet: `tendlc registration` says why",
            campaign.name, campaign.registration
        ));
    }
    for number in &found.loose_numbers {
        steps.push(format!("no campaign has the number {number}: associate it with one, or release it"));
    }
    for role in &found.roles {
        steps.push(format!(
            "the role {} is adopted as it is ({}): deploy gives it the statements that tendlc's functions need beside its \
             own, and leaves its trust alone. Take its old statements away once `tendlc verify` is content",
            role.arn,
            role.actions.join(", "),
        ));
        if !role.asks_external_id {
            steps.push(format!("{} asks for no external id: write the one of the file into its trust", role.arn));
        }
        for account in &role.accounts {
            let functions = format!(":iam::{account}:role/{FUNCTIONS}");
            if !role.principals.is_empty() && !role.principals.iter().any(|arn| arn.ends_with(&functions)) {
                steps.push(format!(
                    "{} lets in {} alone: add arn:aws{functions}, as which tendlc's functions run, to its trust",
                    role.arn,
                    role.principals.join(", ")
                ));
            }
        }
    }
    if found.brands.len() > 1 {
        steps.push(format!("there are {} brands, and the file has one: give each its own table", found.brands.len()));
    }
    if let Some(why) = &found.roles_unread {
        steps.push(format!("IAM could not be read ({why}), so roles that were made by hand are not in the file"));
    }
    let shown = file.display();
    steps.push(format!(
        "give names in {shown}, write a profile for each account, and run `tendlc check --config {shown}`"
    ));
    steps.push(format!("`tendlc plan --config {shown}` shows what would be made, and `tendlc deploy` makes it"));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_a_file_without_mistakes_and_a_plan() {
        let identity = "arn:aws:sms-voice:us-east-1:111111111111:phone-number/phone-0123456789abcdef0123456789abcdef";
        let found = Found {
            account: "111111111111".to_owned(),
            campaigns: vec![Campaign {
                name: "campaign-1".to_owned(),
                registration: "registration-0123456789abcdef0123456789abcdef".to_owned(),
                identity: Some(identity.to_owned()),
                message_type: "TRANSACTIONAL".to_owned(),
                in_force: true,
                segments_per_second: None,
                daily_cap: Some(2_000),
                numbers: 1,
            }],
            roles: vec![Role {
                arn: "arn:aws:iam::111111111111:role/sms-for-others".to_owned(),
                accounts: vec!["222222222222".to_owned()],
                principals: vec!["arn:aws:iam::222222222222:role/app".to_owned()],
                external_id: None,
                asks_external_id: false,
                actions: vec!["sms-voice:SendTextMessage".to_owned()],
                resources: vec![identity.to_owned()],
            }],
            ..Found::default()
        };
        let text = file(&found, Some("sms"), "us-east-1");
        let config =
            tendlc_config::check(&text, "tendlc.toml").unwrap_or_else(|mistakes| panic!("{text}\n{mistakes}")).config;
        let grant = config.grants.values().next().unwrap();
        assert!(!grant.makes_role && grant.external_id.is_some());
        let plan = plan(&found, Path::new("tendlc.toml"));
        assert!(plan[0].contains("sms-for-others") && plan[1].contains("no external id"), "{plan:?}");
        assert!(plan[2].contains("lets in arn:aws:iam::222222222222:role/app alone"), "{plan:?}");
        assert_eq!(grant.campaigns.len(), 1);
        // It sends from another number.
        let other = Role { resources: vec![format!("{identity}0")], ..found.roles.into_iter().next().unwrap() };
        let mut text = String::new();
        grant_table(&mut text, 0, &other, "222222222222", &found.campaigns);
        assert!(text.contains("campaigns = []"), "{text}");
    }
}
