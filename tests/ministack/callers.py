"""Who asks ministack for something when it is tested itself: sessions of roles that are made for it."""

import itertools

import pytest
from accounts import Account
from botocore.exceptions import ClientError
from policies import document
from resources import role


class Callers:
    """Roles with given permissions, in any account."""

    def __init__(self, ministack):
        self._ministack = ministack
        self._numbers = itertools.count(1)

    def root(self, number):
        return Account(self._ministack, number)

    def name(self):
        """One that nothing has yet."""
        return f"exact-{next(self._numbers)}"

    def role(self, number, *statements, trust=None):
        trust = trust or trusting(f"arn:aws:iam::{number}:root")
        return role(self.root(number), self.name(), trust, document(*statements))

    def session(self, number, *statements):
        """Of a role that may do what the statements say."""
        return self.root(number).session(self.role(number, *statements), "somebody")


def trusting(principal, **condition):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return document(statement | ({"Condition": condition} if condition else {}))


def denied():
    """Holds where AWS says that somebody may not do it."""
    return pytest.raises(ClientError, match="AccessDenied|not authorized")
