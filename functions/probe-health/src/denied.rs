//! What a grant's role must not be able to do. Each is tried, in a form that does nothing even where it is allowed: only the
//! try shows what all policies together come to.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use tendlc_core::ask::Pace;
use tendlc_core::channel::{Channel, Text};
use tendlc_core::grant::Campaign;
use tendlc_core::name::GrantName;
use tendlc_core::number::E164;
use tendlc_core::reason::Reason;
use tendlc_core::receipt::CONTEXT_PROBE;
use tendlc_core::role::{Role, RoleError};
use tendlc_core::table::{KEY, Key, Table, TableError, text};

use crate::check::Finding;
use crate::clients::Clients;
use crate::run::Run;

/// Nobody's: a permission on one number is asked for before the number is looked for.
const NO_NUMBER: &str = "phone-number/phone-00000000000000000000000000000000";
/// Nobody's either.
const NO_TOPIC: &str = "tendlc-verify-no-topic";
/// An attribute that no record has, so a write under the condition that it is there never happens.
const NEVER: &str = "tendlc_verify_never";

const ANSWER: Duration = Duration::from_secs(5);

/// A grant whose role is assumed, and how its checks end where a report has several grants.
pub struct Subject<'a> {
    pub grant: &'a GrantName,
    pub role: &'a Role,
    /// One that sends through sms-voice, if it has any.
    pub campaign: Option<&'a Campaign>,
    pub destination: &'a E164,
    /// Behind a check's name: nothing, or `:GRANT`.
    pub of: String,
}

/// How a try ended.
enum Tried {
    /// As it should; AWS's code.
    Denied(String),
    /// It could have been done; what AWS answered.
    Allowed(String),
    /// AWS did not judge it.
    Unanswered(String),
}

/// Tries everything.
pub async fn probe(run: &mut Run<'_>, clients: &Clients, subject: &Subject<'_>) {
    let (arn, pace) = (subject.role.arn(), run.pace());
    let name = |what: &str| format!("denied/{what}{}", subject.of);
    let tried = without_external_id(clients, subject);
    let what = "assumes the role without its external id";
    let cure = format!("put StringEquals sts:ExternalId into the statement Assume of the trust of {arn}");
    run.check(name("no-external-id"), judged(tried, what, cure)).await;
    if let Some(campaign) = subject.campaign {
        let what = "sends from a number that is not the grant's";
        let cure = format!("name the grant's numbers alone as Resource of the statement Send of {arn}");
        run.check(name("another-number"), judged(another_number(clients, subject, pace, campaign), what, cure)).await;
    }
    let table = clients.table(Some(subject.role));
    let neighbour = neighbour(subject.grant);
    let ledger = neighbour.as_ref().zip("verify".parse().ok()).map(|(grant, id)| Key::ledger(grant, &id));
    let counters = neighbour.as_ref().zip("2000-01-01".parse().ok()).map(|(grant, day)| Key::budget(grant, day));
    let keys = [
        ("own-limits", Some(Key::grant(subject.grant)), "writes its own limits"),
        ("other-grant", ledger, "writes another grant's ledger"),
        ("other-counters", counters, "writes another grant's counters"),
    ];
    for (check, key, what) in keys.into_iter().filter_map(|(check, key, what)| Some((check, key?, what))) {
        let cure = format!(
            "compare the keys (dynamodb:LeadingKeys) of the statements Own, Pools and Clocks of {arn} with `tendlc render`"
        );
        run.check(name(check), judged(write(&table, &key), what, cure)).await;
    }
    let what = "publishes to SNS topics";
    let cure =
        format!("take sns:Publish on topics away from {arn}; the statement Publish leaves them out (NotResource)");
    run.check(name("topics"), judged(topic(clients, subject), what, cure)).await;
}

async fn judged(tried: impl Future<Output = Tried>, what: &str, cure: String) -> (Finding, Option<()>) {
    let finding = match tried.await {
        Tried::Denied(code) => Finding::healthy(format!("nobody {what} ({code})")),
        Tried::Allowed(answer) => Finding::failing(format!("whoever has the grant's keys {what} ({answer})"), cure),
        Tried::Unanswered(why) => {
            Finding::unknown(format!("AWS did not say whether anybody {what} ({why})"), "run it again in a minute")
        }
    };
    (finding, None)
}

async fn without_external_id(clients: &Clients, subject: &Subject<'_>) -> Tried {
    match clients.role(subject.role.arn(), None, subject.grant).ready().await {
        Ok(_) => Tried::Allowed("a session was given".to_owned()),
        Err(RoleError::Denied { code, .. }) if code.starts_with("AccessDenied") => Tried::Denied(code),
        Err(RoleError::Denied { code, .. }) => Tried::Unanswered(code),
        Err(RoleError::Unavailable { code, .. }) => Tried::Unanswered(code),
    }
}

/// A dry run, so that nothing is sent even where it is allowed.
async fn another_number(clients: &Clients, subject: &Subject<'_>, pace: &Pace, campaign: &Campaign) -> Tried {
    let place = campaign.origination_identity.rsplit_once(':').map_or("", |(place, _)| place);
    let other = Campaign { origination_identity: format!("{place}:{NO_NUMBER}"), ..campaign.clone() };
    let sent = Text {
        to: subject.destination,
        body: "tendlc asks whether this text could be sent",
        campaign: &other,
        time_to_live: Duration::from_secs(60),
        max_price: None,
        context: BTreeMap::from([(CONTEXT_PROBE.to_owned(), "verify".to_owned())]),
        dry_run: true,
    };
    let channel = clients.channel(subject.role);
    pace.turn("SendTextMessage").await;
    match tokio::time::timeout(ANSWER, channel.send(&sent)).await {
        Ok(Ok(_)) => Tried::Allowed("AWS would take it".to_owned()),
        Ok(Err(error)) => match error.reason {
            Reason::RoleDenied if error.code != "no credentials" => Tried::Denied(error.code),
            Reason::Throttled | Reason::UnknownResult | Reason::RoleDenied => Tried::Unanswered(error.code),
            // Somebody answered, and it was not sms-voice.
            _ if error.code == "no code" => Tried::Unanswered(error.code),
            _ => Tried::Allowed(error.code),
        },
        Err(_) => Tried::Unanswered("no answer in time".to_owned()),
    }
}

/// A grant whose name begins with this one's, which a pattern that ends too early lets in.
fn neighbour(grant: &GrantName) -> Option<GrantName> {
    format!("{grant}-x").parse().or_else(|_| "tendlc-verify".parse()).ok()
}

async fn write(table: &Table, key: &Key) -> Tried {
    let update: UpdateItemFluentBuilder = table
        .client
        .update_item()
        .table_name(&table.name)
        .key(KEY, key.value())
        .update_expression("SET #never = :never")
        .condition_expression("attribute_exists(#never)")
        .expression_attribute_names("#never", NEVER)
        .expression_attribute_values(":never", text("never"));
    match update.send().await {
        Ok(_) => Tried::Allowed("it was written".to_owned()),
        Err(error) => match TableError::of(&error) {
            TableError::Denied { code, .. } => Tried::Denied(code),
            TableError::Unavailable { code, .. } if code == "ConditionalCheckFailedException" => {
                Tried::Allowed("only a condition stood in the way".to_owned())
            }
            error => Tried::Unanswered(error.to_string()),
        },
    }
}

async fn topic(clients: &Clients, subject: &Subject<'_>) -> Tried {
    let (account, region) = (subject.role.arn().account(), clients.region());
    let partition = subject.role.arn().as_str().split(':').nth(1).unwrap_or("aws");
    let topic = format!("arn:{partition}:sns:{region}:{account}:{NO_TOPIC}");
    let publish = clients.sns(subject.role).publish().topic_arn(topic).message("nothing");
    match publish.send().await {
        Ok(_) => Tried::Allowed("it was published".to_owned()),
        Err(SdkError::ServiceError(error)) => match error.err().code().unwrap_or("no code") {
            code if code.starts_with("Authorization") || code.starts_with("AccessDenied") => {
                Tried::Denied(code.to_owned())
            }
            code if code.starts_with("NotFound") => Tried::Allowed(code.to_owned()),
            code => Tried::Unanswered(code.to_owned()),
        },
        Err(_) => Tried::Unanswered("no answer".to_owned()),
    }
}
