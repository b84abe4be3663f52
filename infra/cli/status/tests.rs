//! Two hundred spokes, their probes in this process, against the doubles of AWS.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_sdk_sts::config::SharedCredentialsProvider;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, LambdaEvent};
use probe_health::{Handler, Report, State};
use tendlc_config::Config;
use tendlc_core::account::AccountId;
use tendlc_core::clock::{Clock as _, ManualClock};
use tendlc_core::env::ProbeSettings;
use tendlc_local::system::{Options, Programs, System};

use super::place::{Known, Place, places};
use super::round::{self, Question};
use crate::probe::Silence;

const MANY: usize = 200;

/// What is asked of sms-voice: it is the primary's one call a second.
const ASKED: [&str; 9] = [
    "DescribePhoneNumbers",
    "DescribeRegistrations",
    "DescribeRegistrationVersions",
    "ListPoolOriginationIdentities",
    "DescribeAccountAttributes",
    "DescribeSpendLimits",
    "DescribeConfigurationSets",
    "GetResourcePolicy",
    "SendTextMessage",
];

/// The probes of a configuration, and when which was asked.
struct Probes {
    system: System,
    config: Config,
    clock: Arc<ManualClock>,
    handlers: Mutex<BTreeMap<String, Arc<Handler>>>,
    runs: Mutex<Vec<(Timestamp, Timestamp, u64)>>,
}

fn configuration() -> String {
    let mut text = tendlc_config::EXAMPLE.to_owned();
    for place in 1..MANY {
        let account = 400_000_000_000_u64 + place as u64;
        text.push_str(&format!(
            "\n[grants.g{place}]\naccount = \"{account}\"\ncampaigns = [\"order-updates\"]\nexternal_id = \"g{place}-id\"\n"
        ));
    }
    text
}

impl Probes {
    async fn start() -> Self {
        let config = tendlc_config::check(&configuration(), "tendlc.toml").unwrap().config;
        let clock = Arc::new(ManualClock::new(Timestamp::now()));
        let programs = Programs::Itself { program: "none".into(), arguments: Vec::new() };
        let options = Options {
            config: config.clone(),
            clock: Arc::default(),
            programs,
            port: None,
            faults: Vec::new(),
            log_level: None,
            played: true,
        };
        let system = System::start_by(options, clock.clone()).await.unwrap();
        Self { system, config, clock, handlers: Mutex::default(), runs: Mutex::default() }
    }

    fn places(&self) -> Vec<Place> {
        let (name, primary) = self.config.primaries.first_key_value().unwrap();
        places(&self.config, name, &primary.account, &[])
    }

    fn handler(&self, place: &Place) -> Arc<Handler> {
        let mut handlers = self.handlers.lock().unwrap();
        Arc::clone(handlers.entry(place.name().to_owned()).or_insert_with(|| Arc::new(self.made(place))))
    }

    /// As Lambda would start it there.
    fn made(&self, place: &Place) -> Handler {
        let keys = self.system.aws().issue_session(&format!("arn:aws:iam::{}:role/tendlc-send", place.account), "test");
        let credentials = Credentials::new(keys.access_key, keys.secret, Some(keys.token), None, "test");
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("us-east-1"))
            .endpoint_url(self.system.aws().endpoint())
            .http_client(tendlc_core::aws::http_client())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        let primary = self.config.primaries.values().next().unwrap();
        let mut variables = BTreeMap::from([
            ("TENDLC_TABLE_ARN", primary.table.to_string()),
            ("TENDLC_TOPOLOGY", if place.grant.is_some() { "spoke" } else { "hub" }.to_owned()),
        ]);
        if let Some(name) = &place.grant {
            let grant = &self.config.grants[name];
            let role = grant.role_arn.to_string();
            let id = self.system.aws().change_roles(|roles| {
                roles.iter().find(|known| known.arn == role).and_then(|role| role.external_id.clone()).unwrap()
            });
            let health = format!("arn:aws:dynamodb:us-east-1:{}:table/tendlc-health", place.account);
            let dead = format!("https://sqs.us-east-1.amazonaws.com/{}/tendlc-dead-letter", place.account);
            variables.extend([
                ("TENDLC_GRANT", name.to_string()),
                ("TENDLC_ROLE_ARN", role),
                ("TENDLC_EXTERNAL_ID", id),
                ("TENDLC_DEAD_LETTER_QUEUE_URL", dead),
                ("TENDLC_HEALTH_TABLE_ARN", health),
            ]);
        }
        let settings = ProbeSettings::read(&|name| variables.get(name).cloned()).unwrap();
        Handler::new(config, settings, self.clock.clone())
    }

    async fn ask(&self, place: Place, question: Question) -> Result<Report, Silence> {
        let (began, before) = (self.clock.now(), self.asked());
        let report = self.invoke(&place, question).await;
        self.runs.lock().unwrap().push((began, self.clock.now(), self.asked() - before));
        Ok(report)
    }

    async fn invoke(&self, place: &Place, question: Question) -> Report {
        let mut context = Context::default();
        let deadline = self.clock.now() + SignedDuration::from_secs(300);
        context.deadline = deadline.as_millisecond().try_into().unwrap();
        context.invoked_function_arn =
            format!("arn:aws:lambda:us-east-1:{}:function:{}", place.account, place.function);
        let event = serde_json::from_str(question.event()).unwrap();
        self.handler(place).handle(LambdaEvent::new(event, context)).await.unwrap()
    }

    fn asked(&self) -> u64 {
        let counts = self.system.aws().counts();
        ASKED.iter().filter_map(|operation| counts.get(operation)).map(|count| count.calls).sum()
    }
}

/// Without what differs from run to run, and what of the healthy is not kept.
fn figures(report: &Report) -> Vec<(String, State, Option<String>)> {
    let checks = report.checks.iter();
    checks.map(|check| (check.name.clone(), check.finding.state, check.finding.cure.clone())).collect()
}

#[tokio::test]
async fn two_hundred_grants_are_asked_with_one_call_a_second_to_the_primary_and_say_what_their_functions_say() {
    let probes = Probes::start().await;
    let places = probes.places();
    assert_eq!(places.len(), MANY + 1);

    let kept = round::kept(&places, &*probes.clock, |place, question| probes.ask(place, question)).await;
    assert!(kept.iter().all(|known| known.report.checks.is_empty()), "nobody has looked yet");
    assert_eq!(probes.asked(), 0, "what was found before takes nothing from the primary");
    probes.runs.lock().unwrap().clear();

    let mut all: Vec<Known> = Vec::new();
    let ask = |place, question| probes.ask(place, question);
    round::now(&places, &*probes.clock, ask, |known| all.push(known)).await;
    assert!(all.iter().all(|known| known.report.status == State::Healthy), "{all:#?}");
    assert_eq!(all.iter().map(|known| &known.place).collect::<Vec<_>>(), places.iter().collect::<Vec<_>>());

    let runs = probes.runs.lock().unwrap().clone();
    for (began, ended, calls) in &runs {
        let seconds = ended.duration_since(*began).as_secs();
        assert!(*calls <= seconds.unsigned_abs() + 1, "{calls} calls in {seconds} s");
    }
    for pair in runs.windows(2) {
        assert!(pair[1].0.duration_since(pair[0].1) >= SignedDuration::from_secs(1), "{pair:?}");
    }
    let counts = probes.system.aws().counts();
    assert!(counts.values().all(|count| count.throttled == 0), "{counts:?}");

    // The same figures as the function's own answer, and as it keeps them.
    let spoke = places.last().unwrap();
    let alone = probes.invoke(spoke, Question::Now).await;
    assert_eq!(figures(&all.last().unwrap().report), figures(&alone));
    let kept = round::kept(&places, &*probes.clock, |place, question| probes.ask(place, question)).await;
    let sorted = |report: &Report| {
        let mut figures = figures(report);
        figures.sort_by(|one, other| one.0.cmp(&other.0));
        figures
    };
    for (kept, now) in kept.iter().zip(&all) {
        assert_eq!(sorted(&kept.report), sorted(&now.report), "{}", now.place.name());
    }
}

#[test]
fn a_spoke_is_asked_in_its_own_account_and_the_hub_in_the_primary() {
    let config = tendlc_config::check(tendlc_config::EXAMPLE, "tendlc.toml").unwrap().config;
    let (name, primary) = config.primaries.first_key_value().unwrap();
    let account: AccountId = "222222222222".parse().unwrap();
    let of = |grants: &[&str]| {
        let grants: Vec<_> = grants.iter().map(|name| name.parse().unwrap()).collect();
        let found = places(&config, name, &primary.account, &grants);
        found.iter().map(|place| (place.name().to_owned(), place.account.clone())).collect::<Vec<_>>()
    };
    let (hub, spoke) = (("(primary)".to_owned(), primary.account.clone()), ("checkout".to_owned(), account));
    assert_eq!(of(&[]), [hub.clone(), spoke.clone()]);
    assert_eq!(of(&["checkout"]), [spoke]);
    assert_eq!(of(&["newsletter"]), [hub]);
}
