"""Sessions are told to whoever stands before a service that ministack does not have: AWS's services know each other's."""

import json
import os

from ministack.services import sts

from corrections import instead_of


@instead_of(sts, "register_session", "access_key session")
def registered(original, access_key, session):
    """Written to the file that SESSIONS names, a line each: those of AssumeRole and of functions alike."""
    if path := os.environ.get("SESSIONS"):
        with open(path, "a") as sessions:
            told = {"key": access_key, "token": session["SessionToken"], "arn": session["Arn"]}
            sessions.write(json.dumps(told) + "\n")
    return original(access_key, session)
