"""The command `tendlc`, with a `tendlc.toml` and AWS profiles of its own."""

import json
import os
import signal
import subprocess

from accounts import REGION

# Far more than anything takes.
LIMIT_SECONDS = 180


class Ended:
    """What a run of the command came to."""

    def __init__(self, code, output, errors):
        self.code = code
        self.errors = errors
        self.lines = [json.loads(line) for line in output.splitlines()]

    @property
    def answer(self):
        [line] = self.lines
        return line


class Command:
    """Run in a folder, with a profile for each account; of the machine's own settings nothing reaches it."""

    def __init__(self, program, folder, endpoint, accounts, sms_voice):
        self.folder = folder
        self.config = folder / "tendlc.toml"
        self._program = str(program)
        profiles = folder / "credentials"
        # ministack takes an account's id as its root's access key.
        keys = "".join(
            f"[{name}]\naws_access_key_id = {number}\naws_secret_access_key = any\n" for name, number in accounts.items()
        )
        profiles.write_text(keys)
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": sms_voice,
            "AWS_REGION": REGION,
            "AWS_SHARED_CREDENTIALS_FILE": str(profiles),
            "AWS_CONFIG_FILE": str(folder / "config"),
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def start(self, *arguments, **environment):
        """A run that goes on by itself."""
        command = [self._program, *map(str, arguments), "--config", str(self.config), "--output", "json"]
        return subprocess.Popen(
            command,
            env=self._environment | environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def ended(process):
        try:
            output, errors = process.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            raise AssertionError("still running:\n" + process.communicate()[1]) from None
        return Ended(process.returncode, output, errors)

    def run(self, *arguments, code=0, **environment):
        """A run, to its end; fails when that is another than expected."""
        ended = self.ended(self.start(*arguments, **environment))
        assert ended.code == code, f"{arguments} ended with {ended.code}:\n{ended.lines}\n{ended.errors}"
        return ended
