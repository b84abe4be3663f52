//! Figures that CloudWatch has: what AWS and our own functions measured.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_cloudwatch::operation::RequestId as _;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, StatusCode};
use jiff::{SignedDuration, Timestamp};

use crate::check::Finding;
use crate::run::Run;

/// A figure of a queue comes every minute, five minutes late at most; longer periods cost the same and lose nothing here.
const PERIOD_SECONDS: i32 = 300;

/// A figure that is asked for: of one metric, over so many hours.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Such as `AWS/SQS`.
    pub namespace: &'static str,
    /// Such as `ApproximateAgeOfOldestMessage`.
    pub metric: &'static str,
    /// Name and value.
    pub dimension: Option<(&'static str, String)>,
    /// `Maximum` or `Sum`.
    pub statistic: &'static str,
    /// How far back.
    pub hours: i64,
}

impl Wanted {
    /// What SQS measures of a queue, lately.
    pub fn of_queue(metric: &'static str, queue: &str) -> Self {
        let dimension = Some(("QueueName", queue.to_owned()));
        Self { namespace: "AWS/SQS", metric, dimension, statistic: "Maximum", hours: 1 }
    }
}

/// CloudWatch takes this many queries a call.
const QUERIES: usize = 500;

/// A figure's values, each with the beginning of its period, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure(Vec<(Timestamp, f64)>);

impl From<Vec<(Timestamp, f64)>> for Figure {
    fn from(values: Vec<(Timestamp, f64)>) -> Self {
        Self(values)
    }
}

impl Figure {
    /// The newest.
    pub fn newest(&self) -> Option<(Timestamp, f64)> {
        self.0.first().copied()
    }

    /// All together of the periods that began by `moment`.
    pub fn sum_until(&self, moment: Timestamp) -> f64 {
        self.0.iter().filter(|(at, _)| *at <= moment).map(|(_, value)| value).sum()
    }

    /// All together; `None`: there is none.
    pub fn sum(&self) -> Option<f64> {
        (!self.0.is_empty()).then(|| self.0.iter().map(|(_, value)| value).sum())
    }
}

/// What CloudWatch told, in the order in which it was asked; `None`: it did not.
pub type Told = Vec<Option<Figure>>;

/// Asks for all of them, 500 in a call, which is charged by the metric: a cent for a thousand.
/// <https://aws.amazon.com/cloudwatch/pricing/>
pub async fn ask(client: &Client, wanted: &[Wanted], now: Timestamp) -> (Finding, Option<Told>) {
    let mut told = Told::with_capacity(wanted.len());
    for some in wanted.chunks(QUERIES) {
        match ask_some(client, some, now).await {
            Ok(some) => told.extend(some),
            Err(finding) => return (finding, None),
        }
    }
    let silent = told.iter().filter(|figure| figure.is_none()).count();
    let finding = match silent {
        0 => Finding::healthy("CloudWatch answers"),
        _ => unanswered(&format!("{silent} of {} figures are not complete", told.len())),
    };
    (finding, Some(told))
}

async fn ask_some(client: &Client, wanted: &[Wanted], now: Timestamp) -> Result<Told, Finding> {
    let longest = wanted.iter().map(|one| one.hours).max().unwrap_or(1);
    let from = now - SignedDuration::from_hours(longest);
    let request = client
        .get_metric_data()
        .start_time(DateTime::from_secs(from.as_second()))
        .end_time(DateTime::from_secs(now.as_second()))
        .set_metric_data_queries(Some(wanted.iter().enumerate().map(query).collect()));
    let answer = request.send().await.map_err(|error| refused(&error))?;
    Ok(told_by(answer.metric_data_results(), wanted, now))
}

fn told_by(results: &[MetricDataResult], wanted: &[Wanted], now: Timestamp) -> Told {
    let mut told = vec![None; wanted.len()];
    for result in results {
        let place = result.id().and_then(|id| id.strip_prefix('m')).and_then(|place| place.parse::<usize>().ok());
        let Some((figure, asked)) = place.and_then(|place| told.get_mut(place).zip(wanted.get(place))) else {
            continue;
        };
        // What is partial could be anything, and no figure would be taken for none.
        if result.status_code() != Some(&StatusCode::Complete) {
            continue;
        }
        let from = now - SignedDuration::from_hours(asked.hours);
        let moments = result.timestamps().iter().filter_map(|at| Timestamp::from_second(at.secs()).ok());
        let values = moments.zip(result.values().iter().copied()).filter(|(at, _)| *at >= from);
        *figure = Some(Figure(values.collect()));
    }
    told
}

/// Says what was found by a figure; `None`: CloudWatch did not tell it.
pub fn found(run: &mut Run<'_>, name: &str, finding: Option<Finding>) {
    match finding {
        Some(finding) => run.found(name, finding),
        None => run.not_looked(name, "CloudWatch did not tell", "see the check figures"),
    }
}

/// The figure at a place of what was told.
pub fn at(told: Option<&Told>, place: usize) -> Option<&Figure> {
    told?.get(place)?.as_ref()
}

fn query((place, wanted): (usize, &Wanted)) -> MetricDataQuery {
    let dimension = |(name, value): &(&'static str, String)| Dimension::builder().name(*name).value(value).build();
    let metric = Metric::builder()
        .namespace(wanted.namespace)
        .metric_name(wanted.metric)
        .set_dimensions(wanted.dimension.as_ref().map(|one| vec![dimension(one)]));
    let statistic = MetricStat::builder().metric(metric.build()).period(PERIOD_SECONDS).stat(wanted.statistic);
    MetricDataQuery::builder().id(format!("m{place}")).metric_stat(statistic.build()).build()
}

fn refused<R>(error: &SdkError<aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataError, R>) -> Finding
where
    SdkError<aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataError, R>:
        aws_sdk_cloudwatch::operation::RequestId,
{
    let request_id = error.request_id().unwrap_or("no request id");
    match error {
        SdkError::ServiceError(service) => match service.err().code().unwrap_or("no code") {
            code @ ("AccessDenied" | "AccessDeniedException") => Finding::unknown(
                format!("the function's own role may not call cloudwatch:GetMetricData ({code}, {request_id})"),
                "allow cloudwatch:GetMetricData to the function's own role",
            ),
            code => unanswered(&format!("{code}, {request_id}")),
        },
        SdkError::TimeoutError(_) => unanswered("timeout"),
        _ => unanswered("no valid answer"),
    }
}

fn unanswered(told: &str) -> Finding {
    Finding::unknown(
        format!("cloudwatch:GetMetricData was not answered ({told})"),
        "run the probe again in a minute; if it stays so, look at AWS's own health",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_is_partial_or_left_out_is_not_told_and_no_figure_is_none_at_all() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let result = |id: &str, status: StatusCode, minutes: &[i64]| {
            let at = |minutes: &i64| DateTime::from_secs(now.as_second() - minutes * 60);
            let result = MetricDataResult::builder().id(id).status_code(status);
            let result = result.set_timestamps(Some(minutes.iter().map(at).collect()));
            result.set_values(Some(vec![7.0; minutes.len()])).build()
        };
        let results = [
            result("m0", StatusCode::Complete, &[5, 10, 90]),
            result("m1", StatusCode::PartialData, &[5]),
            result("m2", StatusCode::InternalError, &[]),
            result("m3", StatusCode::Complete, &[]),
            result("m9", StatusCode::Complete, &[5]),
            result("other", StatusCode::Complete, &[5]),
        ];
        let wanted: Vec<Wanted> = (0..5).map(|_| Wanted::of_queue("ApproximateAgeOfOldestMessage", "q")).collect();
        let told = told_by(&results, &wanted, now);
        let of_this_hour = told[0].as_ref().unwrap();
        assert_eq!((of_this_hour.0.len(), of_this_hour.sum()), (2, Some(14.0)), "only one hour was asked for");
        assert_eq!(told[1..], [None, None, Some(Figure::default()), None]);
    }
}
