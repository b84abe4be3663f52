//! Live limits: what the table has of them, and where it has nothing, what AWS tells the operator then and there.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use serde::Serialize;
use tendlc_config::Readings;
use tendlc_core::clock::SharedClock;
use tendlc_core::grant;
use tendlc_core::limits::{OLD, Reader, Wants, known};
use tendlc_core::name::CampaignName;
use tendlc_core::table::Table;

use super::reach::{Failure, Reach};

/// Calls go out one a second, and nobody waits longer for one answer.
const ANSWER: Duration = Duration::from_secs(5);

const SILENT: &str = "see what refresh-limits answers, and whether its schedule runs once a minute";

/// What is live, and with what it is read.
pub struct Live<'a> {
    pub wants: Vec<Wants>,
    pub aws: SdkConfig,
    pub clock: &'a SharedClock,
}

/// What was read.
#[derive(Default)]
pub struct Read {
    /// All that is wanted.
    pub readings: Readings,
    /// Those that the table did not have.
    pub from_aws: Vec<Told>,
}

/// A campaign's live limits, as AWS told them just now.
#[derive(Serialize)]
pub struct Told {
    campaign: CampaignName,
    #[serde(skip_serializing_if = "Option::is_none")]
    segments_per_second: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    t_mobile_daily_segments: Option<i64>,
}

impl Live<'_> {
    /// Takes what the table has (`None`: it is still to be made), and asks AWS for the rest.
    pub async fn readings(self, table: Option<&Table>, reach: &Reach<'_>) -> anyhow::Result<Read> {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ANSWER).build();
        let aws = self.aws.into_builder().timeout_config(timeouts).build();
        let reader = Reader::new(aws, SharedClock::clone(self.clock));
        let mut read = Read::default();
        for wants in self.wants {
            let there = match table {
                Some(table) => known(table, &wants).await,
                None => Ok(None),
            };
            let there = there.map_err(|error| reach.failed_on_the_table(&Failure::of_table(&error)))?;
            let live = match there {
                Some(live) => {
                    if let Some(age) = live.age(self.clock.now()).filter(|age| *age > OLD) {
                        eprintln!(
                            "WARNING: the limits of the campaign {} were read {age:#} ago: {SILENT}",
                            wants.campaign
                        );
                    }
                    live
                }
                None => {
                    eprintln!("reading the limits of the campaign {} from AWS", wants.campaign);
                    let told = reader.read(&wants.source).await;
                    let live = wants.from(&told, self.clock.now());
                    let live = live.map_err(|(limit, why)| reach.untold(&wants.campaign, limit, &why))?;
                    let told = Told::of(&wants.campaign, &live);
                    eprintln!("{}", told.line());
                    read.from_aws.push(told);
                    live
                }
            };
            read.readings.insert(wants.campaign, live);
        }
        Ok(read)
    }
}

impl Told {
    fn of(campaign: &CampaignName, live: &grant::Live) -> Self {
        let value = |reading: Option<grant::Reading>| reading.map(|reading| reading.value);
        Self {
            campaign: campaign.clone(),
            segments_per_second: value(live.segments_per_second),
            t_mobile_daily_segments: value(live.t_mobile_daily_segments),
        }
    }

    /// `campaign order-updates: read 40/s and 40000 a day from AWS`.
    fn line(&self) -> String {
        let rate = self.segments_per_second.map(|rate| format!("{rate}/s"));
        let cap = self.t_mobile_daily_segments.map(|cap| format!("{cap} a day"));
        let told: Vec<String> = [rate, cap].into_iter().flatten().collect();
        format!("campaign {}: read {} from AWS", self.campaign, told.join(" and "))
    }
}
