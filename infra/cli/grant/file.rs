//! A grant written into `tendlc.toml`, with everything else in it left as it is.

use std::path::Path;

use anyhow::Context as _;
use toml_edit::{Array, DocumentMut, Item, Table, value};
use uuid::Uuid;

use crate::args::Grant;
use crate::check;
use crate::wrong::Wrong;

/// The file as it is.
pub struct File {
    text: String,
    document: DocumentMut,
}

/// The file as it is to be.
pub struct Edited {
    pub text: String,
    /// The lines that are new.
    pub added: Vec<String>,
}

impl File {
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = check::text_of(path)?;
        match text.parse() {
            Ok(document) => Ok(Self { text, document }),
            Err(_) => Err(Wrong::error(format!("{shown} is not TOML"), "`tendlc check` says where and what to do")),
        }
    }

    /// With the grant as it was asked for, and with an external id.
    pub fn with(&self, grant: &Grant) -> anyhow::Result<Edited> {
        let Grant { name, account, campaigns, hub, profile, .. } = grant;
        let mut document = self.document.clone();
        let grants = document.entry("grants").or_insert_with(implicit);
        let grants = grants.as_table_mut().ok_or_else(|| Wrong::error("grants is no table", "write [grants.NAME]"))?;
        let asked = account.is_some() || !campaigns.is_empty() || *hub || profile.is_some();
        match (grants.contains_key(name.as_str()), asked) {
            // The same command again, after it was interrupted.
            (true, true) if is_the_same(grants, grant) => {}
            (true, true) => {
                let what = format!("[grants.{name}] is there already");
                return Err(Wrong::error(
                    what,
                    "correct it in the file, and leave --account, --campaign, --hub and --profile out",
                ));
            }
            (true, false) => {}
            (false, _) => {
                let Some(account) = account else {
                    let what = format!("there is no [grants.{name}]");
                    let cure = format!(
                        "Write one, or let this do it:\n  tendlc grant {name} --account 222222222222 --campaign NAME"
                    );
                    return Err(Wrong::error(what, cure));
                };
                let mut table = fresh(account.as_str(), campaigns, *hub)?;
                if let Some(profile) = profile {
                    table["profile"] = value(profile);
                }
                grants.insert(name.as_str(), Item::Table(table));
            }
        }
        add_external_id(grants, name.as_str())?;
        Ok(self.edited(&document))
    }

    /// With an external id in each grant.
    pub fn with_external_ids(&self) -> anyhow::Result<Edited> {
        let mut document = self.document.clone();
        if let Some(grants) = document.get_mut("grants").and_then(Item::as_table_mut) {
            let names: Vec<String> = grants.iter().map(|(name, _)| name.to_owned()).collect();
            for name in names {
                add_external_id(grants, &name)?;
            }
        }
        Ok(self.edited(&document))
    }

    fn edited(&self, document: &DocumentMut) -> Edited {
        let text = document.to_string();
        // A line that is there already may be written once more.
        let mut known: Vec<&str> = self.text.lines().collect();
        let is_new = |line: &&str| match known.iter().position(|old| old == line) {
            Some(place) => {
                known.swap_remove(place);
                false
            }
            None => !line.is_empty(),
        };
        let added = text.lines().filter(is_new).map(str::to_owned).collect();
        Edited { text, added }
    }
}

/// Whether the file has the grant as it is asked for.
fn is_the_same(grants: &Table, grant: &Grant) -> bool {
    let Some(known) = grants.get(grant.name.as_str()).and_then(Item::as_table_like) else { return false };
    let text = |key: &str| known.get(key).and_then(Item::as_str);
    let campaigns = known.get("campaigns").and_then(Item::as_array);
    let campaigns: Vec<&str> = campaigns.into_iter().flatten().filter_map(|name| name.as_str()).collect();
    text("account") == grant.account.as_ref().map(|account| account.as_str())
        && campaigns == grant.campaigns.iter().map(|name| name.as_str()).collect::<Vec<_>>()
        && (text("topology") == Some("hub")) == grant.hub
        && text("profile") == grant.profile.as_deref()
}

fn implicit() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

fn fresh(account: &str, campaigns: &[tendlc_core::name::CampaignName], hub: bool) -> anyhow::Result<Table> {
    if campaigns.is_empty() {
        return Err(Wrong::error("no campaign is named", "say --campaign NAME, once for each that it may send on"));
    }
    let mut table = Table::new();
    table["account"] = value(account);
    if hub {
        table["topology"] = value("hub");
    }
    table["campaigns"] = value(campaigns.iter().map(|name| name.as_str()).collect::<Array>());
    Ok(table)
}

/// Random, so that nobody makes the role's owner act for somebody else by knowing its ARN.
fn add_external_id(grants: &mut Table, name: &str) -> anyhow::Result<()> {
    let table = grants.get_mut(name).and_then(Item::as_table_like_mut);
    let table = table.ok_or_else(|| Wrong::error(format!("grants.{name} is no table"), "`tendlc check` says more"))?;
    if !table.contains_key("external_id") {
        table.insert("external_id", value(format!("{name}-{}", Uuid::new_v4())));
    }
    Ok(())
}

impl Edited {
    /// Writes it, if it is another. A file that is half written would be nobody's, so it takes the old one's place whole.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        if self.added.is_empty() {
            return Ok(());
        }
        let beside = path.with_extension("toml.new");
        let failed = || format!("failed to write {}", path.display());
        std::fs::write(&beside, &self.text).with_context(failed)?;
        std::fs::rename(&beside, path).with_context(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Output;

    fn file(text: &str) -> File {
        File { text: text.to_owned(), document: text.parse().unwrap() }
    }

    fn grant(name: &str, account: Option<&str>, campaigns: &[&str]) -> Grant {
        Grant {
            name: name.parse().unwrap(),
            account: account.map(|account| account.parse().unwrap()),
            campaigns: campaigns.iter().map(|name| name.parse().unwrap()).collect(),
            hub: false,
            profile: None,
            unapproved: false,
            config: "tendlc.toml".into(),
            yes: true,
            output: Output::Text,
        }
    }

    const TEXT: &str = "# mine\n[primaries.main] # first\naccount = \"111111111111\"\n\n[grants.a]\naccount = \"222222222222\" # theirs\n";

    #[test]
    fn a_new_grant_stands_at_the_end_and_everything_else_stays_as_it_was() {
        let edited = file(TEXT).with(&grant("b", Some("333333333333"), &["orders"])).unwrap();
        assert!(edited.text.starts_with(TEXT), "{}", edited.text);
        let rest = &edited.text[TEXT.len()..];
        assert!(
            rest.contains("[grants.b]\naccount = \"333333333333\"\ncampaigns = [\"orders\"]\nexternal_id = \"b-"),
            "{rest}"
        );
        assert_eq!(edited.added.len(), 4);
    }

    #[test]
    fn a_grant_that_is_there_gets_an_external_id_and_keeps_the_one_that_it_has() {
        let edited = file(TEXT).with(&grant("a", None, &[])).unwrap();
        assert!(edited.text.contains("# theirs\nexternal_id = \"a-"), "{}", edited.text);
        let again = file(&edited.text).with(&grant("a", None, &[])).unwrap();
        assert_eq!((again.text, again.added.len()), (edited.text, 0));
    }

    #[test]
    fn what_cannot_be_written_is_said_with_the_cure() {
        let said = |grant: &Grant| file(TEXT).with(grant).map(|_| ()).unwrap_err().to_string();
        assert!(said(&grant("b", None, &[])).contains("tendlc grant b --account"));
        assert!(said(&grant("b", Some("333333333333"), &[])).contains("--campaign NAME"));
        assert!(said(&grant("a", Some("333333333333"), &["x"])).contains("is there already"));
    }
}
