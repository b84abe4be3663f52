//! A primary whose limits are live, what AWS tells of them, and the function that reads it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use lambda_runtime::{Context, LambdaEvent};
use refresh_limits::{Handler, Refreshed, Report};
use serde_json::json;
use tendlc_core::env::RefreshSettings;
use tendlc_core::grant::{Asked, Campaign, Live, Reading};
use tendlc_core::limits::Limit;
use tendlc_core::sync::Wanted;
use tendlc_core::table::Key;
use tendlc_local::aws::seed::{Number, Registration};

use super::primary::{NOON, PRIMARY, Primary, config};
use super::terms::{Terms, pool};
use super::wire::Wire;

pub const AT: &str = "arn:aws:sms-voice:us-east-1:111111111111";

/// A number of a campaign's registration that shows this rate and this cap.
pub fn number(id: &str, campaign: &str, rate: i64, cap: i64) -> Number {
    Number {
        arn: format!("{AT}:phone-number/{id}"),
        phone_number: "+12065550100".to_owned(),
        status: "ACTIVE".to_owned(),
        message_type: "TRANSACTIONAL".to_owned(),
        registration_id: format!("registration-{campaign}"),
        pool: None,
        rate_limits: BTreeMap::from([("SMS".to_owned(), rate), ("MMS".to_owned(), 1)]),
        daily_caps: BTreeMap::from([("T-MOBILE".to_owned(), cap)]),
        ..Number::default()
    }
}

/// What AWS has.
pub fn has(primary: &Primary, numbers: Vec<Number>) {
    primary.aws.change_sms(|sms| {
        let names: BTreeSet<&String> = numbers.iter().map(|number| &number.registration_id).collect();
        sms.registrations =
            names.into_iter().map(|id| Registration { id: id.clone(), ..Registration::default() }).collect();
        sms.numbers = numbers;
    });
}

/// The same terms, with every limit live: rates and cap were read a moment before.
pub fn live(primary: &Primary, terms: &Terms) -> Wanted {
    let read_at = primary.now() - SignedDuration::from_secs(1);
    let mut wanted = terms.wanted(primary.today());
    for campaign in &mut wanted.campaigns {
        let rate = i64::try_from(campaign.milli_segments_per_second / 1_000).unwrap();
        campaign.registration = Some(format!("registration-{}", campaign.name));
        campaign.live = Live {
            segments_per_second: Some(Reading { value: rate, read_at }),
            t_mobile_daily_segments: Some(Reading { value: terms.cap, read_at }),
        };
    }
    wanted.brands[0].live = true;
    for (grant, granted) in wanted.grants.iter_mut().zip(&terms.grants) {
        let ceiling = (granted.ceiling < terms.cap).then_some(granted.ceiling);
        grant.asked.insert(pool(), Asked { guaranteed: granted.guaranteed, ceiling });
    }
    wanted
}

/// One campaign at ten a second, and a cap of a hundred of which fifty are promised.
pub fn terms() -> Terms {
    Terms { campaigns: vec![("orders", 10_000)], ..Terms::cap(100) }.grant("a", 30, 100).grant("b", 20, 50)
}

/// A primary whose table has all that live, as it was read from the numbers.
pub async fn start(terms: &Terms) -> Primary {
    let primary = Primary::empty(NOON, &terms.grants).await;
    let numbers = terms.campaigns.iter().enumerate();
    let numbers = numbers.map(|(place, (name, milli))| {
        number(&format!("phone-{place}"), name, i64::try_from(*milli / 1_000).unwrap(), terms.cap)
    });
    has(&primary, numbers.collect());
    primary.run(&live(&primary, terms)).await.unwrap();
    primary.aws.clear_calls();
    primary
}

/// What the number `id` shows from now on.
pub fn shows(primary: &Primary, id: &str, rate: i64, cap: i64) {
    primary.aws.change_sms(|sms| {
        let number = sms.numbers.iter_mut().find(|number| number.arn.ends_with(id)).unwrap();
        number.rate_limits.insert("SMS".to_owned(), rate);
        number.daily_caps.insert("T-MOBILE".to_owned(), cap);
    });
}

pub fn handler(primary: &Primary) -> Handler {
    handler_on(primary, &Wire::sound())
}

pub fn handler_on(primary: &Primary, wire: &Wire) -> Handler {
    let lookup = |name: &str| match name {
        "TENDLC_TABLE_ARN" => Some("arn:aws:dynamodb:us-east-1:111111111111:table/tendlc".to_owned()),
        "TENDLC_TOPOLOGY" => Some("hub".to_owned()),
        _ => None,
    };
    let config = config(&primary.aws, wire.client());
    Handler::new(config, RefreshSettings::read(&lookup).unwrap(), primary.clock.clone())
}

/// The next minute's run.
pub async fn refresh_with(
    primary: &Primary,
    handler: &Handler,
    account: &str,
) -> Result<Report, refresh_limits::Refusal> {
    primary.clock.advance(SignedDuration::from_mins(1));
    let mut context = Context::default();
    context.deadline = (primary.now() + SignedDuration::from_mins(1)).as_millisecond().try_into().unwrap();
    context.invoked_function_arn = format!("arn:aws:lambda:us-east-1:{account}:function:tendlc-refresh-limits");
    handler.handle(LambdaEvent::new(json!({ "source": "aws.scheduler" }), context)).await
}

pub async fn refresh(primary: &Primary) -> Report {
    refresh_with(primary, &handler(primary), PRIMARY).await.unwrap()
}

pub async fn campaign(primary: &Primary, name: &str) -> Campaign {
    primary.table.read(&Key::campaign(&name.parse().unwrap())).await.unwrap().unwrap()
}

pub fn of<'r>(report: &'r Report, campaign: &str, limit: Limit) -> &'r Refreshed {
    let is = |one: &&Refreshed| one.campaign.as_str() == campaign && one.limit == limit;
    report.limits.iter().find(is).unwrap_or_else(|| panic!("{report:?}"))
}
