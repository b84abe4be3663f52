"""The two servers that the tests talk to, each a process with its output in a file."""

import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from accounts import ORGANIZATION, PRIMARY, SECONDARY, TENANT
from waiting import until


class Server:
    """A process in a group of its own, so that whatever it starts ends with it."""

    def __init__(self, name, command, log, environment):
        self.name = name
        self.log = log
        self._output = open(log, "wb")
        # The machine's own AWS settings must reach neither the servers nor the functions that they start.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
        self._process = subprocess.Popen(
            command,
            env=kept | environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        # Nor does it outlive this process, whatever that ends of: its end of the pipe is closed then.
        self._guard = subprocess.Popen(
            ["sh", "-c", 'read -r _; kill -s KILL -- "-$0"', str(self._process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def check(self):
        """Fails when it has ended by itself."""
        if self._process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self._process.returncode}:\n{self.log.read_text()}")

    def stop(self):
        for signum in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, signum)
            except ProcessLookupError:
                break
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
        self._guard.kill()
        self._guard.communicate()
        self._output.close()


class Ministack(Server):
    """AWS, as somebody else understands it, with permissions enforced; where that hurts, corrected by `exact.py`."""

    def __init__(self, program, folder, functions=None):
        """`functions` is what every function's environment has besides."""
        # Beside the program is the interpreter that it runs with.
        command = [str(Path(program).parent / "python"), "-B", str(Path(__file__).parent / "exact.py")]
        # Bound for as long as ministack listens there, so that nobody else is given the port before it does.
        self._port = socket.socket()
        self._port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._port.bind(("127.0.0.1", 0))
        port = self._port.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{port}"
        environment = {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "AUTH": "true",
            "AWS_ENDPOINT_URL": self.endpoint,
            "SESSIONS": str(folder / "sessions.json"),
            "ORGANIZATION": " ".join([ORGANIZATION, PRIMARY, SECONDARY, TENANT]),
        }
        super().__init__("ministack", command, folder / "ministack.log", environment | (functions or {}))

    def is_ready(self):
        self.check()
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/ready", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self):
        try:
            # Ends the functions' processes, and removes what ministack unpacked.
            reset = urllib.request.Request(f"{self.endpoint}/_ministack/reset", b"", method="POST")
            urllib.request.urlopen(reset, timeout=10).close()
        except (urllib.error.URLError, OSError) as error:
            print(f"ministack was not reset: {error}")
        super().stop()
        self._port.close()


class Double(Server):
    """tendlc's own double of AWS, of which only sms-voice is used here."""

    def __init__(self, program, config, folder):
        command = [program, "local", "--config", config, "--output", "json"]
        super().__init__("the sms-voice double", command, folder / "double.log", {})
        self.endpoint = None

    def is_ready(self):
        self.check()
        for line in self.log.read_text().splitlines(keepends=True):
            if '"endpoints":' in line and line.endswith("\n"):
                self.endpoint = next(iter(json.loads(line)["endpoints"].values()))
        return self.endpoint is not None

    def fault(self, fault):
        """Breaks something, as `tendlc local --fault` does."""
        request = urllib.request.Request(f"{self.endpoint}/_tendlc/faults", json.dumps(fault).encode(), method="POST")
        urllib.request.urlopen(request, timeout=5).close()

    def sent(self):
        """Every text that was accepted."""
        with urllib.request.urlopen(f"{self.endpoint}/_tendlc/sent", timeout=5) as answer:
            return json.load(answer)["sent"]


def started(server):
    until(f"{server.name} to be ready", server.is_ready)
    return server
