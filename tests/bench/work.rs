//! The work: warm up, then so many batches one after another.

use std::time::Instant;

use serde_json::{Value, json};
use tendlc_local::system::System;

use crate::figures::{Figures, Process};

const TEXTS: usize = 10;

pub async fn run(system: &System, batches: usize) -> anyhow::Result<Figures> {
    let started = Instant::now();
    system.prepare(&batch("first")).await?;
    let start = started.elapsed();
    play(system, "first").await?;
    let first = started.elapsed() - start;
    for round in 0..5 {
        play(system, &format!("warm-{round}")).await?;
    }
    system.aws().clear_calls();
    let process = Process::child();
    let cpu_before = process.as_ref().and_then(Process::cpu);
    let mut walls = Vec::with_capacity(batches);
    let mut sequential = Vec::with_capacity(batches);
    let mut calls = 0;
    for round in 0..batches {
        let begun = Instant::now();
        play(system, &format!("batch-{round}")).await?;
        walls.push(begun.elapsed());
        let log = system.aws().calls();
        calls += log.len();
        sequential.push(chain(log.iter().map(|call| (call.start, call.end)).collect()));
        system.aws().clear_calls();
    }
    walls.sort();
    sequential.sort_unstable();
    let cpu = process.as_ref().and_then(Process::cpu).zip(cpu_before).map(|(after, before)| after - before);
    Ok(Figures {
        start,
        first,
        wall: walls[walls.len() / 2],
        sequential: sequential[sequential.len() / 2],
        calls_per_text: calls as f64 / (batches * TEXTS) as f64,
        cpu_per_batch: cpu.map(|cpu| cpu / u32::try_from(batches).unwrap_or(u32::MAX)),
        resident_kib: process.as_ref().and_then(Process::resident_kib),
    })
}

async fn play(system: &System, name: &str) -> anyhow::Result<()> {
    let played = system.play(&batch(name), None).await?;
    let reply = played.reply.map_err(|error| anyhow::anyhow!("{}: {}", error.error_type, error.error_message))?;
    anyhow::ensure!(reply == json!({ "batchItemFailures": [] }), "not all were sent: {reply}");
    Ok(())
}

fn batch(name: &str) -> Value {
    let records: Vec<Value> = (0..TEXTS)
        .map(|place| {
            let body = json!({ "to": format!("+120655501{place:02}"), "body": "Your order has shipped.", "id": format!("{name}-{place}") });
            json!({
                "messageId": format!("{name}-{place}"),
                "receiptHandle": "none",
                "body": body.to_string(),
                "attributes": { "ApproximateReceiveCount": "1" },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:222222222222:tendlc-send",
                "awsRegion": "us-east-1"
            })
        })
        .collect();
    json!({ "Records": records })
}

/// The most calls that waited for one another: each begun after the one before had ended.
fn chain<T: Ord + Copy>(mut calls: Vec<(T, T)>) -> usize {
    calls.sort_by_key(|(_, ended)| *ended);
    let mut last: Option<T> = None;
    let mut length = 0;
    for (started, ended) in calls {
        if last.is_none_or(|last| started >= last) {
            last = Some(ended);
            length += 1;
        }
    }
    length
}
