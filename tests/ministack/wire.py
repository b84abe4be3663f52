"""The wire between the command and ministack: passes everything on as it is, notes it, and is cut when told to."""

import http.client
import re
import signal
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from command import LIMIT_SECONDS
from fates import Whole

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
        # A stack may be named by its id, too, which has its name.
        stack = asked.get("StackName", "")
        return cls(account, service, asked.get("Action", method), stack.split("/")[1] if "/" in stack else stack)


def expired(call):
    """What AWS answers to credentials that have expired."""
    if call.service == "dynamodb":
        kind, text = "application/x-amz-json-1.0", '{"__type":"ExpiredTokenException","message":"expired"}'
    else:
        error = "<Code>ExpiredToken</Code><Message>expired</Message>"
        text = f"<Error>{error}</Error>"
        kind, text = "text/xml", text if call.service == "s3" else f"<ErrorResponse>{text}</ErrorResponse>"
    content = b"" if call.action == "HeadObject" else text.encode()
    return 400, "Bad Request", [("content-type", kind), ("content-length", str(len(content)))], content


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # Connections come many at once; one that finds no place tries again a second later.
    request_queue_size = 128


class Wire:
    """For one run: what a run before has left on its way must not befall the next."""

    def __init__(self, ministack, fate=None):
        self._ministack = urlsplit(ministack).netloc
        self._fate = fate or Whole()
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

        self._server = Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        # It looks so often whether it is to end.
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def start(self, command, *arguments, **environment):
        self._process = command.start(*arguments, AWS_ENDPOINT_URL=self.endpoint, **environment)
        return self._process

    def run(self, command, *arguments, **environment):
        """A run of the command over this wire, to its end; `calls` has its calls then."""
        return command.ended(self.start(command, *arguments, **environment))

    def _answer(self, method, path, headers, body):
        """`None`: there is none, the connection ends."""
        call = Call.of(method, path, headers, body)
        self.calls.append(call)
        what = self._fate.befalls(call)
        if what == "endless":
            self._process.kill()
        if what in ("refused", "unsent", "endless"):
            return expired(call) if what == "refused" else None
        answer = self._passed_on(method, path, headers, body)
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
