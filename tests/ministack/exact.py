"""Starts ministack with what it does otherwise than AWS put right, as far as permissions and templates hang on it.

Nothing of ministack is changed where it is installed: functions of this process are replaced, each by a small one that
says what AWS does. Where ministack is no longer as it was when they were written, this does not start.

    AUTH=true GATEWAY_PORT=… python exact.py
"""

import importlib

from ministack.app import main

CORRECTIONS = [
    "deliveries",
    "dynamodb",
    "events",
    "organization",
    "principal",
    "refusals",
    "sessions",
    "sqs",
    "sts",
    "templates",
]

if __name__ == "__main__":
    # Each is in force once it is imported.
    for name in CORRECTIONS:
        importlib.import_module(f"corrections.{name}")
    main()
