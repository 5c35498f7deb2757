"""People of the same name, told apart by what the login's provider knows them by."""

from __future__ import annotations

from collections import defaultdict

# As the API has who signed with a login; a key may be of several people.
LOGIN = "sub:"
# Of each name, whoever was met since the dashboard started.
MET: defaultdict[str, set[str]] = defaultdict(set)


def meet(name: str, signer: str | None) -> None:
    if signer is not None and signer.startswith(LOGIN):
        MET[name.casefold()].add(signer)


def told_apart(name: str | None, signer: str | None) -> str:
    """The name, with who of several it is."""
    meet(name or "", signer)
    several = len(MET[(name or "").casefold()]) > 1
    known = signer is not None and signer.startswith(LOGIN)
    return f"{name} ({str(signer)[len(LOGIN) :]})" if several and known else name or ""
