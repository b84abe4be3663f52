//! A function's zip: the program in it that Lambda starts, and what that was built for.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::Path;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use tendlc_config::Architecture;
use zip::ZipArchive;

use crate::wrong::Wrong;

/// What Lambda starts in a runtime of the operating system only.
const PROGRAM: &str = "bootstrap";

/// A zip that Lambda can run.
#[derive(Debug)]
pub struct Archive {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Of names and contents: a zip of the same files that was packed at another time is another file.
    pub digest: [u8; 32],
}

impl Archive {
    /// From `place`, if what is there runs on `architecture`.
    pub fn read(place: &Path, architecture: Architecture) -> anyhow::Result<Self> {
        let bytes = std::fs::read(place).with_context(|| format!("failed to read {}", place.display()))?;
        let (program, digest) = contents(&bytes).map_err(|why| {
            let what = format!("{} is not a function's zip: {why}", place.display());
            Wrong::error(what, "it must hold the program as `bootstrap`, which may be executed; build it again")
        })?;
        let script = program.starts_with(b"#!");
        let (built, wanted) = (Machine::of(&program), Machine::from(architecture));
        if !script && built != wanted {
            let (built, wanted) = (built.name(), wanted.name());
            let what = format!("{} is built for {built}, and the functions are to run on {wanted}", place.display());
            let cure = match Machine::of(&program) {
                Machine::Other => format!("build it for Linux on {wanted}: `tendlc deploy` without --functions does"),
                _ => format!("build it for {wanted}, or say architecture = \"{built}\" under the primary"),
            };
            return Err(Wrong::error(what, cure));
        }
        Ok(Self { digest, bytes })
    }
}

/// The program, and the digest of all that is in the zip.
fn contents(bytes: &[u8]) -> Result<(Vec<u8>, [u8; 32]), String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let mut program = None;
    let mut files = BTreeMap::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).map_err(|error| error.to_string())?;
        let mut content = Vec::new();
        file.read_to_end(&mut content).map_err(|error| error.to_string())?;
        let name = file.name().map_err(|error| error.to_string())?.into_owned();
        let is_program = name == PROGRAM;
        files.insert(name, Sha256::digest(&content));
        if is_program {
            if file.unix_mode().is_some_and(|mode| mode & 0o111 == 0) {
                return Err(format!("its {PROGRAM} may not be executed"));
            }
            program = Some(content);
        }
    }
    let program = program.ok_or_else(|| format!("there is no {PROGRAM} in it"))?;
    let mut hash = Sha256::new();
    for (name, digest) in &files {
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
        hash.update(digest);
    }
    Ok((program, hash.finalize().into()))
}

/// What a program is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Machine {
    Arm64,
    X86,
    Other,
}

impl Machine {
    /// By the ELF header's `e_machine`, 183 for AArch64 and 62 for x86-64.
    fn of(program: &[u8]) -> Self {
        let header = program.strip_prefix(b"\x7fELF").and_then(|header| header.get(14..16));
        match header.and_then(|machine| machine.try_into().ok()).map(u16::from_le_bytes) {
            Some(183) => Self::Arm64,
            Some(62) => Self::X86,
            _ => Self::Other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86 => "x86_64",
            Self::Other => "something else",
        }
    }
}

impl From<Architecture> for Machine {
    fn from(architecture: Architecture) -> Self {
        match architecture {
            Architecture::Arm64 => Self::Arm64,
            Architecture::X86 => Self::X86,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::write::{SimpleFileOptions, ZipWriter};
    use zip::{CompressionMethod, DateTime};

    use super::*;

    fn elf(machine: u16) -> Vec<u8> {
        let mut program = b"\x7fELF\x02\x01\x01".to_vec();
        program.resize(18, 0);
        program.extend(machine.to_le_bytes());
        program
    }

    fn packed(name: &str, program: &[u8], mode: u32, year: u16) -> tempfile::NamedTempFile {
        let made = DateTime::from_date_and_time(year, 1, 1, 0, 0, 0).unwrap();
        let options = SimpleFileOptions::default().unix_permissions(mode).last_modified_time(made);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, options.compression_method(CompressionMethod::Deflated)).unwrap();
        zip.write_all(program).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(zip.finish().unwrap().get_ref()).unwrap();
        file
    }

    fn read(file: &tempfile::NamedTempFile) -> Result<Archive, String> {
        Archive::read(file.path(), Architecture::Arm64).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn the_same_program_packed_at_another_time_is_the_same() {
        let (one, other) = (packed(PROGRAM, &elf(183), 0o755, 2020), packed(PROGRAM, &elf(183), 0o755, 2025));
        let (one, other) = (read(&one).unwrap(), read(&other).unwrap());
        assert_ne!(one.bytes, other.bytes);
        assert_eq!(one.digest, other.digest);
        let script = read(&packed(PROGRAM, b"#!/bin/sh", 0o755, 2020)).unwrap();
        assert_ne!(one.digest, script.digest);
    }

    #[test]
    fn what_lambda_could_not_start_is_refused_with_its_cure() {
        for (file, part) in [
            (packed(PROGRAM, &elf(62), 0o755, 2020), "architecture = \"x86_64\""),
            (packed(PROGRAM, &elf(40), 0o755, 2020), "something else"),
            (packed(PROGRAM, b"\xcf\xfa\xed\xfe of a Mac", 0o755, 2020), "Linux on arm64"),
            (packed(PROGRAM, b"\x7fELF", 0o755, 2020), "something else"),
            (packed("main", &elf(183), 0o755, 2020), "no bootstrap"),
            (packed(PROGRAM, &elf(183), 0o644, 2020), "may not be executed"),
        ] {
            let error = read(&file).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
        let mut no_zip = tempfile::NamedTempFile::new().unwrap();
        no_zip.write_all(&elf(183)).unwrap();
        assert!(read(&no_zip).unwrap_err().contains("not a function's zip"));
    }
}
