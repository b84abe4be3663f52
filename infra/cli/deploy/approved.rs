//! Whether the campaigns that are deployed may send: carriers block what comes of others.

use std::collections::BTreeMap;

use tendlc_config::Config;
use tendlc_core::name::CampaignName;

use super::Named;
use crate::accounts::Accounts;
use crate::registration::read;
use crate::wrong::Wrong;

/// Ends with the first campaign that is not approved. What cannot be asked about is said, and stops nobody.
pub async fn look(
    config: &Config,
    (name, primary): Named<'_>,
    accounts: &Accounts,
    of: impl Fn(&CampaignName) -> bool,
) -> anyhow::Result<()> {
    let campaigns = config.campaigns.iter().filter(|(_, campaign)| campaign.primary == *name);
    let by_id: BTreeMap<String, &CampaignName> = campaigns
        .filter(|(name, _)| of(name))
        .filter_map(|(name, campaign)| Some((campaign.registration.as_ref()?.to_string(), name)))
        .collect();
    let account = accounts.get(&primary.account)?;
    let ids: Vec<String> = by_id.keys().cloned().collect();
    let found = match read::not_in_force(&account.config, &account.way, &ids).await {
        Ok(found) => found,
        Err(error) => {
            eprintln!("note: whether the campaigns are approved was not found out: {error:#}");
            return Ok(());
        }
    };
    let Some((id, how)) = found.first() else { return Ok(()) };
    let campaign = by_id.get(id).map(ToString::to_string).unwrap_or_default();
    Err(Wrong::error(
        format!("the campaign {campaign} is not approved: {id} is {how}, so carriers would block its texts"),
        "`tendlc registration` says what to do next; --unapproved goes on all the same",
    ))
}
