"""The facts that a policy reads, of each client as the API gives them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from policy.facts import ALWAYS, FactName
from training.bundle.champion import Champion
from training.bundle.read import verified
from training.scoring.loan_terms import Loan, loans
from training.scoring.out_of_range import beyond
from training.scoring.policy_clients import Clients
from training.tables.layout import APPLICATION
from training.tables.schema import LOAN, Role

Facts = dict[str, Any]
Values = Sequence[Any]
GRANTED, REFUSED = "granted", "refused"


@dataclass(frozen=True)
class Verdicts:
    """What the model says of some clients."""

    probability: list[float]
    decision: list[str]


def known_facts(champion: Champion) -> dict[str, FactName]:
    """All that a policy may read by this model."""
    core = champion.core
    columns, features = core["tables"][APPLICATION]["columns"], core["features"]
    named = (
        FactName(
            f"{group}.{one['name']}",
            one["unit"],
            one.get("table", APPLICATION),
            bool(one.get("protected")),
        )
        for group, described in ((APPLICATION, columns), ("features", features))
        for one in described
    )
    return {**ALWAYS, **{one.name: one for one in named}}


class FactMaker:
    """Makes the facts of these names, by one bundle."""

    def __init__(
        self, bundle: Path, champion: Champion, names: frozenset[str], at: str
    ) -> None:
        """`at`: the moment of decisions that are not made yet, ISO 8601 in UTC."""
        self.champion, self._at = champion, at
        known = known_facts(champion)
        self._names = sorted(name for name in names if name in known)
        self._features = champion.core["features"]
        path = verified(bundle, champion.core, "importance.json")
        importance = {
            one["feature"]: one["mean_absolute"]
            for one in json.loads(path.read_text(encoding="utf-8"))["features"]
        }
        self._weights = np.array(
            [importance.get(one["name"], 0.0) for one in self._features]
        )

    @cached_property
    def _raw(self) -> dict[str, Mapping[str, Any]]:
        columns = self.champion.core["tables"][APPLICATION]["columns"]
        return {one["name"]: one for one in columns}

    @cached_property
    def loan(self) -> dict[str, Mapping[str, Any]]:
        """The columns of the loan by role, as the API finds them."""
        found: dict[str, Mapping[str, Any]] = {}
        for column in self._raw.values():
            number = column["type"] != "category"
            if number and column.get("role") in LOAN:
                found.setdefault(column["role"], column)
        return found

    @property
    def columns(self) -> set[str]:
        """The raw columns that are needed."""
        wanted = {n.partition(".")[2] for n in self._names if n[:12] == "application."}
        if any(name.startswith("terms.") for name in self._names):
            wanted |= {column["name"] for column in self.loan.values()}
        if "confidence.out_of_range" in self._names:
            wanted |= self._categories.keys()
        return wanted

    @cached_property
    def _categories(self) -> dict[str, frozenset[str | None]]:
        return {
            name: frozenset((*column["categories"], *column.get("missing", ()), None))
            for name, column in self._raw.items()
            if column["categories"] is not None
        }

    def verdicts(self, clients: Clients) -> Verdicts:
        margins = self.champion.model.margins(clients.vectors)
        probability = self.champion.calibration(margins).tolist()
        limit = self.champion.core["threshold"]
        return Verdicts(
            probability, [GRANTED if p < limit else REFUSED for p in probability]
        )

    def facts(
        self,
        clients: Clients,
        verdicts: Verdicts,
        brought: Sequence[Mapping[str, Any]],
    ) -> list[Facts]:
        """Of each client, what is missing left out; what is `brought` comes first."""
        terms = self._terms(clients)
        made = {n: self._values(n, clients, verdicts, terms) for n in self._names}
        rows = []
        for at in range(len(clients.keys)):
            row = {n: values[at] for n, values in made.items() if values is not None}
            given = {n: v for n, v in brought[at].items() if n in made}
            row |= given
            rows.append({n: value for n, value in row.items() if value is not None})
        return rows

    def _values(
        self,
        name: str,
        clients: Clients,
        verdicts: Verdicts,
        terms: Sequence[Loan],
    ) -> Values | None:
        """None where only the API, or who brings it, knows."""
        group, _, key = name.partition(".")
        if group == "application":
            return clients.application.get(key)
        if group == "features":
            return self._feature(key, clients.vectors)
        if group == "terms":
            return [getattr(loan, key) for loan in terms]
        if group == "moment":
            moments = clients.at or [self._at] * len(clients.keys)
            return [MOMENTS[key](moment) for moment in moments]
        many = len(clients.keys)
        make: Mapping[str, Callable[[], Values]] = {
            "probability": lambda: verdicts.probability,
            "decision": lambda: verdicts.decision,
            "threshold": lambda: [self.champion.core["threshold"]] * many,
            "confidence.band": lambda: self._bands(verdicts),
            "confidence.missing_share": lambda: self._missing(clients.vectors),
            "confidence.out_of_range": lambda: self._out_of_range(clients),
        }
        return make[name]() if name in make else None

    def _feature(self, name: str, vectors: np.ndarray) -> Values:
        place = [one["name"] for one in self._features].index(name)
        values = vectors[:, place].tolist()
        categories = self._features[place]["categories"]
        if categories is None:
            return [None if value != value else value for value in values]
        return [None if value != value else categories[int(value)] for value in values]

    def _bands(self, verdicts: Verdicts) -> Values:
        low, high = self.champion.core["threshold_interval"]
        return [
            "borderline" if low <= one <= high else "clear"
            for one in verdicts.probability
        ]

    def _missing(self, vectors: np.ndarray) -> Values:
        """Row by row: another order of adding would be another last bit."""
        total = float(self._weights.sum())
        if not total:
            return [0.0] * len(vectors)
        absent = np.isnan(vectors)
        return [float(self._weights[row].sum()) / total for row in absent]

    def _out_of_range(self, clients: Clients) -> Values:
        """How many: features beyond what training saw, and unknown categories."""
        outside = beyond(self._features, clients.vectors)
        counts = outside.sum(axis=1)
        places = {one["name"]: at for at, one in enumerate(self._features)}
        for name, known in self._categories.items():
            values = clients.application.get(name)
            if values is None:
                continue
            unknown = np.array([value not in known for value in values], bool)
            if name in places:
                unknown &= ~outside[:, places[name]]
            counts = counts + unknown
        return list(map(int, counts))

    def _terms(self, clients: Clients) -> Sequence[Loan]:
        if not any(name.startswith("terms.") for name in self._names):
            return ()
        estimate = self.loan.get(Role.INSTALMENTS, {}).get("estimate")
        rates = bool({"terms.yearly_rate", "terms.apr"}.intersection(self._names))
        return loans(
            {
                role: clients.application.get(column["name"])
                for role, column in self.loan.items()
            },
            None if estimate is None else self._feature(estimate, clients.vectors),
            len(clients.keys),
            rates=rates,
        )


MOMENTS: Mapping[str, Callable[[str], Any]] = {
    "date": lambda at: at[:10],
    "year": lambda at: int(at[:4]),
    "month": lambda at: int(at[5:7]),
    "day": lambda at: int(at[8:10]),
    "weekday": lambda at: date.fromisoformat(at[:10]).isoweekday(),
    "hour": lambda at: int(at[11:13]),
}
