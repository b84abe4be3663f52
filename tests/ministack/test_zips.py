"""The functions' zips: built with cargo-lambda, or taken from a folder."""

import os

import pytest
from accounts import PRIMARY, REGION
from deployment_world import CONFIG, SPOKE, opened
from zips import SCRIPT, packed, program

FUNCTIONS = ["send-queue", "send-event", "probe-health", "settle-receipt", "refresh-limits", "recount"]
# Prints as cargo does, and has built before what it is asked for.
CARGO = """#!/bin/sh
printf '%s\\n' "$@" >"$CARGO_TARGET_DIR/asked"
echo 'on standard output' && echo 'on standard error' >&2
for zip in "$BUILT"/*.zip; do
    folder="$CARGO_TARGET_DIR/lambda/$(basename "$zip" .zip)"
    mkdir -p "$folder" && cp "$zip" "$folder/bootstrap.zip"
done
exit "$CARGO_ENDS"
"""


class Cargo:
    """Is found before the one of the machine."""

    def __init__(self, folder, built):
        self._target = folder / "built"
        self._target.mkdir()
        stand_in = folder / "path/cargo"
        stand_in.parent.mkdir()
        stand_in.write_text(CARGO)
        stand_in.chmod(0o755)
        path = f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}"
        self._environment = {"PATH": path, "CARGO_TARGET_DIR": str(self._target), "BUILT": str(built)}

    def environment(self, ends=0):
        return self._environment | {"CARGO_ENDS": str(ends)}

    def asked(self):
        return (self._target / "asked").read_text().splitlines()


@pytest.fixture(scope="module")
def world():
    with opened() as world:
        yield world


@pytest.fixture(scope="module")
def cargo(world):
    return Cargo(world.command.folder, world.light)


@pytest.fixture(scope="module")
def deployed(world, cargo):
    """With what cargo built."""
    world.empty(CONFIG + SPOKE)
    world.ended = world.command.run("deploy", "--yes", **cargo.environment())
    return world


@pytest.mark.parametrize("architecture, flag", [("x86_64", "--x86-64"), ("arm64", "--arm64")])
def test_cargo_is_asked_for_all_functions_for_the_primarys_architecture(world, cargo, architecture, flag):
    world.command.config.write_text(CONFIG.replace('"x86_64"', f'"{architecture}"'))
    world.command.run("plan", code=1, **cargo.environment(ends=1))
    packages = [word for name in FUNCTIONS for word in ("-p", name)]
    assert cargo.asked() == ["lambda", "build", "--release", "--output-format", "zip", flag, *packages]


def test_functions_that_cannot_be_built_can_be_taken(world, cargo):
    world.command.config.write_text(CONFIG)
    error = world.command.run("deploy", "--yes", code=1, **cargo.environment(ends=1)).answer["error"]
    assert "building the functions failed" in error["message"]
    assert "tendlc deploy --functions DIR" in error["cure"]


def test_what_cargo_prints_is_for_people(deployed):
    assert deployed.ended.answer["stacks"]
    for line in ("on standard output", "on standard error"):
        assert deployed.ended.errors.count(line) == 1, deployed.ended.errors


def test_what_cargo_built_is_deployed(deployed):
    s3, bucket = deployed.accounts["primary"].s3, f"tendlc-code-{PRIMARY}-{REGION}"
    found = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    for key in found:
        put = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        assert put == (deployed.light / key.rsplit("/", 1)[1]).read_bytes(), key
    assert len(found) == len(FUNCTIONS)


def again(deployed, **others):
    """What a plan would change with the same programs, but for some, packed at another moment."""
    folder = deployed.command.folder / "again"
    folder.mkdir(exist_ok=True)
    for package in deployed.light.glob("*.zip"):
        content = packed(others.get(package.stem, program(package)), moment=(2001, 2, 3, 4, 5, 6))
        assert content != package.read_bytes()
        (folder / package.name).write_bytes(content)
    return deployed.command.run("plan", "--functions", folder).answer["stacks"]


def test_the_same_programs_packed_again_are_no_change(deployed):
    assert again(deployed) == []


def test_another_program_is_a_change(deployed):
    changed = again(deployed, recount=SCRIPT + b"# Of another release.\n")
    assert "tendlc-primary" in [stack["stack"] for stack in changed]
