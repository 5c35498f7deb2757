"""Policies as nobody would write them, by a seed."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.policy.written import (
    Json,
    expressions,
    rules,
    switch,
    values,
    written,
)

NUMBERS = ("probability", "threshold", "declared.monthly_income", "terms.amount")
TEXTS = ("decision", "earlier.result")
FACTS = (*NUMBERS, *TEXTS)


class Author:
    """Writes one policy; `wild`: how often what is written makes no sense."""

    def __init__(self, seed: int, wild: float) -> None:
        self.random = Random(seed)
        self.wild = wild
        self.numbers: list[str] = []

    def document(self) -> Json:
        """Nodes in a row, of which some are behind a switch."""
        nodes: list[Json] = []
        edges: list[str] = []
        last = "in"
        for i in range(self.random.choice((1, 2, 3, 5, 8, 30))):
            kind = self.random.choice(("value", "table", "switch", "rules", "rules"))
            again = kind == "switch" and self._chance(0.5)
            self.numbers *= not again
            node = getattr(self, f"_{kind}")(f"n{i}")
            nodes.append(node)
            edges.append(f"{last}>n{i}")
            if kind == "switch":
                branches = node["content"]["statements"]
                last = f"n{i}/{self.random.choice(branches)['id']}"
                edges += [f"in>n{i}"] * again
            elif kind != "rules":
                last = f"n{i}"
        nodes.append(self._rules("last"))
        edges.append(f"{last}>last")
        return written(*nodes, edges=edges)

    def facts(self, wild: bool) -> dict[str, Any]:
        """One of each; if they are `wild`, of any kind or none."""
        found: dict[str, Any] = {}
        for name in FACTS:
            text = self.random.choice(("granted", "refused"))
            number = self.random.choice((0, 0.3, 0.5, 1, 40))
            found[name] = text if name in TEXTS else number
            if wild and self._chance(0.4):
                odd: tuple[Any, ...] = (
                    None,
                    "x",
                    True,
                    1e300,
                    float("inf"),
                    float("nan"),
                    [1],
                    {},
                )
                found[name] = self.random.choice(odd)
        return found

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _number(self, depth: int = 2) -> str:
        if self._chance(self.wild / 20):
            odd = ("'x'", "null", "", "(", "rand(9)", "$root.x", "9" * 40, "true")
            return self.random.choice(odd)
        readable = [*NUMBERS, *self.numbers, *self.numbers, "0", "0.5", "40"]
        if depth < 1 or self._chance(0.3):
            return self.random.choice(readable)
        a, b = self._number(depth - 1), self._number(depth - 1)
        shapes = (
            f"({a} {self.random.choice('+-*/')} {b})",
            f"({self.random.choice(readable)} ?? {b})",
            f"abs({a} - {b})",
            f"min([{a}, {b}])",
            f"({self._truth(depth - 1)} ? {a} : {b})",
        )
        return self.random.choice(shapes)

    def _truth(self, depth: int = 2) -> str:
        a, b = self._number(depth - 1), self._number(depth - 1)
        fact = self.random.choice(FACTS)
        shapes = [
            f"{a} {self.random.choice(('>', '<', '>=', '<=', '==', '!='))} {b}",
            f"{self.random.choice(TEXTS)} in ['granted', 'lapsed']",
            f"{fact} == null",
            f"({fact} != null and {a} > 0.3)",
            f"{a} in [0..0.5)",
        ]
        if depth > 1:
            one, other = self._truth(depth - 1), self._truth(depth - 1)
            shapes += [f"({one} and {other})", f"({one} or {other})", f"not ({one})"]
        return self.random.choice(shapes)

    def _cell(self) -> str:
        limit = self.random.choice(("0", "0.3", "0.5", "40", "threshold"))
        shapes = (
            "",
            f"> {limit}",
            f"<= {limit}",
            f"[0..{limit}]",
            f"{limit}, > 1",
            "null",
            f"> {limit} and < 50",
            "not in [0, 0.5]",
            f"$ * 2 > {limit}",
        )
        return self.random.choice(shapes)

    def _columns(self) -> dict[str, str]:
        return {"x": self._number(1), "y": self.random.choice(NUMBERS), "if": ""}

    def _row(self) -> dict[str, str]:
        cells = {"x": self._cell(), "y": self._cell()}
        return cells | ({"if": self._truth()} if self._chance(0.5) else {})

    def _value(self, id: str) -> Json:
        entries = {
            f"{id}v{i}": self._number() for i in range(self.random.choice((1, 2)))
        }
        self.numbers += entries
        return expressions(id, entries)

    def _table(self, id: str) -> Json:
        columns = self._columns()
        rows = [{**self._row(), f"{id}v": self._number(1)} for _ in range(3)]
        self.numbers.append(f"{id}v")
        return values(id, columns, [f"{id}v"], *rows)

    def _switch(self, id: str) -> Json:
        hit = self.random.choice(("first", "collect"))
        return switch(id, self._truth(), self._truth(), "", hit=hit)

    def _rules(self, id: str) -> Json:
        effects = ("refuse", "refer", "second_review", "note")
        rows = [
            {**self._row(), "effect": self.random.choice(effects)} for _ in range(3)
        ]
        hit = self.random.choice(("first", "collect"))
        return rules(id, self._columns(), *rows, hit=hit)
