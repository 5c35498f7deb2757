"""Who sits at the dashboard, and what they may see."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import streamlit as st

from config import Login, login
from session.asker import Asker
from session.namesakes import LOGIN, meet

OFFICER, SENIOR, ANALYST, ADMIN = "officer", "senior", "analyst", "admin"
EVERY_ROLE = frozenset({OFFICER, SENIOR, ANALYST, ADMIN})
# What they may do at the API: to decide on clients, officers have them scored.
API_ROLES = {
    OFFICER: ("officer", "scoring"),
    SENIOR: ("senior",),
    ANALYST: ("analyst",),
    ADMIN: ("admin",),
}
LONGEST_NAME = 200
# What no two logins have in common; a copy of one's cookie has all of them.
TELLING = ("iss", "sub", "iat", "nonce", "sid")


@dataclass(frozen=True)
class Person:
    """`name` is empty when nobody logs in: the dashboard then serves one machine.

    `sub` is what the login's provider knows them by, and `login` tells this login of
    theirs; None without one. `until`: when it ends, in seconds since 1970.
    """

    name: str
    roles: frozenset[str]
    sub: str | None
    login: str | None = None
    until: float = math.inf


def person() -> Person | None:
    """The person of this session; None when they have to log in first."""
    expected = login()
    if expected is None:
        return Person("", EVERY_ROLE, None)
    if not st.user.is_logged_in:
        return None
    someone = read_claims(st.user.to_dict(), expected)
    return someone if time.time() < someone.until else None


def read_claims(claims: Mapping[str, Any], expected: Login) -> Person:
    """Whom the provider's claims are about; without `iat` their login has ended."""
    sub = str(claims.get("sub"))
    called = (str(claims.get(claim) or "").strip() for claim in ("name", "email"))
    name = next((one for one in called if any(map(str.isalnum, one))), sub)
    telling = json.dumps([claims.get(claim) for claim in TELLING])
    return Person(
        name[:LONGEST_NAME],
        read_roles(claims.get(expected.roles_claim)),
        sub,
        sha256(telling.encode()).hexdigest(),
        float(claims.get("iat") or 0) + expected.session_seconds,
    )


@st.cache_resource
def _colleagues() -> dict[str, str]:
    """Of the officers who came here since the dashboard started, the names."""
    return {}


def remember(someone: Person) -> None:
    """So that a senior can have them work on a client: nobody else lists people."""
    if someone.sub is not None and OFFICER in someone.roles:
        _colleagues()[someone.sub] = someone.name
        meet(someone.name, f"{LOGIN}{someone.sub}")


def colleagues() -> Mapping[str, str]:
    """Their names, by what the login's provider knows them by."""
    return dict(sorted(_colleagues().items(), key=lambda one: one[1].casefold()))


def is_senior() -> bool:
    someone = person()
    return someone is not None and SENIOR in someone.roles


def can_sign_second() -> bool:
    """Without a login nobody can tell two people apart."""
    someone = person()
    return someone is not None and someone.sub is not None


def is_told_settings() -> bool:
    """Officers are not: what to set is for whoever runs the dashboard."""
    someone = person()
    return someone is not None and ANALYST in someone.roles


def asker() -> Asker:
    """Whom this session asks the API for: the dashboard itself without a login."""
    someone = person() or Person("nobody", frozenset(), "nobody")
    roles = sorted(role for own in someone.roles for role in API_ROLES[own])
    name = someone.name or "dashboard"
    return Asker(name, someone.sub, tuple(roles), someone.login)


def read_roles(claim: object) -> frozenset[str]:
    """The roles in a claim: a list, or words parted by blanks or commas."""
    if isinstance(claim, str):
        named: Iterable[object] = claim.replace(",", " ").split()
    else:
        named = claim if isinstance(claim, list | tuple) else ()
    roles = EVERY_ROLE & {str(role).lower() for role in named}
    # A senior is an officer who may do more.
    return roles | {OFFICER} if SENIOR in roles else roles
