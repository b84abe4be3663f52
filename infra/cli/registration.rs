//! `tendlc registration`: where brand, vetting, campaign and numbers stand, since when, and what to do next.

pub mod next;
pub mod read;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use tendlc_config::{Checked, Config};
use tendlc_core::name::{CampaignName, PrimaryName};

use crate::account::Way;
use crate::args::{Output, Registration as Asked};
use crate::sync::chosen;
use crate::{DONE, FOUND_WRONG, check, show, tables};

/// A number that is associated with a registration. It goes by its id: the number itself is nobody's business here.
#[derive(Debug, Serialize)]
pub struct Number {
    pub id: String,
    pub status: String,
}

/// Where a registration stands.
#[derive(Debug, Serialize)]
pub struct Standing {
    pub id: String,
    /// AWS's name of its type.
    #[serde(rename = "type")]
    pub kind: String,
    pub status: String,
    /// Its newest version.
    pub version: i64,
    pub version_status: String,
    /// RFC 3339: when the version came to be so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<String>,
    pub numbers: Vec<Number>,
    /// The campaigns of tendlc.toml that name it.
    pub campaigns: Vec<CampaignName>,
    /// Whether texts can go out by it.
    pub in_force: bool,
    pub next: String,
}

pub async fn run(asked: Asked) -> anyhow::Result<u8> {
    let Checked { config, .. } = match check::read(&asked.config)? {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(check::refuse(&mistakes, asked.output)),
    };
    let (name, primary) = chosen(&config, asked.primary.as_deref())?;
    let way = Way::to_primary(name, primary);
    let aws = way.open().await?;
    eprintln!("asking AWS, one call a second");
    let mut standings = read::all(&aws, &way).await?;
    let named = named(&config, name);
    for standing in &mut standings {
        standing.campaigns = named.get(standing.id.as_str()).cloned().unwrap_or_default();
        standing.next = next::step(standing);
    }
    standings.sort_by(|one, other| (next::order(&one.kind), &one.id).cmp(&(next::order(&other.kind), &other.id)));
    let unknown: Vec<(&str, &CampaignName)> = named
        .iter()
        .filter(|(id, _)| !standings.iter().any(|standing| standing.id == **id))
        .flat_map(|(id, campaigns)| campaigns.iter().map(|campaign| (*id, campaign)))
        .collect();
    let good = unknown.is_empty() && standings.iter().all(|standing| standing.in_force);
    match asked.output {
        Output::Json => {
            let unknown: Vec<_> =
                unknown.iter().map(|(id, campaign)| json!({ "id": id, "campaign": campaign })).collect();
            show::line(&json!({ "registrations": standings, "unknown": unknown }))?;
        }
        Output::Text => {
            show::text(&text(&standings))?;
            for (id, campaign) in unknown {
                let line =
                    format!("campaign {campaign}: AWS has no registration {id}; correct `registration` in the file");
                show::text(&show::folded(&line, "", "    "))?;
            }
        }
    }
    Ok(if good { DONE } else { FOUND_WRONG })
}

fn named<'c>(config: &'c Config, primary: &PrimaryName) -> BTreeMap<&'c str, Vec<CampaignName>> {
    let mut named: BTreeMap<&str, Vec<CampaignName>> = BTreeMap::new();
    for (name, campaign) in config.campaigns.iter().filter(|(_, campaign)| campaign.primary == *primary) {
        if let Some(id) = &campaign.registration {
            named.entry(id.as_str()).or_default().push(name.clone());
        }
    }
    named
}

fn text(standings: &[Standing]) -> String {
    if standings.is_empty() {
        return "AWS has no registration in this account and Region; a brand comes first, in AWS's console\n"
            .to_owned();
    }
    let mut table = tables::table(&["registration", "of", "is", "version", "since", "numbers"], 1);
    let mut notes = Vec::new();
    for one in standings {
        let campaigns: Vec<&str> = one.campaigns.iter().map(|name| name.as_str()).collect();
        let of = match (next::noun(&one.kind), campaigns.as_slice()) {
            (noun, []) => noun.to_owned(),
            (noun, campaigns) => format!("{noun} {}", campaigns.join(", ")),
        };
        let active = one.numbers.iter().filter(|number| number.status == "ACTIVE").count();
        table.add_row([
            one.id.clone(),
            of,
            one.status.clone(),
            format!("{} {}", one.version, one.version_status),
            one.since.as_deref().map(|since| since.chars().take(10).collect()).unwrap_or_default(),
            format!("{active} of {} active", one.numbers.len()),
        ]);
        let denied = one.denied.iter().map(|reason| format!("denied: {reason}. ")).collect::<String>();
        notes.push((!one.next.is_empty()).then(|| format!("{denied}{}", one.next)));
    }
    tables::with_notes(table, &notes)
}
