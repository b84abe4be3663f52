//! The functions' zips: built or taken, and put where Lambda takes them from.

mod archive;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use archive::Archive;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use sha2::{Digest as _, Sha256};
use tendlc_config::Architecture;
use tendlc_deploy::Code;
use tokio::process::Command;

use crate::account::{Way, patient};
use crate::sync::reach::Failure;
use crate::wrong::Wrong;

/// What runs in every account that sends.
pub const SENDING: [&str; 3] = ["send-queue", "send-event", "probe-health"];
/// What runs in the primary.
pub const ALL: [&str; 6] = ["send-queue", "send-event", "probe-health", "settle-receipt", "refresh-limits", "recount"];

/// Three megabytes take no longer, however thin the line.
const ON_ITS_WAY: Duration = Duration::from_secs(300);

/// The zips of all functions.
pub struct Zips {
    by_name: BTreeMap<&'static str, Vec<u8>>,
    pub code: Code,
}

impl Zips {
    /// None, for what has no functions of its own.
    pub fn none(code: Code) -> Self {
        Self { by_name: BTreeMap::new(), code }
    }

    /// Those in a folder, as `FOLDER/NAME.zip` or as cargo-lambda leaves them, `FOLDER/NAME/bootstrap.zip`.
    pub fn taken(folder: &Path, architecture: Architecture) -> anyhow::Result<Self> {
        let mut by_name = BTreeMap::new();
        let mut missing = Vec::new();
        for name in ALL {
            let places = [folder.join(format!("{name}.zip")), folder.join(name).join("bootstrap.zip")];
            match places.iter().find(|place| place.is_file()) {
                Some(place) => {
                    by_name.insert(name, Archive::read(place, architecture)?);
                }
                None => missing.push(name),
            }
        }
        if missing.is_empty() {
            return Ok(Self::of(by_name));
        }
        let what = format!("{} has no zip of {}", folder.display(), missing.join(", "));
        Err(Wrong::error(what, "put NAME.zip or NAME/bootstrap.zip there, or leave --functions out to build them"))
    }

    /// Built with cargo-lambda, in the folder that the command is run in.
    pub async fn built(architecture: Architecture) -> anyhow::Result<Self> {
        let mut command = Command::new("cargo");
        command.args(["lambda", "build", "--release", "--output-format", "zip"]);
        command.arg(if architecture == Architecture::Arm64 { "--arm64" } else { "--x86-64" });
        for name in ALL {
            // Each package by itself, so that the command's own features do not leak into the functions.
            command.args(["-p", name]);
        }
        let elsewhere = "Build them where tendlc's sources are, or take built ones:\n  pip install cargo-lambda\n  \
                         tendlc deploy --functions DIR";
        // What it prints is for people; the answer may be for programs.
        let status = command.stdout(Stdio::from(std::io::stderr())).status().await;
        let status = status.map_err(|error| Wrong::error(format!("cargo did not start: {error}"), elsewhere))?;
        if !status.success() {
            return Err(Wrong::error(format!("building the functions failed ({status})"), elsewhere));
        }
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
        Self::taken(&target.join("lambda"), architecture)
    }

    /// The same programs have the same place: a second deploy of them changes nothing.
    fn of(archives: BTreeMap<&'static str, Archive>) -> Self {
        let mut hash = Sha256::new();
        for (name, archive) in &archives {
            hash.update(name.as_bytes());
            hash.update(archive.digest);
        }
        let by_name = archives.into_iter().map(|(name, archive)| (name, archive.bytes)).collect();
        let digits: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { by_name, code: Code { prefix: format!("tendlc/{digits}") } }
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}.zip", self.code.prefix)
    }

    /// Those of `names` that a bucket does not have.
    pub async fn missing(
        &self,
        (config, way): (&SdkConfig, &Way),
        bucket: &str,
        names: &[&str],
    ) -> anyhow::Result<Vec<&str>> {
        let client = Client::new(&patient(config, ON_ITS_WAY));
        let mut missing = Vec::new();
        for name in self.by_name.keys().filter(|name| names.contains(name)) {
            let head = client.head_object().bucket(bucket).key(self.key(name)).send().await;
            // An answer to HEAD has no body and so no code. Whoever may not list a bucket is told 403 of what is not there.
            match head.map_err(|error| (error.raw_response().map(|raw| raw.status().as_u16()), Failure::of(&error))) {
                Ok(_) => {}
                Err((Some(403 | 404), _)) => missing.push(*name),
                Err((_, failure)) => return Err(way.trouble().failed("s3", "HeadObject", &failure)),
            }
        }
        Ok(missing)
    }

    /// Puts those of `names` into a bucket that are not there; says how many it put.
    pub async fn upload(&self, to: (&SdkConfig, &Way), bucket: &str, names: &[&str]) -> anyhow::Result<usize> {
        let (config, way) = to;
        let client = Client::new(&patient(config, ON_ITS_WAY));
        let missing = self.missing(to, bucket, names).await?;
        for name in &missing {
            let Some(bytes) = self.by_name.get(name) else { continue };
            let request = client.put_object().bucket(bucket).key(self.key(name)).body(ByteStream::from(bytes.clone()));
            request.send().await.map_err(|error| way.trouble().failed("s3", "PutObject", &Failure::of(&error)))?;
        }
        Ok(missing.len())
    }

    /// What another account's bucket has under a prefix: what the primary's functions run is what a new grant's are to.
    pub async fn fetched(from: (&SdkConfig, &Way), bucket: &str, code: &Code) -> anyhow::Result<Self> {
        let (config, way) = from;
        let client = Client::new(&patient(config, ON_ITS_WAY));
        let mut by_name = BTreeMap::new();
        for name in SENDING {
            let key = format!("{}/{name}.zip", code.prefix);
            let answer = client.get_object().bucket(bucket).key(&key).send().await;
            let answer = answer.map_err(|error| match Failure::of(&error) {
                Failure::Code(code) if code == "NoSuchKey" || code == "NoSuchBucket" => Wrong::error(
                    format!("the bucket {bucket} has no {key}, which the primary's functions came from"),
                    "`tendlc deploy` puts the functions there",
                ),
                failure => way.trouble().failed("s3", "GetObject", &failure),
            })?;
            let bytes = answer.body.collect().await.with_context(|| format!("failed to read {key}"))?;
            by_name.insert(name, bytes.to_vec());
        }
        Ok(Self { by_name, code: code.clone() })
    }
}

/// Empties a bucket, so that it can be deleted; one that is not there is empty.
pub async fn empty(from: (&SdkConfig, &Way), bucket: &str) -> anyhow::Result<()> {
    let (config, way) = from;
    let client = Client::new(&patient(config, ON_ITS_WAY));
    let mut token: Option<String> = None;
    loop {
        let request = client.list_objects_v2().bucket(bucket).set_continuation_token(token.clone());
        let page = match request.send().await {
            Ok(page) => page,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_bucket()) => return Ok(()),
            Err(error) => return Err(way.trouble().failed("s3", "ListObjectsV2", &Failure::of(&error))),
        };
        for object in page.contents() {
            let Some(key) = object.key() else { continue };
            let request = client.delete_object().bucket(bucket).key(key);
            request.send().await.map_err(|error| way.trouble().failed("s3", "DeleteObject", &Failure::of(&error)))?;
        }
        match page.next_continuation_token() {
            Some(next) => token = Some(next.to_owned()),
            None => return Ok(()),
        }
    }
}
