//! What can be typed.

mod deploying;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use tendlc_config::Region;
use tendlc_core::month::UtcMonth;
use tendlc_core::name::GrantName;
use tendlc_local::aws::Fault;
use tendlc_local::system::FunctionName;

pub use deploying::{Deploy, Destroy, Grant, Pause, Redrive, Registration, Render, Revoke, Status, Verify};

/// Lets many AWS accounts send SMS through the 10DLC numbers of one.
#[derive(Debug, Parser)]
#[command(name = "tendlc", version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run the whole system on this machine, embedded: play events through it, or keep it up.
    #[command(after_help = "Examples:\n  tendlc local events/sqs-batch-of-ten.json events/event-single.json\n  \
                            tendlc local --config tendlc.toml --port 4566")]
    Local(Local),
    /// Find every mistake in a tendlc.toml at once, without AWS.
    #[command(after_help = "Examples:\n  tendlc check\n  tendlc check --config prod.toml --output json\n  \
                            tendlc check --schema > tendlc.schema.json")]
    Check(Check),
    /// Start a tendlc.toml: of what an account has (numbers, campaigns, roles made by hand), or an example.
    #[command(after_help = "Examples:\n  tendlc init --profile sms-primary --region us-east-1\n  \
                            tendlc init --example > tendlc.toml\n  tendlc init --external-ids")]
    Init(Init),
    /// Write templates, parameters and policies to a folder, to read or to deploy by other means.
    #[command(after_help = "Example:\n  tendlc render --folder rendered")]
    Render(Render),
    /// Say what a deploy would change in which account, and change nothing.
    #[command(after_help = "Examples:\n  tendlc plan --functions target/functions\n  tendlc plan --output json")]
    Plan(Deploy),
    /// Bring the primary and all secondaries to what tendlc.toml says; twice changes nothing, and after an
    /// interruption it goes on.
    #[command(
        after_help = "Examples:\n  tendlc deploy --functions target/functions\n  tendlc deploy --yes --output json"
    )]
    Deploy(Deploy),
    /// Prove for each grant, from where its functions run, what its role may do and what it may not.
    #[command(after_help = "Examples:\n  tendlc verify\n  tendlc verify checkout --output json")]
    Verify(Verify),
    /// Say how everything stands, in all accounts: what the probes found last, and what they find now.
    #[command(after_help = "Examples:\n  tendlc status\n  tendlc status --kept --output json\n  tendlc status --watch")]
    Status(Status),
    /// Look at the dead letters, by reason, and put them back under the ids that they had.
    #[command(
        after_help = "Examples:\n  tendlc redrive\n  tendlc redrive --grant checkout --reason ROLE_DENIED --replay"
    )]
    Redrive(Redrive),
    /// Say where brand, vetting, campaign and numbers stand at AWS, and what to do next.
    #[command(after_help = "Example:\n  tendlc registration")]
    Registration(Registration),
    /// Take away what deploy made: functions, queues and what waits on them, roles. The table stays unless told.
    #[command(after_help = "Examples:\n  tendlc destroy\n  tendlc destroy --grant checkout\n  \
                            tendlc destroy --delete-ledger --yes")]
    Destroy(Destroy),
    /// Give the grant NAME of tendlc.toml access, in its account and the primary; or write it there first.
    #[command(after_help = "Examples:\n  tendlc grant checkout\n  \
                            tendlc grant billing --account 444444444444 --campaign order-updates")]
    Grant(Grant),
    /// Take a grant's access away within minutes, from sessions that are open, too.
    #[command(after_help = "Example:\n  tendlc revoke checkout")]
    Revoke(Revoke),
    /// Emergency stop: everything of a grant, or of all, waits; nothing is lost.
    #[command(after_help = "Examples:\n  tendlc pause newsletter\n  tendlc pause --all --yes")]
    Pause(Pause),
    /// Go on after a pause.
    #[command(after_help = "Examples:\n  tendlc resume newsletter\n  tendlc resume --all --yes")]
    Resume(Pause),
    /// Write the limits and grants of tendlc.toml into the primary's table; twice changes nothing.
    #[command(after_help = "Examples:\n  tendlc sync --create-table\n  tendlc sync --yes --output json")]
    Sync(Sync),
    /// Say what each grant used and owes, against its budgets: today and in a month.
    #[command(after_help = "Examples:\n  tendlc usage\n  tendlc usage --grant checkout --output json\n  \
                            tendlc usage --month 2026-10 --csv > 2026-10.csv")]
    Usage(Usage),
    /// Be a function's process: what `tendlc local` starts.
    #[command(hide = true)]
    Function { name: String },
}

impl Verb {
    /// How it prints.
    pub fn output(&self) -> Output {
        match self {
            Self::Local(local) => local.output,
            Self::Check(check) => check.output,
            Self::Init(init) => init.output,
            Self::Render(render) => render.output,
            Self::Plan(deploy) | Self::Deploy(deploy) => deploy.output,
            Self::Verify(verify) => verify.output,
            Self::Status(status) => status.output,
            Self::Redrive(redrive) => redrive.output,
            Self::Registration(registration) => registration.output,
            Self::Destroy(destroy) => destroy.output,
            Self::Grant(grant) => grant.output,
            Self::Revoke(revoke) => revoke.output,
            Self::Pause(pause) | Self::Resume(pause) => pause.output,
            Self::Sync(sync) => sync.output,
            Self::Usage(usage) => usage.output,
            Self::Function { .. } => Output::Text,
        }
    }
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    #[default]
    Text,
    /// For programs: one object a line.
    Json,
}

#[derive(Debug, Args)]
pub struct Local {
    /// Events to play, files or folders of them; none: stay up until Ctrl-C.
    pub events: Vec<PathBuf>,
    /// The configuration; the built-in one unless given.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A folder of built functions: DIR/NAME or DIR/NAME/bootstrap; this program itself unless given.
    #[arg(long, value_name = "DIR")]
    pub functions: Option<PathBuf>,
    /// The function that takes the events; it follows from their eventSource or source unless given.
    #[arg(long, value_name = "NAME")]
    pub function: Option<FunctionName>,
    /// Set the clock of the doubles and of this program's own functions; those of --functions keep the machine's.
    #[arg(long, value_name = "RFC3339")]
    pub now: Option<Timestamp>,
    /// Listen here; any free port unless given, or 0.
    #[arg(long)]
    pub port: Option<u16>,
    /// Break something from the start, such as {"operation":"SendTextMessage","action":"throttle","times":2}.
    #[arg(long = "fault", value_name = "JSON", value_parser = fault, long_help = FAULT)]
    pub faults: Vec<Fault>,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

const FAULT: &str = r#"Break something from the start. May be given several times. While the system is up,
`POST /_tendlc/faults` takes the same JSON, GET lists what is set, DELETE takes all away.

  {"operation":"SendTextMessage","match":{"nth":2},"action":"throttle","times":2}

operation  one of AWS's that tendlc calls: SendTextMessage, AssumeRole, PutEvents, ...
           or Receipt, for what AWS tells of a text (two receipts a text)
match      which of its calls; all unless given, and one of
             {"to":"+1..."}  those to this number (sends and receipts only)
             {"nth":2}       from the second on since the fault was set
times      how many of them; 1 unless given, without end if 0 or null
action     what becomes of them
             throttle           refused as too fast; nothing is done
             error              a 500; nothing is done
             fail_after_accept  done, and answered with a 500 all the same
             hang               no answer while the client waits; nothing is done
             drop               the connection ends without an answer; nothing is done
             deny               refused as not allowed
             opt_out            the recipient has said STOP (sends only)
             spend_limit        the monthly spend limit is reached (sends only)
             fail_entries       a 200 in which every entry failed (PutEvents, SQS batches)
           a receipt can have drop (it is lost) and
             repeat             it comes three times
             late               it comes an hour after its time
             early              it comes before the text's sender has an answer

Sends are SendTextMessage and Publish."#;

fn fault(text: &str) -> anyhow::Result<Fault> {
    let fault: Result<Fault, _> = serde_json::from_str(text);
    // One text: the parser of arguments shows no causes.
    fault.map_err(|error| {
        anyhow::anyhow!(r#"{error}; a fault is {{"operation":"SendTextMessage","action":"throttle","times":2}}"#)
    })
}

#[derive(Debug, Args)]
pub struct Check {
    /// The file to check.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// Print the JSON Schema of the file instead, for editors.
    #[arg(long)]
    pub schema: bool,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Init {
    /// Print the built-in configuration, with a comment on every line.
    #[arg(long, conflicts_with_all = ["external_ids", "profile", "region"])]
    pub example: bool,
    /// Write an external id into each grant of the file that has none.
    #[arg(long, conflicts_with_all = ["profile", "region"])]
    pub external_ids: bool,
    /// The file to write; one that is there is not touched, but for external ids.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The AWS profile of the account that has the numbers. Default: the environment's credentials.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The Region of the numbers.
    #[arg(long, value_name = "REGION")]
    pub region: Option<Region>,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Sync {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The primary, where the file has several.
    #[arg(long, value_name = "NAME")]
    pub primary: Option<String>,
    /// Make the table first if it is not there.
    #[arg(long)]
    pub create_table: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Usage {
    /// The configuration: it says where the table is.
    #[arg(long, value_name = "FILE", default_value = "tendlc.toml")]
    pub config: PathBuf,
    /// The primary, where the file has several.
    #[arg(long, value_name = "NAME")]
    pub primary: Option<String>,
    /// Another UTC month, such as 2026-10: without what is of today only.
    #[arg(long, value_name = "YYYY-MM")]
    pub month: Option<UtcMonth>,
    /// Only this grant; may be given several times. One that was taken away is still found by its name.
    #[arg(long = "grant", value_name = "NAME")]
    pub grants: Vec<GrantName>,
    /// Print the month as CSV, for finance: one row per account and campaign, and one for texts of nobody.
    #[arg(long, conflicts_with = "output")]
    pub csv: bool,
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}
