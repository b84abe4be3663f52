"""The door of sms-voice: ministack has no such service, and tendlc's double of it knows no session of ministack's.

The functions are pointed at it for STS and sms-voice. STS passes through to ministack untouched, and the sessions
that ministack issues are remembered. A send is let through to the double when its session is one of those and
ministack's own policy simulator says that the session's role may send on every resource that it names.
"""

import json
import re
import threading
import urllib.error
import urllib.request
import xml.etree.ElementTree as ElementTree
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from accounts import REGION, Account

TARGET = "PinpointSMSVoiceV2."
STS = "{https://sts.amazonaws.com/doc/2011-06-15/}"
# Of the connection, not of the request.
HOP = {"connection", "transfer-encoding", "content-length", "server", "date"}


class Gate:
    """Listens until it is stopped."""

    def __init__(self, ministack, double):
        self._ministack = ministack
        self._double = double
        self._sessions = {}
        self._told = None
        self.decisions = []
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                is_sms = self.headers.get("x-amz-target", "").startswith(TARGET)
                status, headers, answer = (gate._sms if is_sms else gate._sts)(self.headers, body)
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in HOP:
                        self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                """Its decisions are kept instead."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stands_before(self, ministack, sessions):
        """Where the door was there first. `sessions` is the file in which ministack says whom it gave which keys."""
        self._ministack = ministack
        self._told = sessions

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def senders(self):
        """The session that sent each text, by message id."""
        return {decision["message_id"]: decision["session"] for decision in self.decisions if decision.get("message_id")}

    def _sts(self, headers, body):
        # With the host that it was signed for.
        status, headers, answer = _post(self._ministack, dict(headers), body)
        if status == 200 and b"AssumeRoleResult" in answer:
            root = ElementTree.fromstring(answer)
            key, token, arn = (next(root.iter(STS + name)).text for name in ("AccessKeyId", "SessionToken", "Arn"))
            self._sessions[key] = (token, arn)
        return status, headers, answer

    def _sms(self, headers, body):
        credential = re.search(r"Credential=([^/]+)/", headers.get("authorization", ""))
        token, session = self._session(credential and credential[1])
        if token is None or headers.get("x-amz-security-token") != token:
            self.decisions.append({"refused": "no session of this ministack"})
            return _refusal("UnrecognizedClientException", "The security token included in the request is invalid.")
        account = session.split(":")[4]
        resources = _resources(account, json.loads(body))
        decision = {"session": session, "resources": resources}
        self.decisions.append(decision)
        action = "sms-voice:" + headers["x-amz-target"].removeprefix(TARGET)
        if denied := self._denied(session, account, action, resources):
            decision["refused"] = denied
            message = f"User: {session} is not authorized to perform: {action} on resource: {denied[0]}"
            return _refusal("AccessDeniedException", message)
        # The double trusts an account's root, and does not verify signatures.
        passed = {name: value for name, value in headers.items() if name.lower() != "x-amz-security-token"}
        passed = {
            name: value.replace(credential[0], f"Credential={account}/") if name.lower() == "authorization" else value
            for name, value in passed.items()
        }
        status, headers, answer = _post(self._double, passed, body)
        decision["status"] = status
        if status == 200:
            decision["message_id"] = json.loads(answer).get("MessageId")
        return status, headers, answer

    def _session(self, key):
        if key not in self._sessions and self._told and self._told.exists():
            for told in map(json.loads, self._told.read_text().splitlines()):
                self._sessions[told["key"]] = (told["token"], told["arn"])
        return self._sessions.get(key, (None, None))

    def _denied(self, session, account, action, resources):
        role = f"arn:aws:iam::{account}:role/{session.split('/')[1]}"
        iam = Account(self._ministack, account).iam
        denied = []
        # ministack's simulator looks at the first resource only.
        for resource in resources:
            answer = iam.simulate_principal_policy(
                PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource]
            )
            if any(result["EvalDecision"] != "allowed" for result in answer["EvaluationResults"]):
                denied.append(resource)
        return denied


def _resources(account, request):
    """What an operation asks for permission on: what it names, or everything."""
    ours = f"arn:aws:sms-voice:{REGION}:{account}:"
    numbers = request.get("PhoneNumberIds", [])
    registrations = request.get("RegistrationIds", []) + [request[key] for key in ("RegistrationId",) if key in request]
    asked = [name if name.startswith("arn:") else f"{ours}phone-number/{name}" for name in numbers]
    asked += [name if name.startswith("arn:") else f"{ours}registration/{name}" for name in registrations]
    sets = request.get("ConfigurationSetNames", [])
    asked += [name if name.startswith("arn:") else f"{ours}configuration-set/{name}" for name in sets]
    if asked:
        return asked
    named = [request.get("OriginationIdentity", "*")]
    if "ConfigurationSetName" in request:
        named.append(f"arn:aws:sms-voice:{REGION}:{account}:configuration-set/{request['ConfigurationSetName']}")
    return named


def _refusal(code, message):
    headers = {"content-type": "application/x-amz-json-1.0"}
    return 400, headers, json.dumps({"__type": code, "message": message, "Message": message}).encode()


def _post(endpoint, headers, body):
    headers = {name: value for name, value in headers.items() if name.lower() not in HOP}
    request = urllib.request.Request(endpoint + "/", body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()
