"""The wire between the command and ministack: passes everything on as it is, notes it, and is cut when told to."""

import http.client
import re
import signal
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from command import LIMIT_SECONDS

# What such actions of AWS's begin with, they change nothing.
READS = ("Describe", "Get", "Head", "List", "Query", "BatchGet", "TransactGet", "Assume")
S3 = {"HEAD": "HeadObject", "GET": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}


@dataclass(frozen=True)
class Call:
    """A call of AWS, and what it is about: a stack, an object, a record."""

    account: str
    service: str
    action: str
    about: str

    @property
    def changes(self):
        return not self.action.startswith(READS)

    @classmethod
    def of(cls, method, path, headers, body):
        credential = re.search(r"Credential=([^/]+)/[0-9]+/[^/]+/([^/]+)/", headers.get("authorization", ""))
        account, service = credential.groups() if credential else ("", "")
        if service == "s3":
            return cls(account, service, S3.get(method, method), urlsplit(path).path)
        if "x-amz-target" in headers:
            text = body.decode()
            about = re.findall(r'"pk":\{"S":"([^"]*)"', text) or re.findall(r'"TableName":"([^"]*)"', text)
            return cls(account, service, headers["x-amz-target"].partition(".")[2], " ".join(sorted(set(about))))
        asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        return cls(account, service, asked.get("Action", method), asked.get("StackName", ""))


class Whole:
    """Nothing happens to a run."""

    def befalls(self, call):
        return "nothing"


class Interruption:
    """Of one run, at its first changing call that no run before was interrupted at.

    `befalls` says of a call: "nothing", "unsent" (the connection ends before it), "unanswered" (after it), or
    "signalled" (the command is told to stop when its answer is due).
    """

    def __init__(self, how, known):
        self.at = None
        self._how = how
        self._known = known
        self._lock = threading.Lock()

    def befalls(self, call):
        with self._lock:
            if self.at is None and call.changes and call not in self._known:
                self.at = call
                return self._how
        # The command tries again, so the wire stays cut until it has ended.
        return "nothing" if self.at is None or self._how == "signalled" else "unsent"


class Lossy:
    """The first call of each of some actions is done, and its answer is lost; the command may try again."""

    def __init__(self, *actions):
        self.left = set(actions)
        self._lock = threading.Lock()

    def befalls(self, call):
        with self._lock:
            if call.action not in self.left:
                return "nothing"
            self.left.remove(call.action)
            return "unanswered"


class Wire:
    """Listens until it is stopped."""

    def __init__(self, ministack):
        self._ministack = urlsplit(ministack).netloc
        self._fate = Whole()
        self._process = None
        self.calls = []
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

            def relay(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                answer = wire._answer(self.command, self.path, self.headers, body)
                if answer is None:
                    self.close_connection = True
                    return
                status, reason, headers, content = answer
                self.send_response_only(status, reason)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = relay

            def log_message(self, *_):
                """The calls are kept instead."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def run(self, command, *arguments, fate=None, **environment):
        """A run of the command over this wire; `calls` has its calls then."""
        self.calls = []
        self._fate = fate or Whole()
        self._process = command.start(*arguments, AWS_ENDPOINT_URL=self.endpoint, **environment)
        return command.ended(self._process)

    def _answer(self, method, path, headers, body):
        """`None`: there is none, the connection ends."""
        call = Call.of(method, path, headers, body)
        self.calls.append(call)
        what = self._fate.befalls(call)
        answer = None if what == "unsent" else self._passed_on(method, path, headers, body)
        if what == "signalled":
            self._process.send_signal(signal.SIGINT)
            self._process.wait(LIMIT_SECONDS)
        return answer if what == "nothing" else None

    def _passed_on(self, method, path, headers, body):
        connection = http.client.HTTPConnection(self._ministack, timeout=LIMIT_SECONDS)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            # With the host that it was signed for.
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            content = answer.read()
            kept = [pair for pair in answer.getheaders() if pair[0].lower() not in ("connection", "transfer-encoding")]
            if answer.chunked:
                kept.append(("content-length", str(len(content))))
            return answer.status, answer.reason, kept, content
        finally:
            connection.close()
