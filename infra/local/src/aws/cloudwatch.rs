//! CloudWatch's GetMetricData: what tests have put there, and what SQS tells of the double's own queues.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::server::{Answer, Request};
use super::shape::Members;
use super::sqs::Queues;
use super::state::{State, lock};

/// AWS takes this many queries a call.
const QUERIES: usize = 500;

/// Whose metric it is: namespace, name, dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Such as `AWS/SMSVoice`.
    pub namespace: String,
    /// Such as `TextMessageMonthlySpend`.
    pub metric: String,
    /// All of them: a metric of others is another.
    pub dimensions: BTreeMap<String, String>,
}

struct Datum {
    account: String,
    series: Series,
    at: Timestamp,
    value: f64,
}

/// What was measured.
#[derive(Default)]
pub(crate) struct Metrics(Mutex<Vec<Datum>>);

impl Metrics {
    pub(crate) fn put(&self, account: &str, series: Series, at: Timestamp, value: f64) {
        lock(&self.0).push(Datum { account: account.to_owned(), series, at, value });
    }

    fn of(&self, account: &str, series: &Series) -> Vec<(Timestamp, f64)> {
        let all = lock(&self.0);
        let own = all.iter().filter(|datum| datum.account == account && datum.series == *series);
        own.map(|datum| (datum.at, datum.value)).collect()
    }
}

pub(crate) fn perform(state: &State, request: &Request) -> Result<Answer, Refusal> {
    if !state.is_unlimited(&request.caller) {
        return Err(request.denied("cloudwatch:GetMetricData", "*"));
    }
    let input = request.members()?;
    let (Some(from), Some(to)) = (moment(input, "StartTime"), moment(input, "EndTime")) else {
        return Err(invalid("MissingParameter", "The parameters StartTime and EndTime are required."));
    };
    if from >= to {
        let message = if from == to {
            "The parameter StartTime must not equal parameter EndTime."
        } else {
            "The parameter EndTime must be greater than StartTime."
        };
        return Err(invalid("ValidationError", message));
    }
    let queries = input.list("MetricDataQueries")?.map(Vec::as_slice).unwrap_or_default();
    if queries.is_empty() || queries.len() > QUERIES {
        return Err(invalid("ValidationError", "The collection MetricDataQueries must have from 1 to 500 items."));
    }
    let mut ids = BTreeSet::new();
    let mut results = Vec::with_capacity(queries.len());
    for query in queries {
        let query = Query::read(Members::of(query)?)?;
        if !ids.insert(query.id) {
            return Err(invalid("ValidationError", "The values for parameter id in MetricDataQueries are not unique."));
        }
        let own = queue_says(&state.queues, &request.caller.account, &query.series, state.now());
        let told = own.unwrap_or_else(|| state.metrics.of(&request.caller.account, &query.series));
        results.push(query.answer(told.into_iter().filter(|(at, _)| (from..to).contains(at))));
    }
    Ok(Answer::Json(json!({ "MetricDataResults": results, "Messages": [] })))
}

/// What SQS measures of a queue, at this minute; `None`: it is no metric of SQS.
fn queue_says(queues: &Queues, account: &str, series: &Series, now: Timestamp) -> Option<Vec<(Timestamp, f64)>> {
    if series.namespace != "AWS/SQS" {
        return None;
    }
    let name = series.dimensions.get("QueueName");
    let value = name.filter(|_| series.dimensions.len() == 1).and_then(|name| match series.metric.as_str() {
        "ApproximateNumberOfMessagesVisible" => queues.depth(account, name, now).map(|depth| depth.visible as f64),
        "ApproximateAgeOfOldestMessage" => queues.oldest(account, name, now).map(|age| age.as_secs() as f64),
        _ => None,
    });
    Some(value.map(|value| (now - jiff::SignedDuration::from_secs(60), value)).into_iter().collect())
}

/// One query.
struct Query<'q> {
    id: &'q str,
    series: Series,
    period: i64,
    stat: &'q str,
}

impl<'q> Query<'q> {
    fn read(query: Members<'q>) -> Result<Self, Refusal> {
        let id = query.text("Id")?.filter(|id| is_id(id));
        let id =
            id.ok_or_else(|| invalid("ValidationError", "The value for field Id must match ^[a-z][a-zA-Z0-9_]*$."))?;
        let Some(stat) = query.get("MetricStat") else {
            return Err(invalid("ValidationError", "The double works out no Expression."));
        };
        let stat = Members::of(stat)?;
        let metric = stat.get("Metric").ok_or_else(|| Refusal::unreadable("Metric"))?;
        let metric = Members::of(metric)?;
        let required = |member: &str| Ok(metric.text(member)?.ok_or_else(|| Refusal::unreadable(member))?.to_owned());
        let mut dimensions = BTreeMap::new();
        for one in metric.list("Dimensions")?.map(Vec::as_slice).unwrap_or_default() {
            let one = Members::of(one)?;
            let (Some(name), Some(value)) = (one.text("Name")?, one.text("Value")?) else {
                return Err(Refusal::unreadable("Dimensions"));
            };
            dimensions.insert(name.to_owned(), value.to_owned());
        }
        let period = stat.whole("Period")?.filter(|period| *period >= 60 && period % 60 == 0);
        let period =
            period.ok_or_else(|| invalid("InvalidParameterValue", "The parameter Period must be a multiple of 60."))?;
        let stat = stat.text("Stat")?.ok_or_else(|| Refusal::unreadable("Stat"))?;
        let series = Series { namespace: required("Namespace")?, metric: required("MetricName")?, dimensions };
        Ok(Self { id, series, period, stat })
    }

    /// By periods, the newest first, as AWS does unless it is asked otherwise.
    fn answer(&self, told: impl Iterator<Item = (Timestamp, f64)>) -> Value {
        let mut periods: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        for (at, value) in told {
            periods.entry(at.as_second() - at.as_second().rem_euclid(self.period)).or_default().push(value);
        }
        let values: Vec<f64> = periods.values().rev().map(|values| self.worked_out(values)).collect();
        let moments: Vec<i64> = periods.keys().rev().copied().collect();
        json!({
            "Id": self.id,
            "Label": self.series.metric,
            "Timestamps": moments,
            "Values": values,
            "StatusCode": "Complete",
        })
    }

    fn worked_out(&self, values: &[f64]) -> f64 {
        let sum: f64 = values.iter().sum();
        match self.stat {
            "Maximum" => values.iter().copied().fold(f64::MIN, f64::max),
            "Minimum" => values.iter().copied().fold(f64::MAX, f64::min),
            "SampleCount" => values.len() as f64,
            "Average" => sum / values.len() as f64,
            _ => sum,
        }
    }
}

fn is_id(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn moment(input: Members<'_>, member: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond((input.get(member)?.as_f64()? * 1_000.0) as i64).ok()
}

fn invalid(code: &'static str, message: &str) -> Refusal {
    Refusal::common(400, code, message)
}
