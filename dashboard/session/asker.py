"""Whom the API is asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Asker:
    """Whom the API is asked for: it decides by their roles, none beyond its key's.

    `sub` is what the login's provider knows them by, and `login` tells this login of
    theirs; None where nobody logs in.
    """

    name: str
    sub: str | None
    roles: tuple[str, ...]
    login: str | None = None
