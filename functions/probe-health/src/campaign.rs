//! One campaign: its numbers and its registration.

use tendlc_core::grant::Campaign;
use tendlc_core::role::Role;

use crate::ask::Caller;
use crate::check::Finding;
use crate::clients::Clients;
use crate::number::Seen;
use crate::run::Run;
use crate::{number, registration};

/// Looks at both, with the role or with the function's own rights; returns what the numbers said.
pub async fn probe(run: &mut Run<'_>, clients: &Clients, role: Option<&Role>, campaign: &Campaign) -> Option<Seen> {
    let client = clients.describe(role, &campaign.region);
    let caller = role.map_or(Caller::Function, |role| Caller::Role(role.arn().to_string()));
    let (pace, name) = (run.pace(), &campaign.name);
    let found = run.check(format!("number:{name}"), number::check(&client, pace, &caller, campaign)).await;
    let check = format!("registration:{name}");
    // A role is allowed to ask about the campaign's own registration alone, so a guess would be denied.
    let named = found.as_ref().and_then(|seen| seen.registration.as_deref());
    let guess = if role.is_some() { None } else { named };
    match campaign.registration.as_deref().or(guess) {
        Some(id) => {
            let arn = registration_arn(campaign, id);
            run.check(check, registration::check(&client, pace, &caller, (id, &arn))).await;
        }
        None => run.found(check, not_named(campaign, named)),
    }
    found
}

/// What a policy names it by: it is where the campaign's numbers are.
fn registration_arn(campaign: &Campaign, id: &str) -> String {
    match campaign.origination_identity.rsplit_once(':') {
        Some((place, _)) if !id.starts_with("arn:") => format!("{place}:registration/{id}"),
        _ => id.to_owned(),
    }
}

fn not_named(campaign: &Campaign, found: Option<&str>) -> Finding {
    let (name, id) = (&campaign.name, found.unwrap_or("registration-…"));
    let cure = format!("set `registration = \"{id}\"` of the campaign {name} in tendlc.toml, then `tendlc sync`");
    Finding::unknown(format!("the campaign {name} names no registration"), cure)
}
