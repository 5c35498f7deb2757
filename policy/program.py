"""What zen-engine evaluates of a policy: its expressions in order, errors as errors.

zen-engine's own tables and switches take an error, or a comparison with nothing, for
false: a rule whose data is wrong would let pass. So each row, branch and value becomes
an entry of one expression node, in which an error fails the whole. What is not known
goes on as null, and makes a rule `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

UNKNOWN = "unknown"
_UNKNOWN = f"'{UNKNOWN}'"


@dataclass(frozen=True)
class Term:
    """An expression in our names; not known where one of `facts` is missing.

    `values`: keys of entries that must not be null. `where`: what of the file it is.
    """

    text: str
    facts: frozenset[str] = frozenset()
    values: tuple[str, ...] = ()
    where: str = ""

    def resolved(self, missing: frozenset[str], otherwise: str) -> str:
        if self.facts & missing:
            return otherwise
        if not self.values:
            return f"({self.text})"
        absent = " or ".join(f"$.{key} == null" for key in self.values)
        return f"(({absent}) ? {otherwise} : ({self.text}))"


@dataclass(frozen=True)
class Step:
    """An entry: its term between what it depends on besides."""

    key: str
    term: Term
    otherwise: str = "null"
    before: str = ""
    after: str = ""

    def entry(self, missing: frozenset[str]) -> dict[str, str]:
        body = self.term.resolved(missing, self.otherwise)
        value = f"{self.before}{body}{self.after}"
        return {"id": self.key, "key": self.key, "value": value}


@dataclass(frozen=True)
class Program:
    """`facts`: by name, what they are called in the steps; `rules`: their keys."""

    facts: dict[str, str]
    steps: tuple[Step, ...]
    rules: tuple[str, ...]

    @cached_property
    def size(self) -> int:
        """Characters, in proportion to which an evaluation takes time."""
        return sum(
            len(step.term.text) + len(step.before + step.after) for step in self.steps
        )

    def where(self, text: str, missing: frozenset[str]) -> str:
        """What of the file an entry is made of."""
        steps = (s for s in self.steps if s.entry(missing)["value"] == text)
        return next((step.term.where for step in steps), "")

    def document(self, missing: frozenset[str]) -> dict[str, Any]:
        """As JDM, for all evaluations in which these facts are missing."""
        content = {
            "expressions": [step.entry(missing) for step in self.steps],
            "passThrough": False,
            "inputField": None,
            "outputPath": None,
            "executionMode": "single",
        }
        kinds = {"inputNode": {}, "expressionNode": content, "outputNode": {}}
        return {
            "nodes": [
                {"id": kind, "name": kind, "type": kind, "content": held}
                for kind, held in kinds.items()
            ],
            "edges": [
                {"id": "first", "sourceId": "inputNode", "targetId": "expressionNode"},
                {"id": "last", "sourceId": "expressionNode", "targetId": "outputNode"},
            ],
        }


def all_of(terms: Iterable[Term], where: str) -> Term:
    """That all of them hold; without any it holds always."""
    some = tuple(terms)
    return Term(
        " and ".join(f"({one.text})" for one in some) or "true",
        frozenset().union(*(one.facts for one in some)),
        tuple(dict.fromkeys(key for one in some for key in one.values)),
        where,
    )


class Steps:
    """Steps as they are made, each with a key of its own."""

    def __init__(self) -> None:
        self.made: list[Step] = []

    def _add(self, term: Term, **parts: str) -> str:
        key = f"s{len(self.made)}"
        self.made.append(Step(key, term, **parts))
        return key

    def value(self, term: Term, guard: str | None) -> str:
        """Null where it is not known, or the node is not come to."""
        if guard is None:
            return self._add(term)
        return self._add(term, before=f"$.{guard} == true ? ", after=" : null")

    def conditions(
        self, terms: Iterable[Term], first: bool, guard: str | None
    ) -> list[str]:
        """Of each: true, false or unknown; `first`: no more than one of them is true.

        After an unknown one none is known, if none before was true.
        """
        keys, state = [], guard
        wanted = "true"
        for term in terms:
            if state is None:
                key = self._add(term, otherwise=_UNKNOWN)
            else:
                other = "false" if wanted == "true" else "true"
                key = self._add(
                    term,
                    otherwise=_UNKNOWN,
                    before=f"$.{state} == {wanted} ? ",
                    after=f" : ($.{state} == {other} ? false : {_UNKNOWN})",
                )
            keys.append(key)
            if first:
                state, wanted = self._after(state, wanted, key), "false"
        return keys

    def _after(self, state: str | None, wanted: str, key: str) -> str:
        """Whether one was true up to here; where the node is not come to, as if."""
        if state is None:
            return key
        if wanted == "false":
            text = f"$.{state} == false ? $.{key} : $.{state}"
        else:
            other = f"($.{state} == false ? true : {_UNKNOWN})"
            text = f"$.{state} == true ? $.{key} : {other}"
        return self._add(Term(text))

    def any_of(self, keys: Iterable[str]) -> str:
        """One is true; else, if one is unknown, unknown."""
        some = tuple(keys)
        true = " or ".join(f"$.{key} == true" for key in some) or "false"
        unknown = " or ".join(f"$.{key} == {_UNKNOWN}" for key in some) or "false"
        return self._add(Term(f"({true}) ? true : (({unknown}) ? {_UNKNOWN} : false)"))

    def chosen(self, conditions: Iterable[str], terms: Iterable[Term]) -> str:
        """The term whose condition is true."""
        key = self._add(Term("null"))
        for condition, term in zip(conditions, terms, strict=True):
            parts = {"before": f"$.{condition} == true ? ", "after": f" : $.{key}"}
            key = self._add(term, **parts)
        return key
