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

    /// When the first of what there was until `moment` began, and all of that together; `None`: there was none.
    pub fn until(&self, moment: Timestamp) -> Option<(Timestamp, f64)> {
        let old = || self.0.iter().filter(|(at, value)| *at <= moment && *value > 0.0);
        let first = old().map(|(at, _)| *at).min()?;
        Some((first, old().map(|(_, value)| value).sum()))
    }

    /// All together since `moment`.
    pub fn since(&self, moment: Timestamp) -> f64 {
        // From zero: nothing at all adds up to one below it.
        self.0.iter().filter(|(at, _)| *at >= moment).fold(0.0, |sum, (_, value)| sum + value)
    }

    /// All together; `None`: there is none.
    pub fn sum(&self) -> Option<f64> {
        (!self.0.is_empty()).then(|| self.0.iter().map(|(_, value)| value).sum())
    }
}

/// What CloudWatch told, in the order in which it was asked; `None`: it did not.
pub type Told = Vec<Option<Figure>>;

/// Asks for all of them, up to 500 in a call, which is charged by the metric: a cent for a thousand.
/// <https://aws.amazon.com/cloudwatch/pricing/>
///
/// Those over as many hours are asked for together: a call is of one span, and of two weeks in steps of five minutes a
/// busy queue alone has four thousand values, of which AWS tells a hundred thousand in a page.
pub async fn ask(client: &Client, wanted: &[Wanted], now: Timestamp) -> (Finding, Option<Told>) {
    let mut told: Told = vec![None; wanted.len()];
    let mut spans: Vec<i64> = wanted.iter().map(|one| one.hours).collect();
    spans.sort_unstable();
    spans.dedup();
    for hours in spans {
        let places: Vec<usize> = (0..wanted.len()).filter(|place| wanted[*place].hours == hours).collect();
        for places in places.chunks(QUERIES) {
            let some: Vec<&Wanted> = places.iter().map(|place| &wanted[*place]).collect();
            match ask_some(client, (&some, hours), now).await {
                Ok(some) => places.iter().zip(some).for_each(|(place, figure)| told[*place] = figure),
                Err(finding) => return (finding, None),
            }
        }
    }
    let silent = told.iter().filter(|figure| figure.is_none()).count();
    let finding = match silent {
        0 => Finding::healthy("CloudWatch answers"),
        _ => unanswered(&format!("{silent} of {} figures are not complete", told.len())),
    };
    (finding, Some(told))
}

async fn ask_some(client: &Client, (wanted, hours): (&[&Wanted], i64), now: Timestamp) -> Result<Told, Finding> {
    let from = now - SignedDuration::from_hours(hours);
    let (mut results, mut next) = (Vec::new(), None);
    loop {
        let request = client
            .get_metric_data()
            .start_time(DateTime::from_secs(from.as_second()))
            .end_time(DateTime::from_secs(now.as_second()))
            .set_metric_data_queries(Some(wanted.iter().enumerate().map(query).collect()))
            .set_next_token(next);
        let answer = request.send().await.map_err(|error| refused(&error))?;
        results.extend(answer.metric_data_results.unwrap_or_default());
        next = answer.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(told_by(&results, wanted.len()));
        }
    }
}

/// A figure may be on several pages, and is whole where the last of them says so. What is partial could be anything, and
/// no figure would be taken for none.
fn told_by(results: &[MetricDataResult], many: usize) -> Told {
    let mut told: Vec<Option<(Figure, bool)>> = vec![None; many];
    for result in results {
        let place = result.id().and_then(|id| id.strip_prefix('m')).and_then(|place| place.parse::<usize>().ok());
        let Some(figure) = place.and_then(|place| told.get_mut(place)) else { continue };
        let (figure, whole) = figure.get_or_insert_default();
        let moments = result.timestamps().iter().filter_map(|at| Timestamp::from_second(at.secs()).ok());
        figure.0.extend(moments.zip(result.values().iter().copied()));
        *whole = result.status_code() == Some(&StatusCode::Complete);
    }
    told.into_iter().map(|figure| figure.filter(|(_, whole)| *whole).map(|(figure, _)| figure)).collect()
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

fn query((place, wanted): (usize, &&Wanted)) -> MetricDataQuery {
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
    fn a_figure_that_is_partial_or_left_out_is_not_told_and_one_that_is_empty_is() {
        let result = |id: &str, status: StatusCode, seconds: &[i64]| {
            let result = MetricDataResult::builder().id(id).status_code(status);
            let result = result.set_timestamps(Some(seconds.iter().map(|at| DateTime::from_secs(*at)).collect()));
            result.set_values(Some(vec![7.0; seconds.len()])).build()
        };
        let results = [
            result("m0", StatusCode::PartialData, &[900, 600]),
            result("m1", StatusCode::PartialData, &[900]),
            result("m2", StatusCode::InternalError, &[]),
            result("m3", StatusCode::Complete, &[]),
            result("m9", StatusCode::Complete, &[900]),
            result("other", StatusCode::Complete, &[900]),
            // The next page.
            result("m0", StatusCode::Complete, &[300]),
        ];
        let told = told_by(&results, 5);
        assert_eq!(told[0].as_ref().and_then(Figure::sum), Some(21.0));
        assert_eq!(told[1..], [None, None, Some(Figure::default()), None]);
    }
}
