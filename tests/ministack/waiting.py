"""Waiting for what happens by itself: asked for again and again, up to a limit."""

import time

# Far more than anything here takes: reached only when something is broken.
LIMIT_SECONDS = 30
PAUSE_SECONDS = 0.1
# More than what is deferred is hidden for, twice.
DEFERRED_SECONDS = 180


def until(what, ask, limit=LIMIT_SECONDS):
    """The first true answer of `ask`; fails with what was waited for."""
    deadline = time.monotonic() + limit
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"waited {limit} s in vain: {what} (the last answer was {answer!r})")
        time.sleep(PAUSE_SECONDS)
