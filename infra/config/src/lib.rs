//! `tendlc.toml`: reading it, and finding every mistake in it at once.
//!
//! [`check`] goes through the text three times: `read` makes it TOML again where it is not, `raw` reads each
//! value by itself, and `rules` looks at what the values say together. Only then does `resolve` fill in the
//! defaults.

mod config;
mod entry;
mod links;
mod mistake;
mod nearest;
mod raw;
mod read;
mod resolve;
mod rules;
mod schema;
mod source;
mod table;
mod text;
mod values;
mod wanted;

pub use config::{
    Architecture, Brand, Budget, Campaign, CapScope, Config, Grant, HubSenders, Limit, Primary, Queues, Simulator,
};
pub use mistake::{Mistake, Mistakes, Note};
pub use schema::schema;
pub use tendlc_core::grant::{CapUnit, ChannelKind, MaxWait, MessageType, Topology, UnknownResult};
pub use text::{
    ConfigurationSetName, EventBusArn, ExternalId, NotValid, OrganizationId, OriginationIdentity, Profile, Region,
    RegistrationId, TopicArn,
};
pub use values::SegmentRate;
pub use wanted::{NotRead, Readings};

/// The built-in configuration: what `tendlc init --example` prints and `tendlc local` uses without a file.
pub const EXAMPLE: &str = include_str!("../example.toml");

/// A `tendlc.toml` without mistakes.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// What it says, defaults filled in.
    pub config: Config,
    /// What an operator should know, though it is not wrong; by line.
    pub notes: Vec<Note>,
}

/// Reads `text`, the content of the file called `file`.
///
/// # Errors
/// Every mistake in it, by line. Where the text is not TOML, what follows is still read as far as that is sure.
pub fn check(text: &str, file: &str) -> Result<Checked, Mistakes> {
    let (config, _, report) = read(text);
    let notes = report.finish(text, file)?;
    Ok(Checked { config, notes })
}

/// As [`check`], for what concerns a primary alone and cannot wait until somebody has mended the rest of the file: what
/// is wrong elsewhere is left out of the configuration and told as notes.
///
/// # Errors
/// Every mistake in the file, where one of them may be about a primary.
pub fn check_primaries(text: &str, file: &str) -> Result<Checked, Mistakes> {
    let (config, damage, report) = read(text);
    let mistakes = match report.finish(text, file) {
        Ok(_) => return Ok(Checked { config, notes: Vec::new() }),
        Err(mistakes) => mistakes,
    };
    let elsewhere = |mistake: &Mistake| {
        let table = mistake.path.split('.').next();
        table.is_some_and(|table| ["brands", "campaigns", "grants"].contains(&table))
    };
    // A text that is not closed may have swallowed a primary, and then the only one left is not the one that is meant.
    match !damage.hides("primaries", "") && mistakes.iter().all(elsewhere) {
        true => Ok(Checked { config, notes: mistakes.into_iter().collect() }),
        false => Err(mistakes),
    }
}

fn read(text: &str) -> (Config, read::Damage, mistake::Report) {
    let mut report = mistake::Report::default();
    let readable = read::recover(text, &mut report);
    let (table, _) = toml::de::DeTable::parse_recoverable(&readable.text);
    let raw = raw::RawConfig::of_document(&table, &readable.damage, &mut report);
    let links = links::Links::of(&raw, &readable.damage, &mut report);
    rules::look(&raw, &links, &mut report);
    let config = resolve::config(&raw, &links);
    (config, readable.damage, report)
}

#[cfg(test)]
mod tests;
