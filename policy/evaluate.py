"""Which rules of a policy fire, by zen-engine, within a time."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import OrderedDict
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import zen

from policy.program import UNKNOWN
from policy.rules import Policy, Rule

Facts = Mapping[str, Any]
# Of a text, and of a number, that zen-engine can take.
LONGEST_TEXT, _LARGEST = 500, 7e28
# Nothing in a policy goes round in circles: one of up to so many characters takes a few
# milliseconds at most, and 15 microseconds if it is small. To hand it over to where it
# could be cut off takes 90.
_AT_ONCE = 50_000
# Ways of missing facts that are kept ready, and characters of all of them together.
_VARIANTS, _CHARACTERS = 256, 20_000_000
_KEY = "policy"


@dataclass(frozen=True)
class Fired:
    """A rule that fired, or that is unknown as these facts are `missing`.

    Or as no value can be made of them, as of an income of 0 by which is divided.
    `facts`: those that it reads, as they were given.
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

    First used after a fork, as zen-engine has threads of its own.
    """

    def __init__(self, policy: Policy, seconds: float) -> None:
        """`seconds`: after which the evaluation of one is cut off."""
        self.policy = policy
        self._seconds = seconds
        self._engines: OrderedDict[frozenset[str], Any] = OrderedDict()
        self._places: dict[str, str] = {}
        self._lock = threading.Lock()
        self._waiting: _Loop | None = None
        programmed = zip(policy.rules, policy.program.rules, strict=True)
        # Each with the key of its result, and what it reads, in order.
        self._rules = [
            (rule, key, sorted(rule.reads | rule.tests)) for rule, key in programmed
        ]

    def outcomes(self, facts: Sequence[Facts]) -> list[Outcome]:
        """Of each; facts by their dotted names, one that is None or absent is missing.

        Never raises for what a policy or a fact is: such an outcome has `failed`. After
        one was cut off no other is tried.
        """
        if not self.policy.rules:
            return [Outcome(())] * len(facts)
        return list(self._outcomes(facts))

    def _outcomes(self, facts: Sequence[Facts]) -> Iterator[Outcome]:
        late = None
        for one in facts:
            if late is None:
                try:
                    yield self._outcome(one)
                    continue
                except TimeoutError:
                    late = Outcome((), f"it took longer than {self._seconds:g} seconds")
            yield late

    def _outcome(self, facts: Facts) -> Outcome:
        names = self.policy.program.facts
        given = {}
        for name in names:
            value = facts.get(name)
            if value is None or value != value:
                continue
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                return Outcome((), f"{name} has more than {LONGEST_TEXT:,} characters")
            given[name] = value
        missing = frozenset(names.keys() - given.keys())
        context = {names[name]: value for name, value in given.items()}
        try:
            result = self._evaluated(context, missing)
        except TimeoutError:
            raise
        except Exception as error:
            return Outcome((), self._failed(error, given, missing))
        return self._fired(result, given, missing)

    def _evaluated(
        self, context: dict[str, Any], missing: frozenset[str]
    ) -> dict[str, Any]:
        engine = self._engine(missing)
        if self.policy.program.size <= _AT_ONCE:
            answer = engine.evaluate(_KEY, context)
        else:
            answer = self._loop().run(_within(self._seconds, engine, context))
        result: dict[str, Any] = answer["result"]
        return result

    def _fired(
        self, result: dict[str, Any], given: Facts, missing: frozenset[str]
    ) -> Outcome:
        fired = []
        for rule, key, reads in self._rules:
            value = result.get(key)
            lacks = rule.reads & missing
            if value is False and not lacks:
                continue
            if value is not True and value is not False and value != UNKNOWN:
                return Outcome((), f"rule {rule.code} is neither true nor false")
            if value == UNKNOWN and not lacks:
                lacks = rule.tests & missing or rule.reads or frozenset((rule.table,))
            read = {name: given[name] for name in reads if name in given}
            fired.append(Fired(rule, tuple(sorted(lacks)), read))
        return Outcome(tuple(fired))

    def _failed(self, error: Exception, given: Facts, missing: frozenset[str]) -> str:
        """Where, without the facts themselves: they are a person's."""
        where = ", ".join(name for name, value in given.items() if not _plain(value))
        try:
            told = json.loads(str(error).partition("\n")[0])["source"]
            text = json.loads(told.partition(": ")[2])
            where = where or self._place(text, missing)
        except (ValueError, KeyError, TypeError):
            pass
        return f"{where or 'it'} could not be evaluated"

    def _place(self, text: str, missing: frozenset[str]) -> str:
        """What of the file is evaluated so; looked for once, as all of a batch may."""
        if text not in self._places:
            self._places[text] = self.policy.program.where(text, missing)
        return self._places[text]

    def _loop(self) -> _Loop:
        with self._lock:
            if self._waiting is None:
                self._waiting = _Loop()
            return self._waiting

    def _engine(self, missing: frozenset[str]) -> Any:
        with self._lock:
            engine = self._engines.pop(missing, None)
            if engine is None:
                held = {_KEY: self.policy.program.document(missing)}
                engine = zen.ZenEngine({"loader": {"type": "static", "content": held}})
            self._engines[missing] = engine
            size = max(self.policy.program.size, 1)
            if len(self._engines) > max(min(_VARIANTS, _CHARACTERS // size), 1):
                self._engines.popitem(last=False)
            return engine


class _Loop:
    """An event loop in a thread of its own: who asks may be in another loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=_serve, args=(self._loop,), daemon=True).start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def __del__(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


async def _within(seconds: float, engine: Any, context: dict[str, Any]) -> Any:
    return await asyncio.wait_for(engine.async_evaluate(_KEY, context), seconds)


def _plain(value: object) -> bool:
    if isinstance(value, int | float):
        return abs(value) < _LARGEST
    return isinstance(value, str)
