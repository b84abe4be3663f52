//! `tendlc local`: plays events through the whole system, or keeps it up.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use tendlc_config::Config;
use tendlc_core::clock::SystemClock;
use tendlc_local::aws::PutEvent;
use tendlc_local::system::{FunctionName, Left, Options, Played, Programs, System};
use tokio::sync::watch;

use crate::args::{Local, Output};
use crate::{DONE, FOUND_WRONG, check, show, tables};

pub async fn run(local: Local) -> anyhow::Result<u8> {
    let quiet = local.output == Output::Text && std::env::var_os("RUST_LOG").is_none();
    tendlc_core::logs::init();
    let config = match &local.config {
        None => tendlc_config::check(tendlc_config::EXAMPLE, "the built-in configuration"),
        Some(path) => check::read(path)?,
    };
    let config: Config = match config {
        Ok(checked) => checked.config,
        Err(mistakes) => {
            eprintln!("{mistakes}");
            return Ok(FOUND_WRONG);
        }
    };
    let files = files(&local.events)?;
    let programs = match local.functions {
        Some(folder) => Programs::Folder(folder),
        None => Programs::Itself { program: std::env::current_exe()?, arguments: vec!["function".to_owned()] },
    };
    let clock = Arc::new(local.now.map(SystemClock::starting_at).unwrap_or_default());
    let played = !local.events.is_empty();
    let log_level = if quiet { Some("error".to_owned()) } else { std::env::var("RUST_LOG").ok() };
    let options = Options { config, clock, programs, port: local.port, faults: local.faults, played, log_level };
    let system = Arc::new(System::start(options).await.context("failed to start the local system")?);
    let done = if played {
        play(&system, &files, local.function, local.output).await
    } else {
        serve(&system, local.output).await
    };
    system.stop().await;
    done.map(|()| DONE)
}

/// The files to play: a folder stands for all of its .json files.
fn files(events: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in events {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).with_context(|| format!("failed to read {}", path.display()))?;
        let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        inside.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        inside.sort();
        anyhow::ensure!(!inside.is_empty(), "{} holds no .json file", path.display());
        files.extend(inside);
    }
    Ok(files)
}

async fn play(
    system: &System,
    files: &[PathBuf],
    function: Option<FunctionName>,
    output: Output,
) -> anyhow::Result<()> {
    for path in files {
        let text = std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
        let event: Value = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
        let played = system.play(&event, function).await?;
        match output {
            Output::Json => say_json(&played, path)?,
            Output::Text => say(path, &played)?,
        }
    }
    // Faults are for the functions, not for who looks at what they did.
    system.aws().clear_faults();
    let budgets = system.budgets().await?;
    match output {
        Output::Json => show::line(&json!({ "budgets": budgets })),
        Output::Text => say_budgets(&budgets),
    }
}

fn say_json(played: &Played, path: &Path) -> anyhow::Result<()> {
    for outcome in &played.outcomes {
        show::line(outcome)?;
    }
    let (function, event) = (played.function.as_str(), path.display().to_string());
    match &played.reply {
        Ok(reply) => show::line(&json!({ "function": function, "event": event, "reply": reply })),
        Err(error) => show::line(&json!({ "function": function, "event": event, "error": error })),
    }
}

fn say(path: &Path, played: &Played) -> anyhow::Result<()> {
    show::text(&format!("\n{} → {}\n", path.display(), played.function.as_str()))?;
    if !played.outcomes.is_empty() {
        let mut table = tables::table(&["request", "became", "reason", "grant", "segments", "looked at again"]);
        for outcome in &played.outcomes {
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
        show::text(&format!("{table}\n"))?;
    }
    match &played.reply {
        Ok(reply) if reply.get("checks").is_some() => say_checks(reply),
        Ok(reply) => show::text(&format!("reply: {reply}\n")),
        Err(error) => show::text(&format!("error: {}: {}\n", error.error_type, error.error_message)),
    }
}

fn when(moment: &str) -> String {
    moment.parse::<Timestamp>().map_or_else(|_| moment.to_owned(), |moment| moment.strftime("%H:%M:%S UTC").to_string())
}

fn say_checks(reply: &Value) -> anyhow::Result<()> {
    let mut table = tables::table(&["check", "state", "what it found", "cure"]);
    let field = |check: &Value, name: &str| check.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    for check in reply.get("checks").and_then(Value::as_array).into_iter().flatten() {
        table.add_row([field(check, "name"), field(check, "state"), field(check, "detail"), field(check, "cure")]);
    }
    show::text(&format!("{table}\nstatus: {}\n", field(reply, "status")))
}

fn say_budgets(budgets: &[Left]) -> anyhow::Result<()> {
    let mut table =
        tables::table(&["grant", "cap of", "Pacific day", "guaranteed left", "to its ceiling", "shared by all"]);
    for left in budgets {
        table.add_row([
            left.grant.to_string(),
            left.pool.as_str().to_owned(),
            left.day.to_string(),
            format!("{} of {}", left.guaranteed_left, left.guaranteed),
            format!("{} of {}", left.ceiling_left, left.ceiling),
            format!("{} of cap {}", left.shared_left, left.cap),
        ]);
    }
    show::text(&format!("\nWhat is left of each budget, in segments to T-Mobile:\n{table}\n"))
}

async fn serve(system: &Arc<System>, output: Output) -> anyhow::Result<()> {
    let endpoint = system.aws().endpoint();
    let queues = system.queues();
    let (stop, stopped) = watch::channel(false);
    // All of it before the first line, which says that it is ready.
    let interrupted = interruption()?;
    let delivering = tokio::spawn(system.serve(stopped));
    match output {
        Output::Json => {
            show::line(&json!({ "endpoints": { "AWS_ENDPOINT_URL": endpoint }, "queues": queues, "bus": "default" }))?;
        }
        Output::Text => {
            show::text(&format!("tendlc is up: AWS_ENDPOINT_URL={endpoint}\n\nqueues:\n"))?;
            for (name, url) in &queues {
                show::text(&format!("  {name:<36} {url}\n"))?;
            }
            if let Some((_, url)) =
                queues.iter().find(|(name, _)| name.as_str() == "tendlc-send").or(queues.iter().next())
            {
                let account = url.rsplit('/').nth(1).unwrap_or("222222222222");
                show::text(&format!(
                    "\nSend a text (an account's id is its access key here):\n  AWS_ACCESS_KEY_ID={account} \
                     AWS_SECRET_ACCESS_KEY=local AWS_REGION={} \\\n  aws --endpoint-url {endpoint} sqs send-message \
                     --queue-url {url} \\\n  --message-body '{{\"to\":\"+12065550123\",\"body\":\"Your order has \
                     shipped\",\"id\":\"order-1\"}}'\n\nSee what was sent:  curl {endpoint}/_tendlc/sent\nBreak \
                     something:    curl {endpoint}/_tendlc/faults -d \
                     '{{\"operation\":\"SendTextMessage\",\"action\":\"throttle\",\"times\":3}}'\nCtrl-C ends it.\n",
                    system.aws().region()
                ))?;
            }
        }
    }
    let saying = (output == Output::Text).then(|| tokio::spawn(say_outcomes(system.aws().watch_events())));
    interrupted.await?;
    if let Some(saying) = saying {
        saying.abort();
    }
    stop.send_replace(true);
    delivering.await?
}

/// A line for each outcome as it comes.
async fn say_outcomes(mut events: tokio::sync::mpsc::UnboundedReceiver<PutEvent>) -> anyhow::Result<()> {
    while let Some(put) = events.recv().await {
        if put.source != tendlc_core::outcome::SOURCE {
            continue;
        }
        let field = |name: &str| put.detail.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let moment = put.time.strftime("%H:%M:%S");
        let (id, grant, reason) = (field("id"), field("grant"), field("reason"));
        let again = put.detail.get("retry_at").and_then(Value::as_str).map(|at| format!(", again at {}", when(at)));
        show::text(&format!(
            "{moment}  {:<14} {id}  {grant}  {reason}{}\n",
            put.detail_type,
            again.unwrap_or_default()
        ))?;
    }
    Ok(())
}

/// Listens for the signals that end it, from now on.
#[cfg(unix)]
fn interruption() -> anyhow::Result<impl Future<Output = anyhow::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut pressed, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = pressed.recv() => {}
            _ = terminated.recv() => {}
        }
        Ok(())
    })
}

#[cfg(not(unix))]
fn interruption() -> anyhow::Result<impl Future<Output = anyhow::Result<()>>> {
    Ok(async { Ok(tokio::signal::ctrl_c().await?) })
}
