//! What became of requests, for people.

use std::path::Path;

use jiff::Timestamp;
use probe_health::CHANGED;
use serde_json::Value;
use tendlc_local::system::{Left, Played, Put};

use crate::{reasons, show, tables};

/// An event that was played: its outcomes, each with why and what to do, and the function's answer.
pub fn played(path: &Path, played: &Played) -> anyhow::Result<()> {
    show::text(&format!("\n{} → {}\n", path.display(), played.function.as_str()))?;
    // What a probe tells is of no request.
    let (health, requests): (Vec<&Put>, Vec<&Put>) = played.outcomes.iter().partition(|put| put.detail_type == CHANGED);
    for put in health {
        let many = put.detail["changes"].as_array().map_or(0, Vec::len);
        show::text(&format!(" {CHANGED}: {}\n", show::counted(many, "change")))?;
    }
    if !requests.is_empty() {
        let mut table = tables::table(&["request", "became", "reason", "grant", "segments", "again at"], 6);
        for outcome in &requests {
            let field = |name: &str| match outcome.detail.get(name) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Null) | None => "-".to_owned(),
                Some(other) => other.to_string(),
            };
            let became = outcome.detail_type.trim_start_matches("SMS ").to_lowercase();
            let again = if outcome.detail.get("duplicate").is_some() { " (said again)" } else { "" };
            table.add_row([
                field("id"),
                format!("{became}{again}"),
                field("reason"),
                field("grant"),
                field("segments"),
                when(&field("retry_at")),
            ]);
        }
        let notes: Vec<Option<String>> = requests.into_iter().map(reasons::why).collect();
        show::text(&tables::with_notes(table, &notes))?;
    }
    match &played.reply {
        Ok(reply) if reply.get("checks").is_some() => checks(reply),
        Ok(reply) if reply.get("limits").is_some() => limits(reply),
        Ok(reply) => show::text(&format!("reply: {reply}\n")),
        Err(error) => {
            show::text(&show::folded(&format!("{}: {}", error.error_type, error.error_message), "error: ", "     "))
        }
    }
}

/// An outcome as it comes, with why and what to do.
pub fn outcome(time: Timestamp, outcome: &Put) -> anyhow::Result<()> {
    let field = |name: &str| outcome.detail.get(name).and_then(Value::as_str).unwrap_or_default();
    let again = match field("retry_at") {
        _ if outcome.detail.get("duplicate").is_some() => " (said again)".to_owned(),
        "" => String::new(),
        moment => format!(", looked at again at {}", when(moment)),
    };
    let (id, grant, reason) = (field("id"), field("grant"), field("reason"));
    let line = format!("{}  {:<14} {id}  {grant}  {reason}{again}", time.strftime("%H:%M:%S"), outcome.detail_type);
    let why = reasons::why(outcome).map(|why| show::folded(&why, "          ", "          "));
    show::text(&format!("{}\n{}", line.trim_end(), why.unwrap_or_default()))
}

fn when(moment: &str) -> String {
    moment.parse::<Timestamp>().map_or_else(|_| moment.to_owned(), |moment| moment.strftime("%H:%M:%S UTC").to_string())
}

fn checks(reply: &Value) -> anyhow::Result<()> {
    let mut table = tables::table(&["check", "state", "what it found", "cure"], 2);
    let field = |check: &Value, name: &str| check.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    for check in reply.get("checks").and_then(Value::as_array).into_iter().flatten() {
        table.add_row([field(check, "name"), field(check, "state"), field(check, "detail"), field(check, "cure")]);
    }
    show::text(&format!("{}status: {}\n", tables::with_notes(table, &[]), field(reply, "status")))
}

/// Live limits, and what to do about those that could not be read.
fn limits(reply: &Value) -> anyhow::Result<()> {
    let mut table = tables::table(&["campaign", "limit", "is", "was", "read at"], 5);
    let mut notes = Vec::new();
    for limit in reply.get("limits").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| limit.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
        let number = |name: &str| limit.get(name).and_then(Value::as_i64).map_or("-".to_owned(), |it| it.to_string());
        table.add_row([text("campaign"), text("limit"), number("value"), number("before"), when(&text("read_at"))]);
        notes.push(limit.get("error").map(|_| format!("{}; {}", text("error"), text("cure"))));
    }
    let status = reply.get("status").and_then(Value::as_str).unwrap_or("-");
    let table = if notes.is_empty() { "no limit is live\n".to_owned() } else { tables::with_notes(table, &notes) };
    show::text(&format!("{table}status: {status}\n"))
}

/// What is left of each budget.
pub fn budgets(budgets: &[Left]) -> anyhow::Result<()> {
    let Some(first) = budgets.first() else { return show::text("\nNo grant has a budget.\n") };
    let header = ["grant", "cap of", "guaranteed left", "to its ceiling", "shared by all", "daily_segments"];
    let mut table = tables::table(&header, header.len());
    for left in budgets {
        let daily = left.daily_segments.zip(left.daily_segments_left);
        table.add_row([
            left.grant.to_string(),
            left.pool.as_str().to_owned(),
            format!("{} of {}", left.guaranteed_left, left.guaranteed),
            format!("{} of {}", left.ceiling_left, left.ceiling),
            format!("{} of cap {}", left.shared_left, left.cap),
            daily.map_or("-".to_owned(), |(most, left)| format!("{left} of {most}")),
        ]);
    }
    let table = tables::with_notes(table, &[]);
    let day = first.day;
    show::text(&format!(
        "\nWhat is left of each budget on the Pacific day {day}, in segments to T-Mobile; daily_segments\ncounts all of a \
         grant's texts:\n{table}"
    ))
}
