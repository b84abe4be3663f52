//! DynamoDB: `dynoxide` does the work, one database per account; accounts, ARNs and leading keys are seen to here.

mod databases;
mod keys;
mod names;

pub(crate) use databases::Databases;

use super::refusal::Refusal;
use super::server::{Answer, Input, Request};
use super::state::{State, lock};

pub(crate) async fn perform(state: &State, request: &Request) -> Result<Answer, Refusal> {
    let Input::Json(input, body) = &request.input else { return Err(Refusal::unreadable("input")) };
    let operation = request.operation.name;
    let named = names::resolve(input, body, &request.caller.account, &state.region)?;
    if named.account != request.caller.account {
        let table = format!("arn:aws:dynamodb:{}:{}:table/{}", state.region, named.account, named.first_table());
        let refusal = request.denied(&format!("dynamodb:{operation}"), &table);
        return Err(because(refusal, "no resource-based policy", operation));
    }
    authorize(state, request, &named)?;
    let (status, body) = state.databases.forward(&named.account, operation, named.body).await?;
    Ok(Answer::Raw(status, body))
}

/// Holds a seeded role's session to its leading keys, on seeded tables.
fn authorize(state: &State, request: &Request, named: &names::Named) -> Result<(), Refusal> {
    let roles = lock(&state.roles);
    let Some(role) = request.caller.role(&roles) else { return Ok(()) };
    let Input::Json(input, _) = &request.input else { return Ok(()) };
    let arn = |table: &str| format!("arn:aws:dynamodb:{}:{}:table/{table}", state.region, named.account);
    let refused = |action: &str, table: &str| {
        because(request.denied(&format!("dynamodb:{action}"), &arn(table)), "no identity-based policy", action)
    };
    let revoked = request.caller.is_revoked(role);
    for touched in keys::touched(request.operation.name, input, |table| state.databases.key_of(&named.account, table)) {
        let allowed = !revoked
            && state.databases.key_of(&named.account, &touched.table).is_some()
            && role.table_leading_keys.iter().any(|rule| touched.is_allowed_by(rule));
        if !allowed {
            return Err(refused(touched.action, &touched.table));
        }
    }
    Ok(())
}

fn because(mut refusal: Refusal, who: &str, action: &str) -> Refusal {
    refusal.message.push_str(&format!(" because {who} allows the dynamodb:{action} action"));
    refusal
}
