"""Which rules of a policy fire, by zen-engine, within a time."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import zen

from policy.program import UNKNOWN
from policy.rules import Policy, Rule

Facts = Mapping[str, Any]
# Evaluated at once, and ways of missing facts that are kept ready.
_TOGETHER = 16
_VARIANTS = 256
_KEY = "policy"


@dataclass(frozen=True)
class Fired:
    """A rule that fired, or that is unknown as these facts are `missing`.

    Or no value can be made of them, as of an income of 0 by which is divided. `facts`:
    those that it reads, as they were given.
    """

    rule: Rule
    missing: tuple[str, ...]
    facts: Facts


@dataclass(frozen=True)
class Outcome:
    """In the order of the rules; `failed`: why it could not be evaluated."""

    fired: tuple[Fired, ...]
    failed: str | None = None


class Evaluator:
    """Evaluates one policy, in any thread.

    Used after a fork only, as zen-engine has threads of its own.
    """

    def __init__(self, policy: Policy, seconds: float) -> None:
        """`seconds`: after which the evaluation of one is cut off."""
        self.policy = policy
        self._seconds = seconds
        self._engines: OrderedDict[frozenset[str], Any] = OrderedDict()
        self._lock = threading.Lock()
        self._own = threading.local()

    def outcomes(self, facts: Sequence[Facts]) -> list[Outcome]:
        """Of each; facts by their dotted names, one that is None or absent is missing.

        Never raises for what a policy or a fact is: such an outcome has `failed`.
        """
        if not self.policy.rules:
            return [Outcome(())] * len(facts)
        if not hasattr(self._own, "loop"):
            self._own.loop = _Loop()
        return list(self._own.loop.run(self._all(facts)))

    async def _all(self, facts: Sequence[Facts]) -> list[Outcome]:
        made: list[Outcome] = []
        slow = False
        for start in range(0, len(facts), _TOGETHER):
            some = facts[start : start + _TOGETHER]
            if slow:
                made += [self._failed(TimeoutError())] * len(some)
                continue
            found = await asyncio.gather(*map(self._one, some))
            for one, outcome in zip(some, found, strict=True):
                if outcome is None and not slow:
                    # It may have waited for the others.
                    outcome = await self._one(one)
                    slow = outcome is None
                made.append(outcome or self._failed(TimeoutError()))
        return made

    async def _one(self, facts: Facts) -> Outcome | None:
        """None where it took too long."""
        names = self.policy.program.facts
        given = {name: facts[name] for name in names if not _missing(facts.get(name))}
        missing = frozenset(names.keys() - given.keys())
        context = {names[name]: value for name, value in given.items()}
        try:
            call = self._engine(missing).async_evaluate(_KEY, context)
            answer = await asyncio.wait_for(call, self._seconds)
        except TimeoutError:
            return None
        except Exception as error:
            return self._failed(error)
        return self._outcome(answer["result"], given, missing)

    def _outcome(
        self, result: dict[str, Any], given: Facts, missing: frozenset[str]
    ) -> Outcome:
        fired = []
        rules = zip(self.policy.rules, self.policy.program.rules, strict=True)
        for rule, key in rules:
            value = result.get(key)
            if value is False:
                continue
            if value is not True and value != UNKNOWN:
                return Outcome(
                    (), f"{rule.code}: expected true or false; found {value!r:.60}"
                )
            unknown = value == UNKNOWN
            lacks = rule.reads & missing or rule.reads if unknown else ()
            read = {n: given[n] for n in sorted(rule.reads | rule.tests) if n in given}
            fired.append(Fired(rule, tuple(sorted(lacks)), read))
        return Outcome(tuple(fired))

    def _failed(self, error: Exception) -> Outcome:
        if isinstance(error, TimeoutError):
            return Outcome((), f"it took longer than {self._seconds:g} seconds")
        told = str(error).partition("\n\nStack")[0]
        return Outcome((), f"it could not be evaluated: {told[:200]}")

    def _engine(self, missing: frozenset[str]) -> Any:
        with self._lock:
            engine = self._engines.pop(missing, None)
            if engine is None:
                held = {_KEY: self.policy.program.document(missing)}
                engine = zen.ZenEngine({"loader": {"type": "static", "content": held}})
            self._engines[missing] = engine
            if len(self._engines) > _VARIANTS:
                self._engines.popitem(last=False)
            return engine


class _Loop:
    """A thread's own event loop, closed when the thread ends."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self.run = self._loop.run_until_complete

    def __del__(self) -> None:
        self._loop.close()


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
