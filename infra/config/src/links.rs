//! Which table means which: the names that campaigns and grants refer to.

use std::collections::BTreeMap;

use tendlc_core::grant::Pool;
use tendlc_core::name::{CampaignName, GrantName, PrimaryName};
use toml::Spanned;

use crate::config::{CapScope, pool};
use crate::entry::shown;
use crate::mistake::Report;
use crate::nearest::nearest;
use crate::raw::{RawCampaign, RawConfig, RawGrant};
use crate::read::Damage;
use crate::table::Field;

/// What refers to what, as far as it is known.
pub(crate) struct Links<'r> {
    campaigns: BTreeMap<&'r CampaignName, &'r PrimaryName>,
    grants: BTreeMap<&'r GrantName, &'r PrimaryName>,
}

impl<'r> Links<'r> {
    /// Follows every name, and reports those that lead nowhere.
    pub(crate) fn of(raw: &'r RawConfig, damage: &Damage, report: &mut Report) -> Self {
        let mut links = Self { campaigns: BTreeMap::new(), grants: BTreeMap::new() };
        let names = Names { raw, lost: damage.hides_names() };
        for (name, campaign) in raw.campaigns() {
            names.brand_of(name, campaign.get_ref(), report);
            if let Some(primary) = names.primary_of(name, campaign, report) {
                links.campaigns.insert(name, primary);
            }
        }
        for (name, grant) in raw.grants() {
            names.campaigns_of(name, grant.get_ref(), report);
            // Where no campaign can be read but there is one primary, the rest of the grant is held against that.
            let only = if let [(only, _)] = raw.primaries()[..] { Some(only) } else { None };
            if let Some(primary) = links.common_primary(name, grant.get_ref(), report).or(only) {
                links.grants.insert(name, primary);
            }
        }
        links
    }

    pub(crate) fn primary_of_campaign(&self, campaign: &CampaignName) -> Option<&'r PrimaryName> {
        self.campaigns.get(campaign).copied()
    }

    pub(crate) fn primary_of_grant(&self, grant: &GrantName) -> Option<&'r PrimaryName> {
        self.grants.get(grant).copied()
    }

    /// A grant has one role, and a role is in one account.
    fn common_primary(&self, name: &GrantName, grant: &RawGrant, report: &mut Report) -> Option<&'r PrimaryName> {
        let mut found: Option<(&CampaignName, &'r PrimaryName)> = None;
        for campaign in grant.campaigns() {
            let Some(primary) = self.primary_of_campaign(campaign.get_ref()) else { continue };
            match found {
                None => found = Some((campaign.get_ref(), primary)),
                Some((_, first)) if first == primary => {}
                Some((first_campaign, first)) => {
                    let what = format!(
                        "`{}` is a campaign of primaries.{primary}, but `{first_campaign}` of primaries.{first}",
                        campaign.get_ref()
                    );
                    let cure = "Make one grant for each primary: a grant is one role in one account.";
                    report.mistake(campaign.span().start, format!("grants.{name}.campaigns"), what, cure);
                    return None;
                }
            }
        }
        found.map(|(_, primary)| primary)
    }
}

/// The caps that a grant's texts count against, as far as they are known.
pub(crate) fn pools_of(raw: &RawConfig, grant: &RawGrant) -> BTreeMap<Pool, CampaignName> {
    let pool_of = |name: &Spanned<CampaignName>| {
        let name = name.get_ref();
        let brand = raw.campaign(name)?.brand.value()?;
        let scope = raw.brand(brand)?.t_mobile_cap_scope.or(CapScope::Brand)?;
        Some((pool(scope, brand, name), name.clone()))
    };
    grant.campaigns().iter().filter_map(pool_of).collect()
}

struct Names<'r> {
    raw: &'r RawConfig,
    /// Whether tables may be hidden behind syntax errors.
    lost: bool,
}

impl<'r> Names<'r> {
    fn brand_of(&self, name: &CampaignName, campaign: &RawCampaign, report: &mut Report) {
        let Some(brand) = campaign.brand.given() else { return };
        if self.raw.brand(brand.get_ref()).is_none() {
            let known: Vec<&str> = self.raw.brands().iter().map(|(name, _)| name.as_str()).collect();
            let path = format!("campaigns.{name}.brand");
            self.unknown(brand.span().start, path, brand.get_ref().as_str(), ("brands", &known), report);
        }
    }

    fn primary_of(
        &self,
        name: &CampaignName,
        campaign: &Spanned<RawCampaign>,
        report: &mut Report,
    ) -> Option<&'r PrimaryName> {
        let primaries = self.raw.primaries();
        let path = format!("campaigns.{name}.primary");
        let list: Vec<&str> = primaries.iter().map(|(name, _)| name.as_str()).collect();
        match &campaign.get_ref().primary {
            Field::Wrong => None,
            Field::Absent if primaries.len() > 1 && !self.lost => {
                let cure = format!("Add `primary = \"NAME\"`: {}.", list.join(" or "));
                report.mistake(campaign.span().start, path, "it is missing, and there are several primaries", cure);
                None
            }
            Field::Absent => primaries.first().map(|(name, _)| *name),
            Field::Given(given) => {
                let found = primaries.iter().map(|(name, _)| *name).find(|name| *name == given.get_ref());
                if found.is_none() {
                    self.unknown(given.span().start, path, given.get_ref().as_str(), ("primaries", &list), report);
                }
                found
            }
        }
    }

    fn campaigns_of(&self, name: &GrantName, grant: &RawGrant, report: &mut Report) {
        let known: Vec<&str> = self.raw.campaigns().iter().map(|(name, _)| name.as_str()).collect();
        for campaign in grant.campaigns() {
            if self.raw.campaign(campaign.get_ref()).is_none() {
                let path = format!("grants.{name}.campaigns");
                self.unknown(campaign.span().start, path, campaign.get_ref().as_str(), ("campaigns", &known), report);
            }
        }
    }

    fn unknown(&self, at: usize, path: String, name: &str, (table, known): (&str, &[&str]), report: &mut Report) {
        if self.lost {
            return;
        }
        let meant = nearest(name, known.iter().copied());
        let meant = meant.map(|meant| format!(", did you mean `{meant}`?")).unwrap_or_default();
        let cure = if known.is_empty() {
            format!("Add `[{table}.{name}]`.")
        } else {
            format!("Add `[{table}.{name}]`, or name one that is there: {}.", known.join(", "))
        };
        report.mistake(at, path, format!("there is no [{table}.NAME] called {}{meant}", shown(name)), cure);
    }
}
