"""How a correction takes the place of one of ministack's functions."""

import functools
import importlib.metadata
import inspect
import sys


class NotAsKnown(Exception):
    """ministack is not as it was when a correction was written, which may be without effect or wrong now."""

    def __init__(self, what):
        version = importlib.metadata.version("ministack")
        super().__init__(f"ministack {version}: {what}; see whether AWS is met without this correction")


def instead_of(module, name, parameters):
    """Puts a function in the place of `module.name`, which it is given before the other arguments.

    `parameters` are those that `module.name` had when the correction was written.
    """
    original = getattr(module, name, None)
    full = f"{module.__name__}.{name}"
    if not inspect.isfunction(original):
        raise NotAsKnown(f"there is no function {full}")
    if (found := " ".join(inspect.signature(original).parameters)) != parameters:
        raise NotAsKnown(f"{full} takes ({found}), not ({parameters})")

    def put(correction):
        @functools.wraps(original)
        def corrected(*args, **kwargs):
            return correction(original, *args, **kwargs)

        # Where it was imported by its name, and where it is found by an action's, too.
        for key, holder in list(sys.modules.items()):
            if holder is module or (key.startswith("ministack.") and vars(holder).get(name) is original):
                setattr(holder, name, corrected)
            if key.startswith("ministack."):
                for table in [table for table in vars(holder).values() if type(table) is dict]:
                    table.update({action: corrected for action, function in table.items() if function is original})
        return correction

    return put


def adds(table, key, value):
    """Adds to one of ministack's tables what is not there."""
    if key in table:
        raise NotAsKnown(f"there is a {key} already")
    table[key] = value
