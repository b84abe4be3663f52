//! `tendlc revoke`: takes an account's access away within minutes, from open sessions, too.

use serde_json::json;
use tendlc_config::Checked;
use tendlc_deploy::names;

use crate::account::Way;
use crate::args::{Output, Revoke};
use crate::cloud::Cloud;
use crate::cloud::state::State;
use crate::deploy::survey::once;
use crate::progress::Board;
use crate::sync::chosen;
use crate::wrong::{self, Wrong};
use crate::{DONE, FOUND_WRONG, check, show};

pub async fn run(revoke: Revoke) -> anyhow::Result<u8> {
    let Checked { config, notes } = match check::read_primaries(&revoke.config)? {
        Ok(checked) => checked,
        Err(mistakes) => return Ok(check::refuse(&mistakes, revoke.output)),
    };
    let grant = &revoke.name;
    // One that stands in the file no more may still have a role.
    let known = config.grants.get(grant).filter(|_| notes.is_empty());
    // What is wrong in the file may be which primary it is of.
    let of_grant = known.map(|grant| grant.primary.to_string());
    let (name, primary) = chosen(&config, revoke.primary.as_deref().or(of_grant.as_deref()))?;
    let way = Way::to_primary(name, primary);
    let cloud = Cloud::new(&way.open().await?, &way);
    let stack = names::grant(grant);
    let board = Board::new();
    let busy = |status: &str| board.say(&format!("{stack} is in {status}: waiting for its end"));
    let state = cloud.state(&stack, once(busy)).await.map_err(|error| by_hand(error, grant.as_str(), &way))?;
    let State::There(there) = state else {
        let what = format!("the account {} has no stack {stack}, so nothing was granted", primary.account);
        return Err(Wrong::error(what, "see the name: `tendlc plan` lists what is there and what is not"));
    };
    let changed = there.parameters.get("Revoked").map(String::as_str) != Some("true");
    if changed {
        if !revoke.yes && !may(grant.as_str(), &stack)? {
            eprintln!("nothing was changed");
            wrong::say(&json!({ "error": { "message": "nothing was changed" } }), revoke.output);
            return Ok(FOUND_WRONG);
        }
        // Everything else stays as it is deployed, whatever the file says by now: nothing may stand in the way.
        let planned = cloud.plan_one(&stack, &there, ("Revoked", "true")).await?;
        let row = board.begin(format!("{} {stack}", primary.account), planned.changes.len());
        let applied = cloud.apply(&planned, |steps| row.done(steps)).await;
        applied.map_err(|error| by_hand(error, grant.as_str(), &way))?;
        row.end(&board, "revoked");
    }
    match revoke.output {
        Output::Json => show::line(&json!({ "revoked": grant, "changed": changed }))?,
        Output::Text if changed => show::text(&format!(
            "revoked: its texts end as ROLE_DENIED once IAM knows everywhere, seconds to a minute from now; `tendlc grant \
             {grant}` gives access again\n"
        ))?,
        Output::Text => show::text("it was revoked already\n")?,
    }
    Ok(DONE)
}

/// Access must go now, whatever stands in the way of the stack.
fn by_hand(error: anyhow::Error, grant: &str, way: &Way) -> anyhow::Error {
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    error.context(Wrong {
        what: format!("the grant {grant} is not revoked by its stack"),
        cure: format!(
            "This takes its access away at once; take it off again before the stack is deleted:\n  aws iam put-role-policy \
             --role-name tendlc-grant-{grant} --policy-name by-hand --policy-document '{deny}'{}",
            way.trouble().profile()
        ),
    })
}

fn may(grant: &str, stack: &str) -> anyhow::Result<bool> {
    eprintln!(
        "The role of the grant {grant} is denied everything (stack {stack}), sessions that are open included.\nIts queues \
         and functions stay; what is put on them waits an hour at most, then it is a dead letter."
    );
    if !show::asks() {
        return Err(Wrong::error("nothing was changed: nobody is there to ask", "say --yes"));
    }
    show::confirmed("Go on?")
}
