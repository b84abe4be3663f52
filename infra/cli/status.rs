//! `tendlc status`: the health report of all accounts. What the probes found last is there at once; then each looks again.

mod place;
mod round;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use probe_health::{Report, State};
use serde_json::json;
use tendlc_config::{Checked, Config};
use tendlc_core::account::AccountId;
use tendlc_core::clock::{Clock as _, SystemClock};
use tendlc_core::grant::Topology;
use tendlc_core::name::{GrantName, PrimaryName};

use crate::accounts::Accounts;
use crate::args::{Output, Status};
use crate::probe::{self, Silence};
use crate::progress::Board;
use crate::sync::chosen;
use crate::wrong::Wrong;
use crate::{DONE, FOUND_WRONG, check, show};
use place::{Known, Place, apart, places};
use round::Question;

/// Clears the screen, and begins at its top (ECMA-48 ED and CUP).
const CLEAR: &str = "\x1b[2J\x1b[H";

pub async fn run(status: Status) -> anyhow::Result<u8> {
    let Checked { config, .. } = match check::read(&status.config)? {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(check::refuse(&mistakes, status.output)),
    };
    let (name, primary) = chosen(&config, status.primary.as_deref())?;
    let known = |grant: &GrantName| config.grants.get(grant).is_some_and(|entry| entry.primary == *name);
    if let Some(unknown) = status.grants.iter().find(|grant| !known(grant)) {
        let what = format!("there is no [grants.{unknown}] of the primary {name}");
        return Err(Wrong::error(what, "name one that is there, or none for all"));
    }
    let places = places(&config, name, &primary.account, &status.grants);
    let hub = hub(&config, name);
    loop {
        // Each time anew: what could not be reached may be now.
        let asked = places.iter().filter_map(|place| place.grant.as_ref());
        let accounts = Accounts::try_open(&config, (name, primary), asked).await;
        let round = look(&status, &places, &accounts, &hub).await;
        show_all(&round, &status)?;
        let Some(pause) = status.watch else {
            let well = round.iter().all(|known| known.report.status == State::Healthy);
            return Ok(if well { DONE } else { FOUND_WRONG });
        };
        tokio::time::sleep(Duration::from_secs(pause)).await;
    }
}

/// The hub's grants, for which the primary's probe speaks.
fn hub(config: &Config, primary: &PrimaryName) -> BTreeMap<GrantName, AccountId> {
    let hub = config.grants.iter().filter(|(_, grant)| grant.topology == Topology::Hub && grant.primary == *primary);
    hub.map(|(name, grant)| (name.clone(), grant.account.clone())).collect()
}

async fn look(
    status: &Status,
    places: &[Place],
    accounts: &Accounts,
    hub: &BTreeMap<GrantName, AccountId>,
) -> Vec<Known> {
    let clock = SystemClock::default();
    let ask = |place: Place, question: Question| async move { asked(accounts, &place, question).await };
    // Nobody waits for it where the answers go to a program.
    let shows_first = status.output == Output::Text && std::io::stderr().is_terminal();
    let apart = |known: Known| apart(known, hub, &status.grants);
    if status.kept || shows_first {
        let all: Vec<Known> = round::kept(places, &clock, ask).await.into_iter().flat_map(apart).collect();
        if status.kept {
            return all;
        }
        eprintln!("{}\nas the probes found it last; they look again now:", text::text(&all, clock.now()));
    }
    let mut all = Vec::new();
    let board = Board::new();
    let row = board.begin("asking the probes", places.len());
    round::now(places, &clock, ask, |known| {
        if known.report.status != State::Healthy {
            board.say(&format!("{} is {}", known.place.name(), known.report.status.as_str()));
        }
        row.step();
        all.extend(apart(known));
    })
    .await;
    row.end(&board, "asked");
    all
}

async fn asked(accounts: &Accounts, place: &Place, question: Question) -> Result<Report, Silence> {
    if let Some(error) = accounts.out_of_reach.get(&place.account) {
        return Err(Silence::of(error));
    }
    let account = accounts.get(&place.account).map_err(|error| Silence::of(&error))?;
    probe::ask(account, &place.function, question.event(), question.longest()).await
}

fn show_all(all: &[Known], status: &Status) -> anyhow::Result<()> {
    match status.output {
        Output::Json => {
            let worst = State::of(all.iter().map(|known| known.report.status));
            show::line(&json!({ "status": worst, "places": all }))
        }
        Output::Text => {
            let clear = if status.watch.is_some() && std::io::stdout().is_terminal() { CLEAR } else { "" };
            show::text(&format!("{clear}{}", text::text(all, SystemClock::default().now())))
        }
    }
}
