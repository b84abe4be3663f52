"""What befalls the calls of a run, each of

- "nothing"
- "unsent", the connection ends before it is made
- "unanswered", the connection ends after it
- "refused", the credentials have expired
- "signalled", the command is told to stop when its answer is due
- "endless", the command tries again and again, and is killed
"""

import threading
from collections import Counter


class Whole:
    """Nothing happens to a run."""

    def befalls(self, call):
        return "nothing"


class Interruption:
    """Of one run, at its first changing call that no run before was interrupted at, or the first of one action.

    From then on the wire is cut, or the credentials have expired, until the command has ended.
    """

    # Once, and again as often as all calls of an account together may ask again (cloud.rs: LOST).
    TRIES = 9

    def __init__(self, how, known=frozenset(), action=None):
        self.at = None
        self.tries = Counter()
        self._how = how
        self._known = known
        self._action = action
        self._lock = threading.Lock()

    def befalls(self, call):
        with self._lock:
            is_meant = call.changes and call not in self._known and self._action in (None, call.action)
            if self.at is None and is_meant:
                self.at = call
                return self._how
            if self.at is None or self._how == "signalled":
                return "nothing"
            self.tries[call] += 1
            return ("refused" if self._how == "refused" else "unsent") if self.tries[call] <= self.TRIES else "endless"


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
