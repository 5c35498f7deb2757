"""Which policy is active, as a process knows it.

An activation elsewhere is not announced: a decision by the policy of before is refused
when it is recorded (api.store.events.append), and made anew by the one that is active.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.bundle.manifest import Manifest
from api.policy.facts import ON_RECORD, Reader
from api.store import policies
from api.store.database import Database
from policy.evaluate import Evaluator, Facts, Outcome
from policy.facts import ALWAYS, FactName
from policy.read import read_policy
from policy.rules import Policy, PolicyError

log = logging.getLogger("api")
_UNREADABLE = "This version of the API cannot read it."
# Policies that a process has at hand: the active one, and those that are looked at.
_MOST_KEPT = 8


class Ready:
    """A policy that is ready to be evaluated.

    `policy`: None of the built-in one, and of one that this version of the code cannot
    read, though it was accepted once: nothing is granted by it.
    """

    def __init__(
        self, sha256: str, version: str, policy: Policy | None, seconds: float
    ) -> None:
        self.sha256 = sha256
        self.version = version
        self.policy = policy
        self.built_in = sha256 == policies.built_in()
        self._evaluator = None if policy is None else Evaluator(policy, seconds)
        names = frozenset() if policy is None else policy.facts
        self._read = names | {name.partition(".")[0] for name in names}
        rules = () if policy is None else policy.rules
        self._texts = {rule.code: rule.text for rule in rules}
        # Whether what is on record of a client matters.
        self.asks_record = bool(self._read.intersection(ON_RECORD)) or any(
            rule.evidence for rule in rules
        )
        self._reader: tuple[Manifest, Reader] | None = None

    def outcomes(self, facts: Sequence[Facts]) -> list[Outcome]:
        """Of each, as policy.evaluate has it."""
        if self._evaluator is None:
            return [Outcome((), None if self.built_in else _UNREADABLE)] * len(facts)
        return self._evaluator.outcomes(facts)

    def text(self, code: str) -> Mapping[str, str]:
        """What a rule says, in each language; its code where it cannot be read."""
        return self._texts.get(code) or {"en": code, "fr": code}

    def reads(self, name: str) -> bool:
        """Whether any rule reads this fact, or one of this group."""
        return name in self._read

    def reader(self, manifest: Manifest) -> Reader:
        """Of its facts, by the bundle that serves; says in the log what that lacks."""
        kept = self._reader
        if kept is None or kept[0] is not manifest:
            names = () if self.policy is None else self.policy.facts
            kept = manifest, Reader(names, manifest)
            if kept[1].missing:
                log.warning(
                    "policy %s reads what the model that serves does not know, so its "
                    "rules refer: %s",
                    self.version,
                    ", ".join(kept[1].missing),
                )
            self._reader = kept
        return kept[1]


class Policies:
    """Those of a database, each read once."""

    def __init__(self, database: Database, seconds: float) -> None:
        """`seconds`: after which the evaluation of one decision is cut off."""
        self._database = database
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Ready] = OrderedDict()
        self._active: Ready | None = None

    def active(self) -> Ready:
        """The active one as it is known here, for what is to be recorded."""
        known = self._active
        return self.newest() if known is None else known

    def newest(self) -> Ready:
        """The active one, as the database says now."""
        sha256 = policies.active(self._database)
        known = self._active
        if known is None or known.sha256 != sha256:
            known = self._active = self.of(sha256)
        return known

    def doubt(self) -> None:
        """Ask the database which one is active before the next decision."""
        self._active = None

    def of(self, sha256: str) -> Ready:
        """Any policy that was added; raises KeyError where it was not."""
        with self._lock:
            if sha256 in self._kept:
                self._kept.move_to_end(sha256)
                return self._kept[sha256]
        made = self._read(sha256)
        with self._lock:
            self._kept[sha256] = made
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def requires(self, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What a grant needs by a decision's facts, with what the rules say of it."""
        needs = facts.get("requires")
        if not needs:
            return []
        ready = self.of(facts["policy"])
        return [{**one, "text": dict(ready.text(one["code"]))} for one in needs]

    def _read(self, sha256: str) -> Ready:
        found = policies.read(self._database, sha256)
        if found is None:
            raise KeyError(sha256)
        policy = None
        if sha256 != policies.built_in():
            try:
                policy = read_policy(found.content, _Anything())
            except PolicyError as error:
                log.error("policy %s cannot be read: %s", sha256, error)
        return Ready(sha256, found.version, policy, self._seconds)


class _Anything(Mapping[str, FactName]):
    """Every fact that there could be: what was accepted once is read by any bundle."""

    _OF_BUNDLES = ("application.", "features.")

    def __getitem__(self, name: str) -> FactName:
        return ALWAYS.get(name) or FactName(name, "", "")

    def __contains__(self, name: object) -> bool:
        return name in ALWAYS or str(name).startswith(self._OF_BUNDLES)

    def __iter__(self) -> Iterator[str]:
        return iter((*ALWAYS, *self._OF_BUNDLES))

    def __len__(self) -> int:
        return len(ALWAYS) + len(self._OF_BUNDLES)
