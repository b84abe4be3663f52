//! The month for finance: RFC 4180, one row per account and campaign, and one for texts of nobody.

use std::collections::{BTreeMap, BTreeSet};

use tendlc_core::grant::ChannelKind;

use super::amount::Amount;
use super::campaigns::{CampaignUse, Receipts};
use super::report::Report;

const HEADER: [&str; 13] = [
    "month",
    "account",
    "grants",
    "campaign",
    "texts",
    "segments",
    "delivered",
    "undelivered",
    "price_usd",
    "carrier_fee_usd",
    "cost_usd",
    "estimated_segments",
    "estimated_usd",
];

/// In the column of accounts where a grant that was taken away has none.
const GONE: &str = "unknown";
/// In the column of accounts, of texts that no request accounts for.
const UNMETERED: &str = "unmetered";

#[derive(Default)]
struct Row<'a> {
    grants: BTreeSet<&'a str>,
    receipts: Receipts,
    delivered: i64,
    undelivered: i64,
    estimated_segments: i64,
    estimated: Amount,
    /// Texts without receipts, of which nobody counted all.
    unestimated: bool,
}

impl<'a> Row<'a> {
    fn add(&mut self, grant: &'a str, campaign: &CampaignUse) {
        self.grants.insert(grant);
        self.receipts = self.receipts.plus(campaign.receipts);
        self.delivered += campaign.delivered.values().sum::<i64>();
        self.undelivered += campaign.undelivered.values().sum::<i64>();
        match campaign.estimate {
            Some(estimate) => {
                self.estimated_segments += estimate.segments;
                self.estimated = self.estimated + estimate.usd;
            }
            None => self.unestimated |= campaign.channel == Some(ChannelKind::Sns),
        }
    }

    fn fields(&self, month: &str, account: &str, campaign: &str) -> [String; 13] {
        let grants: Vec<&str> = self.grants.iter().copied().collect();
        let estimate = |text: String| if self.unestimated { String::new() } else { text };
        [
            month.to_owned(),
            account.to_owned(),
            grants.join(";"),
            campaign.to_owned(),
            self.receipts.texts.to_string(),
            self.receipts.segments.to_string(),
            self.delivered.to_string(),
            self.undelivered.to_string(),
            self.receipts.price_usd.exact(),
            self.receipts.carrier_fee_usd.exact(),
            self.receipts.cost_usd.exact(),
            estimate(self.estimated_segments.to_string()),
            estimate(self.estimated.exact()),
        ]
    }
}

/// The whole file.
pub fn csv(report: &Report) -> String {
    let mut rows: BTreeMap<(&str, &str), Row> = BTreeMap::new();
    for grant in &report.grants {
        let account = grant.account.as_ref().map_or(GONE, |account| account.as_str());
        for campaign in &grant.campaigns {
            rows.entry((account, &campaign.campaign)).or_default().add(grant.grant.as_str(), campaign);
        }
    }
    let month = report.month.to_string();
    let mut text = line(&HEADER.map(str::to_owned));
    for ((account, campaign), row) in &rows {
        text.push_str(&line(&row.fields(&month, account, campaign)));
    }
    if let Some(receipts) = report.unmetered {
        let row = Row { receipts, ..Row::default() };
        text.push_str(&line(&row.fields(&month, UNMETERED, "")));
    }
    text
}

/// What the file cannot say itself.
pub fn notes(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    if report.unmetered.is_none() {
        notes.push("only some grants were asked for: the sum of cost_usd is not the month's".to_owned());
    }
    let campaigns = || report.grants.iter().flat_map(|grant| &grant.campaigns);
    if campaigns().any(|campaign| campaign.channel == Some(ChannelKind::Sns)) {
        notes.push(
            "texts on SNS have no receipts: estimated_usd is their segments at what a segment is taken to cost; days are \
             kept for 40 days, and where one of the month is gone the columns are empty"
                .to_owned(),
        );
    }
    notes
}

fn line(fields: &[String]) -> String {
    let fields: Vec<String> = fields.iter().map(|text| field(text)).collect();
    format!("{}\r\n", fields.join(","))
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{Shop, report};
    use super::*;

    #[test]
    fn a_row_is_an_account_and_a_campaign_and_the_sum_is_that_of_all_receipts() {
        let text = csv(&report(&Shop::busy()));
        let wanted = "month,account,grants,campaign,texts,segments,delivered,undelivered,price_usd,carrier_fee_usd,cost_usd,\
                      estimated_segments,estimated_usd\r\n\
                      2026-11,222222222222,checkout;refunds,order-updates,5,7,3,1,0.040671,0.021000,0.061671,0,0.000000\r\n\
                      2026-11,333333333333,newsletter,alerts,0,0,0,0,0.000000,0.000000,0.000000,4,0.044000\r\n\
                      2026-11,333333333333,newsletter,order-updates,1,1,0,0,0.005810,0.003000,0.008810,0,0.000000\r\n\
                      2026-11,unmetered,,,2,2,0,0,0.011620,0.000001,0.011621,0,0.000000\r\n";
        assert_eq!(text, wanted);
        let costs = text.lines().skip(1).map(|line| line.split(',').nth(10).unwrap().replace('.', ""));
        assert_eq!(costs.map(|cost| cost.parse::<i64>().unwrap()).sum::<i64>(), 61_671 + 8_810 + 11_621);
    }

    #[test]
    fn some_grants_alone_are_not_the_month_and_it_is_said() {
        let one = report(&Shop { asked: vec!["newsletter"], ..Shop::busy() });
        assert!(!csv(&one).contains("unmetered"), "{}", csv(&one));
        assert_eq!(csv(&one).lines().count(), 3);
        assert!(notes(&one)[0].contains("not the month's"));
    }

    #[test]
    fn what_cannot_be_estimated_any_more_is_left_empty() {
        let late = report(&Shop { now: "2026-12-20T12:00:00Z", ..Shop::busy() });
        let text = csv(&late);
        assert!(text.contains("newsletter,alerts,0,0,0,0,0.000000,0.000000,0.000000,,\r\n"), "{text}");
        assert!(text.contains("0.061671,0,0.000000\r\n"), "{text}");
    }

    #[test]
    fn an_empty_table_has_a_header_and_nobodys_row() {
        let text = csv(&report(&Shop::default()));
        let nobody = "2026-11,unmetered,,,0,0,0,0,0.000000,0.000000,0.000000,0,0.000000";
        assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), [nobody]);
    }

    #[test]
    fn a_field_with_a_comma_or_a_quote_is_quoted() {
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(field("say \"so\""), "\"say \"\"so\"\"\"");
        assert_eq!(field("plain"), "plain");
    }
}
