"""The model that serves, with all that was read from its bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.bundle.likely_terms import LikelyTerms
from api.bundle.manifest import Manifest
from api.bundle.read import Bundle
from api.features.columns import Matrix
from api.features.online import OnlineFeatures
from api.features.row_checks import known_texts
from api.json_encoding import encode
from api.schemas.answers import TermName
from api.schemas.layout import (
    AMOUNT,
    APPLICATION,
    GOODS_PRICE,
    INSTALMENTS,
    LOAN,
    PRODUCT,
)
from api.schemas.model import Column, NegotiableTerm
from api.schemas.prices import Prices
from api.schemas.requests import Explain
from api.scoring import similar_clients as populations
from api.scoring.decision import Score, Scorer
from api.scoring.models.served import ServedModel, model_of
from api.scoring.similar_clients import Population
from api.store.events.packing import Dictionary, Parts


@dataclass(frozen=True)
class Champion:
    """Immutable: a request that took one keeps it to its end."""

    bundle: Bundle
    model: ServedModel
    online: OnlineFeatures
    scorer: Scorer
    importance: Mapping[str, Any]
    distributions: Mapping[str, Any]
    population: Population | None
    likely_terms: LikelyTerms | None
    prices: Prices | None

    @property
    def manifest(self) -> Manifest:
        return self.bundle.manifest

    @cached_property
    def columns(self) -> dict[str, dict[str, Column]]:
        """Raw columns by table and name."""
        tables = self.manifest.tables.items()
        return {name: {c.name: c for c in table.columns} for name, table in tables}

    @cached_property
    def categories(self) -> dict[str, frozenset[str | None]]:
        """What each category column of the application may hold; missing is fine."""
        columns = self.manifest.tables["application"].columns
        known = {c.name: known_texts(c) for c in columns if c.categories is not None}
        return {name: frozenset((*texts, None)) for name, texts in known.items()}

    @cached_property
    def loan(self) -> dict[str, Column]:
        """The columns on which a loan is asked for, by role: numbers, and the product.

        Of several of one role it is the first.
        """
        found: dict[str, Column] = {}
        for column in self.columns[APPLICATION].values():
            number = column.type != "category"
            if column.role in LOAN and number or column.role == PRODUCT and not number:
                found.setdefault(str(column.role), column)
        return found

    @cached_property
    def negotiable(self) -> tuple[NegotiableTerm, ...]:
        """The terms that a what-if may move; instalments only where they have prices.

        Of the price of the goods, what need not be financed may be paid down.
        """
        reach = {
            role: column.term.reach for role, column in self.loan.items() if column.term
        }
        terms = []
        if AMOUNT in reach:
            low, high = reach[AMOUNT]
            terms.append(_negotiable("amount", low, high))
        if INSTALMENTS in reach and self.prices is not None:
            terms.append(
                _negotiable("instalments", self.prices.fewest, self.prices.most, False)
            )
        if GOODS_PRICE in reach:
            most = round(1 - reach[GOODS_PRICE][0], 9)
            terms.append(_negotiable("down_payment", 0.0, most))
        return tuple(terms)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each feature is in a vector."""
        return {f.name: at for at, f in enumerate(self.manifest.features)}

    @cached_property
    def dictionary(self) -> Dictionary:
        """What its answers have in common."""
        features = self.manifest.features
        return Dictionary(
            names=tuple(feature.name for feature in features),
            categories=tuple(feature.categories for feature in features),
            text=self.scorer.texts() + self._example("reasons") + self._example(True),
        )

    def _example(self, explain: Explain) -> str:
        """An answer about nothing: it says what all of them say."""
        width = len(self.manifest.features)
        nothing = np.full(width, np.nan, dtype=np.float32)
        judged = self.scorer.judge(
            Score(nothing, 0.0, np.zeros(width + 1)), (), explain
        )
        model = self.manifest.model
        about = {"model": {"name": model.name, "version": model.version}}
        first = {"prediction_id": "", "kind": "decision", "client_id": 100}
        return encode({**first, **judged, **about}).decode()

    def parts(self, answer: Mapping[str, Any], score: Score) -> Parts:
        """What an answer that was judged by this score is made of."""
        listed = None
        if score.contributions is not None and "explanation" in answer:
            listed = score.contributions[:-1]
        return Parts(encode(answer), score.features, listed, self.dictionary)

    def score(self, matrix: Matrix, explained: Sequence[bool]) -> list[Score]:
        """One score per row; contributions where `explained`, as they cost most."""
        margins = self.model.margins(matrix).tolist()
        asked = np.flatnonzero(explained)
        contributions: dict[int, NDArray[np.float64]] = {}
        if len(asked):
            rows = self.model.contributions(matrix[asked])
            contributions = dict(zip(asked.tolist(), rows, strict=True))
        return [
            Score(features, margin, contributions.get(at))
            for at, (features, margin) in enumerate(zip(matrix, margins, strict=True))
        ]


def _negotiable(
    name: TermName, lowest: float, highest: float, relative: bool = True
) -> NegotiableTerm:
    return NegotiableTerm(name=name, lowest=lowest, highest=highest, relative=relative)


def load(bundle: Bundle, threads: int, prices: Prices | None = None) -> Champion:
    """Get a verified bundle ready to serve; raises BundleError.

    `threads`: how many compute features at the same time. `prices`: the lender's,
    which are no part of it.
    """
    importance = bundle.json("importance.json")
    weights = {row["feature"]: row["mean_absolute"] for row in importance["features"]}
    return Champion(
        bundle=bundle,
        model=model_of(bundle),
        online=OnlineFeatures(bundle, threads),
        scorer=Scorer(bundle.manifest, bundle.reasons, weights, bundle.borderline),
        importance=importance,
        distributions=bundle.json("distributions.json"),
        population=populations.load(bundle, weights),
        likely_terms=bundle.likely_terms,
        prices=prices,
    )
